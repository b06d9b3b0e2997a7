# shellcheck shell=bash
# Disks for the tests of boot code. $WORK holds the stand-in's code, TOKEN is the
# run's; `load ../helpers` first.

BIOS=$ROOT/tests/boot/bios

build_bootmgr() {
	gcc -m32 -nostdinc -c -o "$WORK/bootmgr.o" "$BIOS/bootmgr.S"
	ld -m elf_i386 -Ttext 0 --oformat binary -o "$WORK/bootmgr.code" \
		"$WORK/bootmgr.o"
}

bootmgr() { # FILE SIZE [ZEROES]
	python3 "$BIOS/bootmgr.py" "$WORK/bootmgr.code" "$2" "$TOKEN" \
		${3:+"$3"} >"$1"
}

new_disk() { # DISK SIZE [PARTITION...]
	rm -f "$1"
	slipway partition create "$1" --mbr --size "$2" \
		"${@:3}" >/dev/null
}

poke() { # FILE OFFSET; the bytes on stdin
	dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

peek() { # FILE OFFSET BYTES: a number
	od -An "-tu$3" -j "$2" -N "$3" "$1" | tr -d ' '
}

put_volume() { # DISK START
	dd if=volume of="$1" bs=1M oflag=seek_bytes seek="$2" conv=sparse,notrunc \
		status=none
}

# mkntfs' volume, in the file `volume`; BOOTMGR is in it.
ntfs_volume() { # SIZE CLUSTER [BOOTMGR]
	rm -f volume
	truncate -s "$1" volume
	mkntfs -q -F -Q -c "$2" -p 2048 -s 512 volume >/dev/null 2>&1
	[ $# -lt 3 ] || ntfscp -q volume "$3" BOOTMGR
}

# A disk with mkfs.fat's volume at 1 MiB; BOOTMGR is in it.
fat_disk() { # DISK SIZE CLUSTER_SECTORS [BOOTMGR]
	new_disk "$1" "$2" type=0c,active
	mkfs.fat -F 32 -s "$3" --offset 2048 "$1" >/dev/null
	[ $# -lt 4 ] || mcopy -i "$1@@1M" "$4" ::/BOOTMGR
	install_code "$1@1"
}

# The file `volume`, at 1 MiB of a disk of its own, with our code.
disk_of_volume() { # DISK
	new_disk "$1" $(($(stat -c %s volume) + 2097152)) type=07,active
	put_volume "$1" 1048576
	install_code "$1@1"
}

install_code() { # ADDRESS
	slipway bootsect /nt60 "$1" /mbr >bootsect.out
}

ntfs_record() { # NAME
	ntfsinfo -F "$1" volume | sed -n 's/.*mft record \([0-9]*\) .*/\1/p' |
		head -n 1
}

# Starts it. BOOTMGR must run, all of it, as the boot sectors of Windows start it.
assert_starts() { # NAME DISK [HIDDEN SECTORS]
	run -0 "$BIOS/start.sh" "bios-code-$1" "$2"
	assert_output_has "cs 2000 ip 0000 dl 0080 ss 0000 sp 7c00 hidden $(
		printf %08x "${3:-2048}")"
	assert_output_has "bootmgr: token $TOKEN"
}

# Starts it. These words, and how to go on, must be on the screen.
assert_says() { # NAME DISK WORDS
	run -0 "$BIOS/start.sh" "bios-code-$1" "$2"
	[ "$output" = "$3
Press a key to restart" ] || {
		printf 'expected: %s\nfound: %s\n' "$3" "$output" >&2
		return 1
	}
}
