# format, dir, type, copy: on FAT and NTFS volumes.

bats_require_minimum_version 1.5.0

load ../helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
	slipway partition create d.img --gpt --size 300M type=efi,size=100M \
		type=data
	echo "some text" >file
}

@test "format says what it made" {
	run -0 slipway format d.img@1 /fs:fat32 /v:System /Serial:12345678
	assert_output_has "The type of the file system is fat32"
	assert_output_has "1234-5678"
	run -0 slipway format d.img@2 /FS:NTFS /V:Windows /Q /A:4096
	run -0 slipway format d.img@2 /FS:FAT /A:8192
	run -1 slipway format d.img
	assert_output_has "disk with partitions"
	run -1 slipway format d.img@3
	run -1 slipway format 'd.img@1:\x'
	run -1 slipway format d.img@2 /FS:FAT32 /A:65536
}

@test "misuse" {
	run -2 slipway format
	run -2 slipway format d.img@1 /FS:ext4
	run -2 slipway format d.img@1 /A:x
	run -2 slipway format d.img@1 /Serial:x
	run -2 slipway dir /zz
	run -2 slipway type
	run -2 slipway copy
	run -1 slipway copy file
	assert_output_has 'cannot be copied onto itself'
	run -2 slipway copy file x /Time:x
}

@test "files go in and out" {
	slipway format d.img@1 /FS:FAT32
	run -1 slipway copy file 'd.img@1:\EFI\Boot\a.txt'
	run -0 slipway copy file 'd.img@1:\EFI\Boot\a.txt' /P
	run -0 slipway copy file 'd.img@1:\EFI\Boot'
	run -0 slipway copy file 'd.img@1:\EFI\'
	run -0 slipway dir 'd.img@1:\EFI' /B
	[ "$output" = "Boot
file" ]
	run -0 slipway dir 'd.img@1:\efi\boot'
	assert_output_has " Directory of d.img@1:\\efi\\boot"
	assert_output_has "2 File(s)             20 bytes"
	slipway type 'd.img@1:\efi\boot\A.TXT' | cmp - file
	run -0 slipway copy 'd.img@1:\EFI\Boot\a.txt' out
	cmp out file
	run -1 slipway copy 'd.img@1:\EFI\Boot\a.txt' out
	run -0 slipway copy 'd.img@1:\EFI\Boot\a.txt' out /Y
	mkdir folder
	run -0 slipway copy 'd.img@1:\EFI\Boot\a.txt' folder
	cmp folder/a.txt file
}

@test "files go into NTFS and out of it" {
	slipway format d.img@2 /V:Windows
	run -0 slipway dir d.img@2
	assert_output_has "0 File(s)"
	run -1 slipway type 'd.img@2:\file'
	run -1 slipway copy file 'd.img@2:\Sub folder\file'
	assert_output_has "not there"
	run -0 slipway copy file 'd.img@2:\Sub folder\file' /P
	head -c 700000 /dev/urandom >large
	run -0 slipway copy large 'd.img@2:\Sub folder\'
	run -1 slipway copy file 'd.img@2:\SUB FOLDER\LARGE'
	assert_output_has "/Y would replace it"
	run -0 slipway copy file 'd.img@2:\SUB FOLDER\FILE' /Y
	run -0 slipway dir 'd.img@2:\SUBFOL~1' /B
	[ "$output" = "file
large" ]
	slipway type 'd.img@2:\sub folder\large' | cmp - large
	slipway copy 'd.img@2:\sub folder\file' out
	cmp out file
	run -0 slipway copy large 'd.img@2:\Sub folder\file' /Y
	slipway type 'd.img@2:\sub folder\file' | cmp - large
	run -1 slipway copy file 'd.img@2:\$MFT' /Y
	assert_output_has "the file system's own"
	run -1 slipway copy file 'd.img@2:\a:b'
	run -0 slipway chkdsk d.img@2
	assert_output_has "has no problems"
}

@test "a volume that is not closed is left alone" {
	slipway format d.img@2 /V:Windows
	printf 'HIBR and more' >hiber
	slipway copy hiber 'd.img@2:\hiberfil.sys' >/dev/null
	cp d.img before
	run -1 slipway copy file 'd.img@2:\x'
	assert_output_has "shut it down"
	cmp d.img before
}
