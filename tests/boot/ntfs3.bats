# What we write to NTFS volumes, told by the kernel's ntfs3: every byte, attributes and
# descriptors, owner and mode of Linux, names that differ in case alone; of a volume
# that is built, and of one that holds files.

load ../helpers

setup() {
	requires qemu-system-x86_64 cpio musl-gcc python3
	cd "$ROOT"
	# shellcheck source=qemu.sh
	. tests/boot/qemu.sh
	# shellcheck source=../programs.sh
	. tests/programs.sh
	dir=$O/boot-tests/ntfs3
	rm -rf "$dir"
	mkdir -p "$dir/add"
}

teardown() {
	[ -z "${qemu_pid:-}" ] || qemu_stop
	rm -rf "$dir"/*.img "$dir/initramfs" "$dir/add" "$dir"/*.wim
}

tree() {
	PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$ROOT/tests \
		python3 "$ROOT/tests/boot/ntfs3_tree.py" "$@"
}

@test "ntfs3 tells of a random tree what the image holds" {
	token=$(od -An -tx1 -N 12 /dev/urandom | tr -d ' \n')
	seed=${SLIPWAY_SEED:-$((16#${token:0:6}))}
	echo "seed $seed"
	tree make "$seed" "$dir/x.wim" "$dir/wanted"
	musl-gcc -static -O1 -o "$dir/add/look" tests/boot/ntfs3_look.c
	truncate -s 64M "$dir/built.img" "$dir/put.img"
	truncate -s 8M "$dir/said1.img" "$dir/said2.img"
	slipway format "$dir/put.img"
	echo kept >"$dir/kept"
	slipway copy "$dir/kept" "$dir/put.img:\\in the way\\kept" /P
	for volume in built put; do
		run -0 slipway dism /Apply-Image "/ImageFile:$dir/x.wim" /Index:1 \
			"/ApplyDir:$dir/$volume.img:\\" --progress none
		run -0 slipway chkdsk "$dir/$volume.img"
	done
	cat >"$dir/add/look.sh" <<-'END'
		mkdir -p /mnt
		modprobe -q ntfs3
		for i in $(seq 60); do # disks appear when their driver is there
			[ ! -b /dev/vdd ] || break
			sleep 0.5
		done
		for i in 1:vda:vdc 2:vdb:vdd; do
			IFS=: read -r number from to <<-IN
			$i
			IN
			mount -t ntfs3 -o ro,iocharset=utf8 /dev/$from /mnt &&
				/look /mnt >/dev/$to
			umount /mnt
		done
		sync
		echo "looked at: $1"
	END
	add_archive "$dir/add" "$O/boot/initramfs" "$dir/initramfs"
	qemu_start "$dir" bios -kernel "$O/boot/vmlinuz" \
		-initrd "$dir/initramfs" -net none -no-reboot \
		-append "console=ttyS0 quiet slipway.shell" \
		-drive "file=$dir/built.img,format=raw,if=virtio,cache=unsafe" \
		-drive "file=$dir/put.img,format=raw,if=virtio,cache=unsafe" \
		-drive "file=$dir/said1.img,format=raw,if=virtio,cache=unsafe" \
		-drive "file=$dir/said2.img,format=raw,if=virtio,cache=unsafe"
	qemu_wait 'slipway.*# ' 60
	qemu_type "sh /look.sh $token"
	qemu_wait "looked at: $token" 60
	tr -d '\0' <"$dir/said2.img" | grep -v $'^/in the way' >"$dir/said.img"
	tree compare "$dir/wanted" "$dir/said1.img"
	tree compare "$dir/wanted" "$dir/said.img"
	[ "$(wc -l <"$dir/wanted")" -gt 10 ]
}
