# vdisk reparent, expand, compact and reset on files inside of volumes; and a merge
# that was cut off.

load ../helpers
load vdisk_volume

setup() {
	cd "$BATS_TEST_TMPDIR"
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
