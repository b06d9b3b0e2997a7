# A stick with wipe = yes that stays in the machine and comes first in its order: the
# first start deploys, the second one, and that alone, goes on to the disk.
load ../helpers

setup() {
	requires qemu-system-x86_64 mcopy wimlib-imagex
	cd "$ROOT"
	dir=$O/boot-tests/deployed-uefi
	rm -rf "$dir"
	mkdir -p "$dir"
	. tests/boot/qemu.sh
}

teardown() {
	[ -z "${qemu_pid:-}" ] || qemu_stop
	rm -rf "$dir"/*.img "$dir"/*.wim "$dir/tree"
}

# A Linux that says the token, and restarts when it is told to.
guest() {
	token=$(od -An -tx1 -N 12 /dev/urandom | tr -d ' \n')
	mkdir -p "$dir"/tree/{bin,sbin,dev,proc,sys,run}
	cp .cache/root/bin/busybox "$dir/tree/bin/busybox"
	cat >"$dir/tree/sbin/init" <<-END
		#!/bin/busybox sh
		exec >/dev/ttyS0 2>&1
		echo "guest: $token"
		sync
		sleep 1
		busybox reboot -f
	END
	chmod 755 "$dir/tree/sbin/init"
	wimlib-imagex capture "$dir/tree" "$dir/guest.wim" Guest --no-acls >/dev/null
	printf '%s\n' '[disk]' 'bus = nvme' 'wipe = yes' '[image]' \
		'file = guest.wim' '[vhd]' 'path = \guest.vhd' 'size = 64M' \
		'[boot]' 'system = linux' '[finish]' 'action = restart' \
		>"$dir/answer.ini"
}

count() { grep -acE "$1" "$dir/serial.log" 2>/dev/null || :; }

# That many times, as the machine runs on.
said() { # REGEX TIMES SECONDS
	local tenths=$(($3 * TIMEOUT_SCALE * 10))
	until [ -e "$dir/serial.log" ] && [ "$(count "$1")" -ge "$2" ]; do
		[ "$tenths" -gt 0 ] || {
			tail -n 30 "$dir/serial.log" >&2
			return 1
		}
		tenths=$((tenths - 1))
		sleep 0.1
	done
}

@test "UEFI: the second start is from the disk, the third from the stick again" {
	guest
	build/usb.sh --size 128 --output "$dir/stick.img" \
		--add "$dir/guest.wim:/slipway/guest.wim" \
		--add "$dir/answer.ini:/slipway/answer.ini" >"$dir/usb.log"
	truncate -s 600M "$dir/disk.img"
	qemu_start "$dir" uefi -net none -device qemu-xhci \
		-drive "if=none,id=d,format=raw,cache=unsafe,file=$dir/disk.img" \
		-device nvme,drive=d,serial=DISK1,bootindex=1 \
		-drive "if=none,id=m,format=raw,readonly=on,file=$dir/stick.img" \
		-device usb-storage,drive=m,bootindex=0
	said 'deployment finished' 1 200
	said 'it was deployed from this answer file on 20' 1 120
	said "guest: $token" 1 120
	said 'it was deployed from this answer file on 20' 2 120
	said "guest: $token" 2 120
	[ "$(count 'deployment finished')" -eq 1 ]
}
