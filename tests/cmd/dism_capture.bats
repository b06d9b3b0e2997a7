# dism /Capture-Image and /Append-Image: where the image may lie, how what is captured
# is held meanwhile, and that what can be wrong is said before anything is read.

load ../helpers
bats_require_minimum_version 1.5.0

load dism_files

# Two volumes on one disk, the first with the files of the tree.
two_volumes() {
	slipway partition create two.img --mbr --size 40M type=data,size=20M \
		type=data >/dev/null
	for n in 1 2; do slipway format two.img@$n /V:Two >/dev/null; done
	slipway xcopy "$BATS_FILE_TMPDIR/tree" 'two.img@1:\' /E /Q >/dev/null
}

to_other_volume() { # DISK
	run -0 slipway dism /Capture-Image "/ImageFile:$1@2:\\x.wim" \
		"/CaptureDir:$1@1:\\" /Name:One
	run -0 slipway dism /Append-Image "/ImageFile:$1@2:\\x.wim" \
		"/CaptureDir:$1@1:\\" /Name:Two
	rm -f x.wim
	slipway copy "$1@2:\\x.wim" x.wim >/dev/null
	same x.wim 1
	same x.wim 2
}

@test "a volume is captured into another one of its disk, and a virtual disk there" {
	two_volumes
	to_other_volume two.img
	slipway vdisk create 'two.img@1:\w.vhdx' 8M >/dev/null
	slipway partition create 'two.img@1:\w.vhdx' --mbr type=data >/dev/null
	slipway format 'two.img@1:\w.vhdx@1' >/dev/null
	slipway copy base.wim 'two.img@1:\w.vhdx@1:\inner.wim' >/dev/null
	run -0 slipway dism /Capture-Image '/ImageFile:two.img@1:\v.wim' \
		'/CaptureDir:two.img@1:\w.vhdx@1:\' /Name:V
	slipway copy 'two.img@1:\v.wim' v.wim >/dev/null
	wimlib-imagex verify v.wim >/dev/null
	slipway chkdsk two.img@1
	slipway chkdsk two.img@2
}

@test "a device is one disk, too" {
	two_volumes
	loop=$(losetup -f --show two.img 2>/dev/null) || skip "no loop devices here"
	to_other_volume "$loop" || failed=yes
	slipway copy base.wim "$loop@2:\\in.wim" >/dev/null
	run slipway dism /Apply-Image "/ImageFile:$loop@2:\\in.wim" /Index:1 \
		"/ApplyDir:$loop@2:\\" --replace
	losetup -d "$loop"
	[ -z "${failed:-}" ]
	[ "$status" = 32 ]
	assert_output_has "the image file lies in it"
}

@test "an image is not written into what is captured" {
	two_volumes
	slipway copy base.wim 'two.img@1:\base.wim' >/dev/null
	cp two.img before.img
	run -32 slipway dism /Capture-Image '/ImageFile:two.img@1:\x.wim' \
		'/CaptureDir:two.img@1:\' /Name:X
	assert_output_has "it lies in the volume that is captured"
	run -32 slipway dism /Append-Image '/ImageFile:two.img@1:\base.wim' \
		'/CaptureDir:two.img@1:\sub' /Name:X
	assert_output_has "it lies in the volume that is captured"
	slipway chkdsk two.img@1
	slipway copy 'two.img@1:\base.wim' after.wim >/dev/null
	cmp base.wim after.wim
}

@test "what is captured is only read, and nobody writes to it meanwhile" {
	requires flock
	cp "$disk" ro.img
	chmod 444 ro.img
	slipway dism /Capture-Image /ImageFile:x.wim '/CaptureDir:ro.img@1:\' /Name:X
	same x.wim 1
	chmod 644 ro.img
	run -32 flock ro.img "$SLIPWAY" dism /Append-Image /ImageFile:x.wim \
		'/CaptureDir:ro.img@1:\' /Name:Y
	assert_output_has "ro.img"
	run -0 slipway dism /Get-ImageInfo /ImageFile:x.wim
	refute "Index : 2"
}

@test "what is wrong with the file is said before anything is read" {
	cp base.wim before.wim
	run -183 slipway dism /Capture-Image /ImageFile:base.wim \
		"/CaptureDir:$disk@1:\\" /Name:X
	refute "%"
	run -2 slipway dism /Capture-Image /ImageFile:missing/x.wim \
		"/CaptureDir:$disk@1:\\" /Name:X
	refute "%"
	run -183 slipway dism /Append-Image /ImageFile:base.wim \
		"/CaptureDir:$disk@1:\\" /Name:base
	refute "%"
	assert_output_has "there is an image of this name"
	cmp base.wim before.wim
	mkdir here && echo part >here/.y.wim.slipway-part
	slipway dism /Capture-Image /ImageFile:here/x.wim /CaptureDir:here /Name:X
	run -0 slipway dism /List-Image /ImageFile:here/x.wim /Index:1
	refute "slipway-part"
}
