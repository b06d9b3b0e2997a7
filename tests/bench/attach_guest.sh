#!/bin/sh
# Runs inside the environment: the same jobs of fio through `vdisk attach` and
# its peers, by turns. /dev/vda holds fio and qemu-nbd with their libraries,
# /dev/vdb the images, /dev/vdc the VHD in an NTFS volume. Prints lines: "bench
# SERVER JOB KB-A-SECOND IOS-A-SECOND" and "bench SERVER memory KB-RESIDENT
# KB-LOCKED"; the last line has the token.
# usage: attach_guest.sh TOKEN ROUNDS SECONDS SERVERS JOBS

token=$1 rounds=$2 seconds=$3 servers=$4 jobs=$5
top=/tools data=/tools/data

fail() { echo "bench failed: $*: $token"; exit 1; }

wait_for() { # COMMAND...
	for _ in $(seq 40); do
		"$@" && return
		sleep 0.5
	done
	return 1
}

# Sets device.
serve() { # SERVER
	case $1 in
	slipway-vhd) device=$(slipway vdisk attach $data/disk.vhd) ;;
	slipway-ntfs) device=$(slipway vdisk attach '/dev/vdc:\disk.vhd') ;;
	slipway-raw) device=$(slipway vdisk attach $data/disk.raw) ;;
	loop-raw)
		device=$(losetup -f)
		losetup "$device" $data/disk.raw
		;;
	loop-raw-direct)
		device=$(chroot $top /usr/bin/losetup -f --show --direct-io=on \
			/data/disk.raw)
		;;
	nbd-vhd) nbd --cache=writeback ;;
	nbd-vhd-direct) nbd --cache=none --aio=native ;;
	esac || return
	[ -n "$device" ] && wait_for test -b "$device"
}

nbd() { # OPTION...
	device=/dev/nbd0
	chroot $top /usr/bin/qemu-nbd -f vpc "$@" -c $device /data/disk.vhd || return
	wait_for grep -qv '^0$' /sys/block/nbd0/size
}

# Its process goes on for a while, and takes time from who comes next.
nbd_has_ended() { [ ! -e /sys/block/nbd0/pid ] && ! pidof qemu-nbd >/dev/null; }

server_pid() {
	slipway vdisk list --json | sed -n 's/.*"pid":\([0-9]*\).*/\1/p'
}

unserve() { # SERVER
	case $1 in
	slipway-*) slipway vdisk detach "$device" ;;
	loop-*) losetup -d "$device" ;;
	nbd-*)
		chroot $top /usr/bin/qemu-nbd -d $device >/dev/null
		wait_for nbd_has_ended
		;;
	esac
}

# JOB: KIND-BLOCK-DEPTH, as randread-4k-32.
run_job() { # SERVER JOB
	kind=${2%%-*} rest=${2#*-}
	sync
	echo 3 >/proc/sys/vm/drop_caches
	chroot $top /usr/bin/fio --name=j --filename="$device" --direct=1 --minimal \
		--ioengine=libaio --rw="$kind" --bs="${rest%-*}" \
		--iodepth="${rest#*-}" --runtime="$seconds" --time_based \
		--randrepeat=0 --norandommap >/tmp/fio.out 2>&1 || {
		cat /tmp/fio.out
		fail "$1 $2"
	}
	tail -n 1 /tmp/fio.out | awk -F ';' -v s="$1" -v j="$2" \
		'{ print "bench", s, j, $7 + $48, $8 + $49 }'
}

memory() { # SERVER
	case $1 in slipway-*) ;; *) return ;; esac
	awk -v s="$1" '/^VmRSS/ { r = $2 } /^VmLck/ { l = $2 }
		END { print "bench", s, "memory", r, l }' \
		"/proc/$(server_pid)/status"
}

wait_for test -b /dev/vdb || fail "no disks"
modprobe -a ublk_drv loop ext4 || fail modules
insmod /tools.d/nbd.ko || fail nbd
mkdir -p $top
mount -t ext4 -o ro /dev/vda $top || fail tools
mount -t ext4 /dev/vdb $data || fail data
for dir in dev proc sys tmp run; do mount -o bind /$dir $top/$dir; done
for round in $(seq "$rounds"); do
	for job in $jobs; do
		for server in $servers; do
			serve "$server" || fail "serving $server"
			run_job "$server" "$job"
			[ "$round" != "$rounds" ] || memory "$server"
			unserve "$server" || fail "ending $server"
		done
	done
done
umount $data
echo "bench done: $token"
