# vdisk info and others on disks with parents: on the host and inside of a
# volume, whole and broken.

load ../helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
	mkdir base child
}

# A parent with "old" in its first sector, and a child of it with "new" in the
# second.
make_chain() { # EXTENSION
	printf old >old.raw
	truncate -s 4M old.raw
	slipway vdisk convert old.raw "base/p.$1" --type dynamic --progress none
	cp old.raw new.raw
	printf new | dd of=new.raw bs=512 seek=1 conv=notrunc status=none
	slipway vdisk create "child/c.$1" --parent "base/p.$1" --source new.raw
}

# Puts both files in folders of a FAT volume.
make_volume() { # EXTENSION
	truncate -s 64M v.img
	slipway format v.img /fs:fat32 /y >/dev/null
	slipway copy /p "base/p.$1" "v.img:\\base\\p.$1"
	slipway copy /p "child/c.$1" "v.img:\\child\\c.$1"
}

json() { # EXPRESSION, of the object d
	python3 -c 'import json, sys
d = json.load(sys.stdin)
print(eval(sys.argv[1]))' "$1"
}

@test "info shows the whole chain" {
	for format in vhd vhdx; do
		make_chain $format
		run -0 slipway vdisk info child/c.$format
		assert_output_has "Type:          differencing"
		assert_output_has "  relative:    ..\\base\\p.$format"
		[[ $output != *absolute:* ]]
		assert_output_has "  found at:    child/../base/p.$format"
		assert_output_has "File:          child/../base/p.$format"
		assert_output_has "Type:          dynamic"
		slipway vdisk info --json child/c.$format >found.json
		[ "$(json 'len(d["chain"])' <found.json)" = 2 ]
		[ "$(json 'd["chain"][0]["parent_found"]' <found.json)" = \
			child/../base/p.$format ]
		[ "$(json 'd["chain"][0]["parent_id"] == d["chain"][1]["link_id"]' \
			<found.json)" = True ]
		[ "$(json 'd["size"]' <found.json)" = 4194304 ]
		[ "$(json '"error" in d' <found.json)" = False ]
	done
}

@test "a VHDX's parent locator may have as many bytes as any item" {
	make_chain vhdx
	# Its length in the metadata table: 320 KiB.
	printf '\000\000\005\000' |
		dd of=child/c.vhdx bs=1 seek=2097364 conv=notrunc status=none
	run -0 slipway vdisk info child/c.vhdx
	assert_output_has "  relative:    ..\\base\\p.vhdx"
	slipway vdisk check child/c.vhdx
	slipway vdisk convert child/c.vhdx x.raw --format raw --progress none
	cmp x.raw new.raw
}

@test "info of a broken chain tells what is there, what is wrong, and fails" {
	make_chain vhd
	mv base/p.vhd base/q.vhd
	run -1 slipway vdisk info child/c.vhd
	assert_output_has "Type:          differencing"
	assert_output_has "  found at:    nowhere"
	assert_output_has "its parent is missing: child/../base/p.vhd"
	slipway vdisk info --json child/c.vhd >found.json 2>/dev/null || true
	[ "$(json 'd["chain"][0]["parent_found"]' <found.json)" = None ]
	[ "$(json '"is missing" in d["error"]' <found.json)" = True ]
	slipway vdisk create base/p.vhd 4M
	run -1 slipway vdisk info child/c.vhd
	assert_output_has "is not the parent it was made from"
	printf x | dd of=base/p.vhd bs=1 seek=$((4194304 + 70)) conv=notrunc \
		status=none
	run -1 slipway vdisk info child/c.vhd
	assert_output_has "Type:          differencing"
	assert_output_has "p.vhd: corrupt: VHD footer: the checksum"
}

@test "a chain inside of a volume is opened by every command" {
	for format in vhd vhdx; do
		make_chain $format
		make_volume $format
		place="v.img:\\child\\c.$format"
		rm -r base child
		run -0 slipway vdisk info "$place"
		assert_output_has "  found at:    \\base\\p.$format"
		slipway vdisk convert "$place" x.raw --format raw --progress none
		cmp x.raw new.raw
		run -0 slipway vdisk map "$place"
		assert_output_has "zero"
		run -0 slipway vdisk check "$place"
		slipway vdisk convert "v.img:\\base\\p.$format" y.raw --format raw \
			--progress none
		cmp y.raw old.raw
		slipway vdisk convert "$place" z.raw --format raw --progress none \
			--parent "v.img:\\base\\p.$format"
		cmp z.raw new.raw
		rm ./*.raw v.img
		mkdir base child
	done
}

@test "in a volume a missing, another and a looping parent are told by name" {
	make_chain vhd
	make_volume vhd
	slipway copy child/c.vhd 'v.img:\alone.vhd'
	run -1 slipway vdisk info 'v.img:\alone.vhd'
	assert_output_has 'its parent is missing: '
	slipway copy child/c.vhd 'v.img:\p.vhd'
	run -1 slipway vdisk convert 'v.img:\alone.vhd' x.raw
	assert_output_has '\p.vhd is not the parent it was made from'
	run -1 slipway vdisk info 'v.img:\p.vhd'
	assert_output_has 'a loop: it comes back to \p.vhd'
	[ ! -e x.raw ]
}

@test "commands read and write files on a child, and never its parent" {
	slipway partition create p.raw --mbr --size 20M type=0c
	slipway format p.raw@1 /fs:fat /y >/dev/null
	echo old >old.txt
	echo new >new.txt
	slipway copy old.txt 'p.raw@1:\old.txt'
	slipway vdisk convert p.raw base/p.vhd --type dynamic --progress none
	slipway vdisk create child/c.vhd --parent base/p.vhd
	before=$(sha256sum <base/p.vhd)
	slipway copy new.txt 'child/c.vhd@1:\new.txt'
	make_volume vhd
	disk='v.img:\child\c.vhd@1:'
	[ "$(slipway type "$disk\\new.txt")" = new ]
	[ "$(slipway type "$disk\\old.txt")" = old ]
	# Blocks that are there are written in place.
	slipway copy old.txt "$disk\\more.txt"
	run -0 slipway dir "$disk\\"
	assert_output_has more.txt
	run -0 slipway dir 'v.img:\base\p.vhd@1:\'
	[[ $output != *new.txt* ]]
	slipway copy 'v.img:\base\p.vhd' q.vhd
	[ "$(sha256sum <q.vhd)" = "$before" ]
	[ "$(sha256sum <base/p.vhd)" = "$before" ]
}
