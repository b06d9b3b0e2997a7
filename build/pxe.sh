#!/bin/sh
# out/pxe/: the root of a TFTP server. BIOS asks for lpxelinux.0, UEFI for
# bootx64.efi (also under Secure Boot).
set -eu
cd "$(dirname "$0")/.."
. build/lib.sh

build/packages.sh
make_tmp
files=$tmp/pxe
mkdir -p "$files/pxelinux.cfg" "$files/grub"
stage_payload "$files/slipway"
modules=$pkgroot/usr/lib/syslinux/modules/bios
cp "$pkgroot/usr/lib/PXELINUX/lpxelinux.0" "$modules/ldlinux.c32" \
	"$modules/menu.c32" "$modules/libutil.c32" "$files"
cp "$pkgroot/usr/lib/shim/shimx64.efi.signed" "$files/bootx64.efi"
cp "$pkgroot/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed" \
	"$files/grubx64.efi"
# nothing to look for on local disks
loader_config boot/syslinux.cfg slipway slipway.medium=none \
	>"$files/pxelinux.cfg/default"
loader_config boot/grub.cfg /slipway slipway.medium=none \
	>"$files/grub/grub.cfg"
cp "$O/manifest.txt" "$files/slipway"
settle_dates "$files"
rm -rf "$O/pxe"
mv "$files" "$O/pxe"
say BUILD "pxe/ ($(mb "$(find "$O/pxe" -type f -exec cat {} + | wc -c)"))"
