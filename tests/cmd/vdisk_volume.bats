# vdisk create --parent, merge, reparent and others on files inside of volumes:
# what they do and refuse.

load ../helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
}

# p.EXT, of the TYPE, c.EXT on it and d.EXT on that; each holds its name at its
# own MiB. What d.EXT reads as is in want.raw, what c.EXT does in c.raw.
make_chain() { # EXT [TYPE]
	truncate -s 8M s.raw
	printf p | dd of=s.raw conv=notrunc status=none
	if [ "${2:-dynamic}" = fixed ]; then
		slipway vdisk convert s.raw "p.$1" --type fixed --progress none
	else
		slipway vdisk create "p.$1" 8M --type dynamic --block-size 1M
		slipway vdisk create "t.$1" --parent "p.$1" --source s.raw
		slipway vdisk merge "t.$1" --progress none
	fi
	local name parent=p at=1
	for name in c d; do
		printf '%s' "$name" | dd of=s.raw bs=1M seek=$at conv=notrunc \
			status=none
		slipway vdisk create "$name.$1" --parent "$parent.$1" \
			--source s.raw --block-size 1M
		cp s.raw $name.raw
		parent=$name at=4
	done >/dev/null
	mv d.raw want.raw
	rm s.raw
}

# A volume in a partition with the chain in its folder \v.
make_volume() { # FS EXT
	rm -f v.img
	slipway partition create v.img --mbr --size 120M type=data
	slipway format v.img@1 "/FS:$1" /Y >/dev/null
	for file in p c d; do
		slipway copy /P "$file.$2" "v.img@1:\\v\\$file.$2"
	done
}

sound() {
	run -0 slipway chkdsk v.img@1
	assert_output_has "no problems"
}

# A disk in the volume reads as a raw file.
reads_as() { # FILE RAW
	slipway vdisk convert "v.img@1:$1" r.raw --format raw --progress none
	cmp -n "$(stat -c %s "$2")" r.raw "$2"
	rm r.raw
}

