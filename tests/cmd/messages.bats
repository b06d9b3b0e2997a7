# What a person is told who makes a usual mistake: which command, which object (once),
# why, and what to do; on stderr alone, with the exit status that is promised.
load ../helpers

setup_file() {
	WORK=$(mktemp -d "${TMPDIR:-/tmp}/messages-XXXXXX")
	export WORK
	cd "$WORK"
	requires wimlib-imagex
	mkdir folder tree
	echo text >tree/f
	echo text >f
	: >empty
	head -c 100000 /dev/urandom >junk.bin
	{
		slipway partition create d.img --mbr --size 60M \
			type=0e,size=20M,active type=data
		slipway format d.img@1 /FS:FAT
		slipway format d.img@2
		slipway copy f 'd.img@2:\f'
		wimlib-imagex capture tree w.wim One
		wimlib-imagex append tree w.wim Two
		wimlib-imagex capture tree p.wim --pipable
		head -c -208 p.wim >cut.wim
		make_wim <<<'wim("e.wim", [], xml="</IMAGE><ESD><ENCRYPTED/></ESD><IMAGE>")'
		slipway vdisk create v.vhd 6M
		slipway vdisk create p.vhd 6M
		slipway vdisk create c.vhd --parent p.vhd
		rm p.vhd
		slipway bcdedit /createstore BCD
	} >/dev/null 2>&1
	truncate -s 100M large
	truncate -s 8M locked.img
	printf '\353\130\220-FVE-FS-' | dd of=locked.img conv=notrunc status=none
	cp d.img ro.img
	cp v.vhd ro.vhd
	chmod a-w ro.img ro.vhd
	printf '[disk]\nbuss = usb\n' >typo.ini
	cat >a.ini <<-'INI'
		[disk]
		bus = usb
		[image]
		file = w.wim
		index = 9
		[vhd]
		path = \x.vhd
		size = 8M
		[boot]
		system = windows
		[finish]
		action = shell
	INI
}

teardown_file() { rm -rf "$WORK"; }

setup() { cd "$WORK"; }

# Lines of "WORDS | STATUS | OBJECT | WHY | NEXT": the last line, or that before
# where help is to be had, is "COMMAND: ...". It holds the object once, and the
# words of both other columns. Nothing is on stdout, but for copy, which counts
# there as Windows' does; and no file is changed.
table() {
	local line words want object why next told count before
	before=$(find . -type f -printf '%p %s %T@\n' | sort)
	while IFS='|' read -r line want object why next; do
		[ -n "${line// /}" ] || continue
		read -ra words <<<"$line"
		read -r want <<<"$want"
		read -r object <<<"$object"
		read -r why <<<"$why"
		read -r next <<<"$next"
		run --separate-stderr slipway "${words[@]}" </dev/null
		told=$(grep "^${words[0]}: " <<<"$stderr" | head -n 1)
		count=$(grep -oF -- "$object" <<<"$told" | wc -l)
		if [ "$status" != "$want" ] || { [ -n "$output" ] && [ "${words[0]}" != copy ]; } ||
			[ -z "$told" ] || [ "$count" != 1 ] ||
			[[ $told != *"$why"* ]] || [[ $told != *"$next"* ]]; then
			echo "${words[*]}: $status, object $count times" >&2
			echo "$output$stderr" >&2
			return 1
		fi
	done
	[ "$before" = "$(find . -type f -printf '%p %s %T@\n' | sort)" ]
}

