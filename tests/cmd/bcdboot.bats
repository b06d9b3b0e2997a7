# bcdboot as a black box: what it refuses before anything is written. What it
# writes is in the oracle tests.

load ../helpers
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	slipway partition create d.img --gpt --size 100M type=efi,size=40M type=data
	slipway format d.img@1 /FS:FAT32 >/dev/null
	slipway format d.img@2 /V:Windows >/dev/null
	cp d.img before
}

teardown() { cmp "$BATS_TEST_TMPDIR/d.img" "$BATS_TEST_TMPDIR/before"; }

@test "help and misuse" {
	run -0 slipway bcdboot '/?'
	assert_output_has 'usage: bcdboot SOURCE'
	run -2 slipway bcdboot
	run -2 slipway bcdboot a b /s d.img@1
	run -2 slipway bcdboot 'd.img@2:\Windows' /s d.img@1 /addlast /p
	for l in x e en- en_US -US english1x 12-US en-US-a-b-c-d; do
		run -2 slipway bcdboot 'd.img@2:\Windows' /s d.img@1 /l $l
		assert_output_has 'not a language'
	done
	run -2 slipway bcdboot 'd.img@2:\Windows' /s d.img@1 /f OpenFirmware
	run -2 slipway bcdboot 'd.img@2:\Windows' '{default}' /s d.img@1
	run -2 slipway bcdboot 'd.img@2:\Windows' /s d.img@1 --firmware-dbx d.img
}

@test "places that cannot be" {
	run -1 slipway bcdboot 'd.img@2:\Windows' /s d.img@1
	assert_output_has 'Windows'
	run -1 slipway bcdboot 'd.img@2:\Windows' /s d.img@2
	assert_output_has 'format the system partition with FAT32'
	run -1 slipway bcdboot 'd.img@2:\Windows' /s d.img
	assert_output_has 'must be DISK@N'
	run -1 slipway bcdboot 'd.img@1:\Windows' /s d.img@1
	assert_output_has 'NTFS'
	run -1 slipway bcdboot 'd.img@2' /s d.img@1
	run -1 slipway bcdboot 'd.img@2:\Windows' /s d.img@1 /vhdlocate
	run -1 slipway bcdboot 'd.img@2:\Windows' /s d.img@1 /m nonsense
	run -2 slipway bcdboot 'd.img@2:\Windows' nonsense /s d.img@1
	run -1 slipway bcdboot 'd.img@2:\Windows' /s d.img@1 /m '{nonsense}'
	run -1 slipway bcdboot 'd.img@2:\Windows' /s d.img@1 --firmware-db none
}
