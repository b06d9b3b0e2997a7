# Deploy in the menu: what a person chooses, sees before and confirms, from the stick
# to the machine's start from its disk.
load ../helpers

setup() {
	requires qemu-system-x86_64 mcopy mkfs.ext4 wimlib-imagex
	cd "$ROOT"
	dir=$O/boot-tests/deploy-menu-$BATS_TEST_NUMBER
	rm -rf "$dir"
	mkdir -p "$dir"
	. tests/boot/qemu.sh
	. tests/boot/media.bash
	token=$(new_id)
}

teardown() {
	[ -z "${qemu_pid:-}" ] || qemu_stop
	rm -rf "$dir"/*.img "$dir"/*.wim "$dir/tree"
	screen_text | tail -n 40
}

# A Linux that says the token.
guest() { # WIM
	mkdir -p "$dir"/tree/{bin,sbin,dev,proc,sys,run}
	cp .cache/root/bin/busybox "$dir/tree/bin/busybox"
	cat >"$dir/tree/sbin/init" <<-END
		#!/bin/busybox sh
		exec >/dev/ttyS0 2>&1
		while :; do echo "guest: $token"; busybox sleep 1; done
	END
	chmod 755 "$dir/tree/sbin/init"
	wimlib-imagex capture "$dir/tree" "$1" 'A guest' --no-acls >/dev/null
}

key() { printf %s "$1" >&"$qemu_serial_in"; }

# From the menu to the plan: the WIM's only image onto the disk.
to_the_plan() {
	says 'Choose 1 to' 60
	qemu_item Deploy
	says '2  image +.slipway.two words.wim' 30
	says 'Which one' 5
	qemu_type 2
	says '1  A guest' 30
	says 'Which one' 5
	qemu_type 1
	says '1  /dev/nvme0n1 +1200 MB +ext4 ' 60
	says 'Which one' 5
	qemu_type 1
	says 'disk /dev/nvme0n1, 1200 MB: ext4' 60
	says 'Press a key' 5
	key x
	says 'type its size in MB' 10
}

@test "UEFI: an image onto a disk that holds data; every question can be left" {
	guest "$dir/two words.wim"
	printf '%s\n' '[disk]' 'wipe = no' '[image]' 'file = two words.wim' \
		'[vhd]' 'path = \a.vhd' 'size = 64M' '[boot]' 'system = linux' \
		'[environment]' 'keyboard = de' \
		>"$dir/no rule.ini"
	build/usb.sh --size 128 --output "$dir/stick.img" \
		--add "$dir/two words.wim:/slipway/two words.wim" \
		--add "$dir/no rule.ini:/slipway/no rule.ini" >"$dir/usb.log"
	truncate -s 1200M "$dir/disk.img"
	mkfs.ext4 -q "$dir/disk.img"
	sha256sum <"$dir/disk.img" >"$dir/disk.img.sum"
	truncate -s 900M "$dir/blank.img"
	qemu_start "$dir" uefi -net none -device qemu-xhci,id=usb \
		-drive "if=none,id=d,format=raw,cache=unsafe,file=$dir/disk.img" \
		-device nvme,drive=d,serial=DISK1,bootindex=1 \
		-drive "if=none,id=b,format=raw,cache=unsafe,file=$dir/blank.img" \
		-device virtio-blk-pci,drive=b,serial=BLANK1 \
		-drive "if=none,id=m,format=raw,readonly=on,file=$dir/stick.img" \
		-device usb-storage,id=um,drive=m,bootindex=0
	# left with Escape, at the first question
	says 'Choose 1 to' 120
	qemu_item Deploy
	says '1  answer file +.slipway.no rule.ini' 30
	says 'Which one' 5
	key $'\e'
	# an answer file without a rule, a blank disk, and no YES
	says 'Choose 1 to' 10
	qemu_item Deploy
	says 'Which one' 30
	qemu_type 1
	says '2  /dev/vda +900 MB +blank' 60
	says 'Which one' 5
	qemu_type 2
	says 'disk /dev/vda, 900 MB: blank' 60
	says 'Press a key' 5
	key x
	says '/dev/vda .900 MB. is blank. Type YES' 10
	qemu_type yes
	says 'Nothing was written' 5
	key x
	# the keyboard is the answer file's
	says 'Choose 1 to' 10
	qemu_item Shell
	says '/run/slipway # ' 20
	qemu_type 'echo "layout: $(cat keyboard)"; exit'
	says 'layout: de' 10
	# the wrong size, then the right one
	to_the_plan
	qemu_type 2
	says 'Nothing was written' 5
	key x
	is_unchanged "$dir/disk.img"
	to_the_plan
	qemu_type 1200
	says 'Done +deployment finished' 120
	says 'Which one|What now' 10
	qemu_command 'device_del um'
	qemu_type 1
	says "guest: $token" 120
}