@test "dism" {
	table <<-'END'
		dism | 87 | say what is to be done | | /Get-ImageInfo, /Apply-Image
		dism /Get-Imageinof /ImageFile:w.wim | 87 | /Get-Imageinof | | is /Get-ImageInfo meant?
		dism /Add-Driver /Driver:x | 87 | /Add-Driver | not done here | are captured, applied
		dism /Mount-Image /ImageFile:w.wim /MountDir:folder | 87 | /Index:N or /Name:NAME | is missing | /Get-ImageInfo lists
		dism /Mount-Image /ImageFile:w.wim /Index:1 | 87 | /MountDir:FOLDER | is missing | onto which
		dism /Unmount-Image /Discard | 87 | /MountDir:FOLDER | is missing | where
		dism /Unmount-Image /MountDir:folder | 87 | /Commit or /Discard | what becomes of the changes |
		dism /Get-ImageInfo | 87 | /ImageFile:FILE | is missing | which WIM file
		dism /Get-ImageInfo /ImageFile | 87 | /ImageFile | needs a value |
		dism /Get-ImageInfo /ImageFile:w.wim /Indx:1 | 87 | /Indx:1 | unknown switch | is /Index meant?
		dism /Get-ImageInfo /ImageFile:none.wim | 2 | none.wim | there is no such file |
		dism /Get-ImageInfo /ImageFile:folder | 5 | folder: | this is a folder | a file or disk is needed
		dism /Get-ImageInfo /ImageFile:empty | 50 | dism: empty: | the file is empty | this is no WIM
		dism /Get-ImageInfo /ImageFile:v.vhd | 50 | v.vhd | this is no WIM |
		dism /Get-ImageInfo /ImageFile:w.wim /Index:3 | 2 | w.wim | there is no image "3" | 1 (One), 2 (Two)
		dism /Get-ImageInfo /ImageFile:w.wim /Name:Three | 2 | w.wim | there is no image "Three" | 1 (One), 2 (Two)
		dism /Get-ImageInfo /ImageFile:e.wim | 50 | e.wim: | this ESD is encrypted | Media Creation Tool
		dism /Get-ImageInfo /ImageFile:cut.wim | 13 | cut.wim | has not its second header | it is cut off
		dism /List-Image /ImageFile:w.wim | 87 | /Index:N | is missing | /Get-ImageInfo lists the images
		dism /Apply-Image /ImageFile:w.wim /Index:1 | 87 | /ApplyDir:VOLUME | is missing | onto which volume
	END
}

@test "chkdsk, format" {
	table <<-'END'
		chkdsk | 3 | name the volume | |
		chkdsk none.img | 3 | none.img | there is no such file or disk |
		chkdsk folder | 3 | folder: | this is a folder | a file or disk is needed
		chkdsk empty | 3 | empty: | neither a FAT nor an NTFS file system |
		chkdsk d.img | 3 | d.img: | this is a disk with partitions (MBR) | as in disk.img@1
		chkdsk d.img@9 | 3 | d.img@9 | there is no partition 9 | there are 1, 2
		chkdsk locked.img | 3 | locked.img | encrypted by BitLocker | manage-bde -off
		chkdsk c.vhd@1 | 3 | c.vhd | its parent is missing: ./p.vhd | vdisk reparent
		chkdsk junk.bin | 3 | junk.bin | neither a FAT nor an NTFS file system, but data |
		chkdsk d.img@2 /R | 3 | /r: | repairs by /F alone |
		chkdsk d.img@1 /F | 3 | d.img@1 | only NTFS volumes are repaired | fsck.fat
		chkdsk d.img@2 /JSN | 3 | /JSN | unknown switch | is /JSON meant?
		format | 2 | name the volume | | as in disk.img@1
		format d.img | 1 | d.img: | this is a disk with partitions | as in disk.img@1
		format d.img@2 | 1 | d.img@2 | it holds NTFS | /Y would replace it
		format d.img@2 /FS:EXT4 | 2 | /FS:EXT4 | must be NTFS, FAT or FAT32 |
		format d.img@9 /Y | 1 | d.img@9 | there is no partition 9 | there are 1, 2
		format ro.img@2 /Y | 1 | ro.img | it is read-only (mode 444) | chmod u+w
		format locked.img | 1 | locked.img | it holds BitLocker | /Y would replace it
	END
}

