# dism and imagex as they write: images captured, appended, exported, split, deleted,
# optimized, named; of volumes in disks and folders of this machine. wimlib reads
# what comes out.

load ../helpers
bats_require_minimum_version 1.5.0

load dism_files

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
	assert_output_has "KB of it belong to no image"
	large=$(stat -c %s base.wim)
	run -0 slipway dism /Optimize-Image /ImageFile:base.wim
	refute "belong to no image"
	[ "$(stat -c %s base.wim)" -lt $((large - 290000)) ]
	same base.wim 1
}

@test "a solid file stays solid, and gets no larger, when it is rebuilt or exported" {
	wimlib-imagex export base.wim 1 w.esd --solid --solid-chunk-size=1M >/dev/null
	before=$(stat -c %s w.esd)
	slipway dism /Export-Image /SourceImageFile:w.esd /SourceIndex:1 \
		/DestinationImageFile:x.esd
	slipway dism /Optimize-Image /ImageFile:w.esd
	for f in w.esd x.esd; do
		same $f 1
		[ "$(stat -c %s $f)" -le $((before + 200)) ]
	done
	# into one that is not solid, which stays so
	slipway dism /Export-Image /SourceImageFile:w.esd /SourceIndex:1 \
		/DestinationImageFile:base.wim /DestinationName:Solid
	same base.wim 2
	run -0 wimlib-imagex info base.wim
	refute LZMS
}

@test "a file is verified" {
	run -0 slipway dism /Verify-Image /ImageFile:base.wim
	# in the middle of its content
	printf x | dd of=base.wim bs=1 seek=40000 conv=notrunc status=none
	run -13 slipway dism /Verify-Image /ImageFile:base.wim
	assert_output_has "base.wim"
}

@test "an image is exported from a file that is damaged elsewhere" {
	mkdir second
	head -c 300000 /dev/urandom >second/only
	before=$(stat -c %s base.wim)
	slipway dism /Append-Image /ImageFile:base.wim /CaptureDir:second \
		/Name:Second >/dev/null
	printf x | dd of=base.wim bs=1 seek=$((before + 100000)) conv=notrunc status=none
	run -0 slipway dism /Export-Image /SourceImageFile:base.wim /SourceIndex:1 \
		/DestinationImageFile:x.wim
	same x.wim 1
	run -13 slipway dism /Export-Image /SourceImageFile:base.wim /SourceIndex:2 \
		/DestinationImageFile:y.wim
	run -13 slipway dism /Optimize-Image /ImageFile:base.wim
	run -13 slipway dism /Split-Image /ImageFile:base.wim /SWMFile:s.swm /FileSize:1
	[ ! -e y.wim ] && [ ! -e s.swm ]
	slipway dism /Delete-Image /ImageFile:base.wim /Index:2
	run -0 slipway dism /Optimize-Image /ImageFile:base.wim
	same base.wim 1
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
	# what a run that was cut off left is replaced
	head -c 100000 /dev/zero >x.wim.slipway-part
	slipway copy x.wim.slipway-part 'vol.img@1:\' >/dev/null
	run -0 slipway dism /Optimize-Image '/ImageFile:vol.img@1:\x.wim'
	assert_output_has 'vol.img@1:\x.wim.slipway-part: this was left by a run'
	run -0 slipway dir 'vol.img@1:\'
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

@test "what is excluded is not captured" {
	printf '[ExclusionList]\r\n\\sub\r\n*.txt\r\n' >list.ini
	slipway dism /Capture-Image /ImageFile:x.wim "/CaptureDir:$disk@1:\\" \
		/Name:X /ConfigFile:list.ini
	run -0 slipway dism /List-Image /ImageFile:x.wim /Index:1
	refute "sub"
	refute "txt"
	assert_output_has "empty"
}

@test "what cannot be is told in words, with what to do" {
	long=$(head -c 2000 /dev/zero | tr '\0' n)
	run -87 slipway dism /Capture-Image /ImageFile:x.wim \
		"/CaptureDir:$disk@1:\\" "/Name:$long"
	assert_output_has "at most 1024"
	run -87 slipway dism /Export-Image /SourceImageFile:base.wim /SourceIndex:1 \
		/DestinationImageFile:x.wim /Compress:best
	ln base.wim other.wim
	run -50 slipway dism /Optimize-Image /ImageFile:base.wim
	assert_output_has "make a copy"
	run -3 slipway dism /Export-Image /SourceImageFile:base.wim /SourceIndex:1 \
		/DestinationImageFile:base.wim/x.wim
	assert_output_has "a file, and no folder"
	run -2 slipway dism /Export-Image /SourceImageFile:base.wim /SourceIndex:1 \
		/DestinationImageFile:none/x.wim
	assert_output_has "its folder is not there"
	mkdir -p to/empty
	run -5 slipway dism /Apply-Image /ImageFile:base.wim /Index:1 /ApplyDir:to
	assert_output_has "a folder stands where the image has a file"
	rmdir to/empty
	: >to/sub
	run -3 slipway dism /Apply-Image /ImageFile:base.wim /Index:1 /ApplyDir:to
	assert_output_has "a file stands where the image has a folder"
}

@test "a file of a volume is split beside itself" {
	slipway partition create vol.img --mbr --size 40M type=data >/dev/null
	slipway format vol.img@1 >/dev/null
	head -c 3000000 /dev/urandom >random
	mkdir from && split -b 300000 random from/x
	slipway dism /Capture-Image '/ImageFile:vol.img@1:\x.wim' /CaptureDir:from /Name:X
	run -0 slipway dism /Split-Image '/ImageFile:vol.img@1:\x.wim' \
		'/SWMFile:vol.img@1:\x.swm' /FileSize:1
	slipway dism /Verify-Image '/ImageFile:vol.img@1:\x.swm'
	mkdir to
	slipway dism /Apply-Image '/ImageFile:vol.img@1:\x.swm' /Index:1 /ApplyDir:to
	diff -r from to
	run -0 slipway dir 'vol.img@1:\'
	assert_output_has x4.swm
	refute slipway-part
	run -183 slipway dism /Split-Image '/ImageFile:vol.img@1:\x.wim' \
		'/SWMFile:vol.img@1:\x.swm' /FileSize:1
	slipway chkdsk vol.img@1
}
