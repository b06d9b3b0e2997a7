# shellcheck shell=bash
# What tests of image files that dism writes share: a volume with a few files, and
# base.wim, an image of it, a fresh copy for each test.

setup_file() {
	requires wimlib-imagex
	cd "$BATS_FILE_TMPDIR"
	mkdir -p tree/sub
	for i in 1 2 3; do seq $((i * 20000)) >"tree/file $i.txt"; done
	cp tree/file\ 1.txt tree/sub/same.txt
	head -c 100000 /dev/urandom >tree/sub/random.bin
	: >tree/empty
	slipway partition create disk.img --mbr --size 40M type=data >/dev/null
	slipway format disk.img@1 /V:Source >/dev/null
	slipway xcopy tree 'disk.img@1:\' /E /Q >/dev/null
	slipway dism /Capture-Image /ImageFile:base.wim '/CaptureDir:disk.img@1:\' \
		/Name:Base /Description:'All of it' >/dev/null
}

setup() {
	cd "$BATS_TEST_TMPDIR"
	cp "$BATS_FILE_TMPDIR/base.wim" .
	disk=$BATS_FILE_TMPDIR/disk.img
}

# The files of an image, as wimlib extracts them, are those of the tree.
same() { # WIM INDEX
	rm -rf out
	wimlib-imagex verify "$1" >/dev/null
	wimlib-imagex apply "$1" "$2" out >/dev/null
	diff -r "$BATS_FILE_TMPDIR/tree" out
}

refute() { # WORDS
	case $output in *"$1"*) return 1 ;; esac
}