# Fails with the words, and not a byte of the volume is another.
refused() { # WORDS COMMAND...
	local words=$1 before
	shift
	before=$(sha256sum <v.img)
	run -1 slipway vdisk "$@"
	assert_output_has "$words"
	[ "$(sha256sum <v.img)" = "$before" ]
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
	refused "a folder of it is not there" create 'v.img@1:\no\e.vhd' \
		--parent 'v.img@1:\v\p.vhd'
	refused "a disk, not a file" create v.img@1 --parent 'v.img@1:\v\p.vhd'
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

@test "reparent finds a parent elsewhere in the volume" {
	for ext in vhd vhdx; do
		make_chain $ext
		make_volume NTFS $ext
		slipway copy d.$ext "v.img@1:\\w\\d.$ext" /P
		slipway copy c.$ext "v.img@1:\\w\\x\\b.$ext" /P
		slipway copy p.$ext "v.img@1:\\w\\x\\p.$ext" /P
		run -1 slipway vdisk check "v.img@1:\\w\\d.$ext@1"
		run -1 slipway vdisk map "v.img@1:\\w\\d.$ext"
		assert_output_has "its parent is missing"
		run -0 slipway vdisk reparent "v.img@1:\\w\\d.$ext" \
			--parent "v.img@1:\\w\\x\\b.$ext"
		assert_output_has "its parent is v.img@1:\\w\\x\\b.$ext"
		reads_as "\\w\\d.$ext" want.raw
		refused "it is made from \\w\\d.$ext itself" reparent \
			"v.img@1:\\w\\d.$ext" --parent "v.img@1:\\w\\d.$ext" \
			--force
		refused "not the parent that" reparent "v.img@1:\\w\\d.$ext" \
			--parent "v.img@1:\\v\\p.$ext"
		refused "on the same volume" reparent "v.img@1:\\w\\d.$ext" \
			--parent c.$ext
		refused "no differencing disk" reparent "v.img@1:\\v\\p.$ext" \
			--parent "v.img@1:\\w\\x\\b.$ext"
		sound
		rm -- *.raw ?.$ext
	done
}

@test "expand, compact and reset look for children in the volume" {
	for ext in vhd vhdx; do
		make_chain $ext
		make_volume NTFS $ext
		refused "is a child of it and would no longer fit" expand \
			"v.img@1:\\v\\p.$ext" 20M
		refused "is a child of it and would no longer fit" compact \
			"v.img@1:\\v\\p.$ext"
		refused "is a child of it and would no longer fit" reset \
			"v.img@1:\\v\\c.$ext"
		slipway vdisk merge "v.img@1:\\v\\d.$ext" --keep --progress none
		# now all of the child is as its parent
		run -0 slipway vdisk compact "v.img@1:\\v\\d.$ext" \
			--progress none
		assert_output_has "the file had"
		run -0 slipway vdisk check "v.img@1:\\v\\d.$ext"
		assert_output_has " 0 blocks"
		reads_as "\\v\\d.$ext" want.raw
		run -0 slipway vdisk reset "v.img@1:\\v\\d.$ext"
		reads_as "\\v\\d.$ext" want.raw
		sound
		rm -- *.raw ?.$ext
	done
}

@test "a fixed disk in a volume is expanded" {
	for ext in vhd vhdx; do
		make_chain $ext fixed
		head -c 8M p.$ext >head
		make_volume NTFS $ext
		run -0 slipway vdisk expand "v.img@1:\\v\\p.$ext" 12M --force
		slipway vdisk check "v.img@1:\\v\\p.$ext"
		slipway vdisk convert p.$ext x.raw --format raw --progress none
		truncate -s 12M x.raw
		reads_as "\\v\\p.$ext" x.raw
		sound
		make_volume FAT32 $ext
		refused "keeps its size" expand "v.img@1:\\v\\p.$ext" 12M \
			--force
		rm -- *.raw ?.$ext
	done
}

id_of() { # FILE FIELD
	slipway vdisk info --json "$1" | python3 -c 'import json, sys
print(json.load(sys.stdin)["chain"][0][sys.argv[1]])' "$2"
}

@test "a merge that was cut off while it deletes is ended by asking again" {
	for ext in vhd vhdx; do
		make_chain $ext
		mkdir -p in/root
		slipway vdisk convert p.$ext root.raw --format raw --progress none
		slipway vdisk create in/root/r.$ext 8M --type dynamic
		rm p.$ext c.$ext d.$ext
		slipway vdisk create in/p.$ext --parent in/root/r.$ext \
			--source root.raw
		slipway vdisk create in/c.$ext --parent in/p.$ext --source c.raw
		slipway vdisk create d.$ext --parent in/c.$ext --source want.raw
		{
			echo 'slipway merge 2'
			id_of d.$ext id
			echo "$(id_of in/c.$ext link_id) in/c.$ext"
			echo "$(id_of in/p.$ext link_id) in/p.$ext"
			echo end
		} >note
		slipway vdisk merge d.$ext --depth 2 --keep --progress none
		slipway vdisk reparent d.$ext --parent in/p.$ext --force
		cp note d.$ext.merge
		run -1 slipway vdisk merge d.$ext --depth 3 --progress none
		assert_output_has "a merge over 2 parents was cut off"
		run -0 slipway vdisk merge d.$ext --depth 2 --progress none
		assert_output_has "in/p.$ext; it and those between are deleted"
		[ ! -e d.$ext ] && [ ! -e in/c.$ext ] && [ ! -e d.$ext.merge ]
		slipway vdisk convert in/p.$ext x.raw --format raw --progress none
		cmp x.raw want.raw
		# only the note was left
		cp note d.$ext.merge
		run -0 slipway vdisk merge d.$ext --depth 2
		[ ! -e d.$ext.merge ]
		run -1 slipway vdisk merge d.$ext --depth 2
		rm -r -- in *.raw note
	done
}
