#!/bin/sh
# out/slipway-usb.img: a stick that starts by BIOS, UEFI and Secure Boot. One
# active FAT32 partition in an MBR table, which the most firmwares start, and
# which every system can add files to.
# usage: build/usb.sh [--size MB] [--output FILE] [--add FILE:/PATH]...
set -eu
cd "$(dirname "$0")/.."
. build/lib.sh

usage() {
	sed -n 's/^# usage: /usage: /p' "$0" >&2
	exit 2
}

# The label of the volume is how the environment finds its medium.
format() { # IMAGE MB
	rm -f "$1"
	"$O/bin/slipway" partition create "$1" --mbr --size "${2}M" \
		--id 51117a70 start=1M,type=0c,active >"$tmp/log"
	mformat -i "$1@@1M" -F -v SLIPWAY -N 51117a71 -h 255 -s 63 -H 2048 \
		-T $(($2 * 2048 - 2048)) ::
}

# SYSLINUX by its installer that needs no mount, then the MBR's start code.
install_syslinux() { # IMAGE
	"$pkgroot/usr/bin/syslinux" --install --offset 1048576 "$1"
	dd if="$pkgroot/usr/lib/syslinux/mbr/mbr.bin" of="$1" conv=notrunc \
		bs=440 count=1 status=none
}

size=128
out=$O/slipway-usb.img
make_tmp
while [ $# -gt 0 ]; do
	[ $# -ge 2 ] || usage
	case $1 in
	--size) size=$2 ;;
	--output) out=$2 ;;
	--add)
		target=$tmp/files/${2##*:}
		mkdir -p "${target%/*}"
		cp "${2%:*}" "$target"
		;;
	*) usage ;;
	esac
	shift 2
done
case $size in '' | *[!0-9]*) usage ;; esac

build/packages.sh
stage_medium "$tmp/files"
modules=$pkgroot/usr/lib/syslinux/modules/bios
cp "$modules/menu.c32" "$modules/libutil.c32" "$tmp/files"
loader_config boot/syslinux.cfg /slipway '' >"$tmp/files/syslinux.cfg"
settle_dates "$tmp/files"

format "$tmp/image" "$size"
install_syslinux "$tmp/image"
(cd "$tmp/files" && find . -mindepth 1 -type d | sort) | while read -r dir; do
	mmd -i "$tmp/image@@1M" "::/$dir"
done
(cd "$tmp/files" && find . -type f | sort) | while read -r file; do
	mcopy -m -i "$tmp/image@@1M" "$tmp/files/$file" "::/$file"
done
mv "$tmp/image" "$out"
say BUILD "${out##*/} ($(mb "$(wc -c <"$out")"))"
