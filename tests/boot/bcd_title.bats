# A store that bcdboot wrote, read by a stranger that the firmware starts:
# systemd-boot shows in its menu what the store calls the Windows.
load ../helpers
bats_require_minimum_version 1.5.0

BOOT=/usr/lib/systemd/boot/efi/systemd-bootx64.efi

setup() {
	requires qemu-system-x86_64 wimlib-imagex mcopy
	[ -e "$BOOT" ] || requires systemd-boot-efi
	cd "$BATS_TEST_TMPDIR"
	MTOOLSRC=/dev/null
	export MTOOLSRC
	. "$ROOT/tests/boot/qemu.sh"
	dir=$O/boot-tests/bcd-title
	rm -rf "$dir"
	mkdir -p "$dir"
}

teardown() {
	[ -z "${qemu_pid:-}" ] || qemu_stop
}

make_disk() { # TITLE
	mkdir -p tree/Windows/Boot/EFI tree/Windows/System32/config
	echo manager >tree/Windows/Boot/EFI/bootmgfw.efi
	echo loader >tree/Windows/System32/winload.efi
	wimlib-imagex capture tree w.wim --no-acls --quiet
	slipway partition create d.img --gpt --size 200M type=efi,size=64M type=data
	slipway format d.img@1 /FS:FAT32
	slipway dism /Apply-Image /ImageFile:w.wim /Index:1 \
		'/ApplyDir:d.img@2:\' --progress none
	slipway bcdboot 'd.img@2:\Windows' /s d.img@1 /description "$1"
	# the menu waits; the stranger takes the place of the fallback
	mmd -i d.img@@1M ::/loader
	echo 'timeout menu-force' >loader.conf
	mcopy -i d.img@@1M loader.conf ::/loader/loader.conf
	mcopy -o -i d.img@@1M "$BOOT" ::/EFI/Boot/bootx64.efi
} >/dev/null

@test "systemd-boot's menu has the title of our store" {
	token=$(od -An -tx1 -N 6 /dev/urandom | tr -d ' \n')
	make_disk "Windows $token"
	qemu_start "$dir" uefi -no-reboot -net none \
		-drive "if=none,id=d,format=raw,cache=unsafe,file=d.img" \
		-device "nvme,drive=d,serial=BCD0001,bootindex=0"
	qemu_wait 'Reboot Into Firmware|Windows' 120 ||
		{ tail -n 20 "$dir/serial.log"; false; }
	qemu_wait "Windows $token" 5
	echo "after $qemu_seconds s" >"$dir/time"
}
