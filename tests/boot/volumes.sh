#!/bin/sh
# Runs inside the environment: DiskPart's letters on an empty /dev/vda, and what the
# shell sees of them. Each check says one line; the last line, with the token, says
# whether all went well.
# usage: volumes.sh TOKEN
token=$1
failed=0
mkdir -p /tmp && cd /tmp || exit

check() { # NAME COMMAND...
	name=$1
	shift
	if "$@"; then
		echo "volumes check: $name"
	else
		echo "volumes check failed: $name"
		failed=1
	fi
}

run() { # LINE...
	printf '%s\n' "$@" >script
	diskpart /s script >said 2>&1 || { cat said; return 1; }
}

makes_volumes() {
	run 'select disk 0' clean 'convert gpt' \
		'create partition efi size=40' 'format quick fs=fat32 label=SYSTEM' \
		'assign letter=S' 'create partition primary size=100' \
		'format quick fs=ntfs label=Windows' 'assign letter=W'
}

# What commands write is seen, and nobody else writes there.
sees_files() {
	echo "$token" >word
	slipway copy word W:/ && slipway copy word S:/ &&
		[ "$(cat /volumes/W/word)" = "$token" ] &&
		[ "$(cat /volumes/S/word)" = "$token" ] &&
		! touch /volumes/W/no 2>/dev/null
}

# Used by a shell, a volume is not taken from under it.
refuses_in_use() {
	(
		cd /volumes/W && ! slipway copy /tmp/script W:/ 2>/tmp/refused &&
			grep -q 'mounted' /tmp/refused
	) && slipway copy script W:/ && [ -s /volumes/W/script ]
}

changes_table() {
	run 'select disk 0' 'create partition primary' 'format quick fs=ntfs' \
		'assign letter=T' && [ -b /dev/vda3 ] && [ -d /volumes/T ] &&
		[ -e /volumes/W/word ] && grep -q " /run/slipway/volumes/T ntfs3 ro" /proc/mounts
}

takes_letters() {
	run 'select volume T' remove && [ ! -e /volumes/T ] &&
		run 'select disk 0' clean && [ ! -e /volumes/W ] &&
		[ ! -b /dev/vda1 ]
}

check "volumes are made and get letters" makes_volumes
check "the shell sees what commands write" sees_files
check "one in use stays" refuses_in_use
check "a changed table is the kernel's too" changes_table
check "letters go, and what they showed" takes_letters
if [ $failed = 0 ]; then
	echo "volumes checks passed: $token"
else
	echo "volumes checks FAILED: $token"
fi
