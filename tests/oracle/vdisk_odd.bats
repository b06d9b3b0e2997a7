# Virtual disks that the formats allow and few write (vdisk_odd.py): we read them
# as they say, and as qemu-img and libvhdi do; and what we then change of them,
# qemu-img reads.

load ../helpers

setup_file() {
	mkdir "$BATS_FILE_TMPDIR/disks"
	"$ROOT/tests/oracle/vdisk_odd.py" "$BATS_FILE_TMPDIR/disks" \
		>"$BATS_FILE_TMPDIR/made.txt"
}

setup() {
	cd "$BATS_FILE_TMPDIR/disks"
}

# Calls a function with the name, file and marks of each disk.
each() { # FUNCTION
	local count=0 name file marks
	while IFS=$'\t' read -r name file marks; do
		echo "$name"
		"$@" "$name" "$file" "$marks" || return
		count=$((count + 1))
	done <../made.txt
	[ "$count" -gt 30 ]
}

reads() { # NAME FILE MARKS
	slipway vdisk convert "$2" x.img --format raw --progress none
	cmp x.img "$1.raw"
	rm x.img
	case $3 in
	# what is damaged is said, and is no reason not to read
	*damaged*) run -1 slipway vdisk check "$2" ;;
	*) run -0 slipway vdisk check "$2" ;;
	esac
}

@test "odd disks are read by what the formats say" {
	each reads
}

format_of() { # FILE
	case $1 in *.vhdx) echo vhdx ;; *) echo vpc ;; esac
}

qemu_reads() { # NAME FILE MARKS
	case $3 in *qemu*) return ;; esac
	qemu-img compare -f "$(format_of "$2")" -F raw "$2" "$1.raw"
}

@test "qemu-img reads odd disks as we do" {
	requires qemu-img
	each qemu_reads
}

vhdi_reads() { # NAME FILE MARKS
	case $3 in *vhdi*) return ;; esac
	# 64 KiB at a time, gigabytes take too long
	[ "$(stat -c %s "$1.raw")" -lt 1000000000 ] || return 0
	vhdimount "$2" ../mnt >/dev/null
	# One read at a time: vhdimount 20210425 mixes up several.
	top=$(find ../mnt -type f | wc -l) # of a chain
	dd if="../mnt/vhdi$top" bs=64k iflag=direct status=none of=x.img || true
	fusermount -u ../mnt
	cmp x.img "$1.raw"
	rm x.img
}

@test "libvhdi reads odd disks as we do" {
	requires vhdimount fusermount
	[ -w /dev/fuse ] || skip "there is no FUSE here"
	mkdir -p ../mnt
	each vhdi_reads
}

# What was changed is sound, reads as the raw file, and to qemu-img too.
judge() { # NAME FILE MARKS
	slipway vdisk convert "$2" x.img --format raw --progress none
	cmp x.img "$1.raw"
	rm x.img
	case $3 in
	*damaged*) slipway vdisk check "$2" --repair >/dev/null ;;
	esac
	slipway vdisk check "$2"
	case $3 in *qemu*) return ;; esac
	qemu-img compare -f "$(format_of "$2")" -F raw "$2" "$1.raw"
	[ "$(format_of "$2")" = vpc ] || qemu-img check -q -f vhdx "$2"
}

changes() { # NAME FILE MARKS
	local size copy=copy.${2##*.}
	size=$(($(stat -c %s "$1.raw") + 21 * 1024 * 1024))
	cp --sparse=always "$2" "$copy"
	slipway vdisk compact "$copy" --progress none
	cp --sparse=always "$1.raw" copy.raw
	judge copy "$copy" "$3"
	slipway vdisk expand "$copy" "$size"
	truncate -s "$size" copy.raw
	judge copy "$copy" "$3"
	rm "$copy" copy.raw
}

@test "odd disks are compacted and expanded" {
	requires qemu-img
	each changes
}

@test "Xen's map of full blocks is not written over, nor believed any more" {
	for name in xen xen-empty; do
		cp $name.vhd copy.vhd
		slipway partition create copy.vhd --wipe --gpt type=data
		slipway vdisk check copy.vhd
		# footers, header and table fill 2048 bytes, the map the next 1024
		cmp -i 2048 -n 1024 $name.vhd copy.vhd
		for at in 28 $(($(stat -c %s copy.vhd) - 484)); do
			[ "$(dd if=copy.vhd bs=1 skip=$at count=4 status=none)" = \
				"win " ]
		done
		rm copy.vhd
	done
}
