# vdisk attach on the kernel of the environment: the host's own may lack ublk.

load ../helpers

setup() {
	requires qemu-system-x86_64 sfdisk cpio mkntfs ntfscp
	cd "$ROOT"
	# shellcheck source=qemu.sh
	. tests/boot/qemu.sh
	dir=$O/boot-tests/vdisk-attach
	rm -rf "$dir"
	mkdir -p "$dir/add"
}

teardown() {
	[ -z "${qemu_pid:-}" ] || qemu_stop
	rm -f "$dir"/*.img "$dir/initramfs"
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

@test "vdisk attach, detach, parallel use, signals and a killed server" {
	token=$(od -An -tx1 -N 12 /dev/urandom | tr -d ' \n')
	make_disk
	truncate -s 64M "$dir/empty.img"
	# a further archive, at whole words, puts the script beside the
	# environment's files
	cp tests/boot/vdisk_attach.sh "$dir/add/vdisk_attach.sh"
	cp "$O/boot/initramfs" "$dir/initramfs"
	truncate -s %512 "$dir/initramfs"
	(cd "$dir/add" && echo vdisk_attach.sh | cpio -o -H newc --quiet) \
		>>"$dir/initramfs"
	qemu_start "$dir" bios -kernel "$O/boot/vmlinuz" \
		-initrd "$dir/initramfs" -net none -no-reboot \
		-append "console=ttyS0 quiet slipway.shell" \
		-drive "file=$dir/disk.img,format=raw,if=virtio,cache=unsafe" \
		-drive "file=$dir/empty.img,format=raw,if=virtio,cache=unsafe,discard=unmap"
	qemu_wait 'slipway.*# ' 60
	qemu_type "sh /vdisk_attach.sh $token"
	qemu_wait "vdisk checks [a-zA-Z]+: $token" 180 || true
	grep -a "vdisk check" "$dir/serial.log"
	grep -aq "vdisk checks passed: $token" "$dir/serial.log"
}
