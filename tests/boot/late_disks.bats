# Disks that come late: a rule that two disks match is refused whenever they come.
# tests/soak.sh does the same fifty times, in every order.
load ../helpers

setup() {
	requires qemu-system-x86_64 mcopy mkfs.ext4 wimlib-imagex
	cd "$ROOT"
	dir=$O/boot-tests/late-$BATS_TEST_NUMBER
	rm -rf "$dir"
	mkdir -p "$dir"
	. tests/boot/qemu.sh
	. tests/boot/media.bash
	. tests/boot/late.bash
	late_prepare
}

teardown() {
	[ -z "${qemu_pid:-}" ] || qemu_stop
	rm -f "$dir"/*.img "$dir/small.wim"
	screen_text | tail -n 30
}

@test "a blank stick behind hubs that is slow to be used" {
	late_start start start 3 5
	late_refused
	screen_text | grep -q 'USB device 1-1.1.1.1 (QEMU USB HARDDRIVE) has shown no disk yet'
}

@test "an NVMe disk with data that comes after the medium" {
	late_start 1 start 0 1
	late_refused
}

# The same answer is done when one disk alone can be meant; both times that the
# rule is judged.
@test "a rule that means one of them is done" {
	make_answer "$dir/answer.ini" 'bus = usb'
	mcopy -o -i "$dir/medium.img" "$dir/answer.ini" ::/slipway
	late_start start 1 1 2
	qemu_wait 'Done.*finished|FAILED' 90
	qemu_stop
	qemu_pid=
	screen_text | grep -A 1 "/dev/sda is ready: " | grep -q "matched its hash"
	is_unchanged "$dir/data.img"
	sgdisk -v "$dir/blank.img" | grep 'No problems found'
}
