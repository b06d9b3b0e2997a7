# shellcheck shell=bash
# What tests of the build scripts share: a folder of packages and products that
# are no such thing, but small. Sets CACHE, and O for the scripts alone.

fake_build() { # FOLDER
	local real=$SLIPWAY kernel=6.0-test name pattern
	export CACHE=$1/cache O=$1/out MTOOLSRC=/dev/null
	local lib=$CACHE/root/usr/lib
	mkdir -p "$O/bin" "$O/boot" "$O/obj" "$CACHE/root/bin" "$CACHE/root/boot" \
		"$CACHE/root/usr/bin" "$lib/shim" "$lib/ISOLINUX" "$lib/PXELINUX" \
		"$lib/grub/x86_64-efi-signed" "$lib/syslinux/modules/bios" \
		"$lib/syslinux/mbr" "$CACHE/root/lib/modules/$kernel"
	cp "$ROOT/build/inputs" "$CACHE/inputs"
	echo "package 1 0" >"$CACHE/manifest.txt"
	echo /usr/bin/env >"$O/obj/linked"
	echo 1.0-test >"$O/obj/.version"
	ln -s "$real" "$O/bin/slipway"
	for name in shim/shimx64.efi.signed PXELINUX/lpxelinux.0 \
		grub/x86_64-efi-signed/grub{x64,netx64}.efi.signed \
		syslinux/modules/bios/{menu,libutil,ldlinux}.c32 \
		syslinux/mbr/mbr.bin ISOLINUX/isohdpfx.bin; do
		head -c 432 /dev/urandom >"$lib/$name"
	done
	head -c 4096 /dev/urandom >"$lib/ISOLINUX/isolinux.bin"
	for name in vmlinuz initramfs; do
		head -c 5000 /dev/urandom >"$O/boot/$name"
	done
	head -c 5000 /dev/urandom >"$CACHE/root/boot/vmlinuz-$kernel"
	printf '#!/bin/sh\nexit 0\n' >"$CACHE/root/usr/bin/syslinux"
	cat >"$CACHE/root/bin/busybox" <<-'END'
		#!/bin/sh
		case $1 in
		--list) echo sh; echo busybox ;;
		depmod) : >"$3/lib/modules/$4/modules.dep"
			: >"$3/lib/modules/$4/modules.alias" ;;
		esac
	END
	printf '#!/bin/sh\necho map\n' >"$CACHE/root/usr/bin/ckbcomp"
	printf '#!/bin/sh\ncat\n' >"$CACHE/root/bin/loadkeys"
	mkdir -p "$CACHE/root/usr/share/consolefonts"
	echo font | gzip >"$CACHE/root/usr/share/consolefonts/Uni2-VGA16.psf.gz"
	chmod 755 "$CACHE/root/usr/bin/"{syslinux,ckbcomp} \
		"$CACHE/root/bin/"{busybox,loadkeys}
	(
		cd "$CACHE/root/lib/modules/$kernel" || exit
		: >modules.builtin
		: >modules.order
		sed -n 's/^+\{0,1\}\([a-z][^	 ]*\).*/\1/p' "$ROOT/build/drivers" |
			sort -u | while read -r pattern; do
			name=kernel/${pattern%.ko}.ko.xz
			mkdir -p "${name%/*}"
			echo "$pattern" | xz >"$name"
			echo "$name:" >>modules.dep
		done
	)
}
