# bcdboot in a machine that was started by UEFI, without /s: it finds the system
# partition and enters Windows into the firmware. The next start, from the disk
# alone, the firmware itself follows that entry. In the place of Windows' boot
# manager is systemd-boot, which shows what the store calls the Windows.
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
	dir=$O/boot-tests/firmware-entry
	rm -rf "$dir"
	mkdir -p "$dir"
}

teardown() {
	[ -z "${qemu_pid:-}" ] || qemu_stop
}

make_disk() {
	mkdir -p tree/Windows/Boot/EFI tree/Windows/System32/config
	cp "$BOOT" tree/Windows/Boot/EFI/bootmgfw.efi
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

start() { # ARGUMENTS...
	qemu_start "$dir" uefi -no-reboot -net none \
		-drive "if=none,id=d,format=raw,cache=unsafe,file=d.img" \
		-device "nvme,drive=d,serial=BCD0001" "$@"
}

# Runs a line in the environment's shell; what it says is in the serial log.
in_guest() { # NAME COMMAND
	qemu_type "$2; echo \"$1\"-ended-\$?"
	qemu_wait "^$1-ended-" 60
	grep -aq "^$1-ended-0" "$dir/serial.log"
}

@test "the firmware follows the entry that bcdboot made" {
	token=$(od -An -tx1 -N 6 /dev/urandom | tr -d ' \n')
	make_disk
	start -kernel "$O/boot/vmlinuz" -initrd "$O/boot/initramfs" \
		-append "console=ttyS0 quiet slipway.shell"
	qemu_wait 'slipway.*# ' 120
	in_guest disk 'until [ -b /dev/nvme0n1p2 ]; do sleep 1; done'
	in_guest bcdboot "slipway bcdboot '/dev/nvme0n1@2:\\Windows' /v /description 'Windows $token'"
	grep -a 'Firmware entry Boot' "$dir/serial.log"
	# this machine's own store, which nobody named
	in_guest timeout 'slipway bcdedit /timeout 7'
	in_guest enum 'slipway bcdedit'
	grep -aq '^timeout  *7' "$dir/serial.log"
	grep -aq "^description  *Windows $token" "$dir/serial.log"
	in_guest sync sync
	qemu_stop
	mv "$dir/serial.log" "$dir/serial.first.log"

	start
	qemu_wait 'BdsDxe: starting Boot.*"Windows Boot Manager" from HD\(1,GPT,' 120 ||
		{ cat -v "$dir/serial.log"; false; }
	qemu_wait "Windows $token" 60
	echo "after $qemu_seconds s" >"$dir/time"
}
