# VHD and VHDX: what we write, qemu-img and libvhdi read; what they and Windows
# wrote, we read.

load ../helpers
load vdisk_judges

setup() {
	cd "$BATS_TEST_TMPDIR"
}

# Makes a VHD of a size with something in its first and last sector.
make_vhd() { # FILE SIZE
	slipway vdisk create "$1" "$2"B --sparse
	printf first | dd of="$1" conv=notrunc status=none
	printf last | dd of="$1" bs=1 seek=$(($2 - 512)) conv=notrunc status=none
}

# The hash of the first sectors and of the last, which are all there is.
ends() { # FILE SIZE
	{ head -c 512 "$1"; tail -c +$(($2 - 511)) "$1" | head -c 512; } |
		sha256sum
}

@test "qemu-img and libvhdi agree on the size of our fixed VHDs" {
	requires qemu-img vhdiinfo
	# One sector; odd; no multiple of a cylinder; at the bounds of the
	# geometry; over 127 GiB; the largest.
	for size in 512 1536 34603008 35651584 1073741824 1073742336 \
		136367309312 137438953472 2190433320448 2190433320960; do
		make_vhd x.vhd "$size"
		run -0 qemu-img info -f vpc --output=json x.vhd
		assert_output_has "\"virtual-size\": $size,"
		run -0 vhdiinfo x.vhd
		assert_output_has "($size bytes)"
		assert_output_has "Disk type		: Fixed"
		rm x.vhd
	done
}

@test "qemu-img reads our fixed VHDs to the byte" {
	requires qemu-img
	for size in 512 1536 34603008 8589935104; do
		make_vhd x.vhd "$size"
		qemu-img convert -f vpc -O raw x.vhd x.raw
		[ "$(stat -c %s x.raw)" -eq "$size" ]
		[ "$(ends x.vhd "$size")" = "$(ends x.raw "$size")" ]
		rm x.vhd x.raw
	done
}

@test "vdisk convert makes VHDs that qemu-img finds identical" {
	requires qemu-img
	head -c 5000192 /dev/urandom >x.raw
	truncate -s 20000256 x.raw
	printf end | dd of=x.raw bs=1 seek=20000000 conv=notrunc status=none
	slipway vdisk convert x.raw x.vhd --progress none
	run -0 qemu-img compare -f raw -F vpc x.raw x.vhd
	slipway vdisk convert x.vhd y.raw --format raw --progress none
	cmp x.raw y.raw
}

@test "what qemu-img writes is read to the byte" {
	requires qemu-img
	head -c 7000064 /dev/urandom >x.raw
	truncate -s 100000256 x.raw
	head -c 700416 /dev/urandom |
		dd of=x.raw bs=512 seek=160000 conv=notrunc status=none
	for options in vpc:subformat=fixed,force_size \
		vpc:subformat=dynamic,force_size vpc:subformat=dynamic \
		vhdx:subformat=fixed vhdx:subformat=dynamic \
		vhdx:subformat=dynamic,block_size=33554432; do
		format=${options%%:*}
		qemu-img convert -f raw -O "$format" -o "${options#*:}" x.raw x.img
		slipway vdisk convert x.img y.raw --format raw --progress none
		case $options in
		# without force_size the disk grows to whole cylinders
		*force_size | vhdx*) cmp x.raw y.raw ;;
		*) cmp -n 100000256 x.raw y.raw ;;
		esac
		rm x.img y.raw
	done
}

# Prints the geometry in a footer: cylinders heads sectors.
geometry() { # FILE
	tail -c 512 "$1" | od -An -j 56 -N 4 -t u1 |
		awk '{print $1 * 256 + $2, $3, $4}'
}

@test "the geometry is the one that qemu-img computes" {
	requires qemu-img
	# Sizes that are whole cylinders, where it does not round.
	for size in 4177920 33423360 1065369600 8455200768 136899993600; do
		qemu-img create -q -f vpc -o subformat=fixed x.vhd "$size"
		actual=$(($(stat -c %s x.vhd) - 512))
		slipway vdisk create y.vhd "$actual" --sparse
		[ "$(geometry x.vhd)" = "$(geometry y.vhd)" ]
		rm x.vhd y.vhd
	done
}

