# What wimlib captures, we read: names as wimlib lists them, content as it was.

load ../helpers
bats_require_minimum_version 1.5.0

setup_file() {
	make -s -C "$ROOT" "O=$O" "$O/san/unit/libwim/extract/engine"
	make_tree "$BATS_FILE_TMPDIR/tree"
	make_small "$BATS_FILE_TMPDIR/tree" "$BATS_FILE_TMPDIR/small"
}

setup() {
	requires wimlib-imagex
	EXTRACT=$O/san/unit/libwim/extract/engine
	TREE=$BATS_FILE_TMPDIR/tree
	cd "$BATS_TEST_TMPDIR"
}

# A tree with all that is awkward: links, empty files, long and foreign names,
# content that compresses well, badly, and as x86 code.
make_tree() { # FOLDER
	mkdir -p "$1/deep/er/est" "$1/Ünïcödé 日本" "$1/empty folder"
	cd "$1"
	: >empty
	echo a >one
	ln one deep/same
	ln one deep/er/same
	echo "😀" >"Ünïcödé 日本/😀.txt"
	echo long >"$(printf 'n%.0s' $(seq 1 240))"
	seq 1 300000 >deep/numbers
	head -c 1500000 /dev/urandom >deep/er/random
	head -c 3000000 /dev/zero >deep/er/est/zeros
	cp "$SLIPWAY" deep/er/est/program
	for i in $(seq 1 300); do
		seq "$i" $((i * 7)) >"deep/f$i"
	done
	for n in 1 2 4095 4096 4097 32767 32768 32769 65535 65536 65537 \
		524287 524288 524289; do
		head -c "$n" "$SLIPWAY" >"deep/size$n"
	done
	cd - >/dev/null
}

# A smaller one, for compressions that take long.
make_small() { # TREE FOLDER
	mkdir -p "$2/er"
	cp -r "$1/Ünïcödé 日本" "$1/one" "$1/empty" "$1/empty folder" "$2"
	cp "$1"/deep/size{1,4096,4097,32768,65537} "$1"/deep/f{1,2,3,77,150} "$2"
	head -c 100000 "$1/deep/er/random" >"$2/er/random"
	head -c 700000 "$1/deep/er/est/zeros" >"$2/er/zeros"
	head -c 800000 "$SLIPWAY" >"$2/er/program"
	head -c 300000 "$1/deep/numbers" >"$2/numbers"
}

# Captures the tree and compares what both say of it.
round() { # CAPTURE-OPTION...
	wimlib-imagex capture "$TREE" t.wim Test --no-acls "$@" >/dev/null
	slipway dism /List-Image /ImageFile:t.wim /Index:1 |
		sed -n 's|\\$||; s|\\|/|g; /^\//p' | sort >ours
	wimlib-imagex dir t.wim 1 | sed 's|^/$||' | grep . | sort >theirs
	diff theirs ours
	mkdir out
	"$EXTRACT" t.wim 1 out
	diff -r "$TREE" out
	rm -r t.wim out
}

@test "uncompressed" {
	round --compress=none
}

@test "XPRESS, every chunk size" {
	for size in 4096 8192 16384 32768 65536; do
		round --compress=XPRESS --chunk-size=$size
	done
}

@test "LZX of 32 KiB, the usual and the best" {
	round --compress=LZX:20
	round --compress=LZX:100
}

@test "LZX, larger chunks" {
	for size in 65536 131072 524288 2097152; do
		round --compress=LZX:20 --chunk-size=$size
	done
}

@test "a file with an integrity table, and with unix data" {
	round --compress=LZX:20 --check --unix-data
}

@test "solid: XPRESS and LZX, every chunk size" {
	TREE=$BATS_FILE_TMPDIR/small
	for size in 4096 8192 16384 32768 65536; do
		round --solid --solid-compress=XPRESS --solid-chunk-size=$size
	done
	for size in 32768 131072 2097152; do
		round --solid --solid-compress=LZX:20 --solid-chunk-size=$size
	done
}

@test "LZMS, solid and not" {
	TREE=$BATS_FILE_TMPDIR/small
	round --solid
	round --solid --solid-chunk-size=32K
	round --compress=LZMS --chunk-size=32K
	round --compress=LZMS --chunk-size=1M
}

@test "pipable: no compression, XPRESS, LZX and LZMS" {
	TREE=$BATS_FILE_TMPDIR/small
	round --pipable --compress=none
	round --pipable --compress=XPRESS --chunk-size=4K --check
	round --pipable --compress=LZX:20
	round --pipable --compress=LZMS
}

@test "several solid resources, and content that is by itself" {
	TREE=$BATS_FILE_TMPDIR/small
	mkdir -p more/again
	cp -r "$TREE/er" more
	seq 1 50000 >more/new
	head -c 3000000 "$SLIPWAY" >more/again/part
	wimlib-imagex capture "$TREE" s.wim One --no-acls --solid \
		--solid-compress=LZX:20 --solid-chunk-size=64K >/dev/null
	wimlib-imagex append more s.wim Two --no-acls --compress=LZX:20 >/dev/null
	echo newest >more/newest
	wimlib-imagex append more s.wim Three --no-acls --solid \
		--solid-compress=XPRESS --solid-chunk-size=8K >/dev/null
	mkdir 1 2
	"$EXTRACT" s.wim 1 1
	diff -r "$TREE" 1
	"$EXTRACT" s.wim 3 2
	diff -r more 2
}

@test "samples of Windows and others unpack as wimlib unpacks them" {
	requires_samples
	for wim in "$SLIPWAY_SAMPLES"/wim/{imagex,icd,wimlib-{lzx,xpress,multi,empty,integrity-good,solid}}*; do
		mkdir ours theirs
		"$EXTRACT" "$wim" 1 ours
		wimlib-imagex apply "$wim" 1 theirs >/dev/null
		diff -r theirs ours
		rm -r ours theirs
	done
}

@test "a broken file is refused as wimlib refuses it" {
	requires_samples
	mkdir o
	for name in cyclic integrity-bad; do
		wim=$SLIPWAY_SAMPLES/wim/wimlib-$name.wim
		run ! wimlib-imagex verify "$wim"
		run -1 "$EXTRACT" "$wim" 1 o
		assert_output_has "corrupt"
	done
}
