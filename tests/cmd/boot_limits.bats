#!/usr/bin/env bats
# What only Windows' own boot code refuses is said by whoever writes it down, and
# bcdboot finds what a system partition cannot hold before it writes a byte.

bats_require_minimum_version 1.5.0
load ../helpers
load windows_registry

setup_file() {
	requires python3
	cd "$BATS_FILE_TMPDIR"
	make_wim <<-'END'
		def windows(*efi, version=None, manager=b"MZ" + bytes(4000)):
		    fixed = struct.pack("<HHH", 0x80, 52, 0) + "VS_VERSION_INFO\0".encode("utf-16-le") + bytes(2)
		    fixed += struct.pack("<III", 0xFEEF04BD, 0x10000, version or 0)
		    loader = b"MZ" + bytes(62) + (fixed if version else b"")
		    return [folder("Windows", [
		        folder("Boot", [
		            folder("EFI", ([file("bootmgfw.efi", manager)] if manager else []) + list(efi)),
		            folder("PCAT", [file("bootmgr", b"x"), file("bootvhd.dll", b"y")])]),
		        folder("System32", [file("winload.efi", loader), file("winload.exe", loader)])])]

		wim("good.wim", windows(version=0x0A0000))
		wim("seven.wim", windows(version=0x060001))
		wim("name.wim", windows(file("a:b", b"x")))
		wim("case.wim", windows(file("tail.", b"x")))
		wim("file.wim", windows(folder("bootmgfw.efi"), manager=None))
		wim("large.wim", windows(file("large", bytes(36 << 20))))
		deep = windows(version=0x0A0000)
		for i in range(12):
		    deep = [folder("d", deep)]
		wim("deep.wim", deep)
	END
	slipway partition create base.img --gpt --size 150M type=efi,size=34M type=data
	slipway format base.img@1 /FS:FAT32 >/dev/null
	slipway format base.img@2 /V:Data >/dev/null
}

setup() {
	cd "$BATS_FILE_TMPDIR"
	cp --sparse=always base.img d.img
}

fifteen='\1\2\3\4\5\6\7\8\9\a\b\c\d\e\f'
fourteen='\1\2\3\4\5\6\7\8\9\a\b\c\d\e'

# A virtual disk with an image on it, as a file of the host.
virtual() { # FILE IMAGE [TYPE]
	rm -f "$1"
	slipway vdisk create "$1" 16M --type "${3:-fixed}"
	slipway partition create "$1" --mbr type=data >/dev/null
	slipway format "$1@1" >/dev/null
	slipway dism /Apply-Image "/ImageFile:$2" /Index:1 "/ApplyDir:$1@1:\\" \
		--progress none >/dev/null
}

assert_no_warning() {
	case $output in *warning*) echo "$output" >&2; return 1 ;; esac
}

@test "bcdboot: a VHD in more than 14 folders is refused" {
	virtual w.vhd good.wim
	slipway copy w.vhd "d.img@2:$fourteen\\w.vhd" /P
	slipway copy w.vhd "d.img@2:$fifteen\\w.vhd" /P
	before=$(sha256sum d.img)
	run -1 slipway bcdboot "d.img@2:$fifteen\\w.vhd@1:\\Windows" /s d.img@1
	assert_output_has 'a file in 15 folders; Windows'"'"' boot manager finds it in 14 at most'
	[ "$before" = "$(sha256sum d.img)" ]
	run -0 slipway bcdboot "d.img@2:$fourteen\\w.vhd@1:\\Windows" /s d.img@1
	assert_no_warning
}

