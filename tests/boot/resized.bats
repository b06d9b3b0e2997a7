# Volumes that we made smaller and larger, filled to the last byte by the kernel.

load ../helpers

setup() {
	requires qemu-system-x86_64 cpio ntfsfix fsck.fat
	cd "$ROOT"
	# shellcheck source=qemu.sh
	. tests/boot/qemu.sh
	# shellcheck source=../programs.sh
	. tests/programs.sh
	NTFS=$O/san/unit/libntfs/resize/resize
	FAT=$O/san/unit/libfat/extend
	[ -x "$NTFS" ] && [ -x "$FAT" ] || skip "the unit programs are not built"
	dir=$O/boot-tests/resized
	rm -rf "$dir"
	mkdir -p "$dir/add"
}

teardown() {
	[ -z "${qemu_pid:-}" ] || qemu_stop
	rm -rf "$dir"/*.img "$dir/initramfs" "$dir/add"
}

# 40 MiB with files, some of them gone again.
make_volume() { # FILE FS
	truncate -s 40M "$1"
	slipway format "$1" "/FS:$2" >/dev/null
	for i in $(seq 12); do
		head -c $((i * 99991)) "$SLIPWAY" >"$dir/$i"
		slipway copy "$dir/$i" "$1:\\folder\\$i" /P >/dev/null
	done
}

@test "the kernel fills volumes that were resized, and finds their files" {
	token=$(od -An -tx1 -N 12 /dev/urandom | tr -d ' \n')
	make_volume "$dir/small.img" NTFS
	cp "$dir/small.img" "$dir/large.img"
	make_volume "$dir/fat.img" FAT32
	run -0 "$NTFS" shrink "$dir/small.img" 16000000
	truncate -s 16000000 "$dir/small.img"
	truncate -s 72M "$dir/large.img" "$dir/fat.img"
	run -0 "$NTFS" extend "$dir/large.img"
	run -0 "$FAT" "$dir/fat.img"
	(cd "$dir" && sha1sum [1-9] 1[0-2] >add/wanted)
	cat >"$dir/add/fill.sh" <<-'END'
		mkdir -p /mnt
		modprobe -q ntfs3
		modprobe -q vfat
		for i in $(seq 60); do # disks appear when their driver is there
			[ ! -b /dev/vdc ] || break
			sleep 0.5
		done
		for i in vda:ntfs3 vdb:ntfs3 vdc:vfat; do
			mount -t ${i#*:} /dev/${i%:*} /mnt || continue
			(cd /mnt/folder && sha1sum -c -s /wanted) && echo "same: ${i%:*}"
			cat /dev/zero >/mnt/fill 2>/dev/null
			for n in $(seq 20); do
				(cat /dev/zero >/mnt/fill$n) 2>/dev/null
			done
			echo "left: ${i%:*} $(df -k /mnt | awk 'END { print $4 }')"
			umount /mnt && echo "done: ${i%:*}"
		done
		sync
		echo "filled: $1"
	END
	add_archive "$dir/add" "$O/boot/initramfs" "$dir/initramfs"
	qemu_start "$dir" bios -kernel "$O/boot/vmlinuz" \
		-initrd "$dir/initramfs" -net none -no-reboot \
		-append "console=ttyS0 quiet slipway.shell" \
		-drive "file=$dir/small.img,format=raw,if=virtio,cache=unsafe" \
		-drive "file=$dir/large.img,format=raw,if=virtio,cache=unsafe" \
		-drive "file=$dir/fat.img,format=raw,if=virtio,cache=unsafe"
	qemu_wait 'slipway.*# ' 60
	qemu_type "sh /fill.sh $token"
	qemu_wait "filled: $token" 120
	# ntfs3 leaves some room to the MFT, on any volume.
	for disk in vda vdb vdc; do
		grep -aq "same: $disk" "$dir/serial.log"
		grep -aqE "left: $disk [0-9]{1,3}[^0-9]" "$dir/serial.log"
		grep -aq "done: $disk" "$dir/serial.log"
	done
	qemu_stop
	qemu_pid=
	for volume in small large; do
		run -0 slipway chkdsk "$dir/$volume.img"
		run -0 ntfsfix -n "$dir/$volume.img"
	done
	run -0 fsck.fat -n "$dir/fat.img"
}
