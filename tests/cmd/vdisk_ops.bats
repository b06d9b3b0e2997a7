# vdisk expand, compact, merge, reparent, reset: what they say and refuse.

load ../helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
}

# Writes TEXT at an offset of a virtual disk that has no parent.
write_at() { # FILE OFFSET TEXT
	slipway vdisk convert "$1" w.raw --format raw --progress none
	printf '%s' "$3" | dd of=w.raw bs=1 seek="$2" conv=notrunc status=none
	rm "$1"
	slipway vdisk convert w.raw "$1" --type dynamic --progress none
	rm w.raw
}

# Prints COUNT bytes of what a disk reads as.
read_at() { # FILE OFFSET COUNT
	slipway vdisk convert "$1" r.raw --format raw --progress none
	dd if=r.raw bs=1 skip="$2" count="$3" status=none
	rm r.raw
}

# p.EXT, c.EXT on it and d.EXT on that; each holds its name at its own MiB.
make_chain() { # EXT
	slipway vdisk create "p.$1" 8M --type dynamic
	write_at "p.$1" 0 parent
	local name=c parent=p at=1
	for name in c d; do
		slipway vdisk convert "$parent.$1" s.raw --format raw \
			--progress none
		printf '%s' "$name" | dd of=s.raw bs=1M seek=$at conv=notrunc \
			status=none
		slipway vdisk create "$name.$1" --parent "$parent.$1" \
			--source s.raw
		rm s.raw
		parent=$name at=2
	done
}

@test "expand says what it was and is, and the rest is zero" {
	for name in f.vhd f.vhdx d.vhd d.vhdx; do
		slipway vdisk create $name 5M \
			--type "$([ "${name%%.*}" = f ] && echo fixed || echo dynamic)"
		run -0 slipway vdisk expand $name 9M
		assert_output_has "the disk had 5242880 bytes, and has 9437184 now"
		slipway vdisk check $name
		slipway vdisk convert $name x.raw --format raw --progress none
		cmp -n 9437184 x.raw /dev/zero
		[ "$(stat -c %s x.raw)" -eq 9437184 ]
		rm x.raw
	done
	run -1 slipway vdisk expand f.vhd 5M
	assert_output_has "cannot be made smaller"
	run -1 slipway vdisk expand f.vhd 2041G
	assert_output_has "2040 GiB"
	run -2 slipway vdisk expand f.vhd
	run -2 slipway vdisk expand f.vhd 1000
	run -1 slipway vdisk expand nothing.vhd 1G
}

@test "compact gives back zeroes and what NTFS and FAT do not use" {
	for fs in NTFS FAT32; do
		for style in mbr gpt bare; do
			head -c 30M /dev/urandom >v.raw
			truncate -s 80M v.raw
			if [ $style = bare ]; then
				truncate -s 0 v.raw
				truncate -s 80M v.raw
				place=v.raw
			else
				rm v.raw
				slipway partition create v.raw --$style \
					--size 80M type=data
				place=v.raw@1
			fi
			slipway format "$place" /FS:$fs /Y >/dev/null
			# old content in the free clusters
			head -c 20M /dev/urandom |
				dd of=v.raw bs=1M seek=50 conv=notrunc status=none
			slipway vdisk convert v.raw x.vhd --type dynamic \
				--progress none
			run -0 slipway vdisk compact x.vhd --progress none
			assert_output_has "the file had"
			[ "$(stat -c %s x.vhd)" -lt 40000000 ] || {
				ls -l; echo "$fs $style"; return 1; }
			slipway vdisk check x.vhd
			slipway vdisk convert x.vhd y.raw --format raw \
				--progress none
			[ $fs = FAT32 ] || slipway chkdsk "${place/v/y}"
			rm y.raw
			rm x.vhd v.raw
		done
	done
}

