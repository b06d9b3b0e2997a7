#!/bin/bash
# Volumes read, and changed, by the kernel's own ntfs3 in a machine without KVM: what
# it says of each is left in FOLDER, as ./init tells.
# usage: tests/ntfs3/read.sh FOLDER VOLUME...
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/../.."
. build/lib.sh
: "${TIMEOUT_SCALE:=1}"

from_caller "${1:?usage: read.sh FOLDER VOLUME...}"
folder=$path
shift
case $# in 0 | ???*) die "1 to 99 volumes at once" ;; esac

modules() { # TOP
	src=$pkgroot/lib/modules/$kernel
	dst=$1/lib/modules/$kernel
	mkdir -p "$dst"
	for name in virtio_scsi sd_mod nls_utf8 ntfs3; do
		grep "/$name\\.ko" "$src/modules.dep" || die "$name: no such module"
	done | tr -d : | tr ' ' '\n' | sort -u >"$tmp/list"
	(cd "$src" && cpio -pdm --quiet "$dst" <"$tmp/list")
	(cd "$dst" && xargs xz -d <"$tmp/list")
	cp "$src/modules.builtin" "$src/modules.order" "$dst"
	"$pkgroot/bin/busybox" depmod -b "$1" "$kernel"
}

initramfs() { # TOP
	mkdir -p "$1/bin" "$1/dev" "$1/proc" "$1/sys" "$1/out" "$1/mnt"
	cp "$pkgroot/bin/busybox" "$1/bin"
	"$pkgroot/bin/busybox" --list >"$tmp/names"
	while read -r name; do
		[ "$name" = busybox ] || ln -s busybox "$1/bin/$name"
	done <"$tmp/names"
	ln -s bin "$1/sbin"
	cp tests/ntfs3/init "$1/init"
	chmod 755 "$1/init"
	modules "$1"
	(cd "$1" && find . -mindepth 1 | cpio -o -H newc -R 0:0 --quiet)
}

make_tmp
# shellcheck disable=SC2154 # build/lib.sh sets it
kernel=$(ls "$pkgroot/lib/modules")
initramfs "$tmp/top" >"$tmp/initramfs.cpio"
mkdir -p "$folder"
truncate -s 256M "$tmp/out.img"
disks=()
number=0
for volume in "$tmp/out.img" "$@"; do
	from_caller "$volume"
	disks+=(-drive "if=none,id=d$number,format=raw,file=$path,cache=unsafe,discard=unmap,detect-zeroes=unmap"
		-device "scsi-hd,bus=scsi0.0,scsi-id=0,lun=$number,drive=d$number")
	number=$((number + 1))
done
timeout $((3600 * TIMEOUT_SCALE)) qemu-system-x86_64 -machine q35 \
	-accel tcg,thread=multi -cpu max -m 2048 -smp 1 -display none -no-reboot \
	-kernel "$pkgroot/boot/vmlinuz-$kernel" -initrd "$tmp/initramfs.cpio" \
	-append "console=ttyS0 panic=1 loglevel=4 log_buf_len=4M" -serial stdio \
	-nic none -device virtio-scsi-pci,id=scsi0 "${disks[@]}" </dev/null |
	tee "$folder/serial.log" | tr -d '\r' | grep '^ntfs3: '
grep -q '^ntfs3: finished' "$folder/serial.log" || die "the machine has not finished"
tar -xf "$tmp/out.img" -C "$folder"
