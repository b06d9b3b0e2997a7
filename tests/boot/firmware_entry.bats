# bcdboot in a machine that was started by UEFI, without /s: it finds the system
# partition and enters Windows into the firmware. The next start, from the disk
# alone, the firmware itself follows that entry. In the place of Windows' boot
# manager is systemd-boot, which shows what the store calls the Windows.
load ../helpers
load store_disk
bats_require_minimum_version 1.5.0

setup() { store_setup firmware-entry; }

teardown() { [ -z "${qemu_pid:-}" ] || qemu_stop; }

# Runs a line in the environment's shell; what it says is in the serial log.
in_guest() { # NAME COMMAND
	qemu_type "$2; echo \"$1\"-ended-\$?"
	qemu_wait "^$1-ended-" 60
	grep -aq "^$1-ended-0" "$dir/serial.log"
}

@test "the firmware follows the entry that bcdboot made" {
	store_disk "$BOOT"
	store_start -kernel "$O/boot/vmlinuz" -initrd "$O/boot/initramfs" \
		-append "console=ttyS0 quiet slipway.shell"
	qemu_wait 'slipway.*# ' 120
	in_guest disk 'until [ -b /dev/nvme0n1p2 ]; do sleep 1; done'
	# what lies below /dev is not thereby a disk of this machine
	in_guest file "mkdir -p /dev/shm; d=/dev/shm/d.img; slipway partition create \$d --gpt --size 40M type=efi,size=8M type=data && slipway format \$d@1 /FS:FAT && slipway format \$d@2 && slipway copy /init \"\$d@2:\\Windows\\x\" /P && ! slipway bcdboot \"\$d@2:\\Windows\""
	grep -aq 'it is not on a disk of this machine' "$dir/serial.log"
	in_guest bcdboot "slipway bcdboot '/dev/nvme0n1p2:\\Windows' /v /description 'Windows $token'"
	grep -a 'Firmware entry Boot' "$dir/serial.log"
	# this machine's own store, which nobody named
	in_guest timeout 'slipway bcdedit /timeout 7'
	in_guest enum 'slipway bcdedit'
	grep -aq '^timeout  *7' "$dir/serial.log"
	grep -aq "^description  *Windows $token" "$dir/serial.log"
	in_guest sysstore 'slipway bcdedit /sysstore /dev/nvme0n1p1 /timeout 8'
	in_guest sync sync
	qemu_stop
	mv "$dir/serial.log" "$dir/serial.first.log"

	store_start
	qemu_wait 'BdsDxe: starting Boot.*"Windows Boot Manager" from HD\(1,GPT,' 120 ||
		{ cat -v "$dir/serial.log"; false; }
	qemu_wait "Windows $token" 60
	echo "after $qemu_seconds s" >"$dir/time"
}
