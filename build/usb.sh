#!/bin/bash
# out/slipway-usb.img: a stick that starts by BIOS, UEFI and Secure Boot. One
# active FAT32 partition in an MBR table, which the most firmwares start, and
# which every system can add files to; behind it, when asked for, an NTFS
# partition for what FAT32 cannot hold.
# usage: build/usb.sh [--size MB] [--ntfs MB] [--output FILE] [--id WORD] [--add FILE:/PATH]... [--add-data FILE:/PATH]...
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/.."
. build/lib.sh

: "${FAT_LARGEST:=4294967295}" # bytes of a file in FAT32

usage() {
	sed -n 's/^# usage: /usage: /p' "$0" >&2
	exit 2
}

# A file of the FAT volume, or, when it is too large for that, of the other one.
add() { # FILE PATH
	local bytes
	bytes=$(stat -Lc %s "$1")
	if [ "$bytes" -gt "$FAT_LARGEST" ]; then
		add_data "$1" "$2"
	else
		add_file "$tmp/files" "$1" "$2" cp
	fi
}

# The NTFS volume's files are large: they are read where they are.
add_data() { # FILE PATH
	has_data=1
	add_file "$tmp/data" "$1" "$2" ln -s
}

# MiB that a folder's files take in a volume, with its own structures.
room() { # FOLDER
	find -L "$1" -type f -printf '%s\n' |
		awk '{ n += int($1 / 1048576) + 1 } END { print int(n * 1.01) + 24 }'
}

# Shares the stick out: sets size, fat and ntfs, in MiB, the latter 0 for none.
share_out() {
	local need
	need=$(room "$tmp/files")
	[ "$need" -ge 128 ] || need=128
	if [ -z "$ntfs" ] && [ -n "$has_data" ]; then
		ntfs=$(room "$tmp/data")
		[ -z "$size" ] || [ $((size - need)) -le "$ntfs" ] ||
			ntfs=$((size - need))
	fi
	: "${ntfs:=0}" "${size:=$((need + ntfs))}"
	fat=$((size - ntfs))
	[ "$fat" -ge 34 ] || die "of $size MB, $ntfs are for NTFS: no room is" \
		"left for what starts (34 MB at the least)"
}

# The labels of the volumes are for people; the environment knows its medium by the
# identity.
format() { # IMAGE
	local partitions=("start=1M,size=$((fat - 1))M,type=0c,active")
	[ "$ntfs" = 0 ] || partitions+=("start=${fat}M,type=07")
	rm -f "$1"
	"$O/bin/slipway" partition create "$1" --mbr --size "${size}M" \
		--id "${medium:0:8}" "${partitions[@]}" >"$tmp/log"
	mformat -i "$1@@1M" -F -v SLIPWAY -N "${medium:8:8}" -h 255 -s 63 \
		-H 2048 -T $((fat * 2048 - 2048)) ::
	[ "$ntfs" = 0 ] || "$O/bin/slipway" format "$1@2" /V:SLIPWAYDATA \
		"/Serial:${medium:16:16}" "/Time:$SOURCE_DATE_EPOCH" >"$tmp/log"
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

# The same of the NTFS volume.
fill_data() { # IMAGE FOLDER
	local path
	(cd "$2" && find . -type l | sort) >"$tmp/list"
	while read -r path; do
		"$O/bin/slipway" copy "$2/$path" "$1@2:/${path#./}" /P \
			"/Time:$SOURCE_DATE_EPOCH" </dev/null >"$tmp/log"
	done <"$tmp/list"
	while read -r path; do
		fcat -f ntfs -o $((fat * 2048)) "${path#./}" "$1" </dev/null |
			cmp - "$2/$path" || die "$path: reads back differently"
	done <"$tmp/list"
}

size='' ntfs='' word='' has_data=''
out=$O/slipway-usb.img
adds=() data=()
while [ $# -gt 0 ]; do
	[ $# -ge 2 ] || usage
	case $1 in
	--size) size=$2 ;;
	--ntfs) ntfs=$2 ;;
	--output) want_output "$2" ;;
	--id) word=$2 ;;
	--add) want "$1" "$2"; adds+=("$wanted") ;;
	--add-data) want "$1" "$2"; data+=("$wanted") ;;
	*) usage ;;
	esac
	shift 2
done
case $size$ntfs in *[!0-9]*) usage ;; esac

build/packages.sh
make_tmp
# mtools writes long names as this says
export LC_ALL=C.UTF-8
stage_medium "$tmp/files"
mkdir "$tmp/data"
modules=$pkgroot/usr/lib/syslinux/modules/bios
cp "$modules/menu.c32" "$modules/libutil.c32" "$tmp/files"
# what gets its content last, so that nothing is added in its place
: >"$tmp/files/syslinux.cfg"
: >"$tmp/files/EFI/debian/grub.cfg"
: >"$tmp/files/ldlinux.sys"
: >"$tmp/files/ldlinux.c32"
for file in "${adds[@]}"; do add "${file%:/*}" "/${file##*:/}"; done
for file in "${data[@]}"; do add_data "${file%:/*}" "/${file##*:/}"; done
rm "$tmp/files/ldlinux.sys" "$tmp/files/ldlinux.c32" # the installer's
name_medium "$tmp/files" "$word" "$tmp/data"
loader_config boot/syslinux.cfg /slipway "$medium" >"$tmp/files/syslinux.cfg"
settle_dates "$tmp/files"

share_out
format "$tmp/image"
install_syslinux "$tmp/image"
fill "$tmp/image" "$tmp/files"
fill_data "$tmp/image" "$tmp/data"
bytes=$(stat -c %s "$tmp/image")
bytes=$(mb "$bytes")
say BUILD "${out##*/} ($bytes)"
mv "$tmp/image" "$out"
