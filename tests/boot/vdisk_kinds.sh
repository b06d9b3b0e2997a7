#!/bin/sh
# Runs inside the environment, after vdisk_attach.sh: every kind of virtual disk
# on the ext4 volume of /dev/vdc through the kernel, each beside a plain file on
# a loop device to which the same is done. blkdiscard, cmp, e2fsck and mke2fs
# are Debian's.
# usage: vdisk_kinds.sh TOKEN
token=$1
failed=0
mkdir -p /run/kinds && cd /run/kinds || exit

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

# The shell would take busybox' own of these names.
blkdiscard() { /bin/blkdiscard "$@"; }
mke2fs() { /bin/mke2fs "$@"; }
e2fsck() { /bin/e2fsck "$@"; }
cmp() { /bin/cmp "$@"; }

fails() { ! "$@"; }
attach() { device=$(slipway vdisk attach "$@"); }
limit() { cat "/sys/block/${device##*/}/queue/$1"; } # NAME
cut() { echo 3 >/proc/sys/vm/drop_caches; }

# The same on both disks.
both() { # COMMAND with DISK for the disk
	for disk in "$device" "$model"; do
		eval "$(echo "$1" | sed "s|DISK|$disk|g")" || return
	done
}

same() {
	cut
	dd if="$device" bs=1M iflag=direct 2>/dev/null | cmp - "$model"
}

with_model() { # FILE: the model begins with what the disk holds
	attach "$1" || return
	dd if="$device" of=model bs=1M 2>/dev/null
	model=$(losetup -f)
	losetup "$model" model
}

without_model() { losetup -d "$model" && slipway vdisk detach "$device"; }

# Writes of several sizes, zeroes over whole blocks and parts of them, a write
# again where a block was zeroed, all of it durable; then from a new server.
is_as_model() { # FILE
	with_model "$1" || return
	both 'dd if=random of=DISK bs=1M seek=1 count=7 conv=fsync 2>/dev/null' &&
		both 'dd if=random of=DISK bs=4k seek=3001 count=3 conv=fsync oflag=direct 2>/dev/null' &&
		both 'blkdiscard -z -o 2097152 -l 4259840 DISK' &&
		both 'dd if=random of=DISK bs=4k seek=1030 count=2 conv=fsync oflag=direct 2>/dev/null' &&
		both 'blkdiscard -z -o 20971520 -l 4194304 DISK' &&
		same && without_model && slipway vdisk check "$1" &&
		attach --read-only "$1" && cmp "$device" model &&
		fails dd if=random of="$device" bs=4k count=1 2>/dev/null &&
		slipway vdisk detach "$device"
}

has_4k_sectors() {
	attach --read-only four.vhdx && [ "$(blockdev --getss "$device")" = 4096 ] &&
		slipway vdisk detach "$device"
}

# A discarded block reads as zeroes, its room is the host's again, and what lies
# beside it is as it was; again from a new server.
gives_back() { # FILE
	with_model "$1" || return
	[ "$(limit discard_granularity)" = 2097152 ] || return
	both 'dd if=random of=DISK bs=1M seek=8 conv=fsync 2>/dev/null' || return
	sync
	before=$(stat -c %b "$1")
	blkdiscard -o 10485760 -l 4194304 "$device" &&
		blkdiscard -z -o 10485760 -l 4194304 "$model" &&
		same && dd if=/dev/null of="$device" conv=fsync 2>/dev/null &&
		[ "$(stat -c %b "$1")" -le $((before - 8000)) ] &&
		without_model && slipway vdisk check "$1" >/dev/null &&
		attach "$1" && cmp "$device" model &&
		slipway vdisk detach "$device"
}

