# Every command that makes a file of the host is killed at many moments, and finds
# no room: the file is the old one, the new one, or not there, and nothing else is
# left. A file system that keeps files without names is tried and one that has
# none of these.

load ../helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
	mkdir in out
	head -c 3000000 /dev/urandom >in/x
	slipway bcdedit /createstore in/h >/dev/null
	slipway reg add 'in\h\K' /v n /d there >/dev/null
	slipway partition create in/d.img --mbr --size 20M type=data
	slipway format in/d.img@1 >/dev/null
	slipway copy in/x 'in/d.img@1:\x'
	slipway vdisk convert in/d.img in/p.vhdx --type dynamic --progress none
}

# Each line: the file that is made, and the command.
commands() {
	cat <<-END
	x copy in/x out/x
	x copy in/d.img@1:\\x out/x
	x xcopy in/x out/
	x xcopy in/d.img@1:\\x out/
	v.vhd vdisk create out/v.vhd 10M --sparse
	v.vhdx vdisk create out/v.vhdx 10M --type dynamic
	c.vhdx vdisk create out/c.vhdx --parent in/p.vhdx
	c.vhdx vdisk create out/c.vhdx --parent in/p.vhdx --source in/p.vhdx
	v.vhd vdisk convert in/d.img out/v.vhd --progress none
	v.vhd vdisk convert in/d.img out/v.vhd --type dynamic --progress none
	v.vhdx vdisk convert in/d.img out/v.vhdx --progress none
	v.raw vdisk convert in/p.vhdx out/v.raw --progress none
	B bcdedit /createstore out/B
	B bcdedit /store in/h /export out/B
	r.reg reg export in\\h out/r.reg
	p.img partition create out/p.img --mbr --size 20M type=data
	p.vhd partition create out/p.vhd --mbr --size 10M type=data
	p.vhdx partition create out/p.vhdx --mbr --size 10M type=data
	END
}

# Each of them succeeds when nothing is in its way.
each_command() { # FUNCTION: is given the file and the command
	local file line
	while read -r file line; do
		rm -rf out && mkdir out
		# shellcheck disable=SC2086 # words are meant
		slipway $line
		[ -e "out/$file" ]
		rm -rf out && mkdir out
		"$1" "$file" $line
	done < <(commands)
}

# Nothing but the file that is made, and that whole: made again elsewhere, it has
# the same length.
whole_or_nothing() { # FILE COMMAND...
	local file=$1
	shift
	[ -z "$(find out -mindepth 1 ! -name "$file")" ] || {
		echo "$*: left $(ls -A out)" >&2
		return 1
	}
	[ -e "out/$file" ] || return 0
	judge "out/$file" || {
		echo "$*: what is there is not whole" >&2
		return 1
	}
}

judge() { # FILE
	case $1 in
	*/x) cmp "$1" in/x ;;
	*/v.raw) cmp "$1" in/d.img ;;
	*/p.vhd | */p.vhdx) slipway vdisk check "$1" >/dev/null &&
		slipway partition list "$1" >/dev/null ;;
	*.vhd | *.vhdx)
		slipway vdisk check "$1" >/dev/null &&
			if [[ $line == *convert* || $line == *--source* ]]; then
				rm -f now.raw
				slipway vdisk convert "$1" now.raw \
					--progress none && cmp now.raw in/d.img
			fi
		;;
	*/B) slipway bcdedit /store "$1" >/dev/null ;;
	*/r.reg) [ "$(tail -c 4 "$1" | od -An -tx1)" = " 0d 00 0a 00" ] ;;
	*/p.img) slipway partition list "$1" >/dev/null ;;
	esac
}

# A signal at the first and the last of each kind of system call that writes or
# names, and between: strace counts each kind by itself.
signalled() { # FILE COMMAND...
	local file=$1 kinds='pwrite64 ftruncate fsync fdatasync linkat rename renameat2'
	local count n signal kind
	shift
	strace -f -o calls -e "trace=${kinds// /,}" "$SLIPWAY" "$@" >/dev/null 2>&1
	for kind in $kinds; do
		count=$(grep -c " $kind(" calls) || continue
		for n in $(printf '%s\n' 1 $(((count + 1) / 2)) "$count" | sort -un); do
			for signal in KILL INT; do
				rm -rf out && mkdir out
				strace -f -o hit -e "trace=$kind" \
					-e "inject=$kind:signal=$signal:when=$n" \
					"$SLIPWAY" "$@" >/dev/null 2>&1 || true
				# later ones may be shared out among threads
				[ "$n" -gt 1 ] || grep -q "SIG$signal" hit
				line="$*" whole_or_nothing "$file" "$@"
			done
		done
	done
}

