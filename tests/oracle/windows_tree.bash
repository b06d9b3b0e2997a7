# What the tests of bcdboot share: `load windows_tree`. A Windows folder with the
# files that matter for booting, on a disk.
# shellcheck shell=bash

make_tree() {
	b=tree/Windows/Boot c=tree/Windows/System32/config
	mkdir -p $b/EFI/de-DE $b/PCAT/de-DE $b/Fonts $b/Resources $b/EFI_EX \
		$b/Fonts_EX $c
	for f in EFI/bootmgfw.efi EFI/memtest.efi EFI/de-DE/bootmgfw.efi.mui \
		PCAT/bootmgr PCAT/bootnxt PCAT/memtest.exe PCAT/bootvhd.dll \
		PCAT/de-DE/bootmgr.exe.mui Fonts/segoe.ttf Resources/bootres.dll \
		EFI_EX/bootmgfw_EX.efi Fonts_EX/segoe_EX.ttf; do
		echo "this is $f" >$b/$f
	done
	echo x >tree/Windows/System32/winload.efi
	slipway bcdedit /createstore $c/SOFTWARE
	k="$c/SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
	slipway reg add "$k" /v ProductName /d 'Windows 10 Pro'
	slipway reg add "$k" /v CurrentBuild /d 22631
} >/dev/null

make_template() {
	t=tree/Windows/System32/config/BCD-Template
	slipway bcdedit /createstore $t
	slipway bcdedit /store $t /create '{globalsettings}'
	slipway bcdedit /store $t /set '{globalsettings}' highestmode on
	l='{b012b84d-c47c-4ed5-b722-c0c42163e569}'
	slipway bcdedit /store $t /create $l /application osloader
	slipway bcdedit /store $t /set $l nx optout
	slipway bcdedit /store $t /set $l hypervisorlaunchtype auto
	slipway bcdedit /store $t /set $l path '\not\this'
	slipway bcdedit /store $t /set $l custom:46000010 on
} >/dev/null

# A disk with a system partition and the tree on an NTFS one.
make_disk() { # STYLE TYPE-OF-SYSTEM
	wimlib-imagex capture tree w.wim --no-acls --quiet
	rm -f d.img
	slipway partition create d.img "--$1" --size 200M "type=$2,size=64M" type=data
	slipway format d.img@1 /FS:FAT32
	slipway dism /Apply-Image /ImageFile:w.wim /Index:1 '/ApplyDir:d.img@2:\' \
		--progress none
} >/dev/null

system_volume() {
	at=$(sfdisk -J d.img | sed -n 's/.*"start": *\([0-9]*\).*/\1/p' | head -n 1)
	dd if=d.img of=s.img bs=512 skip="$at" count=131072 status=none conv=sparse
	fsck.fat -n s.img
}

files() {
	system_volume >/dev/null
	mdir -a -i s.img -/ -b :: | grep -v '/$' | LC_ALL=C sort
}

content() { mtype -i s.img "::$1"; }

# A signature database with one certificate, whose name stands in it.
database() { # NAME...
	for name; do
		python3 -c '
import struct, sys
cert = b"\x30\x82" + sys.argv[1].encode() + b"\0"
entry = bytes(16) + cert
sys.stdout.buffer.write(bytes.fromhex("a159c0a5e494a74a87b5ab155c2bf072") +
	struct.pack("<III", 28 + len(entry), 0, len(entry)) + entry)' "$name"
	done
}

# A loader with a version resource.
loader() { # MAJOR MINOR
	python3 -c '
import struct, sys
key = "VS_VERSION_INFO".encode("utf-16le") + b"\0\0"
block = struct.pack("<HHH", 0, 52, 0) + key
block += bytes(-len(block) % 4)
block += struct.pack("<III", 0xfeef04bd, 0x10000,
	int(sys.argv[1]) << 16 | int(sys.argv[2])) + bytes(40)
sys.stdout.buffer.write(b"MZ" + bytes(99) + block + b"end")' "$@"
}
