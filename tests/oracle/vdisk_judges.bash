# What the tests of changed virtual disks share: `load vdisk_judges`.
# shellcheck shell=bash

# What qemu-img finds is what is in FILE's raw twin. QEMU knows no VHDX with
# sectors of 4096 bytes and no differencing one.
judge_qemu() { # FILE RAW
	case $1 in
	*.vhdx)
		run -0 qemu-img check -f vhdx "$1"
		assert_output_has "No errors"
		run -0 qemu-img compare -f raw -F vhdx "$2" "$1"
		;;
	*) run -0 qemu-img compare -f raw -F vpc "$2" "$1" ;;
	esac
}

# What libvhdi finds, of the topmost disk of a chain too.
judge_libvhdi() { # FILE RAW
	mkdir -p mnt
	vhdimount "$1" mnt >/dev/null
	last=$(find mnt -name 'vhdi*' | sort | tail -n 1)
	same=0
	cmp "$2" "$last" || same=1
	fusermount -u mnt
	[ $same = 0 ]
}
