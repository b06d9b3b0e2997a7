# dism and imagex as they write: images captured, appended, exported, split, deleted,
# optimized, named; of volumes in disks and folders of this machine. wimlib reads
# what comes out.

load ../helpers
bats_require_minimum_version 1.5.0

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

@test "a volume is captured, by each compression" {
	for how in none fast max recovery; do
		rm -f x.wim
		run -0 slipway dism /Capture-Image /ImageFile:x.wim \
			"/CaptureDir:$disk@1:\\" /Name:X /Compress:$how
		assert_output_has "The operation completed successfully."
		same x.wim 1
	done
}

@test "a folder of this machine is captured" {
	run -0 slipway dism /Capture-Image /ImageFile:x.wim \
		"/CaptureDir:$BATS_FILE_TMPDIR/tree" /Name:X /Compress:max /Verify
	same x.wim 1
}

@test "a file that is there is not overwritten, and the next step is said" {
	cp base.wim before
	run -183 slipway dism /Capture-Image /ImageFile:base.wim \
		"/CaptureDir:$disk@1:\\" /Name:X
	assert_output_has "/Append-Image"
	cmp base.wim before
}

@test "an image is appended, and its content is there once" {
	before=$(stat -c %s base.wim)
	run -0 slipway dism /Append-Image /ImageFile:base.wim \
		"/CaptureDir:$disk@1:\\" /Name:Second
	[ $(($(stat -c %s base.wim) - before)) -lt 8000 ]
	same base.wim 1
	same base.wim 2
	run -183 slipway dism /Append-Image /ImageFile:base.wim \
		"/CaptureDir:$disk@1:\\" /Name:Second
	same base.wim 2
}

@test "an image is exported, as it is and in another way" {
	slipway dism /Export-Image /SourceImageFile:base.wim /SourceIndex:1 \
		/DestinationImageFile:as-is.wim
	slipway dism /Export-Image /SourceImageFile:base.wim /SourceName:Base \
		/DestinationImageFile:lzx.wim /Compress:max /DestinationName:Other
	slipway dism /Export-Image /SourceImageFile:base.wim /SourceIndex:1 \
		/DestinationImageFile:solid.esd /Compress:recovery
	for f in as-is.wim lzx.wim solid.esd; do same $f 1; done
	wimlib-imagex info lzx.wim | grep -qx 'Name: *Other'
	wimlib-imagex info lzx.wim | grep -q 'Compression: *LZX'
	[ "$(stat -c %s lzx.wim)" -lt "$(stat -c %s as-is.wim)" ]
	# into one that is there
	slipway dism /Export-Image /SourceImageFile:lzx.wim /SourceIndex:1 \
		/DestinationImageFile:as-is.wim
	same as-is.wim 2
}

@test "all images are exported by one word" {
	slipway dism /Append-Image /ImageFile:base.wim \
		"/CaptureDir:$BATS_FILE_TMPDIR/tree/sub" /Name:Sub >/dev/null
	slipway imagex /export base.wim '*' all.wim /compress maximum
	run -0 slipway dism /Get-ImageInfo /ImageFile:all.wim
	assert_output_has "Name : Base"
	assert_output_has "Name : Sub"
}

@test "an image is deleted, and its room given back by a rebuild" {
	head -c 300000 /dev/urandom >only
	mkdir second && mv only second
	slipway dism /Append-Image /ImageFile:base.wim /CaptureDir:second \
		/Name:Second >/dev/null
	slipway dism /Delete-Image /ImageFile:base.wim /Name:Second
	run -0 slipway dism /Get-ImageInfo /ImageFile:base.wim
	refute "Second"
	large=$(stat -c %s base.wim)
	run -0 slipway dism /Optimize-Image /ImageFile:base.wim
	[ "$(stat -c %s base.wim)" -lt $((large - 290000)) ]
	same base.wim 1
}

@test "a file is verified" {
	run -0 slipway dism /Verify-Image /ImageFile:base.wim
	# in the middle of its content
	printf x | dd of=base.wim bs=1 seek=40000 conv=notrunc status=none
	run -13 slipway dism /Verify-Image /ImageFile:base.wim
	assert_output_has "base.wim"
}

