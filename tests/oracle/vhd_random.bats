#!/usr/bin/env bats
# Virtual disks of random kinds, sizes and block sizes: what libvdisk wrote, at
# random, qemu-img and libvhdi read to the same content. The seed is printed;
# SEED=N tries it again. The disks come from tests/unit/libvdisk/strangers.c.

load ../helpers

setup_file() {
	export MAKER=$O/san/unit/libvdisk/strangers
	[ -x "$MAKER" ] || make -s -C "$ROOT" O="$O" "$MAKER"
	export SEED=${SEED:-$(od -An -N 3 -t u4 /dev/urandom | tr -d ' ')}
	echo "# SEED=$SEED" >&3
	mkdir "$BATS_FILE_TMPDIR/disks"
	"$MAKER" "$BATS_FILE_TMPDIR/disks" "$SEED" 24 \
		>"$BATS_FILE_TMPDIR/made.txt"
}

setup() {
	echo "SEED=$SEED" # shown when a test fails
	cd "$BATS_FILE_TMPDIR/disks"
}

hash_of() { # FILE
	sha1sum <"$1" | cut -c 1-40
}

@test "qemu-img reads random disks to their content" {
	requires qemu-img
	count=0
	while IFS=$'\t' read -r name format type sector size hash; do
		# QEMU knows no children, and only sectors of 512 bytes.
		[ "$type-$sector" != differencing-512 ] || continue
		[ "$sector" = 512 ] || continue
		echo "$name $type $size"
		qemu-img info --output=json -f "$format" "$name" >info.json
		grep -q "\"virtual-size\": $size," info.json
		[ "$format" = vpc ] || qemu-img check -q -f vhdx "$name"
		qemu-img convert -f "$format" -O raw "$name" x.raw
		[ "$(hash_of x.raw)" = "$hash" ]
		count=$((count + 1))
	done <../made.txt
	rm -f x.raw
	[ "$count" -gt 4 ]
}

@test "libvhdi reads random disks and chains to their content" {
	requires vhdimount fusermount
	[ -w /dev/fuse ] || skip "there is no FUSE here"
	mkdir -p ../mnt
	count=0
	while IFS=$'\t' read -r name format type sector size hash; do
		echo "$name $type $sector $size"
		vhdimount "$name" ../mnt >/dev/null
		top=$(find ../mnt -type f | wc -l)
		# One read at a time: vhdimount 20210425 mixes up several.
		dd if="../mnt/vhdi$top" bs=64k iflag=direct status=none \
			of=x.raw || true
		fusermount -u ../mnt
		[ "$(hash_of x.raw)" = "$hash" ]
		count=$((count + 1))
	done <../made.txt
	rm -f x.raw
	[ "$count" -gt 20 ]
}

@test "our own tools read them too, chains and all" {
	rm -f x.raw
	while IFS=$'\t' read -r name format type sector size hash; do
		slipway vdisk convert "$name" x.raw --format raw --progress none
		[ "$(hash_of x.raw)" = "$hash" ]
		slipway vdisk check "$name" >/dev/null
		rm x.raw
	done <../made.txt
}
