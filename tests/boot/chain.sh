# shellcheck shell=bash
# The whole chain in QEMU: a stick with an answer file and an image, a machine
# with a blank disk, then the machine without the stick. Source it from the
# project's top folder after setting `dir` (an empty folder) and `O`.
#   chain_prepare lzx|xpress     stick.img and disk.img in $dir; sets token
#   chain_deploy                 the stick's run, until it asks to restart
#   chain_boot                   the disk's own run, until the guest's verdict
# Both runs are by UEFI with Secure Boot on and Microsoft's keys.

. tests/boot/qemu.sh

: "${CHAIN_DISK_GB:=8}" "${CHAIN_MEMORY:=512}" "${CHAIN_CPUS:=2}"

chain_answer() {
	cat <<-'END'
		; The one NVMe disk of 4 to 16 GB; it is blank.
		[disk]
		bus   = nvme
		size  = 4G..16G
		label = Data

		[image]
		file  = guest.wim
		index = 1

		[vhd]
		path  = \vhd\guest.vhd
		size  = 1500M
		label = Guest

		[boot]
		system  = linux

		[finish]
		action = restart
	END
}

chain_prepare() { # lzx|xpress
	token=$(od -An -tx1 -N 12 /dev/urandom | tr -d ' \n')
	cp "$(tests/image/make.sh "$1")" "$dir/guest.wim"
	echo "$token" >"$dir/token.txt"
	wimlib-imagex update "$dir/guest.wim" 1 --no-acls \
		--command "add '$dir/token.txt' /token.txt" >/dev/null
	chain_answer >"$dir/answer.ini"
	build/usb.sh --size 420 --output "$dir/stick.img" \
		--add "$dir/guest.wim:/slipway/guest.wim" \
		--add "$dir/answer.ini:/slipway/answer.ini" >"$dir/usb.log"
	rm -f "$dir/disk.img"
	truncate -s "${CHAIN_DISK_GB}G" "$dir/disk.img"
}

chain_disk() {
	machine=(-no-reboot -net none
		-drive "if=none,id=d,format=raw,cache=unsafe,file=$dir/disk.img"
		-device "nvme,drive=d,serial=DEMO0001")
}

chain_deploy() {
	mkdir -p "$dir/deploy"
	chain_disk
	QEMU_MEMORY=$CHAIN_MEMORY QEMU_CPUS=$CHAIN_CPUS \
		qemu_start "$dir/deploy" secureboot "${machine[@]}" -device qemu-xhci \
		-drive "if=none,id=m,format=raw,readonly=on,file=$dir/stick.img" \
		-device "usb-storage,drive=m,bootindex=0"
}

# The firmware's variables stay those of the machine.
chain_boot() {
	mkdir -p "$dir/boot"
	cp "$dir/deploy/vars.fd" "$dir/boot/vars.fd"
	chain_disk
	QEMU_MEMORY=$CHAIN_MEMORY QEMU_CPUS=$CHAIN_CPUS \
		qemu_start "$dir/boot" secureboot "${machine[@]}"
}