@test "killed: nothing or all" {
	requires strace
	each_command signalled
}

# Runs a command while out/ has room for so many KiB beside what is in old/, which
# is there before; what is there then is taken out of the namespace.
with_room() { # KIB COMMAND...
	rm -rf out left && mkdir -p out left old
	# shellcheck disable=SC2016 # the inner shell's
	unshare --map-root-user --mount sh -c '
		mount -t tmpfs -o size="$1"k none out && cp -a old/. out || exit 99
		shift
		"$@"
		code=$?
		cp -a --sparse=always out/. left && exit $code' \
		sh $(($1 + $(du -sk old | cut -f1))) "$SLIPWAY" "${@:2}" >log 2>&1 ||
		case $? in 1) ;; 5) [ "$2" = xcopy ] || return ;; *) return 1 ;; esac
	rm -rf out && mv left out
}

no_room() { # FILE COMMAND...
	local file=$1 kib
	shift
	for kib in 4 900 2500; do
		with_room "$kib" "$@"
		line="$*" whole_or_nothing "$file" "$@"
	done
}

@test "no room: nothing or all" {
	unshare --map-root-user --mount true || skip "no namespaces here"
	each_command no_room
}

@test "no room for a new one: the old one stays" {
	unshare --map-root-user --mount true || skip "no namespaces here"
	mkdir old
	cp in/h old/f
	touch -d 2001-01-01 old/f
	while read -r words; do
		for kib in 0 4 900 2500; do
			# shellcheck disable=SC2086 # words are meant
			with_room $kib $words
			[ "$(ls -A out)" = f ]
			cmp -s out/f old/f || grep -q completed log || {
				echo "$words, $kib KiB: $(cat log)" >&2
				return 1
			}
		done
	done <<-'END'
		copy /Y in/x out/f
		copy /Y in/d.img@1:\x out/f
		bcdedit /store in/h /export out/f
		bcdedit /store out/f /timeout 7
		reg export in\h out/f /y
		reg add out\f\New /f
	END
}

# Without files that have no name: the kernel says so as of FAT. A signal that can
# be caught leaves nothing then either.
named() { # FILE COMMAND...
	local file=$1 at n
	shift
	strace -f -o calls -e trace=open "$SLIPWAY" "$@" >/dev/null 2>&1
	at=$(grep '(' calls | grep -n O_TMPFILE | cut -d: -f1)
	[ -n "$at" ]
	for n in 0 1 2 3 5; do
		rm -rf out && mkdir out
		strace -f -o calls -e trace=open,pwrite64,fdatasync,fsync \
			-e "inject=open:error=EOPNOTSUPP:when=$at" \
			-e "inject=pwrite64,fdatasync,fsync:signal=INT:when=$((n ? n : 9999))" \
			"$SLIPWAY" "$@" >/dev/null 2>&1 || true
		grep -q 'slipway-part' calls
		line="$*" whole_or_nothing "$file" "$@"
		[ "$n" -ne 0 ] || [ -e "out/$file" ]
	done
}

@test "a file system that keeps no files without a name" {
	requires strace
	each_command named
}

@test "what was there stays until the new one is whole" {
	requires strace
	cp in/h old
	for words in "copy /Y in/x out/f" "xcopy /Y in/x out/f" \
		"bcdedit /store in/h /export out/f" \
		'reg add out\f\New /f'; do
		fired=0
		for kind in pwrite64 fsync fdatasync linkat rename; do
			cp old out/f
			# shellcheck disable=SC2086 # words are meant
			strace -f -o hit -e trace=$kind \
				-e "inject=$kind:signal=KILL:when=1" \
				"$SLIPWAY" $words >/dev/null 2>&1 || true
			! grep -q SIGKILL hit || fired=$((fired + 1))
			cmp -s out/f old || cmp -s out/f in/x ||
				slipway reg query out/f >/dev/null
			rm -f out/.f.*.slipway-part # between its two steps
			[ "$(ls -A out)" = f ]
		done
		[ "$fired" -ge 3 ] # written, made durable, named
		cp old out/f
		# shellcheck disable=SC2086
		strace -f -o /dev/null -e trace=pwrite64 \
			-e inject=pwrite64:error=ENOSPC:when=1 \
			"$SLIPWAY" $words >log 2>&1 && return 1
		cmp out/f old
		[ "$(ls -A out)" = f ]
	done
}
