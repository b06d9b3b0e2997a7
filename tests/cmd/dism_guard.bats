# What dism must not do to images and folders: lose one with the volume it lies in,
# pass damage on, overwrite, leave halves, follow links.

load ../helpers
bats_require_minimum_version 1.5.0

load dism_files

@test "a file that is there is not overwritten, and the next step is said" {
	cp base.wim before
	run -183 slipway dism /Capture-Image /ImageFile:base.wim \
		"/CaptureDir:$disk@1:\\" /Name:X
	assert_output_has "/Append-Image"
	cmp base.wim before
}

@test "a link in the way is not followed" {
	mkdir to elsewhere
	ln -s ../elsewhere to/sub
	run ! slipway dism /Apply-Image /ImageFile:base.wim /Index:1 /ApplyDir:to
	assert_output_has 'sub'
	[ -z "$(ls elsewhere)" ]
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

@test "what a damaged image or a killed run left in a folder goes, or is in nobody's way" {
	mkdir to
	echo old >"to/file 1.txt"
	echo left >to/.2.slipway-part
	echo left >to/.3.slipway-part
	cp base.wim bad.wim
	printf x | dd of=bad.wim bs=1 seek=40000 conv=notrunc status=none
	run -13 slipway dism /Apply-Image /ImageFile:bad.wim /Index:1 /ApplyDir:to
	[ "$(ls to)" = "file 1.txt" ]
	[ "$(cat to/file*)" = old ]
	run -0 slipway dism /Apply-Image /ImageFile:base.wim /Index:1 /ApplyDir:to
	rm -f to/.*part
	diff -r "$BATS_FILE_TMPDIR/tree" to
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
