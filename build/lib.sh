# shellcheck shell=bash
# Shared by the build scripts: `. build/lib.sh` from the project's top folder
# puts every script into the same clean surroundings. Each begins with
#
#     set -euo pipefail
#     shopt -s inherit_errexit
#
# so that no step fails unseen, in a pipeline or where its output is taken. What
# neither covers is not written: a command in another one's words ("$(...)"),
# in `local x=$(...)`, in a here-document or in <(...).
# Variables a caller may set: O (out), CACHE (.cache), SOURCE_DATE_EPOCH.

: "${O:=out}" "${CACHE:=.cache}" "${SOURCE_DATE_EPOCH:=1767225600}"
caller=${OLDPWD:-$PWD}
case $O in /*) ;; *) O=$PWD/$O ;; esac
case $CACHE in /*) ;; *) CACHE=$PWD/$CACHE ;; esac
# mtools, xorriso and zstd take dates from the last of these
LC_ALL=C TZ=UTC MTOOLSRC=$PWD/build/mtools.conf MTOOLS_SKIP_CHECK=1
export LC_ALL TZ MTOOLSRC MTOOLS_SKIP_CHECK SOURCE_DATE_EPOCH
umask 022
PATH=$PATH:/usr/sbin:/sbin
self=${0##*/}
longest=255
# shellcheck disable=SC2034 # used by the scripts that read this file
pkgroot=$CACHE/root

die() { # MESSAGE...
	echo "$self: $*" >&2
	exit 1
}

say() { # TAG WORDS...
	tag=$1
	shift
	printf '  %-7s %s\n' "$tag" "$*"
}

# Whether two files are the same; to fail is not to differ.
is_same() { # FILE FILE
	local status=0
	cmp -s "$1" "$2" || status=$?
	[ -e "$2" ] && [ $status -gt 1 ] && die "cmp fails for $2"
	return $status
}

# A temporary folder in the build folder, gone when the script ends.
make_tmp() {
	mkdir -p "$O"
	tmp=$(mktemp -d "$O/.$self.XXXXXX")
	trap 'rm -rf "$tmp"' EXIT
	trap 'exit 1' HUP INT TERM
}

# One version for screens and file names: the tag, else the commit, else none.
version() {
	"$O/bin/slipway" --version | sed -n '1s/^slipway //p'
}

# Sets `path` to what a path meant where the script was called.
from_caller() { # PATH
	path=$1
	case $path in /*) ;; *) path=$caller/$path ;; esac
}

# Sets `out` to a file that a product is to be called.
want_output() { # FILE
	from_caller "$1"
	[ ! -d "$path" ] || die "--output $1: is a folder; name a file"
	[ -d "${path%/*}/" ] || die "--output $1: its folder is not there"
	# shellcheck disable=SC2034 # used by the scripts that read this file
	out=$path
}

# Checks what an option asks to add, and sets `wanted` to it.
want() { # OPTION FILE:/PATH
	case $2 in ?*:/?*) ;; *) die "$1 $2: not FILE:/PATH" ;; esac
	from_caller "${2%:/*}"
	[ -f "$path" ] || die "$1 ${2%:/*}: no such file"
	# shellcheck disable=SC2034 # used by the scripts that read this file
	wanted=$path:/${2##*:/}
}

# Ends unless every system can hold the name, in any of its parts, of which none
# has more than $longest units.
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
		[ "$units" -le $((longest * 2)) ] ||
			die "$1: a name of over $longest characters"
	done
	set +f
}

# Adds a file to those of a medium, by a command such as `ln -s`. Folders that
# differ in case alone are one; nothing that is there is replaced.
add_file() { # FOLDER FILE PATH COMMAND...
	local at=$1 file rest=${3#/} path=$3 part found
	file=$(realpath "$2")
	case $path in */) die "$2: $path is a folder; name the file too" ;; esac
	check_names "$path"
	shift 3
	while :; do
		part=${rest%%/*}
		found=$(find "$at" -mindepth 1 -maxdepth 1 -printf '%f\n' |
			awk -v want="$part" 'tolower($0) == tolower(want)')
		at=$at/${found:-$part}
		[ "$part" != "$rest" ] || break
		[ ! -f "$at" ] || die "$path: a file is in the way"
		mkdir -p "$at"
		rest=${rest#*/}
	done
	[ -z "$found" ] || die "$path: it is on the medium already"
	"$@" "$file" "$at"
}

# The newest date inside every product is SOURCE_DATE_EPOCH.
settle_dates() { # FOLDER
	find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

# Bytes as megabytes (10^6) with one decimal.
mb() { # BYTES
	echo "$(($1 / 1000000)).$(($1 / 100000 % 10)) MB"
}

# The files of a medium that has folders, at the paths that boot/README.md
# promises: UEFI loaders, kernel, initramfs, what a deployed machine needs. Their
# configurations come last, by name_medium.
stage_medium() { # FOLDER
	mkdir -p "$1/EFI/BOOT" "$1/EFI/debian" "$1/slipway"
	cp "$pkgroot/usr/lib/shim/shimx64.efi.signed" "$1/EFI/BOOT/BOOTX64.EFI"
	cp "$pkgroot/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed" \
		"$1/EFI/BOOT/grubx64.efi"
	stage_payload "$1/slipway"
	cp boot/grub-native.cfg boot/grub-windows.cfg "$O/manifest.txt" "$1/slipway"
	stage_papers "$1/slipway"
}

# What somebody reads on another machine, most often a Windows.
stage_papers() { # FOLDER
	for name in answer.5 troubleshooting.7; do
		plain_page "tools/man/slipway-$name" | sed 's/$/\r/' \
			>"$1/${name%.*}.txt"
	done
}

# A manual page as plain text.
plain_page() { # PAGE
	mandoc -T ascii -I os=Slipway -O width=78 "$1" | sed 's/.\x08//g'
}

stage_payload() { # FOLDER
	[ -e "$O/boot/initramfs" ] || die "$O/boot/initramfs: not built"
	mkdir -p "$1"
	cp "$O/boot/vmlinuz" "$O/boot/initramfs" "$1"
}

# Gives a staged medium its identity, made from the names and bytes of all that
# is on it (and of a word, to tell apart what is the same): in `medium`, and as a
# file. The environment knows by it what it was started from. More folders are
# those of other volumes beside it.
name_medium() { # FOLDER WORD [FOLDER...]
	local folder
	: >"$tmp/sums"
	for folder in "$1" "${@:3}"; do
		(cd "$folder" && find -L . -type f | sort |
			xargs -r -d '\n' sha256sum) >>"$tmp/sums"
	done
	sha256sum boot/grub.cfg boot/syslinux.cfg >>"$tmp/sums"
	printf '%s\n' "$2" >>"$tmp/sums"
	medium=$(sha256sum <"$tmp/sums" | cut -c 1-32)
	cp boot/medium.txt "$1/slipway/$medium.id"
	loader_config boot/grub.cfg /slipway "$medium" >"$1/EFI/debian/grub.cfg"
}

# A file of boot/ with its two blanks filled in.
loader_config() { # FILE FOLDER-OF-KERNEL IDENTITY|none
	sed -e "s|@DIR@|$2|g" -e "s|@MEDIUM@|$3|g" "$1"
}
