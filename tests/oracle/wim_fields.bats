#!/usr/bin/env bats
# Fields of a WIM that NTFS has not, or not so: wimlib puts the same image onto a
# volume of mkntfs and is the judge.

bats_require_minimum_version 1.5.0
load ../helpers
load judges

setup() {
	requires wimlib-imagex mkntfs python3
	export LC_ALL=C.UTF-8
	cd "$BATS_TEST_TMPDIR"
}

# Applies a WIM both ways and captures both volumes: ours.txt, theirs.txt.
both() { # WIM
	rm -f ours.img theirs.img
	truncate -s 30M ours.img theirs.img
	run -0 slipway dism /Apply-Image "/ImageFile:$1" /Index:1 \
		'/ApplyDir:ours.img:\' --progress none
	run -0 slipway chkdsk ours.img
	run -0 ntfsfix --no-action ours.img
	mkntfs -q -F -Q theirs.img 2>mkntfs.txt
	wimlib-imagex apply "$1" 1 theirs.img --quiet >apply.txt 2>&1
	for i in ours theirs; do
		capture $i.img $i.wim --compress=none
		wimlib-imagex dir $i.wim 1 --detailed |
			grep -a '^Full Path\|^Attributes' | paste - - >$i.txt
	done
}

@test "attributes that a user cannot set are left out, each by itself and all at once" {
	make_wim <<-'END'
		# 0x4000: an encrypted file is refused
		bits = [1 << i for i in range(32) if 1 << i not in (FOLDER, REPARSE, 0x4000)]
		everything = 0xffffffff & ~(FOLDER | REPARSE | 0x4000)
		files = [file("f%08x" % b, b"x", attributes=b) for b in bits + [everything, 0x81a48020]]
		# a folder is neither temporary nor compressed here
		folders = [folder("d%08x" % b, attributes=b) for b in bits if b not in (0x100, 0x800)]
		wim("bits.wim", files + folders + [folder("d", [file("in", b"x")], attributes=0x41ed8000)])
	END
	both bits.wim
	diff theirs.txt ours.txt
	[ "$(wc -l <ours.txt)" -gt 60 ]
}

@test "UNIX modes that 7-Zip keeps in the upper half of attributes" {
	requires 7z
	mkdir -p tree/folder
	echo hello >tree/file.txt
	echo x >tree/folder/run
	chmod 755 tree/folder/run
	7z a -twim modes.wim ./tree/* >7z.txt
	wimlib-imagex dir modes.wim 1 --detailed | grep -q 'Attributes *= 0x81'
	both modes.wim
	diff theirs.txt ours.txt
	grep -q 'file.txt.*0x00000020' ours.txt
}
