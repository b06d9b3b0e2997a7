# Damaged virtual disks: every subcommand of vdisk says "corrupt", what and at
# which offset, exits 1, and leaves everything as it was.

load ../helpers

setup_file() {
	mkdir "$BATS_FILE_TMPDIR/made"
	cd "$BATS_FILE_TMPDIR/made"
	slipway vdisk create fixed.vhd 64K
	slipway vdisk create dynamic.vhd 10M --type dynamic
	slipway vdisk create child.vhd --parent dynamic.vhd
	slipway vdisk create fixed.vhdx 2M --block-size 1M
	slipway vdisk create dynamic.vhdx 10M --type dynamic --block-size 1M
	slipway vdisk create child.vhdx --parent dynamic.vhdx --block-size 1M
	slipway vdisk create other.vhd 10M --type dynamic
	slipway vdisk create other.vhdx 10M --type dynamic --block-size 1M
	# Nothing is where the children's absolute paths say.
	mv ../made ../good
}

setup() {
	cd "$BATS_TEST_TMPDIR"
}

# FILE|OFFSET|WORDS|CHANGES..., see vdisk_damage.py.
table() {
	"$ROOT/tests/cmd/vdisk_damage.py" "$SLIPWAY" "$BATS_FILE_TMPDIR/good"
}

@test "a damaged footer or dynamic header of a VHD" {
	table <<-END
	fixed.vhd|65536|the checksum does not match|-200=55 --raw
	fixed.vhd|65536|the disk is longer than its file|-464=0000000000010200
	fixed.vhd|65536|a size of 65537 bytes is not whole sectors|-464=0000000000010001
	fixed.vhd|65536|a size of 0 bytes is not whole sectors|-464=0000000000000000
	dynamic.vhd|2048|the checksum does not match|-200=55 200=55 --raw
	dynamic.vhd|2048|the dynamic header cannot be at 513|-496=0000000000000201 16=0000000000000201
	dynamic.vhd|2048|it is not inside the file|-496=0000000000000800 16=0000000000000800
	dynamic.vhd|512|the checksum does not match|600=55 --raw
	dynamic.vhd|512|there is none where the footer says|512=00
	dynamic.vhd|512|a block cannot have 768 bytes|544=00000300
	dynamic.vhd|512|a block cannot have 0 bytes|544=00000000
	dynamic.vhd|512|4 blocks of 2097152 bytes are too few|540=00000004
	dynamic.vhd|512|the block table is not inside the file|528=00000000000009f0
	dynamic.vhd|512|the block table is not inside the file|528=fffffffffffffff0
	END
}

@test "a damaged block table or parent locator of a VHD" {
	table <<-END
	dynamic.vhd|1536|block 0 is not inside the file|1536=00000002
	dynamic.vhd|1540|block 1 is not inside the file|1540=00000000
	dynamic.vhd|1552|block 4 is not inside the file|1552=fffffffe
	child.vhd|4096|a path of 7 bytes cannot be there|1096=00000007
	child.vhd|4096|a path of 65538 bytes cannot be there|1096=00010002
	child.vhd|2199023255552|a path of|1104=0000020000000000
	END
}

@test "damaged headers, regions and metadata of a VHDX" {
	table <<-END
	dynamic.vhdx|65536|both headers are damaged|65600=55 131200=55 --raw
	dynamic.vhdx|131072|the log is not inside the file|65608=0000F0FF 131144=0000F0FF
	dynamic.vhdx|131072|the log is not inside the file|131144=00001100
	dynamic.vhdx|131072|the log is not inside the file|131140=00000000 131120=01
	dynamic.vhdx|1048576|it should have an entry, and has none|65584=01 131120=01
	dynamic.vhdx|262144|both copies are damaged|196700=55 262300=55 --raw
	dynamic.vhdx|196608|a region is not inside the file|196640=0000F0FF
	dynamic.vhdx|196608|a region that must be there is missing|196616=01
	dynamic.vhdx|196608|2048 entries do not fit|196616=00080000
	dynamic.vhdx|196608|a region is there twice|196656=6677c22d23f600429d64115e9bfd4a08
	dynamic.vhdx|2097152|the table is damaged|2097152=00
	dynamic.vhdx|2097152|a block cannot have 1048577 bytes|2162688=01
	dynamic.vhdx|2097152|a disk cannot have 10485761 bytes|2162696=01
	dynamic.vhdx|2097152|a sector cannot have 513 bytes|2162704=01
	dynamic.vhdx|2097152|item 0 has no proper place|2097200=ffffffff
	dynamic.vhdx|2097152|item 0 is there twice|2097216=3767a1ca36fa434db3b633f0aa44e76b
	END
}

@test "a damaged block table or parent locator of a VHDX" {
	table <<-END
	dynamic.vhdx|3145736|block 1 is not inside the file|3145736=060000ff
	dynamic.vhdx|3145736|block 1 is not inside the file|3145736=0600000000000000
	dynamic.vhdx|3145744|block 2 has state 5|3145744=05
	dynamic.vhdx|3145728|block 0 has state 7|3145728=070010
	child.vhdx|3145728|block 0 has no bitmap|3145728=070010
	child.vhdx|2162728|it does not say which disk the parent is|2162796=00
	child.vhdx|2162748|a text of 29 bytes cannot be there|2162756=1d
	child.vhdx|2097152|the parent locator has no proper place|2097364=01001000
	END
}
