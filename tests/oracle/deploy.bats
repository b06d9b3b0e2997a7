#!/usr/bin/env bats
# A disk image deployed without root, judged from the partition table down to
# the volume inside the VHD by programs that know nothing of us.

bats_require_minimum_version 1.5.0
load ../helpers
load judges

setup_file() {
	requires wimlib-imagex
	build_maker
	# a folder that an ordinary user can reach and write
	export HOME_DIR
	HOME_DIR=$(mktemp -d)
	cd "$HOME_DIR"
	cp "$SLIPWAY" slipway
	mkdir -p medium/EFI/BOOT medium/slipway windows/Windows/Boot/EFI \
		windows/Windows/Boot/Fonts
	rich_wim medium/slipway/rich.wim LZX
	make_boot_files medium linux 300000
	answer linux rich.wim
	head -c 50000 /dev/urandom >windows/Windows/Boot/EFI/bootmgfw.efi
	echo font >windows/Windows/Boot/Fonts/segmono_boot.ttf
	capture windows medium/slipway/windows.wim 'Windows of a test'
	chmod 755 . && chmod -R a+rX medium slipway
	mkdir disks
	[ "$(id -u)" -ne 0 ] || chown 12345:12345 disks
	as_user ./slipway deploy medium/slipway/linux.ini --size 300M \
		--target disks/linux.img --progress none
	answer windows windows.wim
	chmod -R a+rX medium
	as_user ./slipway deploy medium/slipway/windows.ini --size 300M \
		--target disks/windows.img --progress none
}

teardown_file() { rm -rf "$HOME_DIR"; }

setup() {
	requires sfdisk sgdisk fsck.fat mdir mtype qemu-img vhdiinfo ntfscat \
		python3 ntfsfix ntfsinfo fsntfsinfo fls 7z
	export LC_ALL=C.UTF-8
	cd "$BATS_TEST_TMPDIR"
	disk=$HOME_DIR/disks/linux.img
}

# Root puts its rights away; anybody else has none.
as_user() {
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --reuid 12345 --regid 12345 --clear-groups \
			--no-new-privs "$@"
	else
		"$@"
	fi
}

answer() { # SYSTEM WIM
	cat >medium/slipway/$1.ini <<-END
		[disk]
		seed = 01234567-89ab-cdef-0123-456789abcdef
		efi-size = 40M
		wipe = yes
		[image]
		file = $2
		[vhd]
		path = \\vhd\\guest.vhd
		size = 100M
		[boot]
		system = $1
		[finish]
		action = poweroff
	END
}

@test "the table of the disk" {
	[ "$(id -u)" -ne 0 ] || [ "$(stat -c %u "$disk")" -eq 12345 ]
	run -0 sfdisk --verify "$disk"
	assert_output_has 'No errors detected'
	run -0 sgdisk -v "$disk"
	assert_output_has 'No problems found'
	run -0 sfdisk -d "$disk"
	assert_output_has 'label: gpt'
	types=$(grep -o 'type=[^,]*' <<<"$output" | tr '\n' ' ')
	[ "$types" = "type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B \
type=E3C9E316-0B5C-4DB8-817D-F92DF00215AE \
type=EBD0A0A2-B9E5-4433-87C0-68B6B72699C7 " ]
	# each at a multiple of 1 MiB
	for start in $(grep -o 'start= *[0-9]*' <<<"$output" | tr -dc '0-9\n'); do
		[ $((start % 2048)) -eq 0 ]
	done
}

@test "the EFI system partition of a Linux guest" {
	cut_out "$disk" 1 esp.img
	run -0 fsck.fat -n esp.img
	run -0 mdir -b -/ -i esp.img ::
	assert_output_has '::/EFI/BOOT/BOOTX64.EFI'
	for f in "${boot_files[@]}"; do
		mtype -i esp.img "::/$f" | cmp - "$HOME_DIR/medium/$f"
	done
	run -0 mtype -i esp.img ::/EFI/debian/grub.cfg
	data=$(sfdisk --part-uuid "$disk" 3)
	assert_output_has "slipway.root=PARTUUID=${data,,}:\\vhd\\guest.vhd@1"
	[[ $output != *'@ROOT@'* && $output != *'@OPTIONS@'* ]]
}

