#!/bin/bash
# The layouts of build/keyboards in the form that busybox' loadkmap reads, a list
# of them for people, and a font with Latin, Greek and Cyrillic letters, into
# .cache/keyboards: they change with their list and the packages alone.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/.."
. build/lib.sh

# What the layouts are made from.
stamp() {
	cat build/keyboards build/keyboards.sh "$CACHE/manifest.txt"
}

layout() { # NAME LAYOUT VARIANT
	options=()
	case $2 in *,*) options=(-option grp:alt_shift_toggle) ;; esac
	"$pkgroot/usr/bin/ckbcomp" -I"$pkgroot/usr/share/X11/xkb" -compact \
		-model pc105 "${options[@]}" "$2" "${3#-}" >"$tmp/map" 2>"$tmp/said"
	# it ends with 0 all the same
	awk '/[Cc]an not find/ { exit 1 }' "$tmp/said" ||
		die "build/keyboards: $1: no such layout"
	"$pkgroot/bin/loadkeys" -u -b <"$tmp/map" >"$tmp/new/maps/$1"
	[ -s "$tmp/new/maps/$1" ] || die "build/keyboards: $1: nothing came of it"
}

stamp >"$CACHE/keyboards.stamp"
if [ -e "$CACHE/keyboards/stamp" ] &&
	is_same "$CACHE/keyboards.stamp" "$CACHE/keyboards/stamp"; then
	exit 0
fi
make_tmp
say BUILD "keyboard layouts"
mkdir -p "$tmp/new/maps"
while read -r name layout variant words; do
	case $name in '' | '#'*) continue ;; esac
	layout "$name" "$layout" "$variant"
	echo "$name $words" >>"$tmp/new/list"
done <build/keyboards
gzip -d <"$pkgroot/usr/share/consolefonts/Uni2-VGA16.psf.gz" >"$tmp/new/font"
cp "$CACHE/keyboards.stamp" "$tmp/new/stamp"
rm -rf "$CACHE/keyboards"
mv "$tmp/new" "$CACHE/keyboards"
