# shellcheck shell=sh
# Shared by the build scripts: `. build/lib.sh` from the project's top folder
# puts every script into the same clean surroundings.
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

# @NAME@ in a file of boot/ becomes VALUE; nothing else is ever replaced.
fill() { # FILE NAME VALUE
	sed "s|@$2@|$3|g" "$1"
}

# The newest date inside every product is SOURCE_DATE_EPOCH.
settle_dates() { # FOLDER
	find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

# Bytes as megabytes (10^6) with one decimal.
mb() { # BYTES
	echo "$(($1 / 1000000)).$(($1 / 100000 % 10)) MB"
}