@test "the volume of the data partition, and the VHD file on it" {
	cut_out "$disk" 3 host.img
	sound host.img
	run -0 ntfsinfo -v -F /vhd/guest.vhd host.img
	[[ $output != *SPARSE* && $output != *COMPRESSED* ]]
	! grep 'Attribute flags' <<<"$output" | grep -v 0x0000
	ntfscat host.img /vhd/guest.vhd >guest.vhd
	run -0 qemu-img info -f vpc guest.vhd
	assert_output_has 'file format: vpc'
	assert_output_has '(104857600 bytes)'
	run -0 vhdiinfo guest.vhd
	assert_output_has 'Fixed'
	# the footer is the last thing of the file, which ends with it
	[ "$(stat -c %s guest.vhd)" -eq $((100 * 1048576 + 512)) ]
}

@test "the volume inside the VHD is the image" {
	cut_out "$disk" 3 host.img
	ntfscat host.img /vhd/guest.vhd >guest.vhd
	qemu-img convert -f vpc -O raw guest.vhd guest.img
	run -0 sfdisk --verify guest.img
	assert_output_has 'No errors detected'
	run -0 sfdisk -d guest.img
	assert_output_has 'label: dos'
	assert_output_has 'type=7'
	cut_out guest.img 1 volume.img
	judge "$HOME_DIR/medium/slipway/rich.wim" 1 volume.img
}

@test "the EFI system partition and the store of a Windows" {
	requires hivexsh
	disk=$HOME_DIR/disks/windows.img
	cut_out "$disk" 1 esp.img
	run -0 fsck.fat -n esp.img
	for f in EFI/Microsoft/Boot/bootmgfw.efi EFI/Boot/bootx64.efi; do
		mtype -i esp.img "::/$f" | cmp - \
			"$HOME_DIR/windows/Windows/Boot/EFI/bootmgfw.efi"
	done
	run -0 mdir -b -/ -i esp.img ::
	assert_output_has '::/EFI/Microsoft/Boot/Fonts/segmono_boot.ttf'
	mtype -i esp.img ::/EFI/Microsoft/Boot/BCD >store
	# the loader's description, and a device that names the VHD
	run -0 bash -c 'hivexsh -w store <<<"" && hivexml store'
	assert_output_has 'Windows of a test'
	python3 - <<-'END'
		store = open("store", "rb").read()
		assert "\\vhd\\guest.vhd".encode("utf-16le") in store
	END
}

# On a file, old content is given back to the file system, so the whole disk is
# the same; a device that cannot do that keeps its old content in free space,
# which tests/unit/libdeploy/run.c tells from the rest.
@test "the same seed gives the same bytes, on a new file and over old data" {
	cd "$HOME_DIR"
	as_user ./slipway deploy medium/slipway/linux.ini --size 300M \
		--target disks/again.img --progress none >/dev/null
	cmp "$disk" disks/again.img
	rm disks/again.img
	head -c 300M /dev/urandom >disks/old.img
	[ "$(id -u)" -ne 0 ] || chown 12345:12345 disks/old.img
	as_user ./slipway deploy medium/slipway/linux.ini \
		--target disks/old.img --progress none >/dev/null
	cmp "$disk" disks/old.img
	rm disks/old.img
}

@test "without a seed no identifier is the same" {
	cd "$HOME_DIR"
	sed '/^seed/d' medium/slipway/linux.ini >random.ini
	sed -i "s|^file = |&$PWD/medium/slipway/|" random.ini
	for n in 1 2; do
		as_user ./slipway deploy random.ini --size 300M --boot-files medium \
			--target disks/random$n.img --progress none >/dev/null
		sfdisk -d disks/random$n.img | grep -oE '(uuid=|label-id: )[-0-9A-F]+' |
			sort >disks/ids$n
		blkid -p -o value -s UUID --offset $((57 * 1048576)) \
			disks/random$n.img >>disks/ids$n || true
	done
	[ "$(wc -l <disks/ids1)" -ge 4 ]
	[ -z "$(comm -12 <(sort disks/ids1) <(sort disks/ids2))" ]
	rm disks/random?.img
}
