# Hives and stores in files of the host and of images: of changes at the same time
# none is lost, and the file stays what it is to its owner.

load ../helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
	slipway bcdedit /createstore h >/dev/null
}

# Runs a command N times at once; each must succeed.
at_once() { # N COMMAND... with % for the number
	local n=$1 i pid pids=()
	shift
	for ((i = 1; i <= n; i++)); do
		slipway "${@//%/$i}" >>out 2>&1 3>&- &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || {
			cat out >&2
			return 1
		}
	done
}

@test "keys that are added at once are all there" {
	at_once 24 reg add 'h\k%' /v n /d x
	[ "$(slipway reg query h | grep -c '\\k[0-9]')" -eq 24 ]
	[ "$(ls)" = "$(printf 'h\nout')" ]
}

@test "entries that are made at once are all there" {
	slipway bcdedit /createstore B
	at_once 8 bcdedit /store B /create /d e% /application osloader
	[ "$(slipway bcdedit /store B /enum all | grep -c 'description *e')" -eq 8 ]
}

@test "in an image too" {
	slipway partition create d.img --mbr --size 40M type=data
	slipway format d.img@1 >/dev/null
	slipway copy h 'd.img@1:\h'
	at_once 8 reg add 'd.img@1:\h\k%' /f
	[ "$(slipway reg query 'd.img@1:\h' | grep -c '\\k[0-9]')" -eq 8 ]
	slipway chkdsk d.img@1
}

@test "who imports, exports and copies at once leaves a whole file" {
	slipway bcdedit /createstore B
	cp h e
	at_once 8 bcdedit /store B /export e
	at_once 8 bcdedit /store B /import e
	slipway bcdedit /store B
	slipway bcdedit /store e
	touch c
	at_once 8 copy /Y h c
	cmp h c
}

@test "a link is followed; owner, mode and attributes stay" {
	ln -s h l
	ln -s l l2
	chmod 640 h
	[ "$(id -u)" -ne 0 ] || chown 12:34 h
	before=$(stat -c '%u %g %a' h)
	slipway reg add 'l2\K' /f
	[ -L l ] && [ -L l2 ]
	[ "$(stat -c '%u %g %a' h)" = "$before" ]
	slipway reg query 'h\K'
	slipway bcdedit /createstore B
	slipway bcdedit /store B /export l2
	[ -L l ] && slipway bcdedit /store h
}

@test "what would not stay as it is, is refused" {
	ln h hard
	run -1 slipway reg add 'h\K' /f
	assert_output_has "2 names (hard links)"
	rm hard
	chmod 444 h
	cp -p h before
	for words in 'reg add h\K /f' "bcdedit /store h /timeout 9" \
		"bcdedit /store h /import h" 'copy /Y before h'; do
		# shellcheck disable=SC2086 # words are meant
		run -1 slipway $words
		assert_output_has "it is read-only"
	done
	cmp h before
	[ "$(stat -c %a h)" = 444 ]
}

@test "a folder that cannot be written to" {
	dir=$(mktemp -d)
	cp h "$SLIPWAY" "$dir"
	as=()
	if [ "$(id -u)" -eq 0 ]; then
		requires setpriv
		as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
		chown 65534:65534 "$dir/h"
	fi
	chmod 555 "$dir"
	cd "$dir"
	run "${as[@]}" ./slipway reg add 'h\K' /f
	cd "$BATS_TEST_TMPDIR"
	chmod 755 "$dir"
	rm -r "$dir"
	[ "$status" -eq 1 ]
	assert_output_has "its folder cannot be written to"
}
