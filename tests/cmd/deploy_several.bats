# deploy with several systems, by UEFI and BIOS, as a black box.
load ../helpers

setup_file() {
	requires wimlib-imagex
	cd "$BATS_FILE_TMPDIR"
	b=tree/Windows/Boot
	mkdir -p $b/EFI $b/PCAT
	for f in EFI/bootmgfw.efi PCAT/bootmgr PCAT/bootvhd.dll; do
		echo "$f" >$b/$f
	done
	seq 100000 >tree/numbers
	wimlib-imagex capture tree w.wim "Windows one" --no-acls >/dev/null
	echo two >tree/two
	wimlib-imagex append tree w.wim "Windows two" --no-acls >/dev/null
	rm -r $b/PCAT/bootvhd.dll
	wimlib-imagex append tree w.wim "No driver" --no-acls >/dev/null
	make_boot_files medium windows
}

setup() {
	cd "$BATS_TEST_TMPDIR"
	ln -s "$BATS_FILE_TMPDIR/w.wim" "$BATS_FILE_TMPDIR/medium" .
}

# An answer file on stdin, after lines that all have.
answer() {
	{
		echo '[disk]'
		echo 'seed = 01234567-89ab-cdef-0123-456789abcdef'
		cat
	} >a.ini
}

deploy() {
	slipway deploy a.ini --boot-files medium --progress none "$@"
}

# Says no on a line, and makes nothing.
refused() { # LINE WORDS
	run -1 deploy --target no.img --size 400M
	assert_output_has "a.ini:$1:"
	assert_output_has "$2"
	[ ! -e no.img ] || [ -z "$(wipefs -n no.img)" ]
	rm -f no.img
}

everything() {
	answer <<-'END'
		efi-size = 40M
		[image]
		file = w.wim
		[vhd]
		path = \vhd\child.vhd
		parent = \vhd\low\base.vhd
		description = Child
		[vhd]
		path = \vhd\low\base.vhd
		size = 60M
		type = dynamic
		[vhd]
		path = \vhd\x.vhdx
		size = 50M
		index = 2
		[partition]
		size = 30M
		description = Of its own
		[boot]
		system = windows
		default = \VHD\X.vhdx
		timeout = 3
		environment = Rescue
	END
}

@test "every kind of system on one disk, twice the same" {
	everything
	run -0 deploy --target a.img --size 400M
	assert_output_has "differencing VHD, child of
    \\vhd\\low\\base.vhd"
	assert_output_has "a parent: not in the menu, read-only"
	assert_output_has "dynamic VHD, 60 MB, 8 MB of it at first"
	assert_output_has "fixed VHDX, 50 MB"
	assert_output_has "image 2 of w.wim (Windows two)"
	assert_output_has "a menu for 3 seconds"
	assert_output_has "Rescue"
	run -0 deploy --target b.img --size 400M
	cmp a.img b.img
	for place in a.img@3 a.img@4 'a.img@4:\vhd\low\base.vhd@1' \
		'a.img@4:\vhd\x.vhdx@1' 'a.img@4:\vhd\child.vhd@1'; do
		run -0 slipway chkdsk "$place"
	done
	run -0 slipway type 'a.img@4:\vhd\x.vhdx@1:\two'
	[ "$output" = two ]
	run -0 slipway type 'a.img@1:\EFI\debian\grub.cfg'
	assert_output_has "menuentry 'Rescue'"
	assert_output_has "set timeout=3"
}

@test "the store has the order, the names and the default that were asked for" {
	everything
	deploy --target a.img --size 400M >/dev/null
	run -0 slipway bcdedit /store 'a.img@1:\EFI\Microsoft\Boot\BCD' /enum
	names=$(sed -n 's/^description  *//p' <<<"$output" | tr '\n' ,)
	[ "$names" = "Windows Boot Manager,Child,Windows two,Of its own," ]
	assert_output_has "timeout                 3"
	run -0 slipway bcdedit /store 'a.img@1:\EFI\Microsoft\Boot\BCD' \
		/enum '{default}'
	assert_output_has "Windows two"
	assert_output_has '\vhd\x.vhdx'
}

@test "the firmware's entries: Windows first, then the environment" {
	everything
	mkdir vars
	touch vars/Timeout-8be4df61-93ca-11d2-aa0d-00e098032b8c
	run -0 deploy --target a.img --size 400M --efivars vars --dry-run
	assert_output_has "start entries of the firmware: Windows Boot Manager, Rescue"
	[ "$(ls vars)" = Timeout-8be4df61-93ca-11d2-aa0d-00e098032b8c ]
	run -0 deploy --target a.img --size 400M --efivars vars
	cd vars
	for i in 1 2; do
		number=$(od -An -tx2 -j $((2 + i * 2)) -N 2 BootOrder-* | tr -d ' ')
		tr -d '\000' <"Boot${number^^}"-* >../$i
	done
	cd ..
	LC_ALL=C grep -aq 'Windows Boot Manager.*bootmgfw.efi' 1
	LC_ALL=C grep -aq 'Rescue.*\\EFI\\slipway\\shimx64.efi' 2
	# variables that were named must be there
	run -1 deploy --target b.img --size 400M --efivars nothing
}

