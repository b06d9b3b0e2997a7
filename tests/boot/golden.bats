# A golden VHDX with a system partition of its own: one file that is the whole disk
# of a virtual machine (QEMU attaches it in Hyper-V's place), and that a machine
# starts natively from its own disk.
load ../helpers
load small_image
bats_require_minimum_version 1.5.0

setup_file() {
	requires qemu-system-x86_64 wimlib-imagex mcopy hivexsh vhdimount objcopy \
		qemu-img
	[ -e /usr/lib/systemd/boot/efi/linuxx64.efi.stub ] ||
		requires systemd-boot-efi
	WORK=$(mktemp -d "${TMPDIR:-/tmp}/golden-XXXXXX")
	export WORK MTOOLSRC=/dev/null
	full=$("$ROOT/tests/standin/image.sh")
	cd "$WORK"
	small_tree "$full"
	windows_10 tree/Windows/System32/winload.efi
	small_image "$full" first
	musl-gcc -static -std=c11 -o device "$ROOT/tests/standin/device.c"
	cat >answer.ini <<-'END'
		[disk]
		efi-size = 110M
		[image]
		file = first.wim
		[partition]
		size = 200M
		[boot]
		system = windows
		description = Golden
	END
	slipway deploy answer.ini --target golden.vhdx --size 340M \
		--progress none
	rm -r tree first
}

# A loader's version, in its resource (VS_FIXEDFILEINFO): an older Windows starts
# from no VHDX.
windows_10() { # FILE
	python3 - "$1" <<-'END'
		import struct, sys
		data = bytearray(open(sys.argv[1], "rb").read())
		at = data.index(struct.pack("<I", 0xFEEF04BD))
		for field in (8, 16):
		    struct.pack_into("<HH", data, at + field, 0, 10)
		open(sys.argv[1], "wb").write(data)
	END
}

teardown_file() { rm -rf "$WORK"; }

setup() { cd "$WORK"; }

boots() { # NAME DISK FORMAT
	run "$ROOT/tests/boot/windows.sh" "$1" "$PWD/$2" \
		"^standin: token $(cat first.token)" "$3"
	echo "$output"
	[ "$status" -eq 0 ]
}

# What the store of a raw image's first partition says of its default entry.
device_of() { # IMAGE
	mcopy -n -D o -i "$1@@1M" ::/EFI/Microsoft/Boot/BCD BCD
	loader=$(hivexget BCD "\\Objects\\$MANAGER\\Elements\\23000003" Element)
	hivexget BCD "\\Objects\\$loader\\Elements\\11000001" Element >value
	./device 12000002 <value
}

MANAGER='{9dea862c-5cdd-4e70-acc1-f32b344d4795}'

@test "deploy makes a VHDX under such a name, whose store names its own partitions" {
	slipway vdisk info golden.vhdx | grep 'Format: *VHDX'
	slipway vdisk info golden.vhdx | grep 'Type: *fixed'
	[ "$(du -m golden.vhdx | cut -f 1)" -ge 340 ]
	qemu-img info golden.vhdx | grep 'file format: vhdx'
	qemu-img convert -f vhdx -O raw golden.vhdx golden.raw
	run -0 device_of golden.raw
	[[ $output = "form=partition
partition=$(sfdisk --part-uuid golden.raw 3)
disk=$(sfdisk --disk-id golden.raw)"* ]]
	rm golden.raw
}

@test "as a machine's whole disk it starts, also after bcdboot wrote anew" {
	cp --sparse=always golden.vhdx run.vhdx
	slipway format run.vhdx@1 /FS:FAT32 /Y
	run -0 slipway bcdboot 'run.vhdx@3:\Windows' /s run.vhdx@1 \
		/description 'Whole disk'
	boots golden-whole run.vhdx vhdx
	assert_output_has 'entry "Whole disk"'
	assert_output_has 'device is partition'
	rm run.vhdx
}

@test "and natively, as a file on a machine's disk" {
	slipway partition create disk.img --gpt --size 600M \
		type=efi,size=110M type=data
	slipway format disk.img@1 /FS:FAT32
	slipway format disk.img@2
	slipway copy golden.vhdx 'disk.img@2:\vhd\golden.vhdx' /P
	run -0 slipway bcdboot 'disk.img@2:\vhd\golden.vhdx@3:\Windows' \
		/s disk.img@1 /description Native
	# from its own system partition it would start as before
	run -0 slipway bcdboot 'disk.img@2:\vhd\golden.vhdx@3:\Windows' \
		/s 'disk.img@2:\vhd\golden.vhdx@1'
	run -1 slipway bcdboot 'disk.img@2:\vhd\golden.vhdx@3:\Windows' \
		/s golden.vhdx@1
	assert_output_has 'lies elsewhere'
	run -0 slipway chkdsk disk.img@2
	boots golden-native disk.img raw
	assert_output_has 'file \vhd\golden.vhdx'
	rm disk.img
}
