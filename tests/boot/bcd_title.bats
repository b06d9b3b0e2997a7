# A store that bcdboot wrote, read by a stranger that the firmware starts:
# systemd-boot shows in its menu what the store calls the Windows.
load ../helpers
load store_disk
bats_require_minimum_version 1.5.0

setup() { store_setup bcd-title; }

teardown() { [ -z "${qemu_pid:-}" ] || qemu_stop; }

@test "systemd-boot's menu has the title of our store" {
	echo manager >manager # it is named in the menu, not started
	store_disk manager
	slipway bcdboot 'd.img@2:\Windows' /s d.img@1 /description "Windows $token"
	mcopy -o -i d.img@@1M "$BOOT" ::/EFI/Boot/bootx64.efi
	store_start
	qemu_wait 'Reboot Into Firmware|Windows' 120 ||
		{ tail -n 20 "$dir/serial.log"; false; }
	qemu_wait "Windows $token" 5
	echo "after $qemu_seconds s" >"$dir/time"
}