# Unpacks a sample.
sample() { # NAME
	xz -dc "$SLIPWAY_SAMPLES/${1##*.}/$1.xz" >"$1"
}

@test "what Windows wrote is read to its known content" {
	requires_samples
	while read -r name hash; do
		sample "$name"
		slipway vdisk convert "$name" x.raw --format raw --progress none
		[ "$(sha256sum <x.raw)" = "$hash  -" ]
		rm x.raw
	done <<-END
	ntfs-fixed.vhd cd81fade3878f1b2957f1ece168201876bdf4e90c9b30f60c2f232eba5fea76c
	ntfs-dynamic.vhd 8b10b52e3d1e76075d05a5101a6536b9fa8376a5b8f7c22f502d0987d165c876
	fat-parent.vhd bbdb657bc5aa2fde44e2456149f9257a862cb84f4668e338b90e357b0fbdf118
	ntfs-fixed.vhdx 5237dd895f38052344e2ef35a207fe9df08cd18d17b6ea857a1b93cc475e1f2e
	ntfs-dynamic.vhdx b92731f8e4bf3532418444d22a9086823a8122569500acd09cd8d2ce20eb98e9
	fat-parent.vhdx 2d1954fec68faefe81dd3687282a9b387bf8417f6d2cf0da3825fa1445b64cfb
	END
}

@test "a disk by VirtualBox has the size of its footer" {
	requires_samples
	sample vbox-dynamic-empty.vhd
	run -0 slipway vdisk info vbox-dynamic-empty.vhd
	assert_output_has "Virtual size:  2147483648 bytes"
}

# libvhdi 20210425 reads one sector (186) of this sample as zeroes although its
# bit says that it is the parent's; the file in it, WPSettings.dat, is whole only
# by the bitmap.
@test "a differencing VHD is composed with its parent, and no other" {
	requires_samples
	sample fat-differential.vhd
	sample fat-parent.vhd
	sample ntfs-fixed.vhd
	run -0 slipway vdisk info fat-differential.vhd
	assert_output_has 'C:\Projects\dfvfs\test_data\fat-parent.vhd'
	mv fat-parent.vhd below.vhd
	run -1 slipway vdisk convert fat-differential.vhd x.raw
	assert_output_has "its parent is missing: ./fat-parent.vhd"
	mv below.vhd fat-parent.vhd
	run -1 slipway vdisk convert fat-differential.vhd x.raw \
		--parent ntfs-fixed.vhd
	assert_output_has "not the parent"
	slipway vdisk convert fat-differential.vhd x.raw --format raw \
		--parent fat-parent.vhd --progress none
	slipway vdisk convert fat-differential.vhd y.raw --format raw \
		--progress none
	cmp x.raw y.raw
	[ "$(sha256sum <x.raw)" = \
		"f4b61a33ee2f7e8c19f737792a4107e46340026a9a829e4169b751901cc3ef02  -" ]
}

@test "a VHDX that was not closed is read as it is after its log, unchanged" {
	requires_samples
	sample qemu-iotest-dirty-log-10G.vhdx
	before=$(sha256sum <qemu-iotest-dirty-log-10G.vhdx)
	run -0 slipway vdisk info qemu-iotest-dirty-log-10G.vhdx
	assert_output_has "log is to be replayed"
	slipway vdisk convert qemu-iotest-dirty-log-10G.vhdx x.raw \
		--format raw --progress none
	# all 10 GB: 179cefe8b0587f123393eedf2aa7aa8d25798591178e6bc3950a09762f38f96f
	[ "$(sha256_of_data x.raw)" = \
		eade6bb19b8137c694f3d68eb6110cb8595d8f063cbd435eb4376952253b87fb ]
	[ "$(sha256sum <qemu-iotest-dirty-log-10G.vhdx)" = "$before" ]
}

@test "a differencing VHDX by Windows is composed with its parent" {
	requires_samples
	sample fat-differential.vhdx
	sample fat-parent.vhdx
	run -0 slipway vdisk info fat-differential.vhdx
	assert_output_has 'C:\Projects\dfvfs\test_data\fat-parent.vhdx'
	slipway vdisk convert fat-differential.vhdx x.raw --format raw \
		--progress none
	[ "$(sha256sum <x.raw)" = \
		"a538161f34bc44c12bf9a542ce9218741c62728723ea18d0e4f6ea92e9f32e93  -" ]
}

