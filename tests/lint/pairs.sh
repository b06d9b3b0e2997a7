#!/bin/sh
# What reads bytes or words of strangers has a fuzz target, and a large source of a
# library has a unit test of its own; or it is said here who judges it instead.
set -u
cd "$(dirname "$0")/../.." || exit 1
: "${O:=out}"
bad=0
fail() { echo "$*"; bad=1; }

# Decoders that no target calls itself: the target that comes by, or the test.
judge_of_decoder() { # FUNCTION
	case $1 in
	bootsect_volume_decode) echo fuzz/bootsect ;;
	codec_decompress) echo fuzz/wof ;;
	fat_boot_decode) echo fuzz/fat ;;
	guid_parse) echo fuzz/bcd_device ;;
	ntfs_boot_decode | ntfs_file_name_decode | ntfs_index_decode | \
		ntfs_record_decode | ntfs_restart_decode) echo fuzz/ntfs ;;
	ntfs_repair_decode) echo fuzz/ntfs_repair ;;
	size_parse) echo fuzz/answer ;;
	term_utf8_decode) echo fuzz/term_key ;;
	wim_chunk_decode | wim_resource_decode) echo fuzz/wim_open ;;
	wim_dentry_decode | wim_items_decode) echo fuzz/wim_image ;;
	# of an encoder: how it takes its input apart
	lzx_parse) echo unit/libcodec/lzx_encode.c ;;
	# a number of which every value is a time; the kernel's, in a table of cases
	fat_time_decode) echo unit/libfat/time.c ;;
	ublk_request_decode) echo unit/libublk/request.c ;;
	esac
}

# Sources of over 300 lines that only tests of their callers judge: those tests.
judge_of_source() { # SOURCE
	case $1 in
	libbcdboot/store.c) echo unit/libdeploy/boot_windows.c ;;
	libdeploy/answer_keys.c) echo unit/libdeploy/answer.c ;;
	libcodec/lzms_parse.c) echo unit/libcodec/lzms_encode.c ;;
	libcodec/lzx_parse.c | libcodec/lzx_write.c) echo unit/libcodec/lzx_encode.c ;;
	libdisk/file.c) echo unit/libdisk/disk.c ;;
	libdiskpart/commands.c) echo unit/libdiskpart/parse.c ;;
	libdiskpart/vdisks.c) echo cmd/diskpart.bats ;;
	libimage/into/host.c | libimage/into/into.c) echo fault/libimage/into.c ;;
	libimage/into/ntfs.c) echo fault/libimage/into_volume.c ;;
	libnet/http_get.c | libnet/socket.c) echo unit/libnet/http_disk.c ;;
	# mounts: needs a kernel and a server
	libnet/share.c) echo boot/network.bats ;;
	# whole operations on whole volumes, which foreign programs and our check judge
	libimage/capture/capture.c) echo unit/libimage/capture/ntfs.c ;;
	libntfs/build/attrs.c | libntfs/build/finish.c | libntfs/build/record.c)
		echo unit/libntfs/build/build.c ;;
	libntfs/change/cache.c | libntfs/change/content.c | libntfs/change/file.c | \
		libntfs/change/folder.c | libntfs/change/node.c | \
		libntfs/change/pack.c | \
		libntfs/change/space.c) echo unit/libntfs/change/change.c ;;
	libntfs/change/names.c) echo fault/libntfs/rename.c ;;
	libntfs/change/descriptors.c | libntfs/change/put.c | \
		libntfs/change/room.c | \
		libntfs/change/views.c) echo fault/libntfs/put.c ;;
	libntfs/check/file.c | libntfs/check/names.c) echo unit/libntfs/check/check.c ;;
	libntfs/read/file.c | libntfs/read/metadata.c) echo unit/libntfs/read/volume.c ;;
	libntfs/repair/*.c) echo unit/libntfs/repair/repair.c ;;
	libpart/signature.c) echo unit/libpart/probe.c ;;
	# what goes on with the driver
	libublk/queue.c | libublk/ublk.c) echo boot/vdisk_attach.bats ;;
	libvolume/fat.c | libvolume/ntfs.c) echo unit/libvolume/volume.c ;;
	libwim/dentry.c) echo unit/libwim/metadata.c ;;
	libwim/write/describe.c) echo unit/libwim/write/writer.c ;;
	esac
}

count=0
for name in $(nm -g --defined-only "$O"/obj/lib*.a 2>/dev/null |
	awk '$2 == "T" { print $3 }' | grep -E '_(decode|parse|decompress)$' | sort -u); do
	count=$((count + 1))
	grep -qw "$name" tests/fuzz/*/*.[ch] && continue
	judge=$(judge_of_decoder "$name")
	[ -n "$judge" ] || fail "$name: no fuzz target calls it"
	[ -e "tests/$judge" ] || fail "$name: there is no tests/$judge"
done
[ "$count" -ge 25 ] || fail "only $count decoders were found"

others=
for source in tools/lib*/*.c tools/lib*/*/*.c; do
	name=${source#tools/}
	[ ! -e "tests/unit/$name" ] || continue
	others="$others $name"
	[ "$(wc -l <"$source")" -gt 300 ] || continue
	judge=$(judge_of_source "$name")
	[ -n "$judge" ] || fail "$source: over 300 lines, and no tests/unit/$name"
	[ -e "tests/$judge" ] || fail "$source: there is no tests/$judge"
done
echo "tested only through others:$others" | fold -s -w 79
exit $bad
