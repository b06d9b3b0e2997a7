# Whatever keeps a machine with a BIOS from starting is told in words on the
# screen, and a key starts it again. See bios_code.bats for what does start.
load ../helpers
bats_require_minimum_version 1.5.0
load bios/volumes

setup_file() {
	requires qemu-system-x86_64 mkfs.fat mcopy mkntfs ntfscp ntfsinfo python3
	WORK=$(mktemp -d "${TMPDIR:-/tmp}/bios-XXXXXX")
	TOKEN=words
	MTOOLSRC=/dev/null
	export WORK TOKEN MTOOLSRC
	cd "$WORK"
	build_bootmgr
	bootmgr large 408000
	new_disk ntfs.empty 20M type=07,active
	slipway format ntfs.empty@1 /FS:NTFS
	install_code ntfs.empty@1
	fat_disk fat.empty 40M 1
	ntfs_volume 20M 4096 large
	disk_of_volume ntfs.img
	mv volume ntfs.volume
	fat_disk fat.img 40M 1 large
}

teardown_file() { rm -rf "$WORK"; }

setup() { cd "$WORK"; }

copy() { cp --sparse=always "$1" disk.img; }

@test "an MBR whose table leads nowhere says so" {
	copy ntfs.img
	printf '\x00' | poke disk.img 446
	assert_says none disk.img "There is no active partition"
	copy ntfs.img
	printf '\x80' | poke disk.img $((446 + 16))
	assert_says several disk.img "Several partitions are active"
	copy ntfs.img
	printf '\x7f' | poke disk.img $((446 + 32))
	assert_says broken disk.img "The partition table is damaged"
	copy ntfs.img
	printf '\x00\x00\x00\x70' | poke disk.img $((446 + 8))
	assert_says beyond disk.img "The active partition cannot be read"
}

@test "an active partition without code says so, an extended one too" {
	copy ntfs.img
	printf '\x00\x00' | poke disk.img $((1048576 + 510))
	assert_says no-signature disk.img "The active partition has no boot code"
	new_disk disk.img 20M type=extended,active type=07,logical,size=5M
	slipway format disk.img@5 /FS:NTFS
	install_code disk.img@5
	assert_says extended disk.img "The active partition has no boot code"
}

@test "no BOOTMGR: none, a folder of that name, an empty one" {
	copy ntfs.empty
	assert_says ntfs-missing disk.img "BOOTMGR is missing"
	copy fat.empty
	assert_says fat-missing disk.img "BOOTMGR is missing"
	mmd -i disk.img@@1M ::/BOOTMGR
	assert_says fat-folder disk.img "BOOTMGR is missing"
	copy fat.empty
	: >empty
	mcopy -i disk.img@@1M empty ::/BOOTMGR
	assert_says fat-empty disk.img "BOOTMGR is empty"
	ntfs_volume 20M 4096
	ntfscp -q volume large BOOTMGR.EFI
	ntfscp -q volume large BOOTMG
	disk_of_volume disk.img
	assert_says ntfs-others disk.img "BOOTMGR is missing"
}

@test "a volume right after format says that BOOTMGR is missing" {
	for fs in NTFS FAT32; do
		new_disk disk.img 40M type=07,active
		run -0 slipway format disk.img@1 "/FS:$fs"
		run -0 slipway bootrec /fixmbr disk.img
		assert_says "format-$fs" disk.img "BOOTMGR is missing"
	done
}

@test "a BOOTMGR that cannot be loaded as it is: compressed, sparse, ..." {
	cp ntfs.volume volume
	record=$(ntfs_record BOOTMGR)
	for pair in 0x0001:compressed 0x4000:encrypted 0x8000:sparse; do
		cp ntfs.volume volume
		python3 "$BIOS/ntfs_patch.py" volume flags "$record" "${pair%:*}"
		disk_of_volume disk.img
		assert_says "ntfs-${pair#*:}" disk.img "BOOTMGR is ${pair#*:}"
	done
	bootmgr huge 560000
	ntfs_volume 20M 4096 huge
	disk_of_volume disk.img
	assert_says ntfs-huge disk.img "BOOTMGR is too large"
	copy fat.empty
	mcopy -i disk.img@@1M huge ::/BOOTMGR
	assert_says fat-huge disk.img "BOOTMGR is too large"
}

@test "damaged file systems say so" {
	for record in 0 5 "$(cp ntfs.volume volume && ntfs_record BOOTMGR)"; do
		cp ntfs.volume volume
		python3 "$BIOS/ntfs_patch.py" volume torn "$record"
		disk_of_volume disk.img
		assert_says "ntfs-torn-$record" disk.img \
			"The file system is damaged"
	done
	# the chain of BOOTMGR ends too early: the second cluster's mark
	copy fat.img
	start=$((1048576 + $(peek fat.img $((1048576 + 14)) 2) * 512))
	printf '\xff\xff\xff\x0f' | poke disk.img $((start + 4 * 4))
	assert_says fat-short disk.img "The file system is damaged"
	# the root folder's chain runs in a circle
	copy fat.empty
	mkdir many
	touch many/{a..h}{1..3}
	mcopy -i disk.img@@1M many/* ::/
	[ "$(peek disk.img $((start + 8)) 4)" -lt 268435448 ]
	printf '\x02\0\0\0' | poke disk.img $((start + 8))
	assert_says fat-circle disk.img "The file system is damaged"
}

@test "what cannot be read is told with its sector" {
	copy ntfs.img
	cp ntfs.volume volume
	lcn=$(ntfsinfo -fvF BOOTMGR volume |
		sed -n 's/^\t*0x0\t*\(0x[0-9a-f]*\)\t.*/\1/p' | head -n 1)
	truncate -s $((1048576 + lcn * 4096 + 40960)) disk.img
	# pieces of 32 KiB are read at once: the second one is beyond the end
	assert_says read-error disk.img \
		"Disk read error at sector $((2048 + lcn * 8 + 64))"
}

@test "a second part that is not ours any more is not run" {
	copy ntfs.img
	at=$(peek disk.img $((1048576 + 506)) 2)
	printf 'x' | poke disk.img $((1048576 + at * 512 + 300))
	assert_says damaged-code disk.img "The boot code is damaged"
}

@test "a key starts the machine again" {
	run -0 "$BIOS/start.sh" bios-code-key ntfs.empty key
	[ "$output" = "BOOTMGR is missing
Press a key to restart
BOOTMGR is missing
Press a key to restart" ]
}
