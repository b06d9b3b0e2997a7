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

requires_pyvhdi() {
	/usr/bin/python3 -c 'import pyvhdi' 2>/dev/null || requires pyvhdi
}

# What libvhdi composes of a chain. It is told the parents: those of a child that
# was made on the host have no path of Windows, by which vhdimount looks for them.
judge_chain() { # RAW BASE CHILD...
	/usr/bin/python3 - "${@:2}" <<-'END' | cmp "$1" -
		import pyvhdi, sys
		disks = []
		for name in sys.argv[1:]:
		    disk = pyvhdi.file()
		    disk.open(name)
		    if disks:
		        disk.set_parent(disks[-1])
		    disks.append(disk)
		top = disks[-1]
		for at in range(0, top.get_media_size(), 1 << 20):
		    sys.stdout.buffer.write(
		        top.read_buffer_at_offset(1 << 20, at))
	END
}

# What libvhdi finds.
judge_libvhdi() { # FILE RAW
	mkdir -p mnt
	vhdimount "$1" mnt >/dev/null
	last=$(find mnt -name 'vhdi*' | sort | tail -n 1)
	same=0
	cmp "$2" "$last" || same=1
	fusermount -u mnt
	[ $same = 0 ]
}

# The hash of a large file that is a hole but for little: of each mebibyte that is
# not all zeroes, with its place, and of the size. That says as much as the hash of
# the whole file, which takes half a minute for 10 GB.
sha256_of_data() { # FILE
	python3 - "$1" <<-'END'
		import hashlib, os, sys
		total = hashlib.sha256()
		with open(sys.argv[1], "rb") as file:
		    size, at = file.seek(0, os.SEEK_END), 0
		    while at < size:
		        try:
		            at = file.seek(at, os.SEEK_DATA) >> 20 << 20
		        except OSError: # only a hole is left
		            break
		        file.seek(at)
		        block = file.read(1 << 20)
		        if any(block):
		            total.update(b"%d:" % at + block)
		        at += 1 << 20
		total.update(b"%d" % size)
		print(total.hexdigest())
	END
}
