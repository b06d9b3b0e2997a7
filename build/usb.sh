#!/bin/bash
# out/slipway-usb.img: a stick that starts by BIOS, UEFI and Secure Boot. One
# active FAT32 partition in an MBR table, which the most firmwares start, and
# which every system can add files to.
# usage: build/usb.sh [--size MB] [--output FILE] [--id WORD] [--add FILE:/PATH]...
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/.."
. build/lib.sh

largest=4294967295 # bytes of a file in FAT32

usage() {
	sed -n 's/^# usage: /usage: /p' "$0" >&2
	exit 2
}

# Ends unless FAT can hold the name, in any of its parts.
check_names() { # PATH
	local part units IFS=/
	set -f
	for part in ${1#/}; do
		case $part in
		'' | . | ..) die "$1: not a path on the medium" ;;
		*[\"\*:\<\>\?\\\|]* | *[[:cntrl:]]* | *[.\ ])
			die "$1: FAT cannot hold the name \"$part\""
			;;
		esac
		units=$(printf %s "$part" | iconv -f UTF-8 -t UTF-16LE | wc -c) ||
			die "$1: the name is not UTF-8"
		[ "$units" -le 510 ] || die "$1: a name of over 255 characters"
	done
	set +f
}

# Adds a file to those of the medium. Folders that differ in case alone are one;
# nothing that is there is replaced.
add_file() { # FILE PATH
	local rest=${2#/} at=$tmp/files part found bytes
	[ -f "$1" ] || die "--add $1: no such file"
	case $2 in */) die "--add $1: $2 is a folder; name the file too" ;; esac
	check_names "$2"
	bytes=$(stat -Lc %s "$1")
	[ "$bytes" -le $largest ] ||
		die "--add $1: $bytes bytes; FAT32 holds files of up to $largest:" \
			"split the image"
	while :; do
		part=${rest%%/*}
		found=$(find "$at" -mindepth 1 -maxdepth 1 -printf '%f\n' |
			awk -v want="$part" 'tolower($0) == tolower(want)')
		at=$at/${found:-$part}
		[ "$part" != "$rest" ] || break
		[ ! -f "$at" ] || die "--add $1: $2: a file is in the way"
		mkdir -p "$at"
		rest=${rest#*/}
	done
	[ -z "$found" ] || die "--add $1: $2 is on the medium already"
	cp "$1" "$at"
}

# The label of the volume is for people; the environment knows its medium by the
# identity.
format() { # IMAGE MB
	rm -f "$1"
	"$O/bin/slipway" partition create "$1" --mbr --size "${2}M" \
		--id "${medium:0:8}" start=1M,type=0c,active >"$tmp/log"
	mformat -i "$1@@1M" -F -v SLIPWAY -N "${medium:8:8}" -h 255 -s 63 \
		-H 2048 -T $(($2 * 2048 - 2048)) ::
}

# SYSLINUX by its installer that needs no mount, then the MBR's start code.
install_syslinux() { # IMAGE
	"$pkgroot/usr/bin/syslinux" --install --offset 1048576 "$1"
	dd if="$pkgroot/usr/lib/syslinux/mbr/mbr.bin" of="$1" conv=notrunc \
		bs=440 count=1 status=none
}

# Copies all files, then reads each back by a program that shares nothing with
# the one that wrote it.
fill() { # IMAGE FOLDER
	local path
	(cd "$2" && find . -mindepth 1 -type d | sort) >"$tmp/folders"
	(cd "$2" && find . -type f | sort) >"$tmp/list"
	while read -r path; do
		mmd -i "$1@@1M" "::/$path" </dev/null
	done <"$tmp/folders"
	while read -r path; do
		mcopy -m -i "$1@@1M" "$2/$path" "::/$path" </dev/null
	done <"$tmp/list"
	while read -r path; do
		"$O/bin/slipway" type "$1@1:/${path#./}" </dev/null |
			cmp - "$2/$path" || die "$path: reads back differently"
	done <"$tmp/list"
}

size=128
out=$O/slipway-usb.img
word=
adds=()
while [ $# -gt 0 ]; do
	[ $# -ge 2 ] || usage
	case $1 in
	--size) size=$2 ;;
	--output) out=$2 ;;
	--id) word=$2 ;;
	--add)
		case $2 in ?*:/?*) ;; *) die "--add $2: not FILE:/PATH" ;; esac
		adds+=("$2")
		;;
	*) usage ;;
	esac
	shift 2
done
case $size in '' | *[!0-9]*) usage ;; esac

build/packages.sh
make_tmp
# mtools writes long names as this says
export LC_ALL=C.UTF-8
stage_medium "$tmp/files"
modules=$pkgroot/usr/lib/syslinux/modules/bios
cp "$modules/menu.c32" "$modules/libutil.c32" "$tmp/files"
# what gets its content last, so that nothing is added in its place
: >"$tmp/files/syslinux.cfg"
: >"$tmp/files/EFI/debian/grub.cfg"
: >"$tmp/files/ldlinux.sys"
: >"$tmp/files/ldlinux.c32"
for add in "${adds[@]}"; do
	add_file "${add%:/*}" "/${add##*:/}"
done
rm "$tmp/files/ldlinux.sys" "$tmp/files/ldlinux.c32" # the installer's
name_medium "$tmp/files" "$word"
loader_config boot/syslinux.cfg /slipway "$medium" >"$tmp/files/syslinux.cfg"
settle_dates "$tmp/files"

format "$tmp/image" "$size"
install_syslinux "$tmp/image"
fill "$tmp/image" "$tmp/files"
bytes=$(stat -c %s "$tmp/image")
bytes=$(mb "$bytes")
say BUILD "${out##*/} ($bytes)"
mv "$tmp/image" "$out"
