#!/bin/sh
# What libraries may not do: print, exit, keep state, leave their prefix, name
# the code for corruption themselves, or open files.
set -u
cd "$(dirname "$0")/../.."
: "${O:=out}"
bad=0
fail() { echo "$*"; bad=1; }

prefixes() { # LIBRARY
	case $1 in
	base) echo 'err|mem|guid|crc32c?|sha1|utf16|wildcard|filetime|ea|pool|progress|size|text' ;;
	net) echo 'net|http|tftp' ;;
	part) echo 'part|gpt|mbr' ;;
	vdisk) echo 'vdisk|vhd|vhdx' ;;
	service) echo 'service|inf' ;;
	codec) echo 'codec|xpress|lzx|lzms|lznt1|huffman' ;;
	deploy) echo 'answer|plan|boot|unfinished|deployed' ;;
	machine) echo 'machine|inventory|settle|media|medium|system_partition' ;;
	image) echo 'image|apply|capture|into|host' ;;
	*) echo "$1" ;;
	esac
}

for archive in "$O"/obj/lib*.a; do
	lib=${archive##*/lib}
	lib=${lib%.a}
	used=$(nm "$archive" 2>/dev/null | awk '$1 == "U" {print $2}' | sort -u |
		grep -xE 'v?printf|puts|putchar|perror|exit|_exit|abort|stderr|stdout|v?dprintf')
	[ -z "$used" ] || fail "lib$lib: uses" $used
	state=$(nm "$archive" 2>/dev/null | awk '$2 ~ /^[BbDdC]$/ {print $3}')
	[ -z "$state" ] || fail "lib$lib: keeps writable state:" $state
	names=$(nm --defined-only "$archive" 2>/dev/null |
		awk '$2 ~ /^[TRV]$/ {print $3}' |
		grep -vE "^($(prefixes "$lib"))_|^lib")
	[ -z "$names" ] || fail "lib$lib: outside its prefix:" $names
done

! grep -nE '(return|[^=!]=|,|\?|:) *-EBADMSG' tools/lib*/*.c tools/lib*/*/*.c |
	grep -v 'libbase/err\.c' || fail "EBADMSG is set by err_corrupt alone"
! grep -nE '\b(open|pread|pwrite|fopen)\(' tools/lib*/*.c tools/lib*/*/*.c |
	grep -vE 'tools/(libdisk/(file|direct|new|users|mounts)|libublk/[a-z_]*|libmachine/[a-z_]*|libefi/vars|libimage/into/host[a-z_]*)\.c|opendir|_open\(' ||
	fail "only libdisk opens files"
! grep -nE '\b(malloc|calloc|realloc|free)\(' tools/lib*/*.c tools/lib*/*/*.c |
	grep -vE 'tools/libbase/mem\.c' || fail "allocation goes through mem_*"
! grep -nE '\bpacked\b|\(u?int(16|32|64)_t \*\)' tools/lib*/*.[ch] tools/lib*/*/*.[ch] tools/include/*.h ||
	fail "no packed structs, no casts to integer pointers"
for f in tools/lib*/*_disk.h tools/lib*/*/*_disk.h; do
	for s in $(sed -n 's/^struct \([a-z0-9_]*_disk\) {.*/\1/p' "$f"); do
		grep -q "sizeof(struct $s) ==" tools/lib*/*.[ch] tools/lib*/*/*.[ch] ||
			fail "$f: struct $s: its size is not asserted"
	done
done
for h in tools/include/*.h; do
	echo "#include \"${h##*/}\"" |
		gcc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -Itools/include \
			-xc -fsyntax-only - || fail "$h: does not compile alone"
done
exit $bad
