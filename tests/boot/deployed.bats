# What a start does without a person when it cannot do what was asked for, or need
# not: a disk that was deployed by the same medium, an answer file with a mistake, a
# medium that comes late or not at all.
load ../helpers

setup() {
	requires qemu-system-x86_64 mcopy wimlib-imagex
	cd "$ROOT"
	dir=$O/boot-tests/deployed-$BATS_TEST_NUMBER
	rm -rf "$dir"
	mkdir -p "$dir"
	. tests/boot/qemu.sh
	. tests/boot/media.bash
	id=$(new_id)
	make_small_wim "$dir/small.wim"
	make_answer "$dir/answer.ini"
	sed -i 's/poweroff/restart/' "$dir/answer.ini"
	truncate -s 350M "$dir/disk.img"
}

teardown() {
	[ -z "${qemu_pid:-}" ] || qemu_stop
	rm -f "$dir"/*.img "$dir"/*.wim
	screen_text | tail -n 40
}

stick() { # NAME
	make_medium "$dir/$1.img" "$id" "$dir/small.wim" "$dir/answer.ini"
}

plug() { # NAME
	qemu_command "drive_add 0 if=none,id=$1,format=raw,file=$dir/$1.img"
	qemu_command "device_add usb-storage,id=u$1,drive=$1,bus=usb.0"
}

# The machine restarts where it is told so, into the same kernel and words.
machine() { # WORDS QEMU-ARGUMENTS...
	local words=$1
	shift
	qemu_start "$dir" bios -kernel "$O/boot/vmlinuz" \
		-initrd "$O/boot/initramfs" -net none -device qemu-xhci,id=usb \
		-append "console=ttyS0,115200 quiet slipway.medium=$id $words" \
		-drive "if=none,id=d,format=raw,cache=unsafe,file=$dir/disk.img" \
		-device nvme,drive=d,serial=DISK1 "$@"
}

with_stick() { # NAME
	stick_args=(-drive "if=none,id=$1,format=raw,file=$dir/$1.img"
		-device "usb-storage,id=u$1,drive=$1,bus=usb.0")
}

@test "BIOS: a deployed machine is left alone until a person wants it otherwise" {
	stick first
	with_stick first
	machine "" "${stick_args[@]}"
	says 'Done +deployment finished' 120
	says '/dev/nvme0n1: it was deployed from this answer file on 20' 60
	says 'Ready +/dev/nvme0n1 is left as it is' 10
	says 'Waiting +take off the medium' 10
	qemu_command 'device_del ufirst'
	says 'Now: restart' 30
	# the next start is without it
	says 'FAILED +what this was started from was not found' 60
	says 'No disk was written to' 2
	says 'Look again +for the medium' 10
	cp "$dir/first.img" "$dir/second.img"
	plug second
	qemu_item 'Look again'
	says 'Ready +/dev/nvme0n1' 60
	says 'Waiting +take off the medium' 10
	printf d >&"$qemu_serial_in"
	says 'disk /dev/nvme0n1, 350 MB: .* destroyed' 60
	says 'Done +deployment finished' 60
}

@test "again = yes deploys at every start" {
	sed -i 's/^wipe = yes/&\nagain = yes/' "$dir/answer.ini"
	stick first
	with_stick first
	machine "" "${stick_args[@]}"
	says 'Done +deployment finished' 120
	says 'Done +deployment finished' 90
}

# What was asked for stands above the menu, which offers to try it again; the answer
# file is read anew.
@test "a mistake in the answer file; what is asked for and is not there" {
	cp "$dir/answer.ini" "$dir/good.ini"
	sed -i 's/^wipe = yes/wipe = maybe/' "$dir/answer.ini"
	stick first
	with_stick first
	machine "slipway.startnet=/a.sh slipway.startnet=/slipway/none.sh slipway.answer=\\\\slipway\\\\answer.ini" \
		"${stick_args[@]}"
	says 'Warning +slipway.startnet is given twice: the last one counts' 90
	says 'FAILED +/slipway/none.sh is not on the medium' 90
	says 'FAILED +the deployment failed' 30
	says 'wipe = maybe: must be yes or no' 2
	says 'No disk was written to' 2
	# the same above the menu
	says 'FAILED +/slipway/none.sh is not on the medium' 10
	says 'wipe = maybe: must be yes or no' 2
	says 'Try again' 2
	qemu_command 'device_del ufirst'
	cp "$dir/good.ini" "$dir/answer.ini"
	stick second
	sleep 2
	plug second
	sleep 2
	qemu_item 'Try again'
	says 'FAILED +/slipway/none.sh is not on the medium' 60
	says 'Done +deployment finished' 90
}

@test "a medium that is slow to be used is waited for; of a missing one is said what was asked for" {
	stick first
	with_stick first
	machine "usb_storage.delay_use=25" "${stick_args[@]}"
	says 'Done +deployment finished' 120
	qemu_stop
	qemu_pid=
	rm -f "$dir/serial.log"
	seen=0
	machine "slipway.answer=/slipway/answer.ini"
	says 'FAILED +what this was started from was not found' 60
	says '/slipway/answer.ini on it was asked for and not run' 2
	says 'Look again' 10
}