@test "a file is split, and applied from its parts" {
	run -0 slipway dism /Split-Image /ImageFile:base.wim /SWMFile:part.swm \
		/FileSize:1
	[ -e part.swm ]
	slipway dism /Apply-Image /ImageFile:part.swm /Index:1 /ApplyDir:"$(mkdir -p to && echo to)"
	diff -r "$BATS_FILE_TMPDIR/tree" to
}

@test "a WIM in a volume is made, appended to and read there" {
	slipway partition create vol.img --mbr --size 60M type=data >/dev/null
	slipway format vol.img@1 >/dev/null
	run -0 slipway dism /Capture-Image '/ImageFile:vol.img@1:\x.wim' \
		"/CaptureDir:$disk@1:\\" /Name:X
	run -0 slipway dism /Append-Image '/ImageFile:vol.img@1:\x.wim' \
		"/CaptureDir:$disk@1:\\" /Name:Y
	run -0 slipway dir 'vol.img@1:\'
	assert_output_has "x.wim"
	refute "slipway-part"
	slipway chkdsk vol.img@1
	slipway copy 'vol.img@1:\x.wim' y.wim >/dev/null
	same y.wim 1
	same y.wim 2
}

@test "an image is applied into a folder of this machine, over what is there" {
	mkdir to
	echo old >"to/file 1.txt"
	echo mine >to/mine
	ln -s /etc to/sub-link
	run -0 slipway dism /Apply-Image /ImageFile:base.wim /Index:1 /ApplyDir:to
	cmp "to/file 1.txt" "$BATS_FILE_TMPDIR/tree/file 1.txt"
	[ "$(cat to/mine)" = mine ]
	rm to/mine to/sub-link
	diff -r "$BATS_FILE_TMPDIR/tree" to
}

@test "owner, mode, attributes and pipes of Linux go there and back" {
	mkdir from to
	echo x >from/file
	chmod 4711 from/file
	mkfifo -m 600 from/pipe
	ln -s file from/link
	[ "$EUID" -ne 0 ] || chown 1234:567 from/file && chmod 4711 from/file
	slipway dism /Capture-Image /ImageFile:x.wim /CaptureDir:from /Name:X /UnixData
	slipway dism /Apply-Image /ImageFile:x.wim /Index:1 /ApplyDir:to /UnixData
	list() { (cd "$1" && find . -printf '%p %m %U %G %y %l %s\n' | sort); }
	list from | sed 1d >a
	list to | sed 1d >b
	diff a b
	# as wimlib does it
	mkdir theirs
	wimlib-imagex apply x.wim 1 theirs --unix-data >/dev/null
	list theirs | sed 1d >c
	diff a c
	# without the switch, what is not taken is said
	mkdir plain
	run -0 slipway dism /Apply-Image /ImageFile:x.wim /Index:1 /ApplyDir:plain
	assert_output_has "a device, pipe or socket"
}

@test "a link in the way is not followed" {
	mkdir to elsewhere
	ln -s ../elsewhere to/sub
	run ! slipway dism /Apply-Image /ImageFile:base.wim /Index:1 /ApplyDir:to
	assert_output_has 'sub'
	[ -z "$(ls elsewhere)" ]
}

@test "imagex names, describes and shows" {
	run -0 slipway imagex /info base.wim 1 "New name" "New text" /flags Pro /boot
	run -0 slipway imagex /info base.wim
	assert_output_has "Boot Index:  1"
	assert_output_has "<NAME>New name</NAME>"
	assert_output_has "<FLAGS>Pro</FLAGS>"
	same base.wim 1
	run -0 slipway imagex /capture "$disk@1:\\" y.wim Y /compress maximum /check
	assert_output_has "Successfully captured image."
	run -0 slipway imagex /dir y.wim 1
	assert_output_has '\sub\same.txt'
	run -0 slipway imagex /delete base.wim 1
	run -2 slipway imagex /capture y.wim
	run -2 slipway imagex /nothing
}

