# Disks and volumes as others leave them: read where that can be done, else named.

bats_require_minimum_version 1.5.0

load ../helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
}

put() { # FILE OFFSET BYTES
	printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

@test "raw images of 4096-byte sectors are read as such" {
	echo hello >x
	for style in --gpt --mbr; do
		rm -f n.img
		type=efi rest=722 all=1022
		[ $style = --gpt ] || type=0c rest=723 all=1023
		slipway partition create n.img $style --size 1G --sector-size 4096 \
			type=$type,size=300M type=data
		slipway format n.img@1 /FS:FAT32
		slipway format n.img@2
		for n in 1 2; do
			slipway copy x "n.img@$n:\\x"
			[ "$(slipway type "n.img@$n:\\x")" = hello ]
		done
		run -0 slipway partition list n.img
		assert_output_has "Partition 2    Primary             $rest MB    301 MB"
		run -0 slipway dir n.img@1
		[[ $output != *warning* ]]
		# FAT at 0x0b: 4096
		[ "$(od -An -tu2 -j $((1048576 + 11)) -N 2 n.img | xargs)" = 4096 ]
		slipway vdisk convert n.img n.vhdx --type dynamic
		run -0 slipway vdisk info n.vhdx
		assert_output_has 4096
		[ "$(slipway type 'n.vhdx@2:\x')" = hello ]
		slipway vdisk convert n.vhdx again.img --format raw
		cmp n.img again.img
		# the image keeps its sectors
		slipway partition create n.img $style --wipe type=data
		run -0 slipway partition list n.img --sector-size 4096
		assert_output_has "Partition 1    Primary            $all MB      1 MB"
		rm n.vhdx again.img
	done
}

@test "a disk of 4096-byte sectors becomes no VHD" {
	slipway vdisk create k.vhdx 64M --type dynamic --sector-size 4096
	slipway partition create k.vhdx --gpt type=data
	slipway partition create k.img --gpt --size 64M --sector-size 4096 type=data
	for source in k.vhdx k.img; do
		for type in fixed dynamic; do
			run -1 slipway vdisk convert $source k.vhd --type $type
			assert_output_has 'sectors are of 4096 bytes, and those of a VHD always of 512'
			[ ! -e k.vhd ]
		done
	done
}

@test "a table of other sectors than the disk has is named, not called corrupt" {
	slipway partition create k.img --gpt --size 64M --sector-size 4096 type=data
	slipway vdisk create v.vhd 64M
	dd if=k.img of=v.vhd bs=1M count=1 conv=notrunc status=none
	run -1 slipway dir v.vhd@1
	assert_output_has 'made for sectors of 4096 bytes, and this disk has sectors of 512'
	run -1 slipway partition create v.vhd --gpt type=data
	assert_output_has 'it holds'
}

@test "volumes of other sectors than their disk's are warned of" {
	requires mkfs.fat mkntfs
	slipway partition create d.img --gpt --size 700M type=data,size=320M type=data
	truncate -s 320M v.img
	mkfs.fat -F 32 -S 4096 -s 1 v.img >/dev/null
	dd if=v.img of=d.img bs=1M seek=1 conv=notrunc status=none
	run -0 slipway dir d.img@1
	assert_output_has 'made for sectors of 4096 bytes, and this disk has sectors of 512'
	mkntfs -q -F -Q -s 4096 -p 0 -H 0 -S 0 v.img >/dev/null 2>&1
	dd if=v.img of=d.img bs=1M seek=321 conv=notrunc status=none
	run slipway chkdsk d.img@2
	assert_output_has 'its NTFS file system was made for sectors of 4096 bytes'
	run -0 slipway dir d.img@2
	assert_output_has 'its NTFS file system was made for sectors of 4096 bytes'
}

@test "FAT32 of few clusters is read, changed, and warned of" {
	requires mkfs.fat fsck.fat mcopy
	truncate -s 64M s.img
	mkfs.fat -F 32 -s 8 s.img >/dev/null 2>&1
	seq 9999 >x
	slipway copy x 's.img:\folder\x' /P
	run -0 slipway dir 's.img:\folder'
	assert_output_has 'this is FAT32 with 16348 clusters, under 65525'
	slipway type 's.img:\folder\x' | cmp - x
	fsck.fat -n s.img
	# FAT16 that says it has more clusters than it can
	truncate -s 64M b.img
	mkfs.fat -F 16 -s 2 b.img >/dev/null
	put b.img 13 '\x01'
	run -1 slipway dir b.img
	assert_output_has 'its fields are those of FAT16, which cannot have'
}

@test "a bad name in FAT hides only itself, and nothing is written beside it" {
	requires mkfs.fat mcopy
	truncate -s 16M d.img
	mkfs.fat -F 16 d.img >/dev/null
	for n in A B C D E; do
		echo "$n" >x
		mcopy -i d.img x ::$n.TXT
	done
	echo long >x
	mcopy -i d.img x '::A long name.txt'
	root=$(grep -abo 'A       TXT' d.img | head -n 1 | cut -d: -f1)
	put d.img $((root + 32)) 'B>'
	put d.img $((root + 64)) '\x01'
	put d.img $((root + 96)) '        '
	put d.img $((root + 128)) 'E/'
	cp d.img before.img
	run -0 slipway dir d.img /B
	[ "$output" = "A.TXT
B%3E.TXT
%01.TXT
%20.TXT
E%2F.TXT
A long name.txt" ]
	[ "$(slipway type 'd.img:\B%3E.TXT')" = B ]
	[ "$(slipway type 'd.img:\%20.TXT')" = D ]
	[ "$(slipway type 'd.img:\A.TXT')" = A ]
	[ "$(slipway type 'd.img:\a LONG name.txt')" = long ]
	run -1 slipway copy x 'd.img:\NEW.TXT'
	assert_output_has 'the name of "B%3E.TXT" is none that can be'
	cmp d.img before.img
	# a file of that true name comes first
	truncate -s 16M t.img
	mkfs.fat -F 16 t.img >/dev/null
	for n in B X; do
		echo "$n" >x
		mcopy -i t.img x ::$n.TXT
	done
	put t.img "$(grep -abo 'B       TXT' t.img | head -n 1 | cut -d: -f1)" 'B>'
	put t.img "$(grep -abo 'X       TXT' t.img | head -n 1 | cut -d: -f1)" 'B%%3E'
	[ "$(slipway type 't.img:\B%3E.TXT')" = X ]
}

@test "a pipable WIM is read" {
	requires wimlib-imagex
	mkdir tree
	echo hello >tree/f
	wimlib-imagex capture tree p.wim Piped --pipable >/dev/null
	run -0 slipway dism /Get-ImageInfo /ImageFile:p.wim
	assert_output_has 'Name : Piped'
}

@test "NTFS takes larger clusters above 16 TB" {
	for row in '16T 4096' '17T 8192' '33T 16384' '63T 16384'; do
		set -- $row
		rm -f x.vhdx
		slipway vdisk create x.vhdx "$1" --type dynamic
		slipway partition create x.vhdx --gpt type=data
		slipway format x.vhdx@1
		run -0 slipway chkdsk x.vhdx@1
		assert_output_has "$2 bytes in each allocation unit"
		assert_output_has 'has no problems'
	done
	run -1 slipway format x.vhdx@1 /A:4096 /Y
	assert_output_has 'more than 2^32 - 1 clusters of 4096 bytes'
}

@test "a raw image of 4096-byte sectors inside of a volume is read as such" {
	slipway partition create k.img --gpt --size 16M --sector-size 4096 type=data
	slipway format k.img@1 /FS:FAT
	echo deep >x
	slipway copy x 'k.img@1:\x'
	slipway partition create d.img --gpt --size 64M type=data
	slipway format d.img@1
	slipway copy k.img 'd.img@1:\'
	[ "$(slipway type 'd.img@1:\k.img@1:\x')" = deep ]
}

@test "an image is not applied over what others left" {
	requires wimlib-imagex
	mkdir tree
	echo x >tree/x
	wimlib-imagex capture tree x.wim >/dev/null
	apply() { slipway dism /Apply-Image /ImageFile:x.wim /Index:1 "/ApplyDir:d.img:\\" "$@"; }
	truncate -s 64M d.img
	put d.img $((40 << 20)) 'somebody'
	run -145 apply
	assert_output_has 'it holds data (data at byte 41943040); --replace destroys it'
	run -0 apply /Replace
	# an empty volume, made over a member of a RAID
	rm d.img
	truncate -s 64M d.img
	slipway format d.img
	put d.img $(((64 << 20) - 65536)) '\xfc\x4e\x2b\xa9'
	run -145 apply
	assert_output_has 'it holds data (Linux RAID member at byte 67043328)'
}

@test "a file system over a member of a RAID is not formatted again unasked" {
	truncate -s 64M d.img
	slipway format d.img
	slipway format d.img
	put d.img $(((64 << 20) - 65536)) '\xfc\x4e\x2b\xa9'
	run -1 slipway format d.img
	assert_output_has 'it holds Linux RAID member at byte 67043328; /Y would replace it'
	slipway format d.img /Y
}
