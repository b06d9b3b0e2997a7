# DiskPart's scripts as their authors wrote them, Microsoft's and others': sfdisk and
# sgdisk find the tables that they mean, and fsck.fat and ntfsfix their volumes.

load ../helpers

setup() {
	requires sfdisk sgdisk fdisk python3 fsck.fat ntfsfix
	requires_samples diskpart
	cd "$BATS_TEST_TMPDIR" || return
	export SLIPWAY_LETTERS=$BATS_TEST_TMPDIR/letters
	scripts=$SLIPWAY_SAMPLES/diskpart
	truncate -s 4G d.img
}

play() { # SCRIPT
	run slipway diskpart /s "$scripts/$1" --disk "${disk:-d.img}"
	[ "$status" -eq "${wanted:-0}" ] || {
		printf '%s: %s\n%s\n' "$1" "$status" "$output"
		return 1
	}
}

play_lines() { # LINE...
	printf '%s\n' "$@" >lines.txt
	scripts=. play lines.txt
}

readonly efi=C12A7328-F81F-11D2-BA4B-00A0C93EC93B
readonly msr=E3C9E316-0B5C-4DB8-817D-F92DF00215AE
readonly data=EBD0A0A2-B9E5-4433-87C0-68B6B72699C7
readonly recovery=DE94BBA4-06D1-4D40-A16A-BFD50179D6AC

# Each partition as sfdisk sees it: start and size in MiB, type, and what else.
table_is() { # DISK LINE...
	sfdisk --json "$1" | python3 -c '
import json, sys
table = json.load(sys.stdin)["partitiontable"]
for p in table["partitions"]:
    mib = [p[k] * table["sectorsize"] // 1048576 for k in ("start", "size")]
    rest = [p["attrs"]] if "attrs" in p else []
    print(*mib, p["type"], *rest, *["active"] * p.get("bootable", False))' >found
	shift
	printf '%s\n' "$@" | diff - found
}

gpt_is() { # LINE...
	table_is d.img "$@"
	run -0 sgdisk -v d.img
	assert_output_has 'No problems found'
}

volumes_are_sound() { # KIND-OF-EACH...
	local number=0 kind start size
	while read -r start size _; do
		number=$((number + 1))
		kind=$1
		shift
		[ "$kind" != - ] || continue
		dd if=d.img of=volume bs=1M skip="$start" count="$size" conv=sparse status=none
		case $kind in
		fat) fsck.fat -n volume ;;
		ntfs) ntfsfix -n volume ;;
		esac
		slipway chkdsk "d.img@$number"
		rm volume
	done <found
}

@test "Microsoft's for UEFI" {
	for script in ms-CreatePartitions-UEFI ms-ResetPartitions-UEFI; do
		play $script.txt
		assert_output_has '  Volume 1     W   Windows      NTFS   Partition   3478 MB'
		gpt_is "1 100 $efi" "101 16 $msr" "117 3478 $data" \
			"3595 500 $recovery RequiredPartition GUID:63"
	done
	volumes_are_sound fat - ntfs ntfs
	play ms-CreatePartitions-UEFI-FFU.txt
	gpt_is "1 100 $efi" "101 16 $msr" "117 3978 $data"
	play extracted/ms-native-boot-prepare-uefi.txt
	gpt_is "1 100 $efi" "101 128 $msr" "229 3866 $data"
	volumes_are_sound fat - ntfs
}

@test "Microsoft's for a recovery partition, behind a Windows" {
	play ms-CreatePartitions-UEFI-FFU.txt
	# as the computer starts anew, nothing has a letter
	rm letters
	play ms-CreateRecoveryPartitions-UEFI.txt
	gpt_is "1 100 $efi" "101 16 $msr" "117 3478 $data" \
		"3595 500 $recovery RequiredPartition GUID:63"
	volumes_are_sound fat - ntfs ntfs
	play ms-HideRecoveryPartitions-UEFI.txt
	gpt_is "1 100 $efi" "101 16 $msr" "117 3478 $data" \
		"3595 500 $recovery RequiredPartition GUID:63"
}

