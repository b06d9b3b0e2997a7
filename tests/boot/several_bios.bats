# A machine that deploy makes for a BIOS: SeaBIOS starts the MBR's code, that the
# system partition's, and that the image's boot manager, for which a stand-in
# stands that checks itself (tests/boot/bios).
load ../helpers
bats_require_minimum_version 1.5.0
load bios/volumes

setup_file() {
	requires qemu-system-x86_64 wimlib-imagex python3
	WORK=$(mktemp -d "${TMPDIR:-/tmp}/several-bios-XXXXXX")
	TOKEN=$(od -An -tx1 -N 12 /dev/urandom | tr -d ' \n')
	export WORK TOKEN
	cd "$WORK"
	build_bootmgr
	mkdir -p tree/Windows/Boot/PCAT
	bootmgr tree/Windows/Boot/PCAT/bootmgr 408000
	echo driver >tree/Windows/Boot/PCAT/bootvhd.dll
	wimlib-imagex capture tree w.wim Windows --no-acls >/dev/null
}

teardown_file() { rm -rf "$WORK"; }

@test "a deployed machine starts by BIOS, from FAT32 and NTFS" {
	cd "$WORK"
	for format in fat32 ntfs; do
		printf '%s\n' '[disk]' 'layout = mbr' "system-format = $format" \
			'[image]' 'file = w.wim' '[vhd]' 'path = \w.vhd' \
			'size = 30M' 'type = dynamic' '[partition]' 'size = 30M' \
			'description = own' '[boot]' 'system = windows' >a.ini
		rm -f d.img
		run -0 slipway deploy a.ini --target d.img --size 400M \
			--progress none
		[ $format = fat32 ] || run -0 slipway chkdsk d.img@1
		assert_starts "several-$format" d.img
	done
}
