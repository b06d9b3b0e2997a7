#!/bin/bash
# Makes the stand-in boot manager: an EFI program out of systemd's stub, Debian's
# kernel and an initramfs whose init is ./init. Nothing of the project's own
# tools is in it.
#
# usage: tests/standin/make.sh     prints the path of the program
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/../.."
. build/lib.sh

here=tests/standin
stub=/usr/lib/systemd/boot/efi/linuxx64.efi.stub
tools='hivexsh sfdisk losetup vhdiinfo vhdimount'
drivers='efivarfs nvme vfat nls_cp437 nls_ascii nls_utf8 ntfs3 loop'

[ -e "$stub" ] || die "$stub: not found: install systemd-boot-efi"
build/packages.sh >&2
kernel=$(ls "$pkgroot/lib/modules")
stamp=$(cat $here/make.sh $here/init $here/*.sh $here/device.c "$stub" \
	"$CACHE/manifest.txt" | sha256sum | cut -c 1-16)
program=$CACHE/standin/$stamp/bootmgfw.efi
[ ! -e "$program" ] || { echo "$program"; exit 0; }

libraries() { # TOP FILE
	ldd "$2" | grep -o '/[^ ]*' | while read -r library; do
		mkdir -p "$1/${library%/*}"
		cp -L "$library" "$1/$library"
	done
}

# A program of the host with the libraries that it loads.
host_program() { # TOP NAME
	path=$(command -v "$2") || die "$2: not installed"
	cp -L "$path" "$1/bin/$2"
	libraries "$1" "$path"
}

# 7z loads what reads a WIM from its own folder.
archiver() { # TOP
	from=/usr/lib/p7zip
	[ -e $from/7z.so ] || die "$from/7z.so: not installed"
	mkdir -p "$1$from"
	cp $from/7z $from/7z.so "$1$from"
	libraries "$1" $from/7z.so
	libraries "$1" $from/7z
}

# What hivex needs from the C library's converters, which ldd does not know.
converters() { # TOP
	from=/usr/lib/x86_64-linux-gnu/gconv
	mkdir -p "$1$from"
	cp -RL $from/UTF-16.so $from/ISO8859-1.so $from/gconv-modules \
		$from/gconv-modules.d "$1$from"
}

modules() { # TOP
	src=$pkgroot/lib/modules/$kernel
	dst=$1/lib/modules/$kernel
	mkdir -p "$dst"
	for name in $drivers; do
		grep "/$name\\.ko" "$src/modules.dep" || die "$name: no such module"
	done | tr -d : | tr ' ' '\n' | sort -u >"$tmp/list"
	(cd "$src" && cpio -pdm --quiet "$dst" <"$tmp/list")
	(cd "$dst" && xargs xz -d <"$tmp/list")
	cp "$src/modules.builtin" "$src/modules.order" "$dst"
	"$pkgroot/bin/busybox" depmod -b "$1" "$kernel"
}

initramfs() { # TOP
	mkdir -p "$1/bin" "$1/dev" "$1/proc" "$1/sys" "$1/tmp" "$1/run" \
		"$1/esp" "$1/host" "$1/system" "$1/vhd" "$1/standin"
	ln -s bin "$1/sbin"
	cp "$pkgroot/bin/busybox" "$1/bin"
	"$pkgroot/bin/busybox" --list >"$tmp/names"
	while read -r name; do
		[ "$name" = busybox ] || ln -s busybox "$1/bin/$name"
	done <"$tmp/names"
	for name in $tools; do
		rm -f "$1/bin/$name"
		host_program "$1" "$name"
	done
	converters "$1"
	musl-gcc -static -Os -s -std=c11 -Wall -Wextra -Werror \
		-o "$1/bin/device" $here/device.c
	cp $here/init "$1/init"
	cp $here/store.sh $here/places.sh "$1/standin"
	archiver "$1"
	modules "$1"
	chmod -R u=rwX,go=rX "$1"
	chmod 755 "$1/init"
	settle_dates "$1"
	(cd "$1" && find . -mindepth 1 | sort |
		cpio -o -H newc -R 0:0 --reproducible --quiet)
}

# Joins NAME=FILE sections to the stub, each in the first free page of it.
join() { # OUTPUT NAME=FILE...
	output=$1
	shift
	address=$(objdump -h "$stub" | awk '$1 ~ /^[0-9]+$/ {
		print "0x" $3, "0x" $4 }' | while read -r size at; do
		echo $((size + at))
	done | sort -n | tail -n 1)
	options=
	for section; do
		address=$(((address + 4095) / 4096 * 4096))
		options="$options --add-section $section --change-section-vma
			${section%%=*}=$address"
		bytes=$(stat -c %s "${section#*=}")
		address=$((address + bytes))
	done
	objcopy $options "$stub" "$output"
	# time stamp and checksum alone differ between builds; nobody reads them
	header=$(od -An -tu4 -j 60 -N 4 "$output")
	for field in 8 88; do
		printf '\000\000\000\000' | dd of="$output" bs=1 \
			seek=$((header + field)) conv=notrunc status=none
	done
}

make_tmp
initramfs "$tmp/top" >"$tmp/initramfs.cpio"
zstd -q -19 -T1 "$tmp/initramfs.cpio" -o "$tmp/initramfs"
printf 'NAME=standin\nID=standin\n' >"$tmp/release"
printf 'console=tty0 console=ttyS0,115200 quiet loglevel=4 panic=1' >"$tmp/cmdline"
join "$tmp/program" ".osrel=$tmp/release" ".cmdline=$tmp/cmdline" \
	".linux=$pkgroot/boot/vmlinuz-$kernel" ".initrd=$tmp/initramfs"
rm -rf "$CACHE/standin"
mkdir -p "${program%/*}"
mv "$tmp/program" "$program"
echo "$program"
