# A disk whose store a stranger reads: `load store_disk`. systemd-boot shows what
# a store calls the Windows.
# shellcheck shell=bash

BOOT=/usr/lib/systemd/boot/efi/systemd-bootx64.efi

# Sets dir, where the machine's logs go.
store_setup() { # NAME
	requires qemu-system-x86_64 wimlib-imagex mcopy
	[ -e "$BOOT" ] || requires systemd-boot-efi
	cd "$BATS_TEST_TMPDIR"
	MTOOLSRC=/dev/null
	export MTOOLSRC
	. "$ROOT/tests/boot/qemu.sh"
	dir=$O/boot-tests/$1
	rm -rf "$dir"
	mkdir -p "$dir"
	token=$(od -An -tx1 -N 6 /dev/urandom | tr -d ' \n')
}

# d.img: a system partition where systemd-boot's menu is to wait, and a Windows
# whose boot manager is the given file.
store_disk() { # BOOT-MANAGER
	mkdir -p tree/Windows/Boot/EFI tree/Windows/System32/config
	cp "$1" tree/Windows/Boot/EFI/bootmgfw.efi
	echo loader >tree/Windows/System32/winload.efi
	wimlib-imagex capture tree w.wim --no-acls --quiet
	slipway partition create d.img --gpt --size 200M type=efi,size=64M type=data
	slipway format d.img@1 /FS:FAT32
	slipway dism /Apply-Image /ImageFile:w.wim /Index:1 \
		'/ApplyDir:d.img@2:\' --progress none
	mmd -i d.img@@1M ::/loader
	echo 'timeout menu-force' >loader.conf
	mcopy -i d.img@@1M loader.conf ::/loader/loader.conf
} >/dev/null

store_start() { # ARGUMENTS...
	qemu_start "$dir" uefi -no-reboot -net none \
		-drive "if=none,id=d,format=raw,cache=unsafe,file=d.img" \
		-device "nvme,drive=d,serial=BCD0001" "$@"
}
