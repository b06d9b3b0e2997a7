#!/usr/bin/env bats
# Images that we apply onto volumes, judged by others: wimlib captures the
# volume in its NTFS mode and finds in it what the image holds, and ntfs-3g's
# tools, libfsntfs, The Sleuth Kit and 7-Zip find nothing to complain of.

bats_require_minimum_version 1.5.0
load ../helpers
load judges

setup_file() { build_maker; }

setup() {
	requires wimlib-imagex ntfsfix ntfsinfo fsntfsinfo fls 7z
	export LC_ALL=C.UTF-8
	cd "$BATS_TEST_TMPDIR"
}

apply() { # WIM INDEX ADDRESS
	run -0 "$SLIPWAY" dism /Apply-Image "/ImageFile:$1" "/Index:$2" \
		"/ApplyDir:$3" --progress none
}

@test "streams, links, reparse points, descriptors, short names: all arrive" {
	for compression in none XPRESS LZX; do
		rich_wim rich.wim $compression
		rm -f volume.img
		truncate -s 100M volume.img
		apply rich.wim 1 'volume.img:\'
		judge rich.wim 1 volume.img
	done
	# what is compared is there at all
	for what in 'Reparse Tag' 'Object ID' 'links' 'stream "Large"' 'Short Name'; do
		grep -q "$what" asked.txt
	done
}

@test "solid, pipable by a pipe" {
	rich_wim rich.wim LZX
	wimlib-imagex export rich.wim 1 solid.esd --solid >/dev/null 2>&1
	truncate -s 100M solid.img piped.img
	apply solid.esd 1 'solid.img:\'
	judge solid.esd 1 solid.img
	wimlib-imagex export rich.wim 1 - --pipable 2>/dev/null |
		slipway dism /Apply-Image /ImageFile:- /Index:1 \
			'/ApplyDir:piped.img:\' --progress none
	judge rich.wim 1 piped.img
}

@test "an image onto a partition of a GPT" {
	requires sfdisk python3
	rich_wim rich.wim LZX
	slipway partition create disk.img --gpt --size 200M type=efi,size=40M \
		type=msr,size=16M type=data
	apply rich.wim 1 'disk.img@3:\'
	cut_out disk.img 3 volume.img
	judge rich.wim 1 volume.img
	run -0 sfdisk --verify disk.img
	assert_output_has 'No errors detected'
}

@test "an image onto a partition inside a VHD" {
	requires sfdisk python3 qemu-img
	rich_wim rich.wim XPRESS
	slipway vdisk create disk.vhd 150M
	truncate -s 150M table.img
	slipway partition create table.img --mbr type=data
	dd if=table.img of=disk.vhd bs=1M count=1 conv=notrunc status=none
	apply rich.wim 1 'disk.vhd@1:\'
	qemu-img convert -f vpc -O raw disk.vhd disk.img
	cut_out disk.img 1 volume.img
	judge rich.wim 1 volume.img
}

@test "what imagex of Windows captured" {
	requires_samples
	for wim in "$SLIPWAY_SAMPLES"/wim/imagex-*.wim \
		"$SLIPWAY_SAMPLES"/wim/wimlib-empty_dacl.wim; do
		rm -f volume.img
		truncate -s 40M volume.img
		apply "$wim" 1 'volume.img:\'
		judge "$wim" 1 volume.img
	done
}

@test "each image of a WIM with several" {
	requires_samples
	wim=$SLIPWAY_SAMPLES/wim/wimlib-multi-image.wim
	for index in 1 2 3; do
		rm -f volume.img
		truncate -s 40M volume.img
		apply "$wim" $index 'volume.img:\'
		judge "$wim" $index volume.img
	done
}

@test "an image that is split, as wimlib does it" {
	for compression in none XPRESS LZX; do
		rich_wim rich.wim $compression
		wimlib-imagex split rich.wim set.swm 0.05 --check >split.txt
		[ -e set3.swm ]
		rm -f volume.img
		truncate -s 100M volume.img
		run -0 "$SLIPWAY" dism /Apply-Image /ImageFile:set2.swm \
			/Index:1 '/ApplyDir:volume.img:\' /CheckIntegrity \
			--progress none
		judge rich.wim 1 volume.img
		rm set*.swm
	done
}