@test "Microsoft's for a BIOS, with logical partitions too" {
	play ms-CreatePartitions-BIOS-FFU.txt
	table_is d.img '1 100 7 active' '101 3995 7'
	volumes_are_sound ntfs ntfs
	play extracted/ms-native-boot-prepare-bios.txt
	table_is d.img '1 100 7 active' '101 3995 7'
	# leaves no room for its third partition, as on Windows
	wanted=4 play ms-CreatePartitions-BIOS.txt
	table_is d.img '1 100 7 active' '101 3995 7'
	assert_output_has 'The script stopped at line 25: create partition primary'
	play extracted/ms-PrepareMyPartitions.txt
	table_is d.img '1 100 7 active' '101 100 27' '201 200 27' '401 3695 5' \
		'402 3194 7' '3597 499 27'
	assert_output_has '* Volume 4     R   Recovery     NTFS   Partition    499 MB'
}

@test "Microsoft's for native boot: a VHDX on C" {
	play_lines 'select disk 0' 'create partition primary' 'format quick' \
		'assign letter=C'
	sed 's/25600/600/' "$scripts/extracted/ms-native-boot-create-vhdx.txt" >v.txt
	scripts=. play v.txt
	slipway partition list 'C:\windows.vhdx'
	play_lines 'list volume' 'list vdisk'
	assert_output_has 'V   vhdx         NTFS   Partition    599 MB  Healthy'
	assert_output_has 'VDisk 0    Disk 1    Attached not open     Fixed'
	play extracted/ms-native-boot-detach.txt
	slipway chkdsk 'C:\windows.vhdx@1'
	table_is d.img '1 4095 7'
	volumes_are_sound ntfs
}

@test "others': log2timeline's, whose disks have letters and folders" {
	play_lines 'select disk 0' 'create partition primary' 'format quick' \
		'assign letter=C'
	mkdir -p Projects/dfvfs/test_data
	slipway xcopy /E /I Projects 'C:\Projects'
	for name in ntfs-fixed-vhd ntfs-dynamic-vhd fat-parent-vhd \
		fat-differential-vhd; do
		run slipway diskpart /s "$scripts/extracted/dfvfs-$name-create.txt" \
			--disk d.img
		# the letter is taken, and by the last one volume 3 is meant
		printf 'select volume X\nremove\n' >r.txt
		slipway diskpart /s r.txt --disk d.img
		[ "$name" = fat-differential-vhd ] || [ "$status" -eq 0 ]
	done
	base='C:\Projects\dfvfs\test_data'
	run -0 slipway partition list "$base\\ntfs-fixed.vhd"
	assert_output_has Primary
	slipway chkdsk "$base\\ntfs-dynamic.vhd@1"
	slipway chkdsk "$base\\fat-parent.vhd@1"
	run -0 slipway vdisk info "$base\\fat-differential.vhd"
	assert_output_has fat-parent.vhd
}

@test "others': delete and extend, attach and detach" {
	play_lines 'select disk 0' 'convert gpt' 'create partition efi size=100' \
		'create partition primary size=500' 'format quick' \
		'assign letter=C' 'create partition primary id=de94bba4-06d1-4d40-a16a-bfd50179d6ac'
	play demonpig-delete-extend.txt
	gpt_is "1 100 $efi" "101 3994 $data"
	volumes_are_sound - ntfs
	mkdir Development
	echo kernel >Development/kernel.txt
	slipway xcopy /E /I Development 'C:\Development'
	slipway vdisk create 'C:\Development\kernel.vhd' 20M --type dynamic
	for script in attach attach detach detach; do
		play heimbrau-$script.txt
	done
}

@test "disks of 4096-byte sectors" {
	sed 's/efi size=100/efi size=260/' \
		"$scripts/ms-CreatePartitions-UEFI.txt" >e.txt
	slipway diskpart /s e.txt --disk d.img --sector-size 4096
	fdisk -b 4096 -l -o start,size,type d.img | sed -n 's/  */ /g; s/^ //; /^Start/,$p' |
		diff - <(printf '%s\n' 'Start Size Type' '256 260M EFI System' \
			'66816 16M Microsoft reserved' '70912 3.2G Microsoft basic data' \
			'920320 500M Windows recovery environment')
	printf '%s\n' '1 260' '261 16' '277 3318' '3595 500' >found
	volumes_are_sound fat - ntfs ntfs
}
