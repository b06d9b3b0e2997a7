# dism and imagex: what is logged, common switches, and how images are named.

load ../helpers
bats_require_minimum_version 1.5.0

load dism_files

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

@test "a log damages nothing" {
	bytes=$(sha1sum base.wim)
	printf 'a list\n' >list.txt
	for log in base.wim ./base.wim list.txt . "$disk" "$disk@1:\\log" /dev/loop0; do
		[ -e "$log" ] || [ "$log" != /dev/loop0 ] || continue
		run ! slipway dism /Get-ImageInfo /ImageFile:base.wim "/LogPath:$log"
	done
	[ "$bytes" = "$(sha1sum base.wim)" ]
	[ "$(cat list.txt)" = "a list" ]
	run -87 slipway dism /Capture-Image /ImageFile:new.wim /LogPath:new.wim \
		"/CaptureDir:$disk@1:\\" /Name:X
	assert_output_has "has this file for something else"
	[ ! -e new.wim ]
	printf '2021-05-04 10:20:30, Info                  DISM   x\r\n' >dism.log
	slipway dism /Get-ImageInfo /ImageFile:base.wim /LogPath:dism.log
	[ "$(wc -l <dism.log)" -gt 2 ]
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
