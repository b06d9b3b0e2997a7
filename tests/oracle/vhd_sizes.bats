#!/usr/bin/env bats
# The size of a VHD is what its maker means, cylinders or the footer: as qemu-img
# sees it for the makers that it knows, and as files by them have it.

load ../helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
}

size_of() { # FILE
	slipway vdisk info --json "$1" |
		python3 -c 'import json, sys; print(json.load(sys.stdin)["size"])'
}

qemu_size_of() { # FILE
	qemu-img info -f vpc --output=json "$1" |
		python3 -c 'import json, sys; print(json.load(sys.stdin)["virtual-size"])'
}

# Gives a VHD another maker, in both footers.
made_by() { # FILE CREATOR
	python3 - "$1" "$2" <<-'END'
	import struct, sys
	name, creator = sys.argv[1:]
	data = bytearray(open(name, "rb").read())
	for at in {0, len(data) - 512}:
	    if data[at:at + 8] == b"conectix":
	        data[at + 28:at + 32] = creator.encode().ljust(4, b"\0")
	        data[at + 64:at + 68] = bytes(4)
	        data[at + 64:at + 68] = struct.pack(
	            ">I", ~sum(data[at:at + 512]) & 0xFFFFFFFF)
	open(name, "wb").write(data)
	END
}

@test "qemu-img agrees on the size for each maker that it knows" {
	requires qemu-img
	# Not whole cylinders; whole ones; over the largest geometry.
	for size in 35651584 33423360 17179869184 150000000000; do
		for creator in 'vpc ' qemu qem2 'win ' 'd2v ' tap CTXS; do
			rm -f x.vhd
			slipway vdisk create x.vhd "$size" --type dynamic
			made_by x.vhd "$creator"
			echo "$size by $creator"
			[ "$(size_of x.vhd)" = "$(qemu_size_of x.vhd)" ]
		done
		made_by x.vhd vbox
		[ "$(size_of x.vhd)" = "$size" ]
	done
	run -0 slipway vdisk check x.vhd
}

@test "what qemu-img makes has the size that it says" {
	requires qemu-img
	for options in subformat=fixed subformat=dynamic \
		subformat=fixed,force_size subformat=dynamic,force_size; do
		for size in 512 1536 35651584 1073742336; do
			qemu-img create -q -f vpc -o "$options" x.vhd "$size"
			[ "$(size_of x.vhd)" = "$(qemu_size_of x.vhd)" ]
			rm x.vhd
		done
	done
}

@test "files by Virtual PC and VirtualBox have the size that these showed" {
	requires_samples
	for name in virtualpc-dynamic vbox-dynamic-empty; do
		xz -dc "$SLIPWAY_SAMPLES/vhd/$name.vhd.xz" >"$name.vhd"
	done
	[ "$(size_of virtualpc-dynamic.vhd)" = 136363130880 ]
	run -0 slipway vdisk map virtualpc-dynamic.vhd
	[ "$output" = "0 136363130880 zero" ]
	# All zeroes, as its known content is.
	[ "$(size_of vbox-dynamic-empty.vhd)" = 2147483648 ]
	run -0 slipway vdisk map vbox-dynamic-empty.vhd
	[ "$output" = "0 2147483648 zero" ]
}

@test "a disk by Virtual PC that is made larger has the size asked for" {
	requires qemu-img
	for type in fixed dynamic; do
		rm -f x.vhd
		slipway vdisk create x.vhd 35651584 --type $type
		made_by x.vhd 'vpc '
		[ "$(size_of x.vhd)" -lt 35651584 ]
		slipway vdisk expand x.vhd 45000192
		[ "$(size_of x.vhd)" = 45000192 ]
		[ "$(qemu_size_of x.vhd)" = 45000192 ]
	done
}
