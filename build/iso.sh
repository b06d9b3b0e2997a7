#!/bin/bash
# out/slipway.iso: starts by BIOS, UEFI and Secure Boot, from a CD or written
# onto a stick as it is.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/.."
. build/lib.sh

# What UEFI firmware starts from: a FAT image with the two loaders and their
# configuration, which finds the rest by the medium's identity.
efi_image() { # FILES IMAGE
	truncate -s 6M "$2"
	mformat -i "$2" -v SLIPWAYEFI -N "${medium:8:8}" -h 16 -s 63 -T 12288 ::
	for dir in EFI EFI/BOOT EFI/debian; do
		mmd -i "$2" "::/$dir"
	done
	for file in EFI/BOOT/BOOTX64.EFI EFI/BOOT/grubx64.efi \
		EFI/debian/grub.cfg; do
		mcopy -m -i "$2" "$1/$file" "::/$file"
	done
}

build/packages.sh
make_tmp
files=$tmp/files
stage_medium "$files"
mkdir -p "$files/isolinux"
modules=$pkgroot/usr/lib/syslinux/modules/bios
cp "$pkgroot/usr/lib/ISOLINUX/isolinux.bin" "$modules/ldlinux.c32" \
	"$modules/menu.c32" "$modules/libutil.c32" "$files/isolinux"
name_medium "$files" ''
loader_config boot/syslinux.cfg /slipway "$medium" >"$files/isolinux/isolinux.cfg"
settle_dates "$files"
efi_image "$files" "$tmp/efi.img"
mv "$tmp/efi.img" "$files/isolinux/efi.img"
settle_dates "$files"

xorriso -report_about WARNING -as mkisofs -o "$tmp/image" -V SLIPWAY -volset "$medium" -r -J \
	--set_all_file_dates set_to_mtime \
	-isohybrid-mbr "$pkgroot/usr/lib/ISOLINUX/isohdpfx.bin" \
	-b isolinux/isolinux.bin -c isolinux/boot.cat \
	-no-emul-boot -boot-load-size 4 -boot-info-table \
	-eltorito-alt-boot -e isolinux/efi.img -no-emul-boot \
	-isohybrid-gpt-basdat "$files" 2>"$tmp/log" || {
	cat "$tmp/log" >&2
	die "xorriso failed"
}
bytes=$(stat -c %s "$tmp/image")
bytes=$(mb "$bytes")
say BUILD "slipway.iso ($bytes)"
mv "$tmp/image" "$O/slipway.iso"