@test "partition, vdisk" {
	table <<-'END'
		partition | 2 | say what is to be done | list DISK | create DISK
		partition list none.img | 1 | none.img | there is no such file or disk |
		partition list folder | 1 | folder: | this is a folder |
		partition list junk.bin | 1 | junk.bin | partition table: there is none |
		partition create d.img --gpt type=data | 1 | d.img: | it holds MBR | --wipe would remove it
		partition create n.img type=data | 2 | create needs | | --gpt or --mbr
		partition create n.img --gpt --size 100M type=foo | 2 | type=foo | not understood | type=NAME,size=SIZE
		partition create n.img --gpt --size 100M type=data,size=200M | 1 | n.img | no free place for 200 MB |
		partition create n.img --gpt --size 1X type=data | 2 | 1X | not a size | such as 64G
		partition create ro.img --wipe --gpt type=data | 1 | ro.img | it is read-only | chmod u+w
		vdisk | 2 | say what is to be done | | info, create, attach
		vdisk inof v.vhd | 2 | inof | no such subcommand | is info meant?
		vdisk info none.vhd | 1 | none.vhd | there is no such file |
		vdisk info folder | 1 | folder: | this is a folder |
		vdisk create v.vhd 5M | 1 | v.vhd | it is there already |
		vdisk create n.vhd | 2 | create: | an ADDRESS and a SIZE are needed |
		vdisk create n.vhd 5X | 2 | 5X | not a size | such as 64G
		vdisk create n.vhd 3000G | 1 | n.vhd | at most 2040 GiB | a VHDX 64 TiB
		vdisk create n.vhd --parent w.wim | 1 | w.wim | neither a VHD nor a VHDX |
		vdisk create n.vhd --parent none.vhd | 1 | none.vhd | No such file |
		vdisk create n.qcow2 5M | 1 | n.qcow2: | another kind (qcow2) | .vhd, .vhdx and .raw are
		vdisk expand v.vhd 1M | 1 | v.vhd | cannot be made smaller |
		vdisk merge v.vhd | 1 | v.vhd | it has no parent |
		vdisk compact ro.vhd | 1 | ro.vhd | it is read-only | chmod u+w
		vdisk check f | 1 | f: | neither a VHD nor a VHDX |
		vdisk detach /dev/sda | 2 | /dev/sda | not of the form /dev/ublkbN |
	END
}

@test "copy, type" {
	table <<-'END'
		copy none d.img@2:\ | 1 | none: | there is no such file |
		copy f d.img@9:\ | 1 | d.img@9 | there is no partition 9 | there are 1, 2
		copy f ro.img@2:\ | 1 | ro.img | it is read-only | chmod u+w
		copy f locked.img:\ | 1 | locked.img | encrypted by BitLocker | manage-bde -off
		copy large d.img@2:\ | 1 | d.img@2:\ | there is not enough room: 104857600 bytes are needed |
		type d.img@2:\none | 1 | d.img@2:\none | there is no such file or folder |
		type d.img@2:\f\g | 1 | d.img@2:\f\g | a part of this path is a file, not a folder |
		type d.img@9:\f | 1 | d.img@9 | there is no partition 9 | there are 1, 2
		type locked.img:\f | 1 | locked.img | encrypted by BitLocker | manage-bde -off
	END
}

@test "reg" {
	table <<-'END'
		reg | 1 | name an operation | | such as query
		reg querry BCD | 1 | querry | no such operation | is query meant?
		reg load HKLM\X BCD | 1 | load: | not needed here | begins with the hive's file
		reg query none | 1 | none: | No such file |
		reg query folder | 1 | folder: | this is a folder |
		reg query f | 1 | f: | this is no registry hive |
		reg query HKLM\SYSTEM | 1 | HKLM\SYSTEM | no Windows is running here | disk.img@3:\Windows\System32\config\SYSTEM
		reg query BCD\Nope | 1 | BCD\Nope | there is no such key |
		reg query BCD /v nope | 1 | BCD: | the key has no value "nope" |
		reg query BCD /sx | 1 | /sx | unknown switch | meant?
		reg add BCD\X /v y /t REG_FOO /f | 1 | REG_FOO | no type of the registry | REG_DWORD
		reg add BCD\X /v y /t REG_DWORD /d abc /f | 1 | abc | no number of that type |
		reg delete BCD\Nope /f | 1 | BCD\Nope | there is no such key |
		reg import none BCD | 1 | none: | No such file |
		reg import f BCD | 1 | f:1: | neither REGEDIT4 nor Windows Registry Editor Version 5.00 |
		reg export BCD | 1 | export: | name a key and a file |
		reg compare BCD none | 1 | none: | No such file |
		reg compare BCD | 1 | compare: | name two keys |
	END
}

