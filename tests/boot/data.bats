# A stick with further partitions, one start: NTFS with an image of over 4 GiB, which
# is a hole to but its end, exFAT, as Windows makes it, and NTFS that was left dirty.
# Answer file and start script are on the FAT partition; a disk beside it is left
# alone.
load ../helpers

setup() {
	requires qemu-system-x86_64 mcopy mkfs.exfat fsck.exfat wimlib-imagex ntfsfix
	cd "$ROOT"
	dir=$O/boot-tests/data
	rm -rf "$dir"
	mkdir -p "$dir"
	. tests/boot/qemu.sh
	. tests/boot/media.bash
	id=$(new_id)
	token=$(new_id)
}

teardown() {
	[ -z "${qemu_pid:-}" ] || qemu_stop
	rm -f "$dir"/*.img "$dir"/*.wim
	screen_text | tail -n 60
}

# Small systems, one far behind in its file, one in two parts.
make_images() {
	(
		cd "$dir"
		echo "$token" >token
		make_wim <<-END
			init = [folder("sbin", [file("init", b"$token")])]
			wim("install.wim", init, gap=4300000000)
			wim("two.wim", init)
		END
		wimlib-imagex split two.wim two.swm 0.0001 >/dev/null
		[ -e two2.swm ]
	)
}

make_scripts() {
	make_answer "$dir/answer.ini"
	sed -i 's/^file = .*/file = INSTALL.wim/
		s/^size = 300M..400M/size = 350M/' "$dir/answer.ini"
	cat >"$dir/startnet.sh" <<-'END'
		echo "data: $(echo /run/medium-data*)"
		grep /run/medium /proc/mounts
		sha256sum </run/medium-data-2/token
		sha256sum </run/medium-data-3/token
		! touch /run/medium-data/x || echo writable
		dism /Get-ImageInfo /ImageFile:/run/medium-data/slipway/images/two2.swm
	END
}

make_stick() {
	make_medium "$dir/fat.img" "$id" "$dir/answer.ini" "$dir/startnet.sh"
	slipway partition create "$dir/stick.img" --mbr --size 4500M \
		start=1M,size=64M,type=0c,active size=4300M,type=07 size=64M,type=07 \
		size=20M,type=07
	dd if="$dir/fat.img" of="$dir/stick.img" bs=1M seek=1 conv=notrunc,sparse \
		status=none
	slipway format "$dir/stick.img@2" /V:DATA
	slipway copy "$dir/install.wim" "$dir/stick.img@2:\\Install.wim"
	for part in two.swm two2.swm; do
		slipway copy "$dir/$part" \
			"$dir/stick.img@2:\\slipway\\images\\$part" /P
	done
	truncate -s 64M "$dir/exfat.img"
	mkfs.exfat "$dir/exfat.img"
	tests/boot/exfat_put.py "$dir/exfat.img" "$dir/token" token
	run -0 fsck.exfat -n "$dir/exfat.img"
	dd if="$dir/exfat.img" of="$dir/stick.img" bs=1M seek=4365 \
		conv=notrunc,sparse status=none
	truncate -s 20M "$dir/dirty.img"
	slipway format "$dir/dirty.img"
	slipway copy "$dir/token" "$dir/dirty.img:\\token"
	ntfsfix "$dir/dirty.img"
	run -2 slipway chkdsk "$dir/dirty.img"
	assert_output_has "marked as dirty"
	dd if="$dir/dirty.img" of="$dir/stick.img" bs=1M seek=4429 conv=notrunc \
		status=none
	[ "$(du -m "$dir/stick.img" | cut -f 1)" -lt 300 ]
}

# Another disk, with an image that is nearer by its name.
make_stranger() {
	slipway partition create "$dir/other.img" --mbr --size 60M type=07
	slipway format "$dir/other.img@1" /V:DATA
	echo stranger >"$dir/stranger"
	slipway copy "$dir/stranger" "$dir/other.img@1:\\slipway\\install.wim" /P
	sha256sum <"$dir/other.img" >"$dir/other.img.sum"
}

@test "images of a second and a third partition are found, past 4 GiB too" {
	make_images
	make_scripts
	make_stick
	make_stranger
	truncate -s 350M "$dir/disk.img"
	start_kernel "slipway.medium=$id" -net none -device qemu-xhci \
		-drive "if=none,id=o,format=raw,file=$dir/other.img" \
		-device virtio-blk-pci,drive=o \
		-drive "if=none,id=m,format=raw,file=$dir/stick.img" \
		-device usb-storage,drive=m \
		-drive "if=none,id=d,format=raw,file=$dir/disk.img" \
		-device virtio-blk-pci,drive=d
	qemu_wait 'deployment finished|FAILED.*deployment' 120
	screen_text >"$dir/said"
	grep -q "^data: /run/medium-data /run/medium-data-2 /run/medium-data-3$" "$dir/said"
	grep -q "/dev/sda2 /run/medium-data ntfs3 ro," "$dir/said"
	grep -q "/dev/sda3 /run/medium-data-2 exfat ro," "$dir/said"
	[ "$(grep -cF "$(sha256sum <"$dir/token")" "$dir/said")" = 2 ]
	run ! grep -q '^writable' "$dir/said"
	grep -q 'image 1 of /run/medium-data/Install.wim (made)' "$dir/said"
	grep -q 'Details for image : .*/two2.swm' "$dir/said"
	for _ in $(seq 100); do
		kill -0 "$qemu_pid" 2>/dev/null || break
		sleep 0.1
	done
	is_unchanged "$dir/other.img"
	[ "$(slipway type "$dir/disk.img@3:\\a.vhd@1:\\sbin\\init")" = "$token" ]
}
