#!/bin/sh
# Runs inside the environment: disks that hold something, on a real bus. The n-th
# line of /kinds names what the n-th namespace of the NVMe disk holds; the last
# one is blank. The last line of the output, with the token, says whether all went
# well.
# usage: foreign.sh TOKEN
token=$1
failed=0
count=$(wc -l </kinds)
tries=60
until [ -b "/dev/nvme0n$count" ] || [ $tries -eq 0 ]; do
	tries=$((tries - 1))
	sleep 0.5
done

# Names are given in the order in which namespaces are found.
device_of() { # NUMBER
	for block in /sys/block/nvme0n*; do
		[ "$(cat "$block/nsid")" = "$1" ] && echo "/dev/${block##*/}"
	done
}

expect() { # WORDS COMMAND...: fails with these
	words=$1
	shift
	if output=$("$@" 2>&1); then
		echo "foreign: $*: went through"
		failed=1
	fi
	case $output in
	*"$words"*) ;;
	*)
		echo "foreign: $*: expected '$words': $output"
		failed=1
		;;
	esac
}

answer() { # DEVICE
	printf '[disk]\npath = %s\nwipe = no\nother-machine = yes\n' "$1"
	printf '[image]\nfile = none.wim\n'
	printf '[vhd]\npath = \\g.vhd\nsize = 16M\n[boot]\nsystem = linux\n'
}

n=0
while IFS='|' read -r _ _ name; do
	n=$((n + 1))
	device=$(device_of $n)
	answer $device >/answer.ini
	if [ "$name" = blank ]; then
		expect none.wim slipway deploy /answer.ini
		slipway partition create $device --gpt type=data || failed=1
		continue
	fi
	expect "it holds data ($name at byte" slipway deploy /answer.ini
	expect "it holds $name at byte" slipway partition create $device --gpt type=data
	expect "it holds $name at byte" slipway format $device
done </kinds
[ $failed -eq 0 ] && echo "foreign disks passed: $token"
[ $failed -eq 0 ] || echo "foreign disks FAILED: $token"