@test "a volume that is dirty or broken is not believed" {
	truncate -s 20M v.raw
	slipway format v.raw /FS:FAT >/dev/null
	head -c 5M /dev/urandom | dd of=v.raw bs=1M seek=10 conv=notrunc \
		status=none
	# the bit of a clean shutdown, in FAT16's second entry
	offset=$(($(od -An -tu2 -j14 -N2 v.raw) * 512 + 3))
	printf '\177' | dd of=v.raw bs=1 seek=$offset conv=notrunc status=none
	slipway vdisk convert v.raw x.vhd --type dynamic --progress none
	size=$(stat -c %s x.vhd)
	run -0 slipway vdisk compact x.vhd --progress none
	assert_output_has "not shut down properly; only blocks of zeroes"
	[ "$(stat -c %s x.vhd)" -eq "$size" ]
	slipway vdisk convert x.vhd y.raw --format raw --progress none
	cmp v.raw y.raw
}

@test "compact of a child gives back what is as its parent" {
	for ext in vhd vhdx; do
		make_chain $ext
		slipway vdisk convert d.$ext a.raw --format raw --progress none
		rm d.$ext
		slipway vdisk create e.$ext --parent c.$ext
		run -0 slipway vdisk compact e.$ext
		assert_output_has "nothing to give back"
		rm e.$ext
		run -0 slipway vdisk compact c.$ext
		[ "$(read_at c.$ext 1048576 1)" = c ]
		slipway vdisk check c.$ext
		rm -- *."$ext" a.raw
	done
}

@test "merge writes a chain into its parent and deletes what was merged" {
	for ext in vhd vhdx; do
		make_chain $ext
		slipway vdisk expand d.$ext 12M
		slipway vdisk convert d.$ext a.raw --format raw --progress none
		cp --sparse=always p.$ext p.old
		run -1 slipway vdisk merge d.$ext --depth 3
		assert_output_has "it has 2 parents"
		cmp p.$ext p.old
		run -0 slipway vdisk merge d.$ext --depth 2 --progress none
		assert_output_has "merged into"
		[ ! -e d.$ext ]
		[ ! -e c.$ext ]
		slipway vdisk check p.$ext
		slipway vdisk convert p.$ext b.raw --format raw --progress none
		cmp a.raw b.raw
		rm -- *."$ext" ?.raw p.old
	done
}

@test "merge keeps files when told to, and asks about other children" {
	make_chain vhd
	slipway vdisk create e.vhd --parent p.vhd
	run -1 slipway vdisk merge d.vhd --depth 2
	assert_output_has "e.vhd is a child of it and would read as something else"
	[ -e d.vhd ]
	run -0 slipway vdisk merge d.vhd --keep
	[ -e d.vhd ]
	[ "$(read_at c.vhd 2097152 1)" = d ]
	[ "$(read_at d.vhd 2097152 1)" = d ]
	run -0 slipway vdisk merge d.vhd --force
	[ ! -e d.vhd ]
	run -1 slipway vdisk merge p.vhd --force
	assert_output_has "it has no parent"
	run -2 slipway vdisk merge
	run -2 slipway vdisk merge c.vhd --depth 0
	run -2 slipway vdisk merge c.vhd --depth x
}

@test "a merge refuses a parent that is used or may not be written to" {
	make_chain vhd
	rm d.vhd
	run -1 flock -s p.vhd "$SLIPWAY" vdisk merge c.vhd
	assert_output_has "is using it: end that first"
	[ -e c.vhd ]
	[ "$(read_at c.vhd 1048576 1)" = c ]
	slipway vdisk merge c.vhd
}

