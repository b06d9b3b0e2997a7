# A machine that starts without a medium, and gets one later.
load ../helpers

setup() {
	requires qemu-system-x86_64 mcopy
	dir=$O/boot-tests/hotplug
	rm -rf "$dir"
	mkdir -p "$dir"
	. "$ROOT/tests/boot/qemu.sh"
}

teardown() {
	qemu_stop
	rm -f "$dir/stick"
}

@test "a stick put in later gets its driver, and can be read" {
	word=$(od -An -tx1 -N 8 /dev/urandom | tr -d ' \n')
	cp --sparse=always "$O/slipway-usb.img" "$dir/stick"
	echo "$word" | mcopy -i "$dir/stick@@1M" - ::/word
	qemu_start "$dir" bios -kernel "$O/boot/vmlinuz" \
		-initrd "$O/boot/initramfs" -device qemu-xhci,id=usb -net none \
		-append "console=ttyS0,115200 quiet slipway.medium=none"
	qemu_wait 'Choose 1 to' 60
	qemu_command "drive_add 0 if=none,id=late,format=raw,file=$dir/stick"
	qemu_command "device_add usb-storage,drive=late,bus=usb.0"
	qemu_item Shell
	qemu_wait '/run/slipway # ' 20
	qemu_type 'until findfs LABEL=SLIPWAY; do sleep 1; done; mount -r /dev/sda1 /mnt; cat /mnt/word'
	qemu_wait "^$word" 60
}
