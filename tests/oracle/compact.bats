# Files that are written compressed, as Compact OS has them: read again by our own
# reader and by libfsntfs; 7z and ntfs-3g's tools read the streams. Debian's kernel has
# an ntfs3 without these forms, and ntfs-3g comes without its plugin for them.
bats_require_minimum_version 1.5.0
load ../helpers

setup() {
	requires wimlib-imagex 7z ntfscat
	cd "$BATS_TEST_TMPDIR"
}

# Text, code, repeats, nothing that compresses, and what is to stay as it is.
make_tree() {
	mkdir -p tree/Windows/System32/config tree/Boot
	seq 1 60000 >tree/text
	head -c 700001 "$SLIPWAY" >tree/code
	yes "the same again" | head -c 200000 >tree/repeats
	head -c 100000 /dev/urandom >tree/noise
	head -c 4096 tree/text >tree/cluster
	head -c 4097 tree/text >tree/more
	: >tree/empty
	ln tree/text tree/Windows/again
	cp tree/code tree/Windows/System32/ntoskrnl.exe
	cp tree/text tree/Windows/System32/config/SYSTEM
	cp tree/text tree/Boot/BCD
}

is_compressed() { # FILE
	slipway dir "volume:\\$1" | grep -q 'WOF'
}

theirs() { # NAME
	/usr/bin/python3 - volume "$1" <<-'END'
		import pyfsntfs, sys
		v = pyfsntfs.volume()
		v.open(sys.argv[1])
		e = v.get_file_entry_by_path("\\" + sys.argv[2])
		sys.stdout.buffer.write(e.read_buffer(e.get_size()))
	END
}

# libfsntfs of 2020 refuses LZX without long matches, misreads the calls of x86 code
# in it, and refuses some files as XPRESS4K.
applied() { # ALGORITHM CAPTURE-OPTION...
	make_tree
	wimlib-imagex capture tree t.wim --no-acls "${@:2}" >/dev/null
	truncate -s 64M volume
	slipway format volume >/dev/null
	slipway dism /Apply-Image /ImageFile:t.wim /Index:1 /ApplyDir:volume \
		"/Compact$1" >/dev/null
	run -0 slipway chkdsk volume
	while read -r name; do
		slipway type "volume:\\${name//\//\\}" | cmp - "tree/$name"
	done < <(cd tree && find . -type f -printf '%P\n')
	for name in text code repeats more 'Windows\again'; do
		is_compressed "$name"
	done
	for name in noise cluster empty 'Windows\System32\ntoskrnl.exe' \
		'Windows\System32\config\SYSTEM' 'Boot\BCD'; do
		run ! is_compressed "$name"
	done
	7z t volume >/dev/null
	ntfscat -f -n WofCompressedData volume code >stream
	ntfscat -f volume code | cmp - <(head -c 700001 /dev/zero)
	! /usr/bin/python3 -c 'import pyfsntfs' || theirs repeats | cmp - tree/repeats
}

@test "compact: XPRESS4K, without a name, of LZX" {
	applied '' --compress=lzx
}

@test "compact: XPRESS8K of the same chunks" {
	applied :xpress8k --compress=xpress --chunk-size=8192
}

@test "compact: XPRESS16K of solid LZMS" {
	applied :XPRESS16K --solid
}

@test "compact: LZX of the same chunks, whose bytes are taken" {
	applied :LZX --compress=lzx
	# A resource of the WIM is a table and chunks, too.
	read -r size offset < <(wimlib-imagex info t.wim --blobs | awk '
		/^Uncompressed size/ { found = $4 == 700001 }
		found && /^Compressed size/ { size = $4 }
		found && /^Offset in WIM/ { print size, $5 }')
	tail -c "+$((offset + 1))" t.wim | head -c "$size" >stored
	cmp stream stored
}

@test "compact: a wrong name, and a folder of the host" {
	make_tree
	wimlib-imagex capture tree t.wim --no-acls >/dev/null
	run -87 slipway dism /Apply-Image /ImageFile:t.wim /Index:1 \
		/ApplyDir:volume /Compact:ZIP
	assert_output_has 'must be XPRESS4K, XPRESS8K, XPRESS16K or LZX'
	mkdir host
	run ! slipway dism /Apply-Image /ImageFile:t.wim /Index:1 \
		/ApplyDir:host /Compact
	assert_output_has '/Compact is for an NTFS volume'
}

@test "compact: a deployment, twice the same" {
	make_tree
	mkdir -p tree/Windows/Boot/EFI tree/Windows/Boot/Fonts
	head -c 50000 /dev/urandom >tree/Windows/Boot/EFI/bootmgfw.efi
	echo font >tree/Windows/Boot/Fonts/segmono_boot.ttf
	wimlib-imagex capture tree t.wim --no-acls >/dev/null
	cat >answer.ini <<-'END'
		[disk]
		seed = 01234567-89ab-cdef-0123-456789abcdef
		efi-size = 40M
		[image]
		file = t.wim
		compact = xpress8k
		[partition]
		size = 100M
		[boot]
		system = windows
	END
	for disk in one.img two.img; do
		slipway deploy answer.ini --target "$disk" --size 300M \
			--progress lines >/dev/null 2>progress
	done
	cmp one.img two.img
	grep -q '^Compressing: 100%' progress
	run -0 slipway dir 'one.img@3:\'
	assert_output_has '[WOF]'
	slipway type 'one.img@3:\code' | cmp - tree/code
	slipway chkdsk one.img@3
}