@test "reparent finds a parent that was moved, and warns of another" {
	for ext in vhd vhdx; do
		make_chain $ext
		rm d.$ext
		mkdir new
		mv p.$ext new/base.$ext
		run -1 slipway vdisk convert c.$ext x.raw --format raw
		assert_output_has "its parent is missing"
		run -0 slipway vdisk reparent c.$ext --parent new/base.$ext
		assert_output_has "its parent is new/base.$ext"
		[ "$(read_at c.$ext 1048576 1)" = c ]
		[ "$(read_at c.$ext 0 6)" = parent ]
		slipway vdisk create q.$ext 8M --type dynamic
		run -1 slipway vdisk reparent c.$ext --parent q.$ext
		assert_output_has "not the parent that"
		run -0 slipway vdisk reparent c.$ext --parent q.$ext --force
		[ "$(read_at c.$ext 1048576 1)" = c ]
		run -1 slipway vdisk reparent c.$ext --parent c.$ext --force
		assert_output_has "it is made from c.$ext itself"
		slipway vdisk create e.$ext --parent c.$ext
		run -1 slipway vdisk reparent c.$ext --parent e.$ext --force
		assert_output_has "it is made from c.$ext itself"
		slipway vdisk create r.$ext 9M --type dynamic
		run -1 slipway vdisk reparent c.$ext --parent r.$ext
		assert_output_has "it has 9437184 bytes, and its child 8388608"
		run -1 slipway vdisk reparent q.$ext --parent r.$ext
		assert_output_has "no differencing disk"
		rm -r -- new *."$ext"
	done
	run -2 slipway vdisk reparent c.vhd
}

@test "reset of a child of many blocks, inside of a volume too" {
	slipway vdisk create p.vhd 400M --type dynamic --block-size 512K
	truncate -s 400M s.raw
	for at in 0 100 200 399; do
		printf x | dd of=s.raw bs=1M seek=$at conv=notrunc status=none
	done
	slipway vdisk create c.vhd --parent p.vhd --source s.raw \
		--block-size 512K
	size=$(stat -c %s c.vhd)
	truncate -s 20M v.raw
	slipway format v.raw /FS:FAT >/dev/null
	slipway copy c.vhd 'v.raw:\c.vhd'
	slipway copy p.vhd 'v.raw:\p.vhd'
	for place in c.vhd 'v.raw:\c.vhd'; do
		run -0 slipway vdisk reset "$place"
		run -0 slipway vdisk check "$place"
		assert_output_has " 0 blocks"
	done
	[ "$(stat -c %s c.vhd)" -lt "$size" ]
	[ "$(read_at c.vhd 0 1 | od -An -tx1)" = " 00" ]
	run -1 slipway vdisk reset p.vhd --force
	assert_output_has "no differencing disk"
}

# Damages one byte of a file.
damage() { # FILE OFFSET
	printf '\252' | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

@test "damage is told by what and where" {
	head -c 3M /dev/urandom >x.raw
	while read -r format words places; do
		for place in $places; do
			slipway vdisk convert x.raw x.$format --type dynamic \
				--progress none
			for at in ${place//+/ }; do
				damage x.$format "$at"
			done
			run -1 slipway vdisk check x.$format
			assert_output_has "${words//_/ }"
			assert_output_has "corrupt"
			assert_output_has "(at offset "
			rm x.$format
		done
	done <<-END
	vhdx VHDX_header 65540+131076
	vhdx VHDX_region_table 196700+262240
	vhdx VHDX_metadata 2097154 2097201 2162690
	vhdx VHDX_block_table 3145733
	vhd VHD_dynamic_header 520 600
	vhd VHD_block_table 1536
	END
}

@test "room that is lost at the end is told of, and cut off by a repair" {
	head -c 3M /dev/urandom >x.raw
	slipway vdisk convert x.raw x.vhdx --type dynamic --progress none
	size=$(stat -c %s x.vhdx)
	truncate -s +5M x.vhdx
	run -0 slipway vdisk check x.vhdx
	assert_output_has "5242880 of them lost at the end"
	run -0 slipway vdisk check x.vhdx --repair
	assert_output_has "cut off"
	[ "$(stat -c %s x.vhdx)" -eq "$size" ]
	damage x.vhdx 65540
	run -1 slipway vdisk check x.vhdx
	assert_output_has "the copy of the header or of the region table"
	run -0 slipway vdisk check x.vhdx --repair
	run -0 slipway vdisk check x.vhdx
	slipway vdisk convert x.vhdx y.raw --format raw --progress none
	cmp x.raw y.raw
}