@test "qemu-img checks and reads our VHDX, and libvhdi knows them" {
	requires qemu-img vhdiinfo
	head -c 5000192 /dev/urandom >x.raw
	for size in 512 5000192 20000256 4194304000; do
		truncate -s "$size" x.raw
		printf end | dd of=x.raw bs=1 seek=$((size - 512)) conv=notrunc \
			status=none
		for type in fixed dynamic; do
			slipway vdisk convert x.raw x.vhdx --type $type \
				--progress none
			run -0 qemu-img check -f vhdx x.vhdx
			assert_output_has "No errors"
			run -0 qemu-img compare -f raw -F vhdx x.raw x.vhdx
			run -0 vhdiinfo x.vhdx
			assert_output_has "($size bytes)"
			slipway vdisk convert x.vhdx y.raw --format raw \
				--progress none
			cmp x.raw y.raw
			rm x.vhdx y.raw
		done
	done
}

@test "qemu-img and libvhdi accept our empty VHDX of all kinds" {
	requires qemu-img vhdiinfo
	for options in "--block-size 1M" "--block-size 256M" \
		"--type dynamic" \
		"--type dynamic --block-size 1M"; do
		# shellcheck disable=SC2086 # several words are meant
		slipway vdisk create x.vhdx 1G $options
		run -0 qemu-img check -f vhdx x.vhdx
		assert_output_has "No errors"
		rm x.vhdx
	done
	# QEMU knows only sectors of 512 bytes.
	slipway vdisk create x.vhdx 1G --sector-size 4096
	run -0 vhdiinfo x.vhdx
	assert_output_has "Bytes per sector	: 4096 bytes"
	rm x.vhdx
	slipway vdisk create x.vhdx 64T --type dynamic
	run -0 slipway vdisk info x.vhdx
	assert_output_has "70368744177664 bytes"
	run -1 slipway vdisk create y.vhdx 65T --type dynamic
	assert_output_has "64 TiB"
	rm x.vhdx
	# The most blocks that there can be.
	slipway vdisk create x.vhdx 64T --type dynamic --block-size 1M
	slipway partition create x.vhdx --gpt type=data
	slipway vdisk check x.vhdx
	run -0 qemu-img check -f vhdx x.vhdx
	assert_output_has "No errors"
}

@test "qemu-img and libvhdi read our dynamic VHDs" {
	requires qemu-img vhdiinfo
	head -c 5000192 /dev/urandom >x.raw
	for size in 512 5000192 20000256 4194304000; do
		truncate -s "$size" x.raw
		printf end | dd of=x.raw bs=1 seek=$((size - 512)) conv=notrunc \
			status=none
		slipway vdisk convert x.raw x.vhd --type dynamic --progress none
		run -0 qemu-img compare -f raw -F vpc x.raw x.vhd
		run -0 vhdiinfo x.vhd
		assert_output_has "($size bytes)"
		assert_output_has "Disk type		: Dynamic"
		rm x.vhd
	done
}

# A disk, a child with some changes and a child of that.
make_chain() { # EXTENSION
	head -c 3000320 /dev/urandom >0.raw
	truncate -s 12000256 0.raw
	slipway vdisk convert 0.raw "0.$1" --type dynamic --progress none
	for i in 1 2; do
		cp $((i - 1)).raw $i.raw
		for at in $((700 * i)) 9000 20000; do
			head -c $((4000 * i)) /dev/urandom |
				dd of=$i.raw bs=512 seek="$at" conv=notrunc \
					status=none
		done
		slipway vdisk create "$i.$1" --parent $((i - 1))."$1" \
			--source $i.raw
		slipway vdisk check "$i.$1"
	done
}

@test "libvhdi composes our chains of VHD and VHDX" {
	requires_pyvhdi
	for format in vhd vhdx; do
		make_chain $format
		judge_chain 0.raw 0.$format
		judge_chain 1.raw {0,1}.$format
		judge_chain 2.raw {0,1,2}.$format
		slipway vdisk convert 2.$format y.raw --format raw \
			--progress none
		cmp 2.raw y.raw
		rm y.raw [0-2].*
	done
}
