#!/bin/bash
# out/pxe/: the root of a TFTP server. BIOS asks for lpxelinux.0, UEFI for
# bootx64.efi (also under Secure Boot).
set -euo pipefail
shopt -s inherit_errexit
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
loader_config boot/syslinux.cfg slipway none \
	>"$files/pxelinux.cfg/default"
loader_config boot/grub.cfg /slipway none \
	>"$files/grub/grub.cfg"
cp "$O/manifest.txt" "$files/slipway"
settle_dates "$files"
bytes=$(find "$files" -type f -printf '%s\n' | awk '{ n += $1 } END { print n }')
bytes=$(mb "$bytes")
say BUILD "pxe/ ($bytes)"
rm -rf "$O/pxe"
mv "$files" "$O/pxe"
