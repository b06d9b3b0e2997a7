#!/bin/sh
# Runs inside the environment: vdisk against the kernel's ublk driver. The NTFS
# volume on /dev/vda1 holds a fixed VHD with one partition, /dev/vdb is an empty
# disk. Each check says one line; the last line, with the token, says whether
# all went well.
# usage: vdisk_attach.sh TOKEN
token=$1
address='/dev/vda1:\guest.vhd'
failed=0
mkdir -p /tmp && cd /tmp || exit

check() { # NAME COMMAND...
	name=$1
	shift
	if "$@"; then
		echo "vdisk check: $name"
	else
		echo "vdisk check failed: $name"
		failed=1
	fi
}

fails() { ! "$@"; }
drop_caches() { echo 3 >/proc/sys/vm/drop_caches; }
server_of() { # DEVICE
	slipway vdisk list --json | sed -n "s|.*$1\".*\"pid\":\([0-9]*\).*|\1|p"
}

attach() { # ADDRESS [--read-only], sets device
	device=$(slipway vdisk attach "$@")
}

same_file() { # on the mounted volume
	[ "$(sha1sum </mnt/file)" = "$(sha1sum <random)" ]
}

attaches_vhd() {
	attach "$address" && vhd=$device && [ -b "${vhd}p1" ] &&
		[ "$(blockdev --getsize64 "$vhd")" = 67108864 ]
}

holds_exclusively() {
	fails slipway vdisk attach "$address" 2>/dev/null
}

mounts() {
	mkdir -p /mnt && mke2fs "${vhd}p1" >/dev/null &&
		mount -t ext4 "${vhd}p1" /mnt && cp random /mnt/file && sync &&
		drop_caches && same_file
}

refuses_in_use() {
	fails slipway vdisk detach "$vhd" 2>refused &&
		grep -q "mounted or in use" refused && same_file
}

# What is broadcast at shutdown must not end a server.
survives_signals() {
	server=$(server_of "$vhd")
	for signal in TERM HUP INT QUIT USR1; do
		kill -$signal "$server"
	done
	sleep 1
	drop_caches
	same_file && [ "$(head -c 1 "/proc/$server/cmdline")" = @ ] &&
		[ "$(cat "/proc/$server/oom_score_adj")" = -1000 ] &&
		! grep -q 'VmLck:[^0-9]* 0 kB' "/proc/$server/status"
}

# What ended is a process until the first one has collected it.
gone() { # PID
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ -e "/proc/$1" ] || return 0
		sleep 0.5
	done
	return 1
}

detaches() {
	umount /mnt && slipway vdisk detach "$vhd" && [ ! -e "$vhd" ] &&
		gone "$server"
}

# The data is in the VHD itself: again, from a new server.
kept() {
	attach --read-only "$address" && mount -t ext4 -o ro "${device}p1" /mnt &&
		same_file && umount /mnt &&
		fails dd if=random of="$device" 2>/dev/null &&
		slipway vdisk detach "$device"
}

# Writers of different sizes at once, each in its own place.
parallel() {
	attach /dev/vdb || return
	for i in 0 1 2 3; do
		dd if=random of="$device" bs=64k seek=$((i * 128)) \
			oflag=direct conv=fsync 2>/dev/null &
		dd if=random of="$device" bs=1M seek=$((i * 8 + 32)) \
			conv=fsync 2>/dev/null &
	done
	wait
	drop_caches
	for i in 0 1 2 3 4 5 6 7; do
		dd if="$device" bs=1M skip=$((i * 8)) count=8 2>/dev/null |
			cmp -s - random || return
	done
}

discards() {
	blkdiscard -o 0 -l 8388608 "$device" &&
		dd if="$device" bs=1M skip=8 count=8 2>/dev/null |
		cmp -s - random
}

two_at_once() {
	second=$device
	attach "$address" && [ "$device" != "$second" ] &&
		[ "$(slipway vdisk list | grep -c serving)" = 2 ] &&
		slipway vdisk detach "$device"
}

# Users of a dead server's disk get errors; nothing hangs.
dies() {
	dd if=/dev/zero of="$second" bs=4k oflag=direct 2>errors &
	writer=$!
	sleep 0.3
	kill -KILL "$(server_of "$second")"
	fails wait $writer && grep -q "Input/output error" errors || return
	sleep 1
	slipway vdisk list | grep -q "$second.*dead" &&
		slipway vdisk detach "$second" && [ ! -e "$second" ] &&
		attach /dev/vdb && slipway vdisk detach "$device"
}

# One that is killed while it is stopped has not said that all was written.
dies_at_the_end() {
	attach --read-only /dev/vdb || return
	server=$(server_of "$device")
	kill -STOP "$server"
	slipway vdisk detach "$device" 2>said &
	detach=$!
	sleep 1
	kill -KILL "$server"
	fails wait $detach && grep -q "ended before it had written all" said &&
		[ ! -e "$device" ]
}

# The shell may be there before the disks' drivers.
tries=60
until [ -b /dev/vda1 ] && [ -b /dev/vdb ] || [ $tries -eq 0 ]; do
	tries=$((tries - 1))
	sleep 0.5
done
modprobe -a ublk_drv ext4
dd if=/dev/urandom of=random bs=1M count=8 2>/dev/null
check "a VHD and its partition appear" attaches_vhd
check "what it lies on is held exclusively" holds_exclusively
check "a volume is made, filled and read back" mounts
check "a disk in use is not detached" refuses_in_use
check "the server survives signals, locked in memory" survives_signals
check "a disk is detached and its server ends" detaches
check "what was written is in the VHD; reading only" kept
check "parallel writers do not disturb each other" parallel
check "discard touches nothing else" discards
check "two disks are served at once" two_at_once
check "a killed server means errors, not waiting" dies
check "one killed at its end is told of" dies_at_the_end
[ $failed -eq 0 ] && echo "vdisk checks passed: $token"
[ $failed -eq 0 ] || echo "vdisk checks FAILED: $token"
