# shellcheck shell=bash
# One start of a machine with a blank disk on USB and one with data on NVMe, both
# of which the answer file's rule means, and both of which may come late. The
# only right end is that nothing is written. Source after media.bash.

late_prepare() {
	id=$(new_id)
	make_small_wim "$dir/small.wim"
	make_answer "$dir/answer.ini"
	make_medium "$dir/medium.img" "$id" "$dir/small.wim" "$dir/answer.ini"
	make_data "$dir/data.img"
	truncate -s 350M "$dir/blank.img"
}

# A chain of hubs from the root port 1 on; sets `port` to the last one's first.
late_hubs() { # COUNT
	local n
	port=1 machine=()
	for ((n = 0; n < $1; n++)); do
		machine+=(-device "usb-hub,bus=usb.0,port=$port")
		port=$port.1
	done
}

# When a disk comes: "start", or seconds after the medium was found.
late_start() { # NVME-WHEN USB-WHEN HUBS DELAY-USE
	local nvme="nvme,id=n,drive=data,serial=PRECIOUS,bus=rp" usb when
	late_hubs "$3"
	usb="usb-storage,id=u,drive=blank,serial=BLANK,bus=usb.0,port=$port"
	machine=(-net none -device "qemu-xhci,id=usb" "${machine[@]}"
		-device "pcie-root-port,id=rp,slot=1"
		-drive "if=virtio,format=raw,readonly=on,file=$dir/medium.img"
		-drive "if=none,id=data,format=raw,cache=unsafe,file=$dir/data.img"
		-drive "if=none,id=blank,format=raw,cache=unsafe,file=$dir/blank.img")
	[ "$1" != start ] || machine+=(-device "$nvme")
	[ "$2" != start ] || machine+=(-device "$usb")
	start_kernel "${LATE_WORDS-slipway.medium=$id} usb_storage.delay_use=$4" \
		"${machine[@]}"
	qemu_wait 'Medium .*/dev/|FAILED|Done' 90 || return
	for when in $(printf '%s\n' "$1" "$2" | grep -v start | sort -n | uniq); do
		sleep "$when"
		[ "$1" != "$when" ] || qemu_command "device_add $nvme"
		[ "$2" != "$when" ] || qemu_command "device_add $usb"
	done
}

# Refused, for the right reason, and both disks as they were.
late_refused() {
	qemu_wait 'FAILED.*deployment|Done.*finished' 90
	qemu_stop
	qemu_pid=
	screen_text | grep -q '2 disks match, it must be one' &&
		is_unchanged "$dir/data.img" &&
		[ -z "$(tr -d '\0' <"$dir/blank.img" | head -c 1)" ]
}
