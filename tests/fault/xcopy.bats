# xcopy into a volume and onto the host while there is no more room, or a write fails
# once: each file is the old one, the new one, or not there; as many are new as are
# counted, and what comes next finds the volume sound.

load ../helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
	requires strace
	mkdir src old
	for i in 1 2 3 4 5 6; do
		head -c $((i * 30000)) /dev/urandom >src/f$i
	done
	for i in 1 3 5; do
		head -c $((i * 7000)) /dev/urandom >old/f$i
	done
}

# The file that stands there is one of the two.
whole() { # NAME FILE
	if cmp -s "$2" "src/$1"; then
		new=$((new + 1))
	elif [ -e "$2" ]; then
		cmp "$2" "old/$1"
	else
		[ ! -e "old/$1" ]
	fi
}

counted() { sed -n 's/ File(s) copied$//p' log; }

# Runs xcopy with the N-th write and, with "+", all later ones failing. Returns its
# status.
with_failure() { # N[+] DESTINATION
	strace -f -o calls -e trace=pwrite64 \
		-e "inject=pwrite64:error=ENOSPC:when=$1" \
		"$SLIPWAY" xcopy src "$2" /y /q >log 2>&1
}

@test "a volume: each file is old or new" {
	for fs in FAT NTFS; do
		rm -f base.img
		{
			slipway partition create base.img --mbr --size 20M type=data
			slipway format base.img@1 "/FS:$fs"
			slipway xcopy old 'base.img@1:\'
		} >/dev/null
		for later in '' +; do
			failed=0
			for n in 1 2 3 4 5 7 9 12 15 19 23 28 34 41 49 58 68; do
				cp base.img d.img
				status=0
				with_failure "$n$later" 'd.img@1:\' || status=$?
				grep -q INJECTED calls || break
				failed=$((failed + 1))
				[ "$status" -eq 5 ] || [ "$status" -eq 4 ]
				new=0
				for i in 1 2 3 4 5 6; do
					rm -f now
					slipway copy "d.img@1:\\f$i" now >/dev/null 2>&1 || true
					whole f$i now
				done
				# a sync that fails may have done more than it can tell
				[ "$new" -ge "$(counted)" ]
				run -0 slipway xcopy src 'd.img@1:\' /y
				[ "${lines[-1]}" = '6 File(s) copied' ]
				[ $fs = FAT ] || slipway chkdsk d.img@1 >/dev/null
			done
			[ "$failed" -ge 5 ]
		done
	done
}

@test "what was before a source that cannot be read lasts" {
	slipway partition create d.img --mbr --size 20M type=data >/dev/null
	slipway format d.img@1 >/dev/null
	slipway xcopy old 'd.img@1:\' >/dev/null
	read_fails() { # SWITCH...
		strace -f -o calls -P "$PWD/src/f3" -e trace=pread64 \
			-e inject=pread64:error=EIO \
			"$SLIPWAY" xcopy src 'd.img@1:\' /y /q "$@" >log 2>&1
	}
	run -5 read_fails
	[ "$(counted)" = 2 ]
	slipway type 'd.img@1:\f1' | cmp - src/f1
	slipway type 'd.img@1:\f2' | cmp - src/f2
	slipway type 'd.img@1:\f3' | cmp - old/f3
	run -1 slipway type 'd.img@1:\f4'
	run -5 read_fails /c
	[ "$(counted)" = 5 ]
	for i in 1 2 4 5 6; do
		slipway type "d.img@1:\\f$i" | cmp - src/f$i
	done
	slipway type 'd.img@1:\f3' | cmp - old/f3
	run -0 slipway chkdsk d.img@1
	assert_output_has 'has no problems'
}

@test "the host: each file is old or new, and as many as are counted" {
	for later in '' +; do
		for n in 1 2 4 6; do
			rm -rf out
			cp -r old out
			status=0
			with_failure "$n$later" out || status=$?
			[ "$status" -eq 5 ]
			new=0
			for i in 1 2 3 4 5 6; do
				whole f$i out/f$i
			done
			[ "$new" -eq "$(counted)" ]
			[ "$new" -eq $((n - 1)) ]
			[ -z "$(find out -name '.*' -type f)" ]
		done
	done
}
