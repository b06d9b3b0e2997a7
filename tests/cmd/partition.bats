# partition: listing, making, refusing.

bats_require_minimum_version 1.5.0

load ../helpers

setup() { cd "$BATS_TEST_TMPDIR"; }

@test "list shows a table" {
	slipway partition create d.img --gpt --size 100M \
		--id 01234567-89ab-cdef-0123-456789abcdef \
		type=efi,size=40M,id=aaaaaaaa-0000-4000-8000-000000000001 \
		type=data,name=Windows
	run -0 slipway partition list d.img
	assert_output_has "Disk: GPT, id 01234567-89ab-cdef-0123-456789abcdef"
	assert_output_has "  Partition ###  Type              Size     Offset"
	assert_output_has "  Partition 1    System               40 MB      1 MB"
	assert_output_has "aaaaaaaa-0000-4000-8000-000000000001"
	assert_output_has "Windows"
}

@test "the environment finds a partition by its whole GUID, read from the list" {
	local id=aaaaaaaa-0000-4000-8000-00000000000
	slipway partition create d.img --gpt --size 100M type=efi,size=40M,id=${id}1 \
		"type=data,name=Windows 11,id=${id}2"
	# shellcheck source=/dev/null
	. "$ROOT/rootfs/etc/slipway/native.sh"
	[ "$(gpt_number "..$PWD/d.img" ${id}1)" = 1 ]
	[ "$(gpt_number "..$PWD/d.img" "$(echo ${id}2 | tr a A)")" = 2 ]
	[ -z "$(gpt_number "..$PWD/d.img" $id)" ]
	[ -z "$(gpt_number "..$PWD/d.img" ${id}3)" ]
}

@test "a disk with a table or data is refused without --wipe" {
	slipway partition create d.img --gpt --size 10M type=data
	cp d.img before.img
	run -1 slipway partition create d.img --mbr type=07
	assert_output_has "it holds GPT, 1 partition; --wipe would remove it"
	cmp d.img before.img
	truncate -s 10M x.img
	echo hello | dd of=x.img bs=1 seek=5000 conv=notrunc status=none
	run -1 slipway partition create x.img --mbr type=07
	assert_output_has "it holds data"
	run -0 slipway partition create x.img --mbr --wipe type=07
}

@test "a table that cannot be made leaves nothing behind" {
	run -1 slipway partition create d.img --gpt --size 10M type=data,size=20M
	assert_output_has "there is no free place"
	[ ! -e d.img ]
	truncate -s 10M e.img
	cp e.img before.img
	run -1 slipway partition create e.img --gpt type=data type=data
	cmp e.img before.img
}

@test "an image in use is refused" {
	truncate -s 10M d.img
	exec 9<>d.img
	flock -x 9
	run -1 slipway partition create d.img --mbr type=07
	exec 9>&-
	run -0 slipway partition create d.img --mbr type=07
}

@test "misuse" {
	run -2 slipway partition
	run -2 slipway partition list
	run -2 slipway partition create d.img
	run -2 slipway partition create d.img --gpt --mbr
	run -2 slipway partition create d.img --gpt --size 10M nonsense
	run -2 slipway partition create d.img --gpt --size 10M type=zz
	run -2 slipway partition create d.img --gpt --size 10M type=data,active
	run -2 slipway partition list d.img --gpt
	run -2 slipway partition list d.img --sector-size 1000
	[ ! -e d.img ]
}

@test "what is no disk" {
	run -1 slipway partition list none.img
	truncate -s 10M d.img
	run -1 slipway partition list d.img
	assert_output_has "partition table: there is none"
}
