# Deploy in the menu of a machine with a BIOS, by keyboard and screen alone: the disk
# that comes of it starts.
load ../helpers
bats_require_minimum_version 1.5.0
load bios/volumes

setup() {
	requires qemu-system-x86_64 mcopy wimlib-imagex python3
	cd "$ROOT"
	dir=$O/boot-tests/deploy-menu-bios
	WORK=$dir
	rm -rf "$dir"
	mkdir -p "$dir"
	. tests/boot/qemu.sh
	. tests/boot/media.bash
	TOKEN=$(new_id)
}

teardown() {
	[ -z "${qemu_pid:-}" ] || qemu_stop
	rm -rf "$dir"/*.img "$dir"/*.wim "$dir/tree"
}

# All that is in the memory of the VGA card, whose begin moves when the screen
# scrolls: 80 characters a line, each with a byte of its colour.
screen() {
	rm -f "$dir/text"
	qemu_command "pmemsave 0xb8000 32768 \"$dir/text\""
	for _ in $(seq 20); do
		[ "$(stat -c %s "$dir/text" 2>/dev/null)" != 32768 ] || break
		sleep 0.02
	done
	od -An -v -w2 -tu1 "$dir/text" 2>/dev/null |
		awk '{ printf "%c", $1 ? $1 : 32 }' | fold -w 80
}

shows() { # REGEX SECONDS
	local tenths=$(($2 * TIMEOUT_SCALE * 10))
	until screen >"$dir/screen.txt" && grep -qE "$1" "$dir/screen.txt"; do
		[ "$tenths" -gt 0 ] || {
			grep -v '^ *$' "$dir/screen.txt" >&2
			return 1
		}
		tenths=$((tenths - 2))
		sleep 0.2
	done
}

keys() { # NAME...
	for name; do qemu_command "sendkey $name"; done
}

@test "BIOS: a Windows onto a partition of a blank disk" {
	(cd "$dir" && build_bootmgr && mkdir -p tree/Windows/Boot/PCAT &&
		bootmgr tree/Windows/Boot/PCAT/bootmgr 408000 &&
		wimlib-imagex capture tree w.wim Seven --no-acls >/dev/null)
	id=$(new_id)
	make_medium "$dir/stick.img" "$id" "$dir/w.wim"
	truncate -s 350M "$dir/disk.img"
	qemu_start "$dir" bios -no-reboot -kernel "$O/boot/vmlinuz" \
		-initrd "$O/boot/initramfs" -net none -device qemu-xhci \
		-append "console=tty0 quiet slipway.medium=$id" \
		-drive "if=none,id=m,format=raw,file=$dir/stick.img" \
		-device usb-storage,drive=m \
		-drive "if=none,id=d,format=raw,cache=unsafe,file=$dir/disk.img" \
		-device ide-hd,drive=d
	shows 'Choose 1 to' 90
	keys "$(grep -oE '^   [1-9]  Deploy ' "$dir/screen.txt" | cut -c 4)"
	shows '1  image +.slipway.w.wim' 30
	keys 1 ret
	shows '1  Seven' 30
	keys 1 ret
	shows '2  on a partition' 60
	keys 2 ret
	shows '1  /dev/sd. +350 MB +blank' 60
	keys 1 ret
	shows 'disk /dev/sd., 350 MB: blank, new MBR' 60
	keys spc
	shows 'is blank. Type YES' 30
	keys shift-y shift-e shift-s ret
	shows '2  Shut down' 120
	[ "$(grep -c 'deployment finished' "$dir/screen.txt")" -eq 1 ]
	qemu_shot done
	keys 2 ret
	for _ in $(seq $((300 * TIMEOUT_SCALE))); do
		kill -0 "$qemu_pid" 2>/dev/null || break
		sleep 0.1
	done
	qemu_stop
	qemu_pid=
	assert_starts deploy-menu-disk "$dir/disk.img"
}
