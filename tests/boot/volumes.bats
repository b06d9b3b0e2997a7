# Volumes with letters, as the environment's shell sees them.

load ../helpers

setup() {
	requires qemu-system-x86_64 cpio
	cd "$ROOT"
	# shellcheck source=qemu.sh
	. tests/boot/qemu.sh
	# shellcheck source=../programs.sh
	. tests/programs.sh
	dir=$O/boot-tests/volumes
	rm -rf "$dir"
	mkdir -p "$dir/add"
}

teardown() {
	[ -z "${qemu_pid:-}" ] || qemu_stop
	rm -rf "$dir"/*.img "$dir/initramfs" "$dir/add"
}

@test "letters of DiskPart are folders in the shell, and never in the way" {
	token=$(od -An -tx1 -N 12 /dev/urandom | tr -d ' \n')
	truncate -s 300M "$dir/disk.img"
	cp tests/boot/volumes.sh "$dir/add/"
	add_archive "$dir/add" "$O/boot/initramfs" "$dir/initramfs"
	qemu_start "$dir" bios -kernel "$O/boot/vmlinuz" \
		-initrd "$dir/initramfs" -net none -no-reboot \
		-append "console=ttyS0 quiet slipway.shell" \
		-drive "file=$dir/disk.img,format=raw,if=virtio,cache=unsafe"
	qemu_wait 'slipway.*# ' 60
	qemu_type "sh /volumes.sh $token"
	qemu_wait "volumes checks [a-zA-Z]+: $token" 120 || true
	grep -a "volumes check" "$dir/serial.log"
	grep -aq "volumes checks passed: $token" "$dir/serial.log"
}
