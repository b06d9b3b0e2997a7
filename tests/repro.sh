#!/bin/bash
# Builds all products twice, in two folders of different names and depths, and
# compares every byte. Both share the cache of packages.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/.."
root=$PWD
: "${CACHE:=$root/.cache}"
case $CACHE in /*) ;; *) CACHE=$root/$CACHE ;; esac
export CACHE
# the copies are no git trees
SLIPWAY_VERSION=$(build/version.sh)
export SLIPWAY_VERSION
unset O MAKEFLAGS MFLAGS
tmp=$(mktemp -d "${TMPDIR:-/tmp}/slipway-repro.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

# What git knows of, as it is now, changed or not.
copy_tree() { # FOLDER
	mkdir -p "$1"
	git ls-files --cached --others --exclude-standard |
		while read -r name; do
			[ ! -f "$name" ] || printf '%s\n' "$name"
		done | tar -cf - -T - | tar -xf - -C "$1"
}

hashes() { # FOLDER
	(cd "$1/out" && find manifest.txt bin slipway-usb.img slipway.iso boot pxe \
		-type f | LC_ALL=C sort | xargs sha256sum)
}

for folder in one two/times/deeper; do
	copy_tree "$tmp/$folder"
	make --no-print-directory -C "$tmp/$folder" all >"$tmp/log" 2>&1 || {
		tail -n 30 "$tmp/log" >&2
		exit 1
	}
	hashes "$tmp/$folder" >"$tmp/${folder%%/*}.sums"
	rm -rf "$tmp/$folder/out/obj"
done
if diff "$tmp/one.sums" "$tmp/two.sums" >"$tmp/diff"; then
	echo "both builds are the same in $(wc -l <"$tmp/one.sums") files"
else
	sed -n 's/^[<>] [0-9a-f]*  /differs: /p' "$tmp/diff" | sort -u >&2
	exit 1
fi