@test "what is excluded is not captured" {
	printf '[ExclusionList]\r\n\\sub\r\n*.txt\r\n' >list.ini
	slipway dism /Capture-Image /ImageFile:x.wim "/CaptureDir:$disk@1:\\" \
		/Name:X /ConfigFile:list.ini
	run -0 slipway dism /List-Image /ImageFile:x.wim /Index:1
	refute "sub"
	refute "txt"
	assert_output_has "empty"
}

@test "a volume is not built anew from an image that lies in it" {
	slipway partition create vol.img --mbr --size 40M type=data >/dev/null
	slipway format vol.img@1 >/dev/null
	slipway copy base.wim 'vol.img@1:\x.wim' >/dev/null
	ln -s vol.img link.img
	cp vol.img before.img
	for image in 'vol.img@1:\x.wim' 'link.img@1:\x.wim'; do
		run -32 slipway dism /Apply-Image "/ImageFile:$image" /Index:1 \
			'/ApplyDir:vol.img@1:\' --replace
		assert_output_has "the image file lies in it"
		cmp vol.img before.img
	done
}

@test "damaged content is not copied, split or added to" {
	printf x | dd of=base.wim bs=1 seek=40000 conv=notrunc status=none
	run -13 slipway dism /Export-Image /SourceImageFile:base.wim \
		/SourceIndex:1 /DestinationImageFile:new.wim
	[ ! -e new.wim ]
	run -13 slipway dism /Split-Image /ImageFile:base.wim /SWMFile:new.swm \
		/FileSize:1
	[ ! -e new.swm ]
	cp base.wim before
	run -13 slipway dism /Optimize-Image /ImageFile:base.wim
	run -13 slipway dism /Append-Image /ImageFile:base.wim /CheckIntegrity \
		"/CaptureDir:$disk@1:\\" /Name:Again
	cmp base.wim before
}

@test "an append that has no room leaves the file as it was" {
	slipway partition create small.img --mbr --size 12M type=data >/dev/null
	slipway format small.img@1 >/dev/null
	slipway copy base.wim 'small.img@1:\m.wim' >/dev/null
	mkdir large && head -c 20M /dev/urandom >large/file
	run -112 slipway dism /Append-Image '/ImageFile:small.img@1:\m.wim' \
		/CaptureDir:large /Name:Large
	slipway copy 'small.img@1:\m.wim' m.wim >/dev/null
	cmp m.wim base.wim
	slipway chkdsk small.img@1
}

@test "links that lead out of what is captured stay as they are" {
	mkdir -p from/in to
	ln -s /etc from/out
	ln -s "$PWD/from/in" from/inner
	slipway dism /Capture-Image /ImageFile:x.wim /CaptureDir:from /Name:X
	slipway dism /Apply-Image /ImageFile:x.wim /Index:1 /ApplyDir:to
	[ "$(readlink to/out)" = /etc ]
	[ "$(readlink to/inner)" = "$PWD/to/in" ]
}

@test "the log has what was done and what went wrong" {
	slipway dism /Get-ImageInfo /ImageFile:base.wim /LogPath:log
	run -2 slipway dism /LogPath:log /Get-ImageInfo /ImageFile:nothing.wim
	grep -q 'Info .*DISM .*/ImageFile:base.wim' log
	grep -q 'Info .*ended with status 0' log
	grep -q 'Error .*nothing.wim: .*no such file' log
	run ! slipway dism /LogPath:no/such/folder/log /Get-ImageInfo \
		/ImageFile:base.wim
	assert_output_has "no/such/folder/log"
}

@test "common switches are taken, missing ones are said" {
	run -0 slipway dism /English /ScratchDir:/tmp /LogLevel:3 /Get-ImageInfo \
		/ImageFile:base.wim
	run -87 slipway dism /Capture-Image /ImageFile:x.wim "/CaptureDir:$disk@1:\\"
	assert_output_has "/Name"
	run -87 slipway dism /Capture-Image /ImageFile:x.wim \
		"/CaptureDir:$disk@1:\\" /Name:X /Compress:best
	[ ! -e x.wim ]
	run -2 slipway dism /Capture-Image /ImageFile:x.wim /CaptureDir:nowhere /Name:X
	[ ! -e x.wim ]
}
