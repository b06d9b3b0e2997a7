# What we write into WIM files, wimlib and 7z read: each compression, files that were
# changed in place, exported and split, and what Microsoft's and others' files become.

load ../helpers
bats_require_minimum_version 1.5.0

setup_file() {
	requires wimlib-imagex 7z
	cd "$BATS_FILE_TMPDIR"
	mkdir -p tree/deep/er "tree/Ünïcödé 日本" tree/other
	: >tree/empty
	seq 1 100000 >tree/deep/numbers
	head -c 1100000 /dev/urandom >tree/deep/er/random
	cp tree/deep/er/random tree/same
	head -c 1000000 /dev/zero >tree/zeros
	head -c 1200000 "$SLIPWAY" >tree/deep/program
	ln tree/deep/numbers "tree/Ünïcödé 日本/numbers"
	for n in 1 2 4095 32767 32768 32769 65536 524287 524288 524289; do
		head -c "$n" "$SLIPWAY" >"tree/other/size$n"
	done
}

setup() {
	cd "$BATS_TEST_TMPDIR"
	tree=$BATS_FILE_TMPDIR/tree
}

capture() { # WIM HOW NAME [DIR]
	local how="/Capture-Image /Compress:$2"
	[ ! -e "$1" ] || how=/Append-Image
	# shellcheck disable=SC2086 # two words or one
	slipway dism $how "/ImageFile:$1" "/CaptureDir:${4:-$tree}" \
		"/Name:$3" /CheckIntegrity >/dev/null
}

# An image is the tree for both.
same() { # WIM INDEX [DIR]
	rm -rf by7z bywimlib
	wimlib-imagex verify "$1" >/dev/null
	wimlib-imagex apply "$1" "$2" bywimlib >/dev/null
	diff -r "${3:-$tree}" bywimlib
	7z t "$1" >/dev/null
	7z x -oby7z "$1" >/dev/null
	if [ -d "by7z/$2" ]; then
		diff -r "${3:-$tree}" "by7z/$2"
	else
		rm -f by7z/\[1\].xml
		diff -r "${3:-$tree}" by7z
	fi
}

@test "each compression" {
	for how in none fast max recovery; do
		capture $how.wim $how One
		same $how.wim 1
	done
	wimlib-imagex info recovery.wim | grep -q 'Compression: *LZMS'
	[ "$(stat -c %s max.wim)" -lt "$(stat -c %s fast.wim)" ]
}

@test "LZMS without solid resources, however its chunks end" {
	mkdir one other
	echo one >one/file
	for n in $(seq 8); do
		for size in 4095 32768 32769 65536 524287 524288 524289; do
			tail -c +$((n * 7777)) "$SLIPWAY" |
				head -c $size >other/size$size
		done
		wimlib-imagex capture one "$n.wim" --compress=LZMS >/dev/null
		capture "$n.wim" recovery Two other
		7z t "$n.wim" >/dev/null
	done
}

@test "appended to, deleted from and named in place; solid ones too" {
	for kind in fast recovery; do
		f=$kind.wim
		capture $f $kind One "$tree/other"
		capture $f $kind Two
		same $f 2
		capture $f $kind Three "$tree/deep"
		slipway dism /Delete-Image /ImageFile:$f /Name:One
		slipway imagex /info $f 2 'New & "name"' 'Text <ä>' /boot
		same $f 1
		same $f 2 "$tree/deep"
		wimlib-imagex info $f 2 | grep -qx 'Name: *New & "name"'
		wimlib-imagex info $f | grep -q 'Boot Index: *2'
		slipway dism /Optimize-Image /ImageFile:$f
		same $f 1
		same $f 2 "$tree/deep"
	done
}

@test "wimlib's files are appended to and changed, and the reverse" {
	wimlib-imagex capture "$tree" w.wim One --compress=LZX --check >/dev/null
	wimlib-imagex capture "$tree/other" s.esd One --solid --solid-chunk-size=1M >/dev/null
	for f in w.wim s.esd; do
		capture $f max Two "$tree/deep"
		same $f 2 "$tree/deep"
		wimlib-imagex append "$tree/deep/er" $f Three >/dev/null
		slipway dism /Delete-Image /ImageFile:$f /Index:1
		same $f 1 "$tree/deep"
		same $f 2 "$tree/deep/er"
		wimlib-imagex delete $f 1 >/dev/null
		slipway dism /Verify-Image /ImageFile:$f
	done
}

@test "split" {
	capture x.wim fast One
	slipway dism /Split-Image /ImageFile:x.wim /SWMFile:p.swm /FileSize:1
	[ -e p3.swm ]
	wimlib-imagex verify p.swm --ref='p*.swm' >/dev/null
	wimlib-imagex apply p.swm 1 out --ref='p*.swm' >/dev/null
	diff -r "$tree" out
}

@test "files by imagex and others, exported in each way, keep every entry" {
	samples=${SLIPWAY_SAMPLES:-$BATS_TEST_DIRNAME/../../../shared/samples}
	[ -d "$samples/wim" ] || skip "there are no samples"
	for f in imagex-tree252-lzx.wim icd-package-startpins.ppkg \
		wimlib-multi-image.wim wimlib-solid-lzms-tiny.wim wimlib-empty_dacl.wim; do
		wimlib-imagex dir --detailed "$samples/wim/$f" 1 |
			grep -av -e '^Offset' -e '^Compressed' -e '^Solid' -e '^Flags' -e '^Reference' >before
		for how in none fast max; do
			rm -f x.wim
			slipway dism /Export-Image "/SourceImageFile:$samples/wim/$f" \
				/SourceIndex:1 /DestinationImageFile:x.wim /Compress:$how
			wimlib-imagex verify x.wim >/dev/null
			7z t x.wim >/dev/null
			wimlib-imagex dir --detailed x.wim 1 | grep -av \
				-e '^Offset' -e '^Compressed' -e '^Solid' -e '^Flags' -e '^Reference' |
				diff before -
		done
	done
}
