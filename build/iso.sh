#!/bin/bash
# out/slipway.iso: starts by BIOS, UEFI and Secure Boot, from a CD or written
# onto a stick as it is.
# usage: build/iso.sh [--output FILE] [--id WORD] [--add FILE:/PATH]...
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

usage() {
	sed -n 's/^# usage: /usage: /p' "$0" >&2
	exit 2
}

out=$O/slipway.iso
word=
adds=()
while [ $# -gt 0 ]; do
	[ $# -ge 2 ] || usage
	case $1 in
	--output) want_output "$2" ;;
	--id) word=$2 ;;
	--add) want "$1" "$2"; adds+=("$wanted") ;;
	*) usage ;;
	esac
	shift 2
done

build/packages.sh
make_tmp
export LC_ALL=C.UTF-8
longest=64 # units of a name in Joliet
files=$tmp/files
stage_medium "$files"
mkdir -p "$files/isolinux"
modules=$pkgroot/usr/lib/syslinux/modules/bios
cp "$pkgroot/usr/lib/ISOLINUX/isolinux.bin" "$modules/ldlinux.c32" \
	"$modules/menu.c32" "$modules/libutil.c32" "$files/isolinux"
# what gets its content last, so that nothing is added in its place
for name in EFI/debian/grub.cfg isolinux/isolinux.cfg isolinux/efi.img \
	isolinux/boot.cat; do
	: >"$files/$name"
done
for file in "${adds[@]}"; do
	add_file "$files" "${file%:/*}" "/${file##*:/}" cp
done
rm "$files/isolinux/boot.cat" # xorriso's
name_medium "$files" "$word"
loader_config boot/syslinux.cfg /slipway "$medium" >"$files/isolinux/isolinux.cfg"
settle_dates "$files"
efi_image "$files" "$tmp/efi.img"
mv "$tmp/efi.img" "$files/isolinux/efi.img"
settle_dates "$files"

# level 3: files of 4 GiB and more, in several pieces
xorriso -report_about WARNING -as mkisofs -o "$tmp/image" -V SLIPWAY -volset "$medium" -r -J \
	-iso-level 3 --set_all_file_dates set_to_mtime \
	-isohybrid-mbr "$pkgroot/usr/lib/ISOLINUX/isohdpfx.bin" \
	-b isolinux/isolinux.bin -c isolinux/boot.cat \
	-no-emul-boot -boot-load-size 4 -boot-info-table \
	-eltorito-alt-boot -e isolinux/efi.img -no-emul-boot \
	-isohybrid-gpt-basdat "$files" 2>"$tmp/log" || {
	cat "$tmp/log" >&2
	die "$out: xorriso failed, as it says above"
}
# what was added, as a program reads it that shares nothing with the writer
for file in "${adds[@]}"; do
	7z e -so -ssc- "$tmp/image" "-i!${file##*:/}" 2>"$tmp/log" </dev/null |
		cmp - "${file%:/*}" || die "/${file##*:/}: reads back differently"
done
bytes=$(stat -c %s "$tmp/image")
bytes=$(mb "$bytes")
say BUILD "${out##*/} ($bytes)"
mv "$tmp/image" "$out"
