#!/bin/sh
# Kernel and initramfs: out/boot/vmlinuz (Debian's signed one, unchanged) and
# out/boot/initramfs. Modules stay as Debian compresses them, in a first
# archive that is stored as it is: the kernel then unpacks a fifth of the
# bytes at start, and a machine decompresses the few drivers that it needs.
# Everything else is in a second archive, compressed.
set -eu
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

modules() { # TOP
	src=$pkgroot/lib/modules/$kernel
	dst=$1/lib/modules/$kernel
	mkdir -p "$dst"
	sed -n 's/^\([a-z][^	 ]*\).*/^kernel\/\1/p' build/drivers >"$tmp/want"
	while read -r pattern; do
		grep -q "$pattern" "$src/modules.dep" ||
			die "build/drivers: ${pattern#*/}: no such module"
	done <"$tmp/want"
	grep -f "$tmp/want" "$src/modules.dep" | tr -d : | tr ' ' '\n' |
		sort -u >"$tmp/modules"
	(cd "$src" && cpio -pdm --quiet "$dst" <"$tmp/modules")
	cp "$src/modules.builtin" "$src/modules.builtin.modinfo" \
		"$src/modules.order" "$dst"
	chmod -R u=rwX,go=rX "$1"
}

# The tables that modprobe reads; depmod lists in the order of the folder.
module_tables() { # MODULES TOP
	cp -a "$1/lib/modules/$kernel" "$tmp/depmod"
	mkdir -p "$tmp/dep/lib/modules" "$2/lib/modules/$kernel"
	mv "$tmp/depmod" "$tmp/dep/lib/modules/$kernel"
	"$pkgroot/bin/busybox" depmod -b "$tmp/dep" "$kernel"
	for table in modules.dep modules.alias; do
		sort "$tmp/dep/lib/modules/$kernel/$table" \
			>"$2/lib/modules/$kernel/$table"
	done
}

userland() { # TOP
	mkdir -p "$1/bin" "$1/dev" "$1/proc" "$1/sys" "$1/run" "$1/tmp" \
		"$1/newroot" "$1/mnt" "$1/etc/slipway"
	cp -R rootfs/. "$1"
	rm -f "$1/README.md"
	ln -s bin "$1/sbin"
	cp "$pkgroot/bin/busybox" "$O/bin/slipway" "$1/bin"
	strip --strip-all "$1/bin/slipway"
	"$pkgroot/bin/busybox" --list | while read -r name; do
		[ "$name" = busybox ] || ln -s busybox "$1/bin/$name"
	done
	"$O/bin/slipway" --list-commands | while read -r name; do
		ln -sf slipway "$1/bin/$name"
	done
	cp "$O/manifest.txt" "$1/etc/slipway/manifest.txt"
	version >"$1/etc/slipway/version"
	chmod -R u=rwX,go=rX "$1"
}

[ -x "$O/bin/slipway" ] || die "$O/bin/slipway: not built: run make tools"
build/packages.sh
make_tmp
kernel=$(ls "$pkgroot/lib/modules")

modules "$tmp/modules-top"
userland "$tmp/top"
module_tables "$tmp/modules-top" "$tmp/top"
rm "$tmp/modules-top/lib/modules/$kernel"/modules.*

mkdir -p "$O/boot"
cp "$pkgroot/boot/vmlinuz-$kernel" "$O/boot/vmlinuz"
archive "$tmp/modules-top" >"$tmp/initramfs"
archive "$tmp/top" | zstd -q -19 -T1 >>"$tmp/initramfs"
mv "$tmp/initramfs" "$O/boot/initramfs"

k=$(wc -c <"$O/boot/vmlinuz")
i=$(wc -c <"$O/boot/initramfs")
say BUILD "boot/vmlinuz $(mb "$k") + boot/initramfs $(mb "$i")" \
	"= $(mb $((k + i)))"
[ $((k + i)) -le $limit ] || die "payload is over $(mb $limit)"
