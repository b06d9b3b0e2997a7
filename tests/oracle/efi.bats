# bcdboot and the firmware's boot entries: what it writes into a folder of
# variables, efibootmgr reads; an order by efibootmgr, it keeps.

load ../helpers
load windows_tree
bats_require_minimum_version 1.5.0

GLOBAL=8be4df61-93ca-11d2-aa0d-00e098032b8c
SECURITY=d719b2cb-3d3a-4596-a3bc-dad00e67656f

setup() {
	requires wimlib-imagex efibootmgr python3
	export LC_ALL=C.UTF-8
	cd "$BATS_TEST_TMPDIR"
	mkdir vars
	variable Lang $GLOBAL <<<en
	make_tree
	make_disk gpt efi
}

variable() { # NAME VENDOR <DATA
	{ printf '\7\0\0\0' && cat; } >"vars/$1-$2"
}

boot() { slipway bcdboot 'd.img@2:\Windows' --efivars vars "$@"; }

manager() { EFIVARFS_PATH=$PWD/vars/ efibootmgr "$@"; }

# Entries of others, made with nothing of ours.
other_entry() { # NUMBER PARTITION-GUID PATH
	python3 -c '
import struct, sys, uuid
u = lambda s: s.encode("utf-16le") + b"\0\0"
node = lambda t, s, b: struct.pack("<BBH", t, s, 4 + len(b)) + b
paths = node(4, 1, struct.pack("<IQQ", 1, 2048, 131072) +
	uuid.UUID(sys.argv[1]).bytes_le + b"\2\2") + \
	node(4, 4, u(sys.argv[2])) + node(0x7f, 0xff, b"")
sys.stdout.buffer.write(struct.pack("<IH", 1, len(paths)) + u("Other") + paths)
' "$2" "$3" | variable "Boot$1" $GLOBAL
}

@test "the entry is what efibootmgr reads, first in its order" {
	other_entry 0003 11111111-2222-3333-4444-555555555555 '\EFI\x\grub.efi'
	printf '\3\0' | variable BootOrder $GLOBAL
	run -0 boot /v
	assert_output_has 'Firmware entry Boot0000 starts d.img@1'
	uuid=$(sfdisk --part-uuid d.img 1 | tr A-Z a-z)
	run -0 manager -v
	assert_output_has 'BootOrder: 0000,0003'
	assert_output_has "Boot0000* Windows Boot Manager	HD(1,GPT,$uuid,0x800,0x20000)/File(\\EFI\\Microsoft\\Boot\\bootmgfw.efi)WINDOWS"
	assert_output_has 'B.C.D.O.B.J.E.C.T.=.{.9.d.e.a.8.6.2.c.'
	assert_output_has 'Boot0003* Other'
	# once more: nothing is written
	find vars -type f -printf '%f %T@\n' | sort >before
	boot
	find vars -type f -printf '%f %T@\n' | sort | cmp before -
}

@test "the place in the order: first, kept, last" {
	other_entry 0000 11111111-2222-3333-4444-555555555555 '\a'
	other_entry 0001 11111111-2222-3333-4444-555555555555 '\b'
	printf '\0\0\1\0' | variable BootOrder $GLOBAL
	boot /p # a new one is first all the same
	run -0 manager
	assert_output_has 'BootOrder: 0002,0000,0001'
	manager -o 0000,0002,0001
	boot /p
	run -0 manager
	assert_output_has 'BootOrder: 0000,0002,0001'
	boot /addlast
	run -0 manager
	assert_output_has 'BootOrder: 0000,0001,0002'
	boot
	run -0 manager
	assert_output_has 'BootOrder: 0002,0000,0001'
	run -2 boot /p /addlast
	# with /s the firmware is left alone
	rm vars/Boot*
	boot /s d.img@1
	run ! ls vars/Boot*
}

@test "several system partitions are named, and none is changed" {
	slipway partition create e.img --gpt --size 300M type=efi,size=64M \
		type=efi,size=64M type=data
	slipway format e.img@1 /FS:FAT32
	slipway format e.img@2 /FS:FAT32
	slipway dism /Apply-Image /ImageFile:w.wim /Index:1 '/ApplyDir:e.img@3:\' \
		--progress none
	cp e.img before
	run -1 slipway bcdboot 'e.img@3:\Windows' --efivars vars
	assert_output_has 'it could be any of e.img@1, e.img@2'
	cmp e.img before
	# the machine was started from the second one
	other_entry 0005 "$(sfdisk --part-uuid e.img 2)" '\EFI\x'
	printf '\5\0' | variable BootCurrent $GLOBAL
	run -0 slipway bcdboot 'e.img@3:\Windows' --efivars vars
	run -0 slipway dir 'e.img@2:\EFI\Microsoft\Boot' /A /B
	assert_output_has BCD
	run -0 slipway dir e.img@1 /B
	[ -z "$output" ]
	run -0 manager -v
	assert_output_has "HD(2,GPT,$(sfdisk --part-uuid e.img 2 | tr A-Z a-z)"
}

@test "no system partition, no UEFI: said, with what to do" {
	slipway partition create e.img --gpt --size 200M type=data
	slipway dism /Apply-Image /ImageFile:w.wim /Index:1 '/ApplyDir:e.img@1:\' \
		--progress none
	cp e.img before
	run -1 slipway bcdboot 'e.img@1:\Windows' --efivars vars
	assert_output_has 'it has no EFI system partition: name one with /s'
	cmp e.img before
	run -1 slipway bcdboot 'd.img@2:\Windows'
	assert_output_has 'name the system partition with /s, such as /s d.img@1'
	mkdir none
	run -1 slipway bcdboot 'd.img@2:\Windows' --efivars none
	assert_output_has 'efivarfs is not mounted'
}

@test "what the firmware trusts, by its variables; without Secure Boot a note" {
	cp d.img before
	database 'Some Linux' | variable db $SECURITY
	run -1 boot
	assert_output_has 'trusts neither'
	cmp d.img before
	printf '\1' | variable SecureBoot $GLOBAL
	run -1 boot
	cmp d.img before
	run ! ls vars/Boot0000-$GLOBAL
	database 'Windows UEFI CA 2023' | variable db $SECURITY
	boot
	run -0 slipway type 'd.img@1:\EFI\Boot\bootx64.efi'
	[ "$output" = 'this is EFI_EX/bootmgfw_EX.efi' ]
	# revoked: nothing is left
	cp d.img before
	database 'Windows UEFI CA 2023' | variable dbx $SECURITY
	run -1 boot
	cmp d.img before
	printf '\0' | variable SecureBoot $GLOBAL
	run -0 boot
	assert_output_has 'note: Secure Boot is off'
}

@test "a firmware that takes no entry: the files are there, and it is said" {
	mkdir "vars/BootOrder-$GLOBAL" # a file is wanted
	run -1 boot
	assert_output_has 'the boot files are in place, but the firmware has no entry'
	run -0 slipway bcdedit /sysstore d.img@1
	assert_output_has 'Windows 11 Pro'
}
