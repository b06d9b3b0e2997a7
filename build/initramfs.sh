#!/bin/bash
# Kernel and initramfs: out/boot/vmlinuz (Debian's signed one, unchanged) and
# out/boot/initramfs. Modules stay as Debian compresses them, in a first
# archive that is stored as it is: the kernel then unpacks a fifth of the
# bytes at start, and a machine decompresses the few drivers that it needs.
# Everything else, and the drivers that most machines need, is in a second
# archive, compressed as a whole.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/.."
. build/lib.sh

limit=40000000

# Below the top of FOLDER, in an order and with dates, owner and numbers that
# are the same on each build.
archive() { # FOLDER
	settle_dates "$1"
	(cd "$1" && find . -mindepth 1 | sort |
		cpio -o -H newc -R 0:0 --reproducible --quiet)
}

# The lines of build/drivers that match a pattern, as files in the kernel's
# module folder, with all that these need.
module_files() { # PATTERN
	sed -n "s/^$1\\([a-z][^	 ]*\\).*/^kernel\\/\\1/p" build/drivers \
		>"$tmp/want"
	while read -r pattern; do
		grep -q "$pattern" "$table" ||
			die "build/drivers: ${pattern#*/}: no such module"
	done <"$tmp/want"
	grep -f "$tmp/want" "$table" | tr -d : | tr ' ' '\n' | sort -u
}

modules() { # FIRST-TOP SECOND-TOP
	src=$pkgroot/lib/modules/$kernel
	table=$src/modules.dep
	dst=lib/modules/$kernel
	mkdir -p "$1/$dst" "$2/$dst"
	module_files + >"$tmp/plain"
	module_files '+*' | comm -23 - "$tmp/plain" >"$tmp/packed"
	for list in packed plain; do
		top=$1
		[ $list = packed ] || top=$2
		(cd "$src" && cpio -pdm --quiet "$top/$dst" <"$tmp/$list")
	done
	(cd "$2/$dst" && xargs xz -d <"$tmp/plain")
	chmod -R u=rwX,go=rX "$1" "$2"
}

# The tables that modprobe reads; depmod lists in the order of the folder.
module_tables() { # FIRST-TOP SECOND-TOP
	dst=lib/modules/$kernel
	mkdir -p "$tmp/dep/$dst"
	cp -a "$1/$dst/." "$2/$dst/kernel" "$tmp/dep/$dst"
	cp "$pkgroot/$dst/modules.builtin" "$pkgroot/$dst/modules.order" \
		"$tmp/dep/$dst"
	"$pkgroot/bin/busybox" depmod -b "$tmp/dep" "$kernel"
	for name in modules.dep modules.alias; do
		sort "$tmp/dep/$dst/$name" >"$2/$dst/$name"
	done
	cp "$pkgroot/$dst/modules.builtin" "$2/$dst"
}

# For `man` of rootfs/bin, by their names without "slipway-".
manuals() { # FOLDER
	mkdir -p "$1"
	for page in tools/man/*.[157]; do
		name=${page##*/}
		name=${name%.*}
		plain_page "$page" >"$1/${name#slipway-}"
	done
}

userland() { # TOP
	mkdir -p "$1/bin" "$1/dev" "$1/proc" "$1/sys" "$1/run" "$1/tmp" \
		"$1/newroot" "$1/mnt" "$1/etc/slipway"
	cp -R rootfs/. "$1"
	rm "$1/README.md"
	ln -s bin "$1/sbin"
	cp "$pkgroot/bin/busybox" "$O/bin/slipway" "$1/bin"
	strip --strip-all "$1/bin/slipway"
	"$pkgroot/bin/busybox" --list >"$tmp/names"
	while read -r name; do
		[ "$name" = busybox ] || ln -s busybox "$1/bin/$name"
	done <"$tmp/names"
	"$O/bin/slipway" --list-commands >"$tmp/names"
	while read -r name; do
		ln -sf slipway "$1/bin/$name"
	done <"$tmp/names"
	cp -R "$CACHE/keyboards" "$1/etc/slipway/keyboards"
	rm "$1/etc/slipway/keyboards/stamp"
	cp "$O/manifest.txt" "$1/etc/slipway/manifest.txt"
	manuals "$1/etc/slipway/man"
	version >"$1/etc/slipway/version"
	chmod -R u=rwX,go=rX "$1"
}

[ -x "$O/bin/slipway" ] || die "$O/bin/slipway: not built: run make tools"
build/packages.sh
build/keyboards.sh
make_tmp
kernel=$(ls "$pkgroot/lib/modules")

modules "$tmp/first" "$tmp/second"
module_tables "$tmp/first" "$tmp/second"
userland "$tmp/second"

archive "$tmp/first" >"$tmp/initramfs"
archive "$tmp/second" | zstd -q -19 -T1 >>"$tmp/initramfs"
cp "$pkgroot/boot/vmlinuz-$kernel" "$tmp/vmlinuz"

k=$(stat -c %s "$tmp/vmlinuz")
i=$(stat -c %s "$tmp/initramfs")
both=$(mb $((k + i)))
[ $((k + i)) -le $limit ] || die "payload of $both is over $limit bytes"
k=$(mb "$k")
i=$(mb "$i")
say BUILD "boot/vmlinuz $k + boot/initramfs $i = $both"
mkdir -p "$O/boot"
mv "$tmp/vmlinuz" "$tmp/initramfs" "$O/boot"
