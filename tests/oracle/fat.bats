# FAT volumes: fsck.fat, mtools and 7z read ours, we read those of mkfs.fat and
# mtools.

bats_require_minimum_version 1.5.0

load ../helpers

setup() {
	requires fsck.fat mkfs.fat mcopy mdir mtype 7z
	cd "$BATS_TEST_TMPDIR"
	export MTOOLS_SKIP_CHECK=0 MTOOLSRC=/dev/null
}

sound() { # IMAGE
	run -0 fsck.fat -nv "$1"
	case $output in *rphan* | *differ* | *wrong* | *eclaim*)
		echo "$output" >&2
		return 1
		;;
	esac
}

format() { # IMAGE SIZE SWITCH...
	image=$1
	truncate -s "$2" "$image"
	shift 2
	slipway format "$image" /V:Test /Serial:1234abcd /Time:1700000000 "$@"
}

# Files whose names and sizes are of all kinds.
make_files() {
	mkdir -p files
	for i in $(seq 60); do
		seq "$((i * i))" >"files/File with a long name, number $i.txt"
	done
	: >files/EMPTY
	seq 40000 >files/LARGE.BIN
	echo x >"files/über.größe.x"
	echo y >"files/a.b.c"
	echo z >files/.hidden
	printf '%0200d' 1 | xargs -I{} touch files/{}
}

@test "empty volumes of each kind and size are sound" {
	for kind in "33M FAT32" "100M FAT32" "260M FAT32" "300M FAT32" \
		"9G FAT32" "1M FAT" "10M FAT" "16M FAT" "100M FAT" "2G FAT"; do
		set -- $kind
		rm -f v.img
		format v.img "$1" "/FS:$2"
		sound v.img
		assert_output_has "0 hidden sectors"
		run -0 mdir -i v.img ::
		assert_output_has "is TEST"
		assert_output_has "1234-ABCD"
	done
}

@test "what we write others read" {
	make_files
	for kind in "100M FAT32" "8M FAT" "60M FAT"; do
		set -- $kind
		rm -rf v.img out
		format v.img "$1" "/FS:$2"
		for f in files/* files/.hidden; do
			slipway copy "$f" 'v.img:\A folder\Boot\' /P
		done
		sound v.img
		mkdir out
		mcopy -s -i v.img '::A folder/Boot' out
		diff -r files out/Boot
		7z x -y -oout/7z v.img >/dev/null
		diff -r files 'out/7z/A folder/Boot'
	done
}

@test "what others write we read" {
	make_files
	for bits in 12 16 32; do
		rm -f v.img
		size=60M
		[ "$bits" != 12 ] || size=6M
		truncate -s "$size" v.img
		mkfs.fat -F "$bits" -n OTHER v.img >/dev/null
		mcopy -s -i v.img files ::
		mkdir -p out
		for f in files/* files/.hidden; do
			slipway type "v.img:\\$f" | cmp - "$f"
		done
		run -0 slipway dir 'v.img:\files' /B
		[ "$(sort <<<"$output")" = "$(ls -A files | sort)" ]
	done
}

@test "we replace files in a volume of mkfs.fat" {
	truncate -s 60M v.img
	mkfs.fat v.img >/dev/null
	seq 1000 >one
	seq 9 >two
	mcopy -i v.img one ::ONE.TXT
	slipway copy two 'v.img:\one.txt' /Y
	sound v.img
	mtype -i v.img ::ONE.TXT | cmp - two
	run -1 slipway copy two 'v.img:\one.txt'
	assert_output_has "/Y would replace it"
}

@test "an EFI system partition in a GPT" {
	requires sgdisk
	slipway partition create d.img --gpt --size 200M type=efi,size=100M
	slipway format d.img@1 /FS:FAT32 /V:System
	seq 30000 >boot
	slipway copy boot 'd.img@1:\EFI\Boot\bootx64.efi' /P
	mtype -i d.img@@1M ::/EFI/Boot/bootx64.efi | cmp - boot
	dd if=d.img of=v.img bs=1M skip=1 count=100 status=none
	run -0 fsck.fat -nv v.img
	assert_output_has "2048 hidden sectors"
	run -0 sgdisk -v d.img
	assert_output_has "No problems found"
}

@test "a volume that holds files is not formatted again" {
	format v.img 40M /FS:FAT32
	format v.img 40M /FS:FAT
	echo x >x
	slipway copy x 'v.img:\x'
	run -1 slipway format v.img /FS:FAT
	assert_output_has "/Y would replace it"
	run -0 slipway format v.img /FS:FAT /Y
	sound v.img
}

@test "fat: a rename that a power cut ended leaves a volume that fsck.fat takes" {
	dump=$O/san/fault/libfat/rename
	[ -x "$dump" ] || skip "the fault programs are not built"
	requires fsck.fat
	"$dump" "$BATS_TEST_TMPDIR"
	for volume in "$BATS_TEST_TMPDIR"/mended-*; do
		run -0 fsck.fat -n "$volume"
	done
}
