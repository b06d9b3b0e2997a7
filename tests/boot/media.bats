# Several media in one machine: what it was started from is taken, by the identity
# that the loader has handed over, and nothing else.
load ../helpers

setup() {
	requires qemu-system-x86_64 mcopy
	cd "$ROOT"
	dir=$O/boot-tests/media-$BATS_TEST_NUMBER
	rm -rf "$dir"
	mkdir -p "$dir"
	. tests/boot/qemu.sh
	. tests/boot/media.bash
	id=$(new_id)
}

teardown() {
	[ -z "${qemu_pid:-}" ] || qemu_stop
	rm -f "$dir"/*.img
	screen_text | tail -n 40
}

# NAME.img, whose start script says its name, and whose answer file means that
# bus.
medium() { # NAME ID BUS
	mkdir "$dir/$1"
	echo "echo token-$1" >"$dir/$1/startnet.sh"
	printf '[disk]\nother-machine = yes\nbus = %s\nwipe = yes\n[image]\nfile = x.wim\n[vhd]\npath = \\a.vhd\nsize = 1M\n[boot]\nsystem = linux\n' \
		"$3" >"$dir/$1/answer.ini"
	make_medium "$dir/$1.img" "$2" "$dir/$1/startnet.sh" "$dir/$1/answer.ini"
	sha256sum <"$dir/$1.img" >"$dir/$1.img.sum"
}

drive() { # NAME
	echo "if=none,id=$1,format=raw,file=$dir/$1.img"
}

starts() { # WORDS QEMU-ARGUMENTS...
	local words=$1
	shift
	start_kernel "$words" -net none -device qemu-xhci,id=usb "$@"
}

# The stick that was started is the second in one order and the first in the
# other. Its own rule means an old stick: that is left alone too.
new_among_old() { # ARGUMENTS...
	medium new "$id" virtio
	medium old "" nvme
	medium other "$(new_id)" nvme
	starts "slipway.medium=$id" "$@"
	qemu_wait 'FAILED.*deployment' 60
	qemu_stop
	qemu_pid=
	screen_text | grep -qx 'token-new'
	run ! grep -q token-o <(screen_text)
	screen_text | grep -q 'in use: a medium of Slipway is on it, /dev/vda'
	for name in new old other; do is_unchanged "$dir/$name.img"; done
}

@test "an old stick and another one come before the one that was started" {
	new_among_old -drive "$(drive old)" -device virtio-blk-pci,drive=old \
		-drive "$(drive other)" -device usb-storage,drive=other,port=1 \
		-drive "$(drive new)" -device usb-storage,drive=new,port=2
}

@test "they come after it" {
	new_among_old -drive "$(drive old)" -device virtio-blk-pci,drive=old \
		-drive "$(drive new)" -device ide-hd,drive=new,bus=ide.0 \
		-drive "$(drive other)" -device usb-storage,drive=other,port=1
}

@test "a copy on the internal disk: both are named, none is taken, a person may" {
	medium stick "$id" usb
	cp "$dir/stick.img" "$dir/copy.img"
	starts "slipway.medium=$id" \
		-drive "$(drive copy)" -device nvme,drive=copy,serial=COPY1 \
		-drive "$(drive stick)" -device usb-storage,drive=stick,port=1
	qemu_wait 'Choose 1 to' 60
	screen_text | grep -q 'several media have the same identity'
	screen_text | grep -q '/dev/nvme0n1 (FAT) on /dev/nvme0n1 QEMU NVMe'
	screen_text | grep -q '/dev/sda (FAT) on /dev/sda QEMU HARDDISK'
	run ! grep -q token-stick <(screen_text)
	qemu_item 'Choose medium'
	qemu_wait 'Which one' 20
	qemu_type 2
	qemu_wait '^token-stick' 30
	screen_text | grep -q 'Medium */dev/sda, as chosen'
}

@test "an ISO file that Ventoy starts: said in plain words, nothing is taken" {
	medium old "" nvme
	truncate -s 34M "$dir/ventoy.img"
	mformat -i "$dir/ventoy.img" -v VTOYEFI -h 16 -s 63 -T 69632 ::
	starts "slipway.medium=$id" \
		-drive "$(drive old)" -device virtio-blk-pci,drive=old \
		-drive "$(drive ventoy)" -device virtio-blk-pci,drive=ventoy
	qemu_wait 'Choose 1 to' 90
	screen_text | grep -q 'what this was started from was not found'
	screen_text | grep -q 'A stick of Ventoy is there'
	run ! grep -q token-old <(screen_text)
}
