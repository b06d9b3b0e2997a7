# vdisk create --parent and merge on files inside of volumes: what they do and
# refuse.

load ../helpers
load vdisk_volume

setup() {
	cd "$BATS_TEST_TMPDIR"
}

@test "a disk of its own is made in a volume" {
	echo x >x
	truncate -s 20M zero
	slipway partition create v.img --mbr --size 120M type=data
	for fs in NTFS FAT32; do
		slipway format v.img@1 /FS:$fs /Y >/dev/null
		slipway copy /P x 'v.img@1:\v\x'
		for name in fixed.vhd fixed.vhdx dynamic.vhd dynamic.vhdx; do
			disk="v.img@1:\\v\\$name"
			if [ "$fs-${name%.*}" = FAT32-dynamic ]; then
				refused "could hold nothing" create "$disk" \
					20M --type dynamic
				continue
			fi
			slipway vdisk create "$disk" 20M --type "${name%.*}"
			slipway vdisk check "$disk"
			reads_as "\\v\\$name" zero
			run -1 slipway vdisk create "$disk" 20M
			assert_output_has "it is there already"
			slipway partition create "$disk" --gpt type=data
			slipway format "$disk@1" /FS:NTFS /Y >/dev/null
			run -0 slipway chkdsk "$disk@1"
		done
		refused "only files of the host" create 'v.img@1:\s.vhd' 20M \
			--sparse
		run -1 slipway vdisk create 'v.img@1:\v\big.vhd' 200M
		[ $fs = FAT32 ] || sound
		run -0 slipway dir 'v.img@1:\v'
		[[ $output != *big.vhd* ]]
	done
	refused "make one there and copy it" convert x 'v.img@1:\y.vhd'
}

@test "a child is made beside its parent and below it" {
	for ext in vhd vhdx; do
		for fs in NTFS FAT32; do
			make_chain $ext
			make_volume $fs $ext
			run -0 slipway vdisk create "v.img@1:\\v\\e.$ext" \
				--parent "v.img@1:/v/d.$ext"
			run -0 slipway vdisk info "v.img@1:\\v\\e.$ext"
			assert_output_has "relative:    .\\d.$ext"
			assert_output_has "absolute:    C:\\v\\d.$ext"
			slipway vdisk check "v.img@1:\\v\\e.$ext"
			reads_as "\\v\\e.$ext" want.raw
			run -0 slipway vdisk create "v.img@1:\\E.$ext" \
				--parent "v.img@1:\\V\\P.$ext"
			run -0 slipway vdisk info "v.img@1:\\E.$ext"
			assert_output_has "relative:    .\\V\\P.$ext"
			slipway copy c.$ext "v.img@1:\\w\\p.$ext" /P
			run -0 slipway vdisk create "v.img@1:\\w\\e.$ext" \
				--parent "v.img@1:\\v\\d.$ext"
			run -0 slipway vdisk info "v.img@1:\\w\\e.$ext"
			assert_output_has "relative:    ..\\v\\d.$ext"
			[ $fs = FAT32 ] || sound
			rm -- *.raw *.$ext
		done
	done
}

@test "a child of a source, which is taken away again when that fails" {
	make_chain vhd
	make_volume NTFS vhd
	slipway vdisk create 'v.img@1:\v\e.vhd' --parent 'v.img@1:\v\p.vhd' \
		--source want.raw
	reads_as '\v\e.vhd' want.raw
	truncate -s 9M more.raw
	run -1 slipway vdisk create 'v.img@1:\v\f.vhd' \
		--parent 'v.img@1:\v\p.vhd' --source more.raw
	assert_output_has "9437184 bytes, and the parent 8388608"
	run -0 slipway dir 'v.img@1:\v'
	[[ $output != *f.vhd* ]]
	sound
	make_volume FAT32 vhd
	refused "a file in a FAT volume keeps its size" create \
		'v.img@1:\v\e.vhd' --parent 'v.img@1:\v\p.vhd' --source want.raw
}

@test "children that cannot be are refused" {
	make_chain vhd
	make_volume NTFS vhd
	refused "it is there already" create 'v.img@1:\v\d.vhd' \
		--parent 'v.img@1:\v\p.vhd'
	refused "on the same volume" create 'v.img@1:\v\e.vhd' --parent p.vhd
	refused "on the same volume" create e.vhd --parent 'v.img@1:\v\p.vhd'
	cp v.img w.img
	refused "on the same volume" create 'v.img@1:\v\e.vhd' \
		--parent 'w.img@1:\v\p.vhd'
	refused "the folder that it goes into is not there" create 'v.img@1:\no\e.vhd' \
		--parent 'v.img@1:\v\p.vhd'
	refused "this is a disk; name a file in it" create v.img@1 --parent 'v.img@1:\v\p.vhd'
	refused "no such file" create 'v.img@1:\v\e.vhd' \
		--parent 'v.img@1:\v\none.vhd'
	ln v.img x.img
	run -0 slipway vdisk create 'v.img@1:\v\e.vhd' \
		--parent 'x.img@1:\v\p.vhd'
}