@test "letters of what lies in a virtual disk, and of a system partition" {
	virtual w.vhd good.wim
	slipway copy w.vhd 'd.img@2:\'
	slipway subst S: d.img@1
	slipway subst D: 'd.img@2:\w.vhd'
	slipway subst V: 'd.img@2:\w.vhd@1'
	slipway subst W: 'd.img@2:\w.vhd@1:\Windows'
	for windows in 'V:\Windows' W: 'D:@1:\Windows'; do
		run -0 slipway bcdboot "$windows" /s S:
		run -0 slipway bcdedit /sysstore S: /enum
		assert_output_has ']\w.vhd'
	done
	run -0 slipway bootrec /scanos D:
	assert_output_has 'D:@1:\Windows'
	run -0 slipway bootrec /rebuildbcd D: /s D:@1 /f BIOS /y
	run -0 slipway bootrec /fixmbr D:
	run -0 slipway bootsect /nt60 V: /mbr
	assert_output_has 'Successfully updated disk bootcode'
	run -0 slipway bootrec /fixboot V:
}

@test "bcdboot: a Windows folder whose hives lie too deep" {
	truncate -s 20M v.img
	slipway dism /Apply-Image /ImageFile:deep.wim /Index:1 '/ApplyDir:d.img@2:\' \
		--progress none >/dev/null
	run -1 slipway bcdboot "d.img@2:$(printf '\\d%.0s' {1..12})\\Windows" /s d.img@1
	assert_output_has 'in 15 folders'
}

@test "bcdboot: Windows 7 in a VHDX" {
	virtual seven.vhdx seven.wim
	virtual seven.vhd seven.wim
	slipway copy seven.vhdx 'd.img@2:\'
	slipway copy seven.vhd 'd.img@2:\'
	run -1 slipway bcdboot 'd.img@2:\seven.vhdx@1:\Windows' /s d.img@1
	assert_output_has 'it holds Windows 6.1, which cannot start from a VHDX'
	run -0 slipway bcdboot 'd.img@2:\seven.vhd@1:\Windows' /s d.img@1
	assert_no_warning
}

@test "bcdboot and vdisk create: a chain of three" {
	virtual w.vhd good.wim
	slipway copy w.vhd 'd.img@2:\vhd\w.vhd' /P
	run -0 slipway vdisk create 'd.img@2:\vhd\c.vhd' --parent 'd.img@2:\vhd\w.vhd'
	assert_no_warning
	run -0 slipway bcdboot 'd.img@2:\vhd\c.vhd@1:\Windows' /s d.img@1
	assert_no_warning
	run -0 slipway vdisk create 'd.img@2:\vhd\g.vhd' --parent 'd.img@2:\vhd\c.vhd'
	assert_output_has 'vdisk: d.img@2:\vhd\g.vhd: warning: it is a chain of 3 virtual disks'
	assert_output_has 'Services\FsDepends\Parameters, VirtualDiskMaxTreeDepth'
	run -0 slipway bcdboot 'd.img@2:\vhd\g.vhd@1:\Windows' /s d.img@1
	assert_output_has 'bcdboot: \vhd\g.vhd: warning: it is a chain of 3 virtual disks'
	assert_output_has 'VirtualDiskMaxTreeDepth'
}

@test "bcdboot and vdisk create: the registry of the Windows allows more" {
	virtual w.vhd good.wim
	make_system_hive SYSTEM 3
	slipway copy SYSTEM 'w.vhd@1:\Windows\System32\config\SYSTEM' /P
	slipway copy w.vhd 'd.img@2:\0.vhd'
	for n in 1 2; do
		run -0 slipway vdisk create "d.img@2:\\$n.vhd" --parent "d.img@2:\\$((n - 1)).vhd"
		assert_no_warning
		run -0 slipway bcdboot "d.img@2:\\$n.vhd@1:\\Windows" /s d.img@1
		assert_no_warning
	done
	run -0 slipway vdisk create 'd.img@2:\3.vhd' --parent 'd.img@2:\2.vhd'
	assert_output_has 'warning: it is a chain of 4 virtual disks; this Windows starts from 3 at most'
	run -0 slipway bcdboot 'd.img@2:\3.vhd@1:\Windows' /s d.img@1
	assert_output_has 'this Windows starts from 3 at most'
	# in the child alone it may be changed
	slipway reg add 'd.img@2:\3.vhd@1:\Windows\System32\config\SYSTEM\ControlSet002\Services\FsDepends\Parameters' \
		/v VirtualDiskMaxTreeDepth /t REG_DWORD /d 4 /f
	run -0 slipway bcdboot 'd.img@2:\3.vhd@1:\Windows' /s d.img@1
	assert_no_warning
}