@test "boot configuration and boot code" {
	table <<-'END'
		bcdedit | 1 | boot store: | this is not Slipway's environment | name the store with /store
		bcdedit /store none | 1 | none: | No such file |
		bcdedit /store folder | 1 | folder: | this is a folder |
		bcdedit /store d.img@1 | 1 | d.img@1: | this is a disk; name a file in it | /sysstore disk.img@1
		bcdedit /store f | 1 | f: | this is no registry hive |
		bcdedit /stor BCD | 2 | /stor: | unknown switch | is /store meant?
		bcdedit /store BCD /set {nope} x y | 1 | {nope} | the store has no such entry |
		bcdedit /store BCD /timeout abc | 1 | abc | not a number |
		bcdedit /store BCD /copy {current} | 1 | {current} | no Windows is running here | name {default}
		bcdedit /store BCD word | 2 | word | goes with none of the switches |
		bcdedit /createstore BCD | 1 | BCD: | the file is there already |
		bcdboot | 2 | name one Windows folder | | such as disk.img@3:\Windows
		bcdboot d.img@2:\Windows | 1 | d.img@2:\Windows: | this is not Slipway's environment | with /s, such as /s d.img@1
		bcdboot d.img@2:\Windos /s d.img@1 | 1 | \Windos: | there is no such folder |
		bcdboot d.img@2:\Windows /s d.img@9 | 1 | d.img@9 | there is no partition 9 | there are 1, 2
		bcdboot d.img@2:\Windows /s d.img@1 /f EFI | 2 | /f EFI | not UEFI, BIOS or ALL |
		bootsect | 2 | name the volume | | /nt60 ADDRESS
		bootsect /nt52 d.img@1 | 2 | /nt52 | NTLDR | /nt60 loads BOOTMGR
		bootrec | 2 | one of /fixmbr | | one DISK
		bootrec /fixmbr none | 1 | none: | there is no such file or disk |
		bootrec /fixboot v.vhd | 1 | v.vhd | there is no file system here |
		bootrec /scanos d.img@2 | 1 | d.img@2 | this is a partition | name the whole disk, without @N
		bootrec /rebuildbcd d.img | 2 | /rebuildbcd | needs /s SYSTEM |
	END
}

@test "deploy, and no command at all" {
	table <<-'END'
		deploy | 2 | name one answer file | | such as answer.ini
		deploy none.ini | 1 | none.ini | there is no such file |
		deploy typo.ini | 1 | typo.ini:2: | there is no key "buss" in [disk] |
		deploy a.ini --target large | 1 | w.wim | there is no image "9" | 1 (One), 2 (Two)
		deploy a.ini --target golden.img | 1 | golden.img | there is no such file | with --size it is made
		deploy a.ini --settle | 2 | --settle | goes with --list-disks |
		deploy a.ini --dryrun --target | 2 | --target | needs a value |
	END
	run -2 slipway dizm
	assert_output_has 'slipway: dizm: there is no such command; is dism meant?'
}

@test "help NAME is NAME --help" {
	run -0 slipway help deploy
	[ "$output" = "$(slipway deploy --help)" ]
	run -2 slipway help dizm
	assert_output_has 'slipway: dizm: there is no such command; is dism meant?'
}

@test "Windows' own words come first" {
	run -1 slipway reg query 'BCD\Nope'
	[ "${lines[0]}" = 'ERROR: The system was unable to find the specified registry key or value.' ]
	run -1 slipway reg query
	[ "${lines[0]}" = 'ERROR: Invalid syntax.' ]
	run -2 slipway dism /Get-ImageInfo /ImageFile:none.wim
	[ "${lines[0]}" = 'Error: 2' ]
	[ "${lines[1]}" = 'The system cannot find the file specified.' ]
	run -1 slipway bcdedit /store none
	[ "${lines[0]}" = 'The boot configuration data store could not be opened.' ]
	[ "${lines[1]}" = 'The system cannot find the file specified.' ]
	run -1 slipway bcdedit /store BCD /set '{nope}' x y
	[ "${lines[0]}" = 'An error has occurred setting the element data.' ]
	run -1 slipway bcdboot 'd.img@2:\Windows' /s d.img@9
	[ "${lines[0]}" = 'Failure when attempting to copy boot files.' ]
	run -3 slipway chkdsk none.img
	[ "${lines[0]}" = 'Cannot open volume for direct access.' ]
}

# What is too long for a buffer keeps its end, and says that it was cut.
@test "a long path is not cut unseen" {
	folder=$(printf 'a%.0s' {1..200})
	mkdir -p "$folder/$folder/$folder"
	run -3 slipway chkdsk "$folder/$folder/$folder/none.img"
	assert_output_has "chkdsk: $folder/$folder/$folder/none.img: there is no such file or disk"
}

@test "a disk of the machine is for root alone" {
	disk=$(lsblk -ndo PATH 2>/dev/null | head -n 1)
	[ -b "$disk" ] || skip "there is no disk here"
	[ "$(id -u)" = 0 ] && as='setpriv --reuid=65534 --regid=65534 --clear-groups' || as=
	run -1 $as "$SLIPWAY" partition list "$disk"
	assert_output_has "partition: $disk: opening failed: Permission denied; disks are for root alone"
}
