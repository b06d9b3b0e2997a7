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
case $O in /*) ;; *) O=$PWD/$O ;; esac
case $CACHE in /*) ;; *) CACHE=$PWD/$CACHE ;; esac
# mtools, xorriso and zstd take dates from the last of these
LC_ALL=C TZ=UTC MTOOLSRC=/dev/null MTOOLS_SKIP_CHECK=1
export LC_ALL TZ MTOOLSRC MTOOLS_SKIP_CHECK SOURCE_DATE_EPOCH
umask 022
PATH=$PATH:/usr/sbin:/sbin
self=${0##*/}
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
# file. The environment knows by it what it was started from.
name_medium() { # FOLDER WORD
	(cd "$1" && find . -type f | sort | xargs -d '\n' sha256sum) >"$tmp/sums"
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
