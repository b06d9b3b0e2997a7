#!/bin/sh
# First process of a machine whose root file system lies in the dynamic VHD
# root.vhd on /dev/vda: attaches it, goes over to it, and does there what can
# only go well when its server still runs. Started again as /sbin/init of the
# new root.
export PATH=/bin:/sbin:/usr/bin

# On the new root: everything is read anew, written, and read once more.
go_on() {
	read -r token </token
	echo 3 >/proc/sys/vm/drop_caches
	sha1sum -c /sums >/dev/null && dd if=/dev/urandom of=/new bs=1M \
		count=6 2>/dev/null && sync || return
	sha1sum /new >/sums.new
	sync
	echo 3 >/proc/sys/vm/drop_caches
	sha1sum -c /sums.new >/dev/null && [ ! -e /environment ] &&
		grep -q '^/dev/ublkb0 / ' /proc/mounts &&
		mount -o remount,ro / && echo "vdisk root passed: $token"
}

if [ -e /token ]; then
	go_on || echo "vdisk root FAILED"
	poweroff -f
fi
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
exec >/dev/console 2>&1
: >/environment
modprobe -a virtio_pci virtio_blk ublk_drv ext4
mkdir -p /host /newroot
for _ in 1 2 3 4 5 6 7 8 9 10; do
	[ ! -b /dev/vda ] || break
	sleep 0.5
done
mount -t ext4 /dev/vda /host
device=$(slipway vdisk attach /host/root.vhd)
mount -t ext4 "$device" /newroot
for dir in dev proc sys host; do mount --move /$dir /newroot/$dir; done
exec switch_root -c /dev/console /newroot /sbin/init
