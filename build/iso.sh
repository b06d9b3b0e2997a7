#!/bin/sh
# out/slipway.iso: starts by BIOS, UEFI and Secure Boot, from a CD or written
# onto a stick as it is.
set -eu
cd "$(dirname "$0")/.."
. build/lib.sh

# What UEFI firmware starts from: a FAT image with the two loaders and their
# configuration, which finds the rest by the volume's name.
efi_image() { # FILES IMAGE
	truncate -s 6M "$2"
	mformat -i "$2" -v SLIPWAYEFI -N 51117a72 -h 16 -s 63 -T 12288 ::
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
loader_config boot/syslinux.cfg /slipway '' >"$files/isolinux/isolinux.cfg"
settle_dates "$files"
efi_image "$files" "$tmp/efi.img"
mv "$tmp/efi.img" "$files/isolinux/efi.img"
settle_dates "$files"

xorriso -report_about WARNING -as mkisofs -o "$tmp/image" -V SLIPWAY -r -J \
	--set_all_file_dates set_to_mtime \
	-isohybrid-mbr "$pkgroot/usr/lib/ISOLINUX/isohdpfx.bin" \
	-b isolinux/isolinux.bin -c isolinux/boot.cat \
	-no-emul-boot -boot-load-size 4 -boot-info-table \
	-eltorito-alt-boot -e isolinux/efi.img -no-emul-boot \
	-isohybrid-gpt-basdat "$files" 2>"$tmp/log" || {
	cat "$tmp/log" >&2
	die "xorriso failed"
}
mv "$tmp/image" "$O/slipway.iso"
say BUILD "slipway.iso ($(mb "$(wc -c <"$O/slipway.iso")"))"
