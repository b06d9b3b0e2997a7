# dism /Get-ImageInfo and /List-Image: layout, choice of images, misuse and
# files that are no WIM.

load ../helpers
bats_require_minimum_version 1.5.0

setup() {
	WIM=$ROOT/tests/fuzz/wim_open/seeds/lzx.wim
}

@test "info lists the images" {
	run -0 slipway dism /Get-ImageInfo "/ImageFile:$WIM"
	assert_output_has "Deployment Image Servicing and Management tool"
	assert_output_has "Details for image : $WIM"
	assert_output_has "Index : 1
Name : Seed
Description : <undefined>
Size : "
	assert_output_has "The operation completed successfully."
	[[ $output != *Architecture* ]]
}

@test "info of one image tells all, by number or by name" {
	run -0 slipway dism /get-wiminfo --wim-file "$WIM" /index:1
	assert_output_has "WIM Bootable : No"
	assert_output_has "Architecture : <undefined>"
	assert_output_has "Directories : 3"
	assert_output_has "Files : 6"
	assert_output_has " - "
	first=$output
	run -0 slipway dism "/ImageFile:$WIM" /Name:SEED /Get-ImageInfo
	[ "$output" = "$first" ]
}

@test "list shows every path, folders with a backslash" {
	run -0 slipway dism /List-Image "/ImageFile:$WIM" /Index:1
	assert_output_has '\
\a\
\a\b\
\a\b\bin
\a\b\n
\a\b\Ü.txt
\a\empty
\a\x.txt
\a\y.txt'
}

@test "an image that is not there is a failure" {
	run -2 slipway dism /Get-ImageInfo "/ImageFile:$WIM" /Index:2
	assert_output_has "there is no image \"2\"; its images are 1 ("
	run -2 slipway dism /List-Image "/ImageFile:$WIM" /Name:other
	assert_output_has "there is no image \"other\"; its images are 1 ("
}

@test "misuse is told and is 87, as DISM has it" {
	run -87 slipway dism
	assert_output_has "say what is to be done: /Get-ImageInfo"
	run -87 slipway dism /Get-ImageInfo
	assert_output_has "/ImageFile:FILE is missing"
	run -87 slipway dism /List-Image "/ImageFile:$WIM"
	assert_output_has "/Index:N or /Name:NAME is missing; /Get-ImageInfo lists"
	run -87 slipway dism /List-Image "/ImageFile:$WIM" /Index:1 /Name:a
	run -87 slipway dism /List-Image "/ImageFile:$WIM" /Index:x
	run -87 slipway dism /List-Image "/ImageFile:$WIM" /Nonsense:1
	run -87 slipway dism /List-Image "/ImageFile:$WIM" /Index:1 more
}

@test "what is no WIM, cut off or damaged is told, with the number that DISM has" {
	echo "no WIM" >"$BATS_TEST_TMPDIR/x"
	run -13 slipway dism /Get-ImageInfo "/ImageFile:$BATS_TEST_TMPDIR/x"
	assert_output_has "too short to be a WIM"
	run -2 slipway dism /Get-ImageInfo "/ImageFile:$BATS_TEST_TMPDIR/none"
	[ "${lines[0]}" = "Error: 2" ]
	[ "${lines[1]}" = "The system cannot find the file specified." ]
	head -c 3000 "$WIM" >"$BATS_TEST_TMPDIR/cut"
	run -13 slipway dism /Get-ImageInfo "/ImageFile:$BATS_TEST_TMPDIR/cut"
	assert_output_has "not within the file of 3000 bytes"
}

@test "solid files are told as others are" {
	requires_samples
	run -0 slipway dism /Get-ImageInfo \
		"/ImageFile:$SLIPWAY_SAMPLES/wim/wimlib-solid-lzx-32K.wim"
	assert_output_has "CanterburyCorpus_220313_200008"
}

@test "standard input: a pipe, a file, nothing" {
	P=$ROOT/tests/fuzz/wim_open/seeds/pipable.wim
	[ "$(cat "$P" | slipway dism /List-Image /ImageFile:- /Index:1)" = \
		"$(slipway dism /List-Image "/ImageFile:$P" /Index:1)" ]
	run -0 slipway dism /Get-ImageInfo /ImageFile:- <"$P"
	assert_output_has 'Name : sd'
	cat "$ROOT/tests/fuzz/wim_open/seeds/lzx.wim" |
		TMPDIR=$BATS_TEST_TMPDIR slipway dism /Get-ImageInfo /ImageFile:-
	[ -z "$(ls -A "$BATS_TEST_TMPDIR")" ]
	run -50 slipway dism /Get-ImageInfo /ImageFile:- </dev/null
	assert_output_has 'the file is empty'
}

@test "help is on stdout and 0" {
	run -0 slipway dism '/?'
	assert_output_has "/Get-ImageInfo"
}

# A bar of 58 columns, the number in its middle, as DISM draws it.
@test "progress is shown as DISM shows it, and as ImageX does" {
	cd "$BATS_TEST_TMPDIR"
	mkdir from
	for i in 1 2 3 4 5 6; do seq $i 400000 >from/$i; done
	slipway dism /Capture-Image /ImageFile:x.wim /CaptureDir:from /Name:X \
		/Compress:max >out 2>err
	[ ! -s err ]
	sed -n 2p out | grep -qx 'Deployment Image Servicing and Management tool'
	sed -n 3p out | grep -q '^Version: '
	[ -z "$(sed -n 4p out)" ]
	tr '\r' '\n' <out | grep '^\[' >bars
	[ "$(tail -n 1 bars)" = \
		'[==========================100.0%==========================] ' ]
	[ "$(wc -l <bars)" -gt 3 ]
	awk '{
		bar = substr($0, 2, 58)
		at = match(bar, /[0-9.]+%/)
		under = filled = substr(bar, at, RLENGTH) * 58 / 100
		under -= at - 1
		under = under < 0 ? 0 : under > RLENGTH ? RLENGTH : under
		off = gsub(/=/, "", bar) - (filled - under)
		if (length($0) != 61 || at != int((59 - RLENGTH) / 2) + 1 ||
		    off < -1 || off > 1)
			exit 1
	}' bars
	slipway imagex /export x.wim 1 y.wim /compress fast /scroll >out 2>err
	[ ! -s err ]
	grep -qx '\[ 100% \] Exporting progress' out
	grep -qx 'Successfully exported image.' out
	slipway imagex /apply y.wim 1 "$(mkdir to && echo to)" >out
	tr '\r' '\n' <out | grep -q '^\[ 100% \] Applying progress *$'
	# asked for, it is another one, beside what is said
	slipway dism /Verify-Image /ImageFile:x.wim --progress lines >out 2>err
	grep -q 'Verifying: 100%' err
	run ! grep -q '%' out
}
