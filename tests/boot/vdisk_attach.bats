# vdisk attach on the kernel of the environment: the host's own may lack ublk.

load ../helpers

setup() {
	requires qemu-system-x86_64 sfdisk cpio mkntfs ntfscp mke2fs e2fsck \
		blkdiscard debugfs wimlib-imagex
	cd "$ROOT"
	# shellcheck source=qemu.sh
	. tests/boot/qemu.sh
	# shellcheck source=../programs.sh
	. tests/programs.sh
	dir=$O/boot-tests/vdisk-attach-$BATS_TEST_NUMBER
	rm -rf "$dir"
	mkdir -p "$dir/add"
}

teardown() {
	[ -z "${qemu_pid:-}" ] || qemu_stop
	rm -rf "$dir"/*.img "$dir"/*.vhd "$dir/initramfs" "$dir/add" \
		"$dir/root" "$dir/host"
}

# disk.img: one NTFS partition by a stranger, with a partitioned VHD in it.
make_disk() {
	slipway vdisk create "$dir/vhd.img" 64M
	echo '2048,,L' | sfdisk -q -X dos "$dir/vhd.img"
	truncate -s 100M "$dir/ntfs.img"
	mkntfs -q -F -Q -p 2048 -H 255 -S 63 "$dir/ntfs.img"
	ntfscp -q "$dir/ntfs.img" "$dir/vhd.img" guest.vhd
	truncate -s 102M "$dir/disk.img"
	echo '2048,204800,7' | sfdisk -q -X dos "$dir/disk.img"
	dd if="$dir/ntfs.img" of="$dir/disk.img" bs=1M seek=1 conv=notrunc \
		status=none
}

# kinds.img: an ext4 volume with virtual disks of every kind.
make_kinds() {
	local at=$dir/kinds
	mkdir "$at"
	(
		cd "$at"
		head -c 12M /dev/urandom >raw
		truncate -s 26M raw
		slipway vdisk convert raw parent.vhd --type dynamic \
			--progress none
		slipway vdisk convert raw parent.vhdx --type dynamic \
			--progress none
		rm raw
		slipway vdisk create dyn.vhd 26M --type dynamic
		slipway vdisk create one.vhd --parent parent.vhd
		slipway vdisk create two.vhd --parent parent.vhd
		slipway vdisk create dyn.vhdx 26M --type dynamic --block-size 2M
		slipway vdisk create fixed.vhdx 26M --type fixed
		slipway vdisk create four.vhdx 26M --type dynamic \
			--sector-size 4096
		slipway vdisk create child.vhdx --parent parent.vhdx
	)
	make_mount "$at"
	mke2fs -q -t ext4 -d "$at" "$dir/kinds.img" 400M
	rm -rf "$at"
}

# An image of files of all sizes, and their sums.
make_mount() { # FOLDER
	local from=$1/tree i
	mkdir -p "$from/folder/Ünïcode 中"
	head -c 3M /dev/urandom >"$from/folder/random"
	seq 300000 >"$from/folder/numbers"
	seq 9 >"$from/small"
	seq 5000 >"$from/gone"
	: >"$from/empty"
	ln "$from/small" "$from/folder/link"
	for i in {1..300}; do
		seq "$i" >"$from/folder/Ünïcode 中/file $i"
	done
	slipway dism /Capture-Image /ImageFile:"$1/mount.wim" \
		/CaptureDir:"$from" /Name:first /Compress:max --progress none
	(cd "$from" && find . -type f -exec sha1sum {} + | sed 's|  \./|  |') \
		>"$1/mount.sums"
	rm -rf "$from"
}

@test "vdisk attach, detach, parallel use, signals and a killed server; mounted images" {
	token=$(od -An -tx1 -N 12 /dev/urandom | tr -d ' \n')
	make_disk
	truncate -s 64M "$dir/empty.img"
	make_kinds
	cp tests/boot/vdisk_attach.sh tests/boot/vdisk_kinds.sh \
		tests/boot/dism_mount.sh "$dir/add/"
	for name in blkdiscard cmp mke2fs e2fsck; do
		host_program "$dir/add" $name
	done
	mkdir "$dir/add/bin"
	mv "$dir/add/usr/bin"/* "$dir/add/bin"
	mkdir -p "$dir/add/etc"
	cp /etc/mke2fs.conf "$dir/add/etc"
	add_archive "$dir/add" "$O/boot/initramfs" "$dir/initramfs"
	QEMU_CPUS=2 qemu_start "$dir" bios -kernel "$O/boot/vmlinuz" \
		-initrd "$dir/initramfs" -net none -no-reboot \
		-append "console=ttyS0 quiet slipway.shell" \
		-drive "file=$dir/disk.img,format=raw,if=virtio,cache=unsafe" \
		-drive "file=$dir/empty.img,format=raw,if=virtio,cache=unsafe,discard=unmap" \
		-drive "file=$dir/kinds.img,format=raw,if=virtio,cache=unsafe"
	qemu_wait 'slipway.*# ' 60
	qemu_type "sh /vdisk_attach.sh $token"
	qemu_wait "vdisk checks [a-zA-Z]+: $token" 180 || true
	qemu_type "sh /vdisk_kinds.sh $token"
	qemu_wait "vdisk kinds [a-zA-Z]+: $token" 240 || true
	qemu_type "sh /dism_mount.sh $token"
	qemu_wait "mount checks [a-zA-Z]+: $token" 180 || true
	grep -aE "(vdisk|mount) check" "$dir/serial.log"
	grep -aq "vdisk checks passed: $token" "$dir/serial.log"
	grep -aq "vdisk kinds passed: $token" "$dir/serial.log"
	grep -aq "mount checks passed: $token" "$dir/serial.log"
	qemu_stop
	qemu_pid=
	e2fsck -fn "$dir/kinds.img"
	# what was committed is judged by a stranger
	debugfs -R "dump /mount.wim $dir/mount.wim" "$dir/kinds.img"
	wimlib-imagex verify "$dir/mount.wim"
	wimlib-imagex dir "$dir/mount.wim" second --path=/kept
}

@test "a root file system in an attached disk outlives switch_root" {
	token=$(od -An -tx1 -N 12 /dev/urandom | tr -d ' \n')
	root=$dir/root
	mkdir -p "$root"/{bin,sbin,dev,proc,sys,host,data} "$dir/host"
	cp .cache/root/bin/busybox "$root/bin/"
	for name in sh sha1sum dd sync poweroff mount grep; do
		ln -s busybox "$root/bin/$name"
	done
	cp tests/boot/vdisk_root.sh "$root/sbin/init"
	echo "$token" >"$root/token"
	head -c 5M /dev/urandom >"$root/data/random"
	(cd "$root" && sha1sum bin/busybox data/random | sed 's|  |  /|' >sums)
	mke2fs -q -t ext4 -d "$root" "$dir/root.img" 40M
	slipway vdisk convert "$dir/root.img" "$dir/host/root.vhd" \
		--type dynamic --progress none
	mke2fs -q -t ext4 -d "$dir/host" "$dir/host.img" 80M
	cp tests/boot/vdisk_root.sh "$dir/add/root_init"
	add_archive "$dir/add" "$O/boot/initramfs" "$dir/initramfs"
	QEMU_CPUS=2 qemu_start "$dir" bios -kernel "$O/boot/vmlinuz" \
		-initrd "$dir/initramfs" -net none -no-reboot \
		-append "console=ttyS0 quiet rdinit=/root_init" \
		-drive "file=$dir/host.img,format=raw,if=virtio,cache=unsafe"
	qemu_wait "vdisk root (passed: $token|FAILED)" 90 || true
	grep -aq "vdisk root passed: $token" "$dir/serial.log"
	wait "$qemu_pid"
	qemu_stop
	qemu_pid=
	# what the guest wrote is in the VHD, and both volumes are whole
	# 1: its log was replayed, as nobody unmounts it below the root
	e2fsck -fp "$dir/host.img" || [ $? -eq 1 ]
	debugfs -R "dump /root.vhd $dir/out.img" "$dir/host.img"
	mv "$dir/out.img" "$dir/out.vhd"
	slipway vdisk check "$dir/out.vhd"
	slipway vdisk convert "$dir/out.vhd" "$dir/out.img" --format raw \
		--progress none
	e2fsck -fn "$dir/out.img"
	debugfs -R "dump /new $dir/new.img" "$dir/out.img"
	debugfs -R "dump /sums.new $dir/sums" "$dir/out.img"
	[ "$(sha1sum <"$dir/new.img")" = "$(sed 's|/new|-|' "$dir/sums")" ]
}