# A tree by the number given, with everything that a Linux folder can hold and
# a WIM too.
random_tree() { # FOLDER SEED
	python3 - "$1" "$2" <<-'END'
		import os, random, sys
		root, seed = sys.argv[1], int(sys.argv[2])
		r = random.Random(seed)
		letters = "abcXYZ019 .-_~'[]{}+,;=#&@äßéЖ日本語🙂\u0301"
		folders, files, seen = [root], [], set()
		os.mkdir(root)
		def name():
		    while True:
		        folder = r.choice(folders)
		        n = "".join(r.choice(letters) for _ in range(r.choice((1, 3, 8, 12, 30, 70)))).strip(" .")
		        path = os.path.join(folder, n)
		        if n and path.lower() not in seen:
		            seen.add(path.lower())
		            return path
		for i in range(400):
		    path, kind = name(), r.randrange(10)
		    if kind == 0:
		        os.mkdir(path)
		        folders.append(path)
		    elif kind == 1 and files:
		        os.link(r.choice(files), path)
		    elif kind == 2:
		        os.symlink(r.choice(("somewhere", "../other/ä", ".")), path)
		    else:
		        size = r.choice((0, 0, 1, 100, 700, 4096, 40000, 300000))
		        with open(path, "wb") as f:
		            f.write(r.randbytes(r.randrange(size + 1)))
		        files.append(path)
		for base, names, more in os.walk(root, topdown=False):
		    for n in names + more + ["."]:
		        t = r.randrange(10**18, 17 * 10**17)
		        os.utime(os.path.join(base, n), ns=(t, t + r.randrange(10**15)), follow_symlinks=False)
	END
}

@test "trees of this host, at random" {
	requires python3
	for seed in 1 2 3; do
		rm -rf tree volume.img
		random_tree tree $seed
		capture tree tree.wim --compress=LZX
		truncate -s 60M volume.img
		apply tree.wim 1 'volume.img:\'
		judge tree.wim 1 volume.img
	done
}

@test "times keep their 100 ns" {
	requires istat ifind
	mkdir tree
	echo x >tree/file
	touch -d '2021-03-04 05:06:07.1234567 UTC' tree/file
	capture tree tree.wim
	truncate -s 20M volume.img
	apply tree.wim 1 'volume.img:\'
	run -0 istat -z UTC volume.img "$(ifind -n /file volume.img)"
	for what in Created 'File Modified'; do
		grep -q "^$what:.2021-03-04 05:06:07.123456700" <<<"$output"
	done
}

# What one program's capture of the volume says is also what wimlib makes of the
# image on a volume of mkntfs.
@test "a volume of ours and one of wimlib hold the same" {
	requires mkntfs
	rich_wim rich.wim LZX
	truncate -s 100M ours.img theirs.img
	apply rich.wim 1 'ours.img:\'
	mkntfs -q -F -Q theirs.img
	wimlib-imagex apply rich.wim 1 theirs.img --quiet >apply.txt 2>&1
	capture ours.img ours.wim --compress=none
	capture theirs.img theirs.wim --compress=none
	facts ours.wim 1 >ours.txt
	facts theirs.wim 1 >theirs.txt
	same_facts theirs.txt ours.txt
}

@test "15,000 files" {
	wim=$(cd "$ROOT" && realpath "$(tests/image/make.sh xpress)")
	truncate -s 900M volume.img
	apply "$wim" 1 'volume.img:\'
	capture volume.img found.wim --compress=none
	rm volume.img
	facts "$wim" 1 >asked.txt
	facts found.wim 1 >found.txt
	same_facts asked.txt found.txt
	[ "$(grep -c 'data stream: Hash' asked.txt)" -gt 15000 ]
}
