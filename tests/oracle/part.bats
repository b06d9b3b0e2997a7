# Partition tables: sfdisk and sgdisk read ours, we read theirs and Windows'.

bats_require_minimum_version 1.5.0

load ../helpers

setup() {
	requires sfdisk sgdisk xz
	cd "$BATS_TEST_TMPDIR"
}

# "start size" in sectors of each partition, as sfdisk and we see them.
theirs() {
	sfdisk -d "$1" | sed -n 's/.*start= *\([0-9]*\), size= *\([0-9]*\).*/\1 \2/p'
}

# Number, start, size, type and mark of each partition, as sfdisk sees them.
all_of_theirs() {
	sfdisk -d "$1" | sed -n 's/[^ ]*[^0-9]\([0-9]*\) : start= *\([0-9]*\), size= *\([0-9]*\), type=\([^,]*\)\(.*\)/\1 \2 \3 \L\4 \5/p' |
		sed 's/ [^ ]*, bootable$/ active/; s/ \(, .*\)\?$//'
}

@test "a GPT of ours has no problems" {
	slipway partition create d.img --gpt --size 2G type=efi,size=100M \
		type=msr,size=16M type=data,name=Windows,size=1G \
		type=recovery,attributes=8000000000000001,size=500M
	run -0 sgdisk -v d.img
	assert_output_has "No problems found"
	run -0 sfdisk --verify d.img
	assert_output_has "No errors detected"
	run -0 sfdisk -d d.img
	assert_output_has 'start=        2048, size=      204800, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B'
	assert_output_has 'name="Windows"'
	assert_output_has 'attrs="RequiredPartition GUID:63"'
}

@test "a GPT of ours on a full table of 128 entries has no problems" {
	parts=()
	for i in $(seq 128); do parts+=("type=linux,size=1M,name=p$i"); done
	slipway partition create d.img --gpt --size 200M "${parts[@]}"
	run -0 sgdisk -v d.img
	assert_output_has "No problems found"
	[ "$(theirs d.img | wc -l)" -eq 128 ]
	rm d.img
	run -1 slipway partition create d.img --gpt --size 200M "${parts[@]}" \
		type=linux,size=1M
}

@test "a GPT of ours on 4096-byte sectors is what fdisk makes of it" {
	slipway partition create d.img --gpt --size 1G --sector-size 4096 \
		type=efi,size=260M type=data
	run -0 fdisk -b 4096 -l d.img
	assert_output_has "Disklabel type: gpt"
	assert_output_has "256 "
	assert_output_has "260M EFI System"
}

@test "an MBR of ours with logical partitions has no errors" {
	slipway partition create d.img --mbr --size 1G --id 1234abcd \
		type=0c,active,size=100M type=extended \
		type=07,logical,size=50M type=07,logical,size=50M \
		type=83,logical
	run -0 sfdisk --verify d.img
	assert_output_has "No errors detected"
	run -0 sfdisk -d d.img
	assert_output_has "label-id: 0x1234abcd"
	assert_output_has "d.img1 : start=        2048, size=      204800, type=c, bootable"
	assert_output_has "d.img7 : start="
	run -0 slipway partition list d.img
	assert_output_has "Partition 7    Logical"
}

@test "we read a GPT of sgdisk and one of sfdisk" {
	truncate -s 300M d.img
	sgdisk -n 1:2048:+100M -t 1:ef00 -n 5:0:0 -t 5:0700 -c 5:Daten d.img
	run -0 slipway partition list d.img
	assert_output_has "Partition 1    System              100 MB"
	assert_output_has "Partition 5    Primary"
	assert_output_has "Daten"
	truncate -s 0 d.img
	truncate -s 300M d.img
	printf 'label: gpt\nsize=50M,type=L\nsize=60M,type=U\n' | sfdisk d.img
	run -0 slipway partition list d.img
	assert_output_has "Partition 2    System               60 MB"
}

@test "we read an MBR of sfdisk with a chain" {
	truncate -s 300M d.img
	printf 'label: dos\nsize=50M,type=c,bootable\ntype=5\nsize=20M,type=7\nsize=30M,type=83\n' |
		sfdisk d.img
	run -0 slipway partition list d.img
	assert_output_has "Partition 1    Primary              50 MB      1 MB   0c active"
	assert_output_has "Partition 6    Logical              30 MB"
}

@test "a GPT whose primary copy is gone is read from the backup" {
	slipway partition create d.img --gpt --size 64M type=data
	dd if=/dev/zero of=d.img bs=512 seek=1 count=1 conv=notrunc status=none
	run -0 slipway partition list d.img
	assert_output_has "The primary copy of the table is damaged"
	assert_output_has "Partition 1    Primary"
}

@test "wiping leaves nothing that sgdisk or blkid would find" {
	requires blkid
	slipway partition create d.img --gpt --size 64M type=data
	slipway partition create d.img --mbr --wipe type=07
	run -0 sfdisk -d d.img
	assert_output_has "label: dos"
	run blkid -p d.img
	assert_output_has 'PTTYPE="dos"'
	[ "$(tail -c 1M d.img | tr -d '\0' | wc -c)" -eq 0 ]
}

@test "samples: Windows' MBR with a chain, a GPT with gaps" {
	requires_samples
	[ -x "$O/san/unit/libstorage/look" ] || skip "make unit-build was not run"
	for s in win-mbr-extended-chain gpt-non-sequential; do
		xz -dc "$SLIPWAY_SAMPLES/gptmbr/$s.raw.xz" >s.img
		run -0 slipway partition list s.img
		[ "$(grep -c '^  Partition [0-9]' <<<"$output")" -eq \
			"$(theirs s.img | wc -l)" ]
		diff <("$O/san/unit/libstorage/look" s.img) <(all_of_theirs s.img)
	done
}

@test "the same input gives the same bytes" {
	for i in 1 2; do
		slipway partition create $i.img --gpt --size 64M \
			--id 01234567-89ab-cdef-0123-456789abcdef \
			type=efi,size=40M type=data
	done
	cmp 1.img 2.img
}
