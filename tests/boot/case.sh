#!/bin/bash
# Starts one machine from one medium as NAME.conf says, and proves by a random
# token that the environment came up: the token is in a start script on the
# medium, which prints it after our own program really ran.
# usage: tests/boot/case.sh NAME
#
# A .conf sets: firmware=bios|uefi|secureboot medium=usb|iso|pxe, limit=SECONDS,
# expect=token|REGEX (without the token), tamper=yes (a changed kernel), data=yes (a
# stick with an NTFS partition, where the token is).
set -eu
cd "$(dirname "$0")/../.."
: "${O:=out}"
case $O in /*) ;; *) O=$PWD/$O ;; esac
. tests/boot/qemu.sh

die() {
	echo "$name: $*" >&2
	tail -n 25 "$dir/serial.log" >&2 || :
	exit 1
}

# Prints the script. Without a token it reads one from the stick's NTFS partition.
start_script() { # [TOKEN]
	cat <<-END
		state=off
		for file in /sys/firmware/efi/efivars/SecureBoot-*; do
			[ "\$(tail -c 1 "\$file" | hexdump -e '"%d"')" != 1 ] ||
				state=on
		done
		token=$1
		[ -n "\$token" ] || read -r token </run/medium-data/token
		said=\$(slipway --version) &&
			echo "\$said, secure boot \$state: \$token"
	END
}

# One letter of the text that `file` prints as the kernel's version: harmless
# to run, but no longer what was signed.
tampered_kernel() { # FROM TO
	cp "$1" "$2"
	offset=$(od -An -tu2 -j $((0x20e)) -N 2 "$2" | tr -d ' ')
	printf X | dd of="$2" bs=1 seek=$((offset + 0x200)) conv=notrunc status=none
}

# What a person calls.
build() { # SCRIPT WORD...
	O=$O "build/$1.sh" --output "$dir/medium" \
		--add "$dir/startnet.sh:/slipway/startnet.sh" "${@:2}" >"$dir/build.log"
}

prepare_usb() {
	if [ "$data" = yes ]; then
		build usb --add-data "$dir/token:/token"
	else
		cp --sparse=always "$O/slipway-usb.img" "$dir/medium"
		mcopy -i "$dir/medium@@1M" "$dir/startnet.sh" ::/slipway
	fi
	if [ "$tamper" = yes ]; then
		tampered_kernel "$O/boot/vmlinuz" "$dir/vmlinuz"
		mcopy -o -i "$dir/medium@@1M" "$dir/vmlinuz" ::/slipway/vmlinuz
	fi
	machine=(-device qemu-xhci -device "usb-storage,drive=m" -net none
		-drive "if=none,id=m,format=raw,file=$dir/medium")
}

prepare_iso() {
	build iso
	machine=(-drive "if=none,id=m,format=raw,readonly=on,file=$dir/medium"
		-device "ide-cd,drive=m" -net none)
}

prepare_pxe() {
	mkdir "$dir/medium"
	cp -al "$O/pxe/." "$dir/medium"
	cp "$dir/startnet.sh" "$dir/medium"
	# as slipway-pxe(7) tells an administrator
	sum=$(sha256sum <"$dir/startnet.sh")
	words="slipway.startnet=tftp:///startnet.sh"
	words="$words slipway.startnet-sha256=${sum%% *}"
	for config in pxelinux.cfg/default grub/grub.cfg; do
		rm "$dir/medium/$config"
		sed "s|slipway.medium=none|& $words|" "$O/pxe/$config" \
			>"$dir/medium/$config"
	done
	file=bootx64.efi rom=,romfile=
	[ "$firmware" != bios ] || file=lpxelinux.0 rom=
	# the firmware's own network start, as on real machines, not a card's
	machine=(-device "virtio-net-pci,netdev=n$rom"
		-netdev "user,id=n,tftp=$dir/medium,bootfile=$file")
}

name=$1
limit=120 expect=token tamper=no data=no
# shellcheck source=/dev/null
. "tests/boot/$name.conf"
dir=$O/boot-tests/$name
rm -rf "$dir"
mkdir -p "$dir"
token=$(od -An -tx1 -N 12 /dev/urandom | tr -d ' \n')
echo "$token" >"$dir/token"
if [ "$data" = yes ]; then
	start_script '' >"$dir/startnet.sh"
else
	start_script "$token" >"$dir/startnet.sh"
fi
"prepare_$medium"

trap 'qemu_stop; rm -rf "$dir/medium" "$dir/vmlinuz"' EXIT
trap 'exit 1' HUP INT TERM
qemu_start "$dir" "$firmware" "${machine[@]}"
state=off
[ "$firmware" != secureboot ] || state=on
proof="^slipway [^ ]+, secure boot $state: $token"
if [ "$expect" = token ]; then
	qemu_wait "$proof" "$limit" || die "no token within $limit seconds"
	echo "$name: token after $qemu_seconds s" | tee "$dir/time"
	qemu_wait "Choose 1 to" 20 || die "no menu after the start script"
else
	qemu_wait "$expect" "$limit" || die "nothing like '$expect' was said"
	! qemu_wait "$token" 5 || die "started although it must not"
fi
