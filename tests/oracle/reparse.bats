# Files whose content a reparse point keeps elsewhere, or in another form, and
# links: what the commands make of them. The compressed ones have chunks by wimlib
# and are read by libfsntfs too.
bats_require_minimum_version 1.5.0
load ../helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
	MAKER=$O/san/unit/libntfs/read/reparse
	[ -x "$MAKER" ] || skip "the unit programs are not built"
}

# Content that compresses in every way: text, code, repeats, nearly zeroes; of
# sizes around the chunks'.
make_files() { # CHUNK
	mkdir -p tree
	seq 1 400000 | head -c 1000000 >tree/text
	head -c 700001 "$SLIPWAY" >tree/code
	yes "the same again " | head -c "$(($1 * 3))" >tree/repeats
	yes "$(seq 1 9 | tr '\n' ' '; head -c 2000 "$SLIPWAY" | base64 -w 0)" |
		head -c 500000 >tree/records
	for size in 1 100 $(($1 - 1)) "$1" $(($1 + 1)) $(($1 * 2 + 17)); do
		seq 5 99999 | head -c "$size" >"tree/size-$size"
	done
	: >tree/empty
}

theirs() { # VOLUME NAME
	/usr/bin/python3 - "$1" "$2" <<-'END'
		import pyfsntfs, sys
		v = pyfsntfs.volume()
		v.open(sys.argv[1])
		e = v.get_file_entry_by_path("\\" + sys.argv[2])
		sys.stdout.buffer.write(e.read_buffer(e.get_size()) if e.get_size() else b"")
	END
}

# Windows leaves a file as it is of which no chunk becomes smaller. libfsntfs of
# 2020 refuses LZX without long matches, misreads the calls of x86 code in it, and
# refuses two of the files as XPRESS4K: wimlib alone, whose content they are, judges
# there.
compressed_alike() { # ALGORITHM CHUNK OPTION...
	make_files "$2"
	rm -f tree/size-1 tree/size-100
	wimlib-imagex capture tree t.wim --no-acls --chunk-size="$2" "${@:3}" >/dev/null
	"$MAKER" volume t.wim "$1"
	run -0 slipway chkdsk volume
	for file in tree/*; do
		name=${file##*/}
		slipway type "volume:\\$name" | cmp - "$file"
		case $1-$name in
		0-code | 0-records | 1-code | 1-text | 1-size* | 1-empty) ;;
		*) theirs volume "$name" | cmp - "$file" ;;
		esac
	done
	slipway copy 'volume:\code' code >/dev/null
	cmp code tree/code
}

@test "reparse: files compressed as XPRESS4K" {
	requires wimlib-imagex
	/usr/bin/python3 -c 'import pyfsntfs' || requires pyfsntfs
	compressed_alike 0 4096 --compress=xpress
}

@test "reparse: files compressed as LZX" {
	requires wimlib-imagex
	/usr/bin/python3 -c 'import pyfsntfs' || requires pyfsntfs
	compressed_alike 1 32768 --compress=lzx
}

@test "reparse: files compressed as XPRESS8K" {
	requires wimlib-imagex
	/usr/bin/python3 -c 'import pyfsntfs' || requires pyfsntfs
	compressed_alike 2 8192 --compress=xpress
}

@test "reparse: files compressed as XPRESS16K" {
	requires wimlib-imagex
	/usr/bin/python3 -c 'import pyfsntfs' || requires pyfsntfs
	compressed_alike 3 16384 --compress=xpress
}

@test "reparse: what is elsewhere is refused by its tag's name, by every command" {
	"$MAKER" volume
	for name in cloud-away dedup-away linux-link app wof-wim; do
		run ! slipway type "volume:\\$name"
		assert_output_has "reparse tag "
		run ! slipway copy "volume:\\$name" out
		assert_output_has "reparse tag "
		[ ! -e out ]
		run ! slipway vdisk info "volume:\\$name"
		assert_output_has "reparse tag "
		run ! slipway reg query "volume:\\$name\\Key"
		assert_output_has "reparse tag "
		run ! slipway dism /Get-ImageInfo "/ImageFile:volume:\\$name"
		run ! slipway copy "$MAKER" "volume:\\$name" /Y
		assert_output_has "reparse tag "
	done
	run ! slipway partition create 'volume:\wof0-100000' --mbr
	assert_output_has "WOF"
	slipway chkdsk volume
}

@test "reparse: links are followed in the volume, and others named" {
	"$MAKER" volume
	slipway type 'volume:\folder\below\file' >file
	[ "$(stat -c %s file)" = 9000 ]
	for path in 'link' 'short\up' 'folder\again\far-up'; do
		slipway type "volume:\\$path" | cmp - file
	done
	slipway copy 'volume:\link' linked >/dev/null
	cmp linked file
	run ! slipway type 'volume:\drive'
	assert_output_has 'it leads to C:\folder\below\file'
	run ! slipway dir 'volume:\junction'
	assert_output_has 'it leads to C:\folder'
	run ! slipway type 'volume:\circle'
	assert_output_has 'links lead to it'
	slipway copy linked 'volume:\short\new' >/dev/null
	slipway type 'volume:\folder\below\new' | cmp - file
}

@test "reparse: dir tells what each is" {
	"$MAKER" volume
	run -0 slipway dir 'volume:\'
	for line in '<SYMLINK>      link [folder\below\file]' \
		'<SYMLINKD>     short [folder\below]' \
		'<JUNCTION>     junction [C:\folder]' \
		'9,000 dedup-away [DEDUP]' '9,000 cloud [CLOUD]' \
		'100,000 wof1-100000 [WOF]' \
		'0 other-empty [reparse tag 0x00001234]'; do
		assert_output_has "$line"
	done
	run -0 slipway dir 'volume:\folder\again'
	assert_output_has '9,000 file'
}