# Two children and their parent at once; the parent does not change.
family() {
	before=$(sha1sum parent.vhd)
	fails slipway vdisk attach parent.vhd 2>/dev/null &&
		attach --force parent.vhd && slipway vdisk detach "$device" || return
	attach one.vhd && one=$device && attach two.vhd && two=$device &&
		attach --read-only parent.vhd && cmp "$two" "$device" || return
	dd if=random of="$one" bs=1M seek=3 count=2 conv=fsync 2>/dev/null
	dd if=random of="$two" bs=1M seek=5 count=2 conv=fsync 2>/dev/null
	cut
	dd if="$two" bs=1M skip=3 count=2 2>/dev/null | sha1sum >a
	dd if="$device" bs=1M skip=3 count=2 2>/dev/null | sha1sum >b
	fails cmp -s "$one" "$device" && fails cmp -s "$one" "$two" && cmp a b &&
		for d in "$one" "$two" "$device"; do
			slipway vdisk detach "$d" || return
		done
	[ "$(sha1sum parent.vhd)" = "$before" ]
}

# A full host: the guest hears of it, the image stays whole, and goes on.
full() {
	mkdir -p small && mount -t tmpfs -o size=24M tmpfs small || return
	slipway vdisk create small/x.vhd 64M --type dynamic &&
		dd if=/dev/zero of=small/ballast bs=1M count=12 2>/dev/null &&
		attach small/x.vhd || return
	dd if=random of="$device" bs=1M count=8 conv=fsync oflag=direct \
		2>/dev/null || return
	fails dd if=/dev/urandom of="$device" bs=1M seek=8 oflag=direct \
		2>why && grep -Eq "No space|Input/output" why || return
	dd if="$device" bs=1M count=8 iflag=direct 2>/dev/null |
		cmp - random && rm small/ballast &&
		dd if=random of="$device" bs=1M seek=8 count=8 conv=fsync \
			oflag=direct 2>/dev/null &&
		slipway vdisk detach "$device" &&
		slipway vdisk check small/x.vhd && attach small/x.vhd &&
		dd if="$device" bs=1M skip=8 count=8 2>/dev/null |
		cmp - random && slipway vdisk detach "$device" && umount small
}

# Where room cannot be reserved zeroes are written: ext2 has no way to.
reserves() {
	mkdir -p old && truncate -s 40M old.img && mke2fs -q -t ext2 old.img &&
		mount -t ext4 -o loop old.img old || return
	slipway vdisk create old/x.vhd 8M 2>said &&
		grep -q "cannot reserve room" said &&
		[ "$(stat -c %b old/x.vhd)" -ge 16384 ] && umount old
}

# A volume on a disk with blocks of its own, thrown away in between.
holds_volume() {
	attach dyn.vhd && mke2fs -q -F -t ext4 "$device" && mkdir -p v &&
		mount -t ext4 -o discard "$device" v || return
	for i in 1 2 3; do
		cp random v/$i && sync && rm -f v/$((i - 1))
	done
	fstrim v && cut && cmp random v/3 && umount v && cut &&
		e2fsck -fn "$device" >/dev/null 2>&1 &&
		slipway vdisk detach "$device"
}

mount -t ext4 /dev/vdc /run/kinds && cd /run/kinds || exit
modprobe loop
dd if=/dev/urandom of=random bs=1M count=8 2>/dev/null
for file in dyn.vhd one.vhd fixed.vhdx dyn.vhdx four.vhdx child.vhdx; do
	check "$file is as a plain file" is_as_model $file
done
check "sectors of 4096 bytes are the kernel's too" has_4k_sectors
check "a VHD's discarded blocks are given back" gives_back dyn.vhd
check "a VHDX's discarded blocks are given back" gives_back dyn.vhdx
check "children and their parent at once" family
check "a full host's disk" full
check "room that cannot be reserved" reserves
check "a volume is judged by e2fsck" holds_volume
cd / && umount /run/kinds
[ $failed -eq 0 ] && echo "vdisk kinds passed: $token"
[ $failed -eq 0 ] || echo "vdisk kinds FAILED: $token"