@test "vdisk create: a file that no boot manager finds" {
	echo x >x
	slipway copy x "d.img@2:$fifteen\\x" /P
	run -0 slipway vdisk create "d.img@2:$fifteen\\w.vhd" 4M
	assert_output_has "w.vhd: warning: a file in 15 folders"
	run -0 slipway vdisk create "d.img@2:$fourteen\\w.vhd" 4M
	assert_no_warning
}

@test "bcdboot: a dynamic disk that has no room to grow" {
	virtual w.vhd good.wim dynamic
	slipway copy w.vhd 'd.img@2:\'
	run -0 slipway bcdboot 'd.img@2:\w.vhd@1:\Windows' /s d.img@1
	assert_no_warning
	slipway vdisk create 'd.img@2:\full' 100M --format vhd
	run -0 slipway bcdboot 'd.img@2:\w.vhd@1:\Windows' /s d.img@1
	assert_output_has 'w.vhd: warning: Windows makes it as large as it can be'
}

@test "bcdedit: devices and paths" {
	rm -f BCD
	run -0 slipway bcdedit /createstore BCD
	id=$(slipway bcdedit /store BCD /create /d x /application osloader | grep -o '{[-0-9a-f]*}')
	set_it() { run -0 slipway bcdedit /store BCD /set "$@"; }
	set_it "$id" device "vhd=[locate]$fourteen\\w.vhd"
	assert_no_warning
	set_it "$id" device "vhd=[locate]$fifteen\\w.vhd"
	assert_output_has "bcdedit: $fifteen\\w.vhd: warning: a file in 15 folders"
	set_it "$id" path "$fifteen\\winload.efi"
	assert_output_has 'in 15 folders'
	set_it "$id" systemroot "$fourteen"
	assert_output_has 'in 16 folders'
	set_it "$id" systemroot '\Windows'
	assert_no_warning
	set_it "$id" description "$fifteen\\is no path"
	assert_no_warning
}

@test "bcdboot writes nothing when the system partition cannot hold all" {
	for image in name case file large; do
		cp --sparse=always base.img d.img
		slipway dism /Apply-Image /ImageFile:$image.wim /Index:1 \
			'/ApplyDir:d.img@2:\' --progress none >/dev/null
		cp --sparse=always d.img kept.img
		run -1 slipway bcdboot 'd.img@2:\Windows' /s d.img@1
		echo "$image: $output"
		cmp d.img kept.img
	done
	# a store that is none, and one that is a folder
	cp --sparse=always base.img d.img
	slipway dism /Apply-Image /ImageFile:good.wim /Index:1 '/ApplyDir:d.img@2:\' \
		--progress none >/dev/null
	echo nonsense >BCD.bad
	slipway copy BCD.bad 'd.img@1:\EFI\Microsoft\Boot\BCD' /P
	cp --sparse=always d.img kept.img
	run -1 slipway bcdboot 'd.img@2:\Windows' /s d.img@1
	cmp d.img kept.img
	cp --sparse=always base.img d.img
	slipway dism /Apply-Image /ImageFile:good.wim /Index:1 '/ApplyDir:d.img@2:\' \
		--progress none >/dev/null
	slipway copy BCD.bad 'd.img@1:\EFI\Microsoft\Boot' /P # a file where a folder is needed
	cp --sparse=always d.img kept.img
	run -1 slipway bcdboot 'd.img@2:\Windows' /s d.img@1
	cmp d.img kept.img
}
