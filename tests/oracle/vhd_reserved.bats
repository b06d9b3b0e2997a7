#!/usr/bin/env bats
# Virtual disks that grew on reserved extents of a volume while it was built:
# ntfs-3g's tools and libfsntfs judge the volume, qemu-img and libvhdi what lies
# in its files. The volume comes from tests/unit/libvdisk/reserved.c.

load ../helpers

setup_file() {
	export MAKER=$O/san/unit/libvdisk/reserved
	[ -x "$MAKER" ] || make -s -C "$ROOT" O="$O" "$MAKER"
}

setup() {
	cd "$BATS_TEST_TMPDIR"
}

hash_of() { # FILE
	sha1sum <"$1" | cut -c 1-40
}

sound() { # VOLUME
	run -0 ntfsfix -n "$1"
	assert_output_has 'Checking the alternate boot sector... OK'
	run -0 ntfsinfo -m "$1"
	run -0 fsntfsinfo "$1"
	run -0 fls -r -p "$1"
	run -0 slipway chkdsk "$1"
}

# The file is as long as its disk made it, in one run, and Windows could start
# from it.
not_sparse() { # VOLUME NAME SIZE
	run -0 ntfsinfo -v -F "$2" "$1"
	assert_output_has "Data size:		 $3 ("
	assert_output_has 'Attribute flags:	 0x0000'
	[ "$(grep -c 'VCN = ' <<<"$output")" -le 2 ]
	[[ $output != *SPARSE* && $output != *COMPRESSED* ]]
}

@test "disks on reserved extents end with their true size" {
	requires ntfsfix ntfsinfo ntfscat fsntfsinfo fls qemu-img vhdiinfo
	for cluster in 512 4096 65536; do
		"$MAKER" v.img 300000000 $cluster >made.txt
		sound v.img
		while IFS=$'\t' read -r name bytes size hash; do
			not_sparse v.img "$name" "$bytes"
			ntfscat v.img "$name" >"$name"
			[ "$(stat -c %s "$name")" -eq "$bytes" ]
			run -0 vhdiinfo "$name"
			assert_output_has "($size bytes)"
			case $name in
			d.vhd | empty.vhd) format=vpc ;;
			x.vhdx) format=vhdx ;;
			*) continue ;;
			esac
			qemu-img convert -f $format -O raw "$name" x.raw
			[ "$(hash_of x.raw)" = "$hash" ]
		done <made.txt
		run -0 qemu-img check -f vhdx x.vhdx
		assert_output_has "No errors"
		[ "$(wc -l <made.txt)" -eq 6 ]
		rm ./*
	done
}

@test "libvhdi composes chains that grew on reserved extents" {
	requires ntfscat vhdimount fusermount
	[ -w /dev/fuse ] || skip "there is no FUSE here"
	"$MAKER" v.img 300000000 4096 >made.txt
	while IFS=$'\t' read -r name _; do
		ntfscat v.img "$name" >"$name"
	done <made.txt
	mkdir mnt
	for top in d2.vhd x1.vhdx; do
		vhdimount $top mnt >/dev/null
		count=$(find mnt -type f | wc -l)
		# One read at a time: vhdimount 20210425 mixes up several.
		dd if="mnt/vhdi$count" bs=64k iflag=direct status=none \
			of=x.raw || true
		fusermount -u mnt
		[ "$(hash_of x.raw)" = \
			"$(awk -v n=$top '$1 == n { print $4 }' made.txt)" ]
	done
}
