#!/bin/bash
# Makes the image that the deployment tests apply: a real tree of over 15,000
# files and 500 MB that boots as a Linux guest, captured by wimlib-imagex.
#
# usage: tests/image/make.sh lzx|xpress     prints the path of the WIM
#
# The tree: Debian's libwine (Windows PE files), C++ headers, documentation, a
# busybox userland whose init checks every file against the list made here, and
# files that are awkward on purpose. It is kept in .cache until inputs change.
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/../.."
: "${CACHE:=.cache}"
here=tests/image
kind=$1
case $kind in lzx | xpress) ;; *) echo "usage: $0 lzx|xpress" >&2; exit 2 ;; esac

stamp=$(cat $here/make.sh $here/guest-init | sha256sum | cut -c 1-16)
dir=$CACHE/image-$stamp
wim=$dir/$kind.wim

fetch() { # PACKAGE...
	for name; do
		ls "$CACHE/image-debs/$name"_*.deb >/dev/null 2>&1 && continue
		mkdir -p "$CACHE/image-debs"
		apt=$PWD/$CACHE/apt/apt.conf
		(cd "$CACHE/image-debs" && APT_CONFIG=$apt \
			apt-get -qq download "$name" 2>/dev/null)
	done
}

# Names, links, sizes and depths that go wrong somewhere.
awkward() { # FOLDER
	mkdir -p "$1"
	i=0
	while [ $i -lt 100 ]; do
		: >"$1/empty-$i"
		ln "$1/empty-$i" "$1/second-name-of-empty-$i"
		i=$((i + 1))
	done
	printf x >"$1/one-byte"
	for n in 511 512 513 600 700 1023 4095 4096 4097 32767 32768 32769; do
		head -c $n "$2" >"$1/size-$n"
	done
	echo ä >"$1/Grüße aus Köln.txt"
	echo 日 >"$1/日本語のファイル名.txt"
	echo 😀 >"$1/emoji 😀 name"
	echo п >"$1/привет мир"
	printf 'dots' >"$1/many.dots.in.this.name.txt"
	long=$(printf '%0240d' 7 | tr 0 n)
	echo long >"$1/$long.long"
	deep=$1/deep
	i=0
	while [ $i -lt 24 ]; do
		deep=$deep/folder-$i
		i=$((i + 1))
	done
	mkdir -p "$deep"
	echo deep >"$deep/file"
	ln "$deep/file" "$1/link-to-deep"
	i=0
	while [ $i -lt 40 ]; do
		ln "$1/one-byte" "$1/one-byte-link-$i"
		i=$((i + 1))
	done
}

make_tree() { # FOLDER
	root=$1
	fetch libwine libboost1.74-dev busybox-static
	unpacked=$dir/unpacked
	rm -rf "$unpacked"
	mkdir -p "$unpacked" "$root/bin" "$root/sbin" "$root/etc" "$root/proc" \
		"$root/sys" "$root/dev" "$root/run" "$root/tmp"
	for deb in "$CACHE"/image-debs/*.deb; do
		dpkg-deb -x "$deb" "$unpacked"
	done
	pe=$unpacked/usr/lib/x86_64-linux-gnu/wine/x86_64-windows
	# the largest become one file of over 100 MB, the rest stay as they are
	find "$pe" -type f -size +3M | LC_ALL=C sort >"$dir/large"
	tar --sort=name --mtime=@0 --owner=0 --group=0 -cf "$dir/large.tar" \
		-T "$dir/large" 2>"$dir/tar.log"
	head -c 115000000 "$dir/large.tar" >"$root/archive-of-large.tar"
	rm "$dir/large.tar"
	xargs rm <"$dir/large"
	mkdir -p "$root/wine"
	cp -a "$pe" "$root/wine/"
	cp -a "$unpacked/usr/include" "$unpacked/usr/share" "$root/"
	find "$root/share" -type l -delete
	cp "$unpacked/bin/busybox" "$root/bin/busybox"
	cp $here/guest-init "$root/sbin/init"
	chmod 755 "$root/sbin/init"
	awkward "$root/awkward" "$root/archive-of-large.tar"
	(cd "$root" && find . -type f ! -name SHA256SUMS -print0 |
		LC_ALL=C sort -z | xargs -0 sha256sum >etc/SHA256SUMS)
	rm -rf "$unpacked"
	find "$root" -exec touch -h -d @1700000000 {} +
}

mkdir -p "$dir"
# tests that run at once may want it at once
exec 9>"$CACHE/images.lock"
flock 9
[ -e "$wim" ] && { echo "$wim"; exit 0; }
if [ ! -e "$dir/tree.done" ]; then
	rm -rf "$dir/tree"
	make_tree "$dir/tree"
	: >"$dir/tree.done"
fi
wimlib-imagex capture "$dir/tree" "$wim.new" "Slipway guest" \
	"Linux guest with Windows files" --compress="$kind" --no-acls >"$dir/capture.log" 2>&1
mv "$wim.new" "$wim"
echo "$wim"