@test "merge in an NTFS volume, whose file grows, and deletes" {
	for ext in vhd vhdx; do
		make_chain $ext
		make_volume NTFS $ext
		size=$(stat -c %s p.$ext)
		run -0 slipway vdisk merge "v.img@1:\\v\\d.$ext" --depth 2 \
			--progress none
		assert_output_has "merged into v.img@1:\\v\\p.$ext; it and those"
		sound
		run -0 slipway dir 'v.img@1:\v'
		assert_output_has " 1 File(s)"
		reads_as "\\v\\p.$ext" want.raw
		slipway vdisk check "v.img@1:\\v\\p.$ext"
		slipway copy "v.img@1:\\v\\p.$ext" "q.$ext"
		[ "$(stat -c %s "q.$ext")" -gt "$size" ]
		rm -- *.raw ?.$ext
	done
}

@test "merge by one, keeping, and into a larger disk" {
	for ext in vhd vhdx; do
		make_chain $ext
		slipway vdisk expand d.$ext 12M
		truncate -s 12M want.raw
		make_volume NTFS $ext
		cp p.$ext before
		run -0 slipway vdisk merge "v.img@1:\\v\\d.$ext" --keep \
			--progress none
		reads_as "\\v\\d.$ext" want.raw
		reads_as "\\v\\c.$ext" want.raw
		run -0 slipway vdisk merge "v.img@1:\\v\\d.$ext" --progress none
		assert_output_has "merged into v.img@1:\\v\\c.$ext; it is deleted"
		reads_as "\\v\\c.$ext" want.raw
		slipway copy /Y "v.img@1:\\v\\p.$ext" p.$ext
		cmp before p.$ext
		sound
		rm -- *.raw ?.$ext
	done
}

@test "a merge that other children forbid, or the depth, writes nothing" {
	make_chain vhd
	make_volume NTFS vhd
	refused 'it has 2 parents' merge 'v.img@1:\v\d.vhd' --depth 3
	refused 'd.vhd is a child of it and would have no parent' \
		merge 'v.img@1:\v\c.vhd'
	refused 'it has no parent' merge 'v.img@1:\v\p.vhd' --force
	refused 'no such file' merge 'v.img@1:\v\none.vhd'
	slipway vdisk create 'v.img@1:\v\e.vhd' --parent 'v.img@1:\v\p.vhd'
	refused '\v\e.vhd is a child of it and would read as something else' \
		merge 'v.img@1:\v\d.vhd' --depth 2
	run -0 slipway vdisk merge 'v.img@1:\v\d.vhd' --depth 2 --force \
		--progress none
	sound
}

@test "where there is no room for the parent, nothing is written" {
	for ext in vhd vhdx; do
		make_chain $ext
		make_volume NTFS $ext
		free=$(slipway chkdsk v.img@1 2>/dev/null |
			awk '/KB available/ { print $1 }')
		truncate -s $((free - 900))K fill
		slipway copy fill 'v.img@1:\fill'
		refused "bytes longer, and its volume has" \
			merge "v.img@1:\\v\\d.$ext" --depth 2
		rm -- *.raw ?.$ext
	done
}

@test "in a FAT volume what needs no longer file is done, the rest refused" {
	for ext in vhd vhdx; do
		make_chain $ext dynamic
		make_volume FAT32 $ext
		refused "a file in a FAT volume keeps its size" \
			merge "v.img@1:\\v\\d.$ext"
		rm -- *.raw ?.$ext
		make_chain $ext fixed
		make_volume FAT32 $ext
		run -0 slipway vdisk merge "v.img@1:\\v\\d.$ext" --depth 2 \
			--keep --progress none
		reads_as "\\v\\p.$ext" want.raw
		if [ $ext = vhd ]; then
			refused "merged one by one (a depth of 1) it needs none" \
				merge "v.img@1:\\v\\d.$ext" --depth 2
			slipway vdisk create 'v.img@1:\v\e.vhd' \
				--parent 'v.img@1:\v\p.vhd'
			run -0 slipway vdisk merge 'v.img@1:\v\e.vhd' --force
		else
			run -0 slipway vdisk merge "v.img@1:\\v\\d.$ext" \
				--depth 2 --progress none
			run -0 slipway dir 'v.img@1:\v'
			assert_output_has " 1 File(s)"
		fi
		reads_as "\\v\\p.$ext" want.raw
		rm -- *.raw ?.$ext
	done
}
