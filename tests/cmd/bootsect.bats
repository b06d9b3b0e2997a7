# bootsect, and bootrec's /fixmbr and /fixboot: what they change on a disk, what
# they say, what they refuse.
load ../helpers
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	slipway partition create disk.img --mbr --size 42M \
		type=07,size=2M type=0c,size=36M,active type=06,size=1M
	slipway format disk.img@1 /FS:NTFS /Serial:1
	slipway format disk.img@2 /FS:FAT32 /Serial:2
	slipway format disk.img@3 /FS:FAT /Serial:3
}

# Offsets of the bytes that differ, in sectors.
changed() { # OLD NEW
	cmp -l "$1" "$2" | awk '{ print int(($1 - 1) / 512) }' | sort -nu |
		tr '\n' ' '
}

# Windows' code, as far as an installer can see it.
spoil() { # FILE OFFSET BYTES
	head -c "$3" /dev/zero | tr '\0' '\314' |
		dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

@test "the volume's code is written and what describes it is kept" {
	spoil disk.img $((1048576 + 84)) 400 # over the first one's code
	cp disk.img old
	run -0 slipway bootsect /nt60 disk.img@1
	[ "$output" = "Target volumes will be updated with BOOTMGR compatible bootcode.

disk.img@1

    Successfully updated NTFS filesystem bootcode.

Note: what a BIOS starts is disk.img@2, which is active.

Bootcode was successfully updated on all targeted volumes." ]
	# the code was there already, behind the first sector
	[ "$(changed old disk.img)" = "2048 " ]
	cmp -n 84 -i 1048576 old disk.img
	run -0 slipway chkdsk disk.img@1
	run -0 slipway bootsect /NT60 disk.img@2 --force
	assert_output_has "updated FAT32 filesystem"
	[[ $output != *Note:* ]]
}

@test "/mbr writes the MBR's 440 bytes and keeps the table" {
	spoil disk.img 0 440
	cp disk.img old
	run -0 slipway bootsect /nt60 disk.img@2 /mbr
	assert_output_has "disk.img

    Successfully updated disk bootcode."
	[ "$(changed old disk.img)" = "0 " ]
	cmp -i 440 old disk.img
	run -0 slipway bootrec /fixmbr disk.img
	[ "$output" = "The operation completed successfully." ]
}

@test "a volume and a disk in a virtual disk get their code" {
	run -0 slipway vdisk convert disk.img win2.vhdx
	run -0 slipway bootsect /nt60 win2.vhdx@2 /mbr
	assert_output_has "win2.vhdx

    Successfully updated disk bootcode."
}

@test "bootrec /fixboot takes a disk's active partition, or a volume" {
	spoil disk.img $((1048576 * 3 + 90)) 400
	cp disk.img old
	run -0 slipway bootrec /fixboot disk.img
	[ "$output" = "disk.img@2
The operation completed successfully." ]
	[ "$(changed old disk.img)" = "6144 " ]
	run -0 slipway bootrec /FixBoot disk.img@1
	[ "$output" = "The operation completed successfully." ]
}

@test "what gets no boot code is refused in words, and not changed" {
	cp disk.img old
	run -1 slipway bootsect /nt60 disk.img@3
	assert_output_has "FAT12 or FAT16"
	run -1 slipway bootsect /nt60 disk.img
	assert_output_has "name one, as in disk.img@1"
	run -1 slipway bootsect /nt60 'disk.img@1:\file'
	assert_output_has "file or folder"
	run -1 slipway bootsect /nt60 disk.img@4
	assert_output_has "no partition 4"
	run -1 slipway bootrec /fixmbr disk.img@1
	assert_output_has "no disk with an MBR"
	cmp old disk.img
	head -c 4096 /dev/zero >zero.img
	run -1 slipway bootsect /nt60 zero.img
	assert_output_has "no file system"
	run -1 slipway bootrec /fixboot zero.img
	assert_output_has "no file system"
	run -1 slipway bootsect /nt60 disk.volume
	assert_output_has "no such file"
}

@test "a disk with a GPT gets no MBR code" {
	slipway partition create gpt.img --gpt --size 20M type=data
	slipway format gpt.img@1
	cp gpt.img old
	for words in "bootsect /nt60 gpt.img@1 /mbr" "bootrec /fixmbr gpt.img" \
		"bootrec /fixboot gpt.img"; do
		# shellcheck disable=SC2086 # words are meant
		run -1 slipway $words
		assert_output_has "GPT"
		assert_output_has "a BIOS does not"
	done
	cmp old gpt.img
	run -0 slipway bootsect /nt60 gpt.img@1
}

@test "no active partition is said" {
	printf '\0' | dd of=disk.img bs=1 seek=$((446 + 16)) conv=notrunc status=none
	run -0 slipway bootsect /nt60 disk.img@1 /mbr
	assert_output_has "Note: no partition of disk.img is active"
	run -1 slipway bootrec /fixboot disk.img
	assert_output_has "no partition is active"
}

@test "a volume image without a disk gets its code, but no MBR" {
	truncate -s 20M volume.img
	slipway format volume.img
	run -0 slipway bootsect /nt60 volume.img
	run -1 slipway bootsect /nt60 volume.img /mbr
	assert_output_has "is no partition"
}

@test "misuse is told" {
	run -2 slipway bootsect
	assert_output_has "name the volume"
	run -2 slipway bootsect /nt52 disk.img@1
	assert_output_has "NTLDR"
	run -2 slipway bootsect /nt60 SYS
	assert_output_has "name the partition"
	run -2 slipway bootsect /nt60 disk.img@1 more
	run -2 slipway bootrec /fixmbr
	run -2 slipway bootrec /fixmbr /fixboot disk.img
	assert_output_has "one of /fixmbr"
	run -0 slipway bootsect /help
	assert_output_has "usage: bootsect"
	run -0 slipway bootsect '/?'
}