@test "a machine that starts by BIOS" {
	answer <<-'END'
		layout = mbr
		system-size = 50M
		[image]
		file = w.wim
		[vhd]
		path = \w.vhd
		size = 60M
		[partition]
		index = 2
		size = 30M
		[boot]
		system = windows
	END
	run -0 deploy --target a.img --size 300M
	assert_output_has "system, active, FAT32"
	assert_output_has "boot: Windows by BIOS"
	run -0 sfdisk -d a.img
	assert_output_has "bootable"
	[ "$(grep -c 'type=' <<<"$output")" = 3 ]
	run -0 slipway bcdedit /store 'a.img@1:\Boot\BCD' /enum
	assert_output_has 'winload.exe'
	# code in the MBR and in the volume, and a signature
	for at in 0 1048576; do
		[ "$(od -An -tx1 -j $((at + 510)) -N 2 a.img)" = " 55 aa" ]
		[ "$(od -An -tx1 -j $((at + 100)) -N 16 a.img | tr -d ' 0')" ]
	done
	cp a.img b.img
	run -0 slipway bootsect /nt60 b.img@1 /mbr
	cmp a.img b.img
	sed -i 's/^path = .*/&\nindex = 3/' a.ini
	run -1 deploy --target c.img --size 300M
	assert_output_has 'bootvhd.dll: it cannot boot as Windows by BIOS'
}

@test "what cannot be is told with its line" {
	everything
	sed -i 's/^environment.*/layout = x/' a.ini
	refused 25 'no key "layout" in [boot]'
	everything
	sed -i 's/^default = .*/default = Nobody/' a.ini
	refused 23 'nothing in the menu has that description or path'
	everything
	sed -i 's/^default = .*/default = \\vhd\\low\\base.vhd/' a.ini
	refused 23 'nothing in the menu'
	everything
	sed -i 's/^description = Child/description = Of its own/' a.ini
	refused 18 'the menu has "Of its own" already'
	everything
	sed -i '3s/.*/layout = mbr/' a.ini
	refused 25 'environment needs layout = gpt'
}

@test "what does not fit is told before anything is written" {
	everything
	truncate -s 210M a.img
	before=$(sha256sum <a.img)
	run -1 deploy --target a.img
	assert_output_has "Windows needs room to make it as large as it can be"
	sed -i 's/^size = 30M/size = 150M/' a.ini
	run -1 deploy --target a.img
	assert_output_has "do not fit into the partition of"
	sed -i 's/^size = 150M/size = 190M/' a.ini
	run -1 deploy --target a.img
	assert_output_has "the disk is too small"
	[ "$before" = "$(sha256sum <a.img)" ]
	rm medium
	everything
	run -1 slipway deploy a.ini --target b.img --size 400M
	assert_output_has "BOOTX64.EFI"
}

@test "an MBR has room for four partitions" {
	answer <<-'END'
		layout = mbr
		[image]
		file = w.wim
		[partition]
		size = 20M
		description = a
		[partition]
		size = 20M
		description = b
		[partition]
		size = 20M
		description = c
		[vhd]
		path = \w.vhd
		size = 30M
		[boot]
		system = windows
	END
	run -1 deploy --target a.img --size 300M
	assert_output_has "room for four partitions"
	sed -i '10,12d' a.ini
	run -0 deploy --target b.img --size 300M
}

@test "the boot files are those of the newest Windows, wherever it stands" {
	mkdir -p t/Windows/Boot/EFI
	for version in 6.1.7601 10.0.9200 10.0.19041 6.3.9600; do
		echo $version >t/Windows/Boot/EFI/bootmgfw.efi
		verb=append
		[ -e v.wim ] || verb=capture
		wimlib-imagex $verb t v.wim "W $version" --no-acls >/dev/null
		IFS=. read -r major minor build <<<"$version"
		wimlib-imagex info v.wim "W $version" \
			--image-property WINDOWS/VERSION/MAJOR=$major \
			--image-property WINDOWS/VERSION/MINOR=$minor \
			--image-property WINDOWS/VERSION/BUILD=$build >/dev/null
	done
	{
		printf '%s\n' 'efi-size = 40M' '[image]' 'file = v.wim'
		for n in 1 2 3 4; do
			printf '%s\n' '[vhd]' "path = \\$n.vhd" 'size = 20M' \
				"index = $n"
		done
		printf '%s\n' '[boot]' 'system = windows'
	} | answer
	run -0 deploy --target a.img --size 300M
	for path in EFI/Microsoft/Boot/bootmgfw.efi EFI/Boot/bootx64.efi; do
		run -0 slipway type "a.img@1:/$path"
		[ "$output" = 10.0.19041 ]
	done
	run -0 slipway bcdedit /store 'a.img@1:\EFI\Microsoft\Boot\BCD' /enum
	[ "$(grep -c '^description.*W ' <<<"$output")" = 4 ]
}

@test "paths that cannot be together are told" {
	for other in 'A.vhd\b.vhd' '$MFT\b.vhd'; do
		printf '%s\n' '[image]' 'file = w.wim' '[vhd]' 'path = \a.vhd' \
			'size = 30M' '[vhd]' "path = \\$other" 'size = 30M' \
			'description = b' '[boot]' 'system = windows' | answer
		run -1 deploy --target a.img --size 400M
		assert_output_has "a file where another has a folder"
	done
}
