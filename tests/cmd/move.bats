# move: within a volume, within the host, and from place to place.
load ../helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
	slipway partition create d.img --gpt --size 40M type=data,size=20M type=data
	slipway format d.img@1 /FS:FAT
	slipway format d.img@2
	seq 1 3000 >file
	seq 1 30 >other
}

@test "move: a file and a folder get other names within NTFS and FAT" {
	for volume in d.img@1 d.img@2; do
		slipway copy file "$volume:\\a\\a file with a long name.txt" /P
		slipway copy other "$volume:\\b\\target" /P
		run -0 slipway move "$volume:\\a\\a file with a long name.txt" "$volume:\\b\\"
		assert_output_has '1 file(s) moved.'
		run -1 slipway move "$volume:\\b\\a file with a long name.txt" "$volume:\\b\\TARGET"
		assert_output_has 'it is there already: /Y replaces it'
		assert_output_has '0 file(s) moved.'
		run -0 slipway move /y "$volume:\\b\\a file with a long name.txt" "$volume:\\b\\target"
		slipway type "$volume:\\b\\target" | cmp - file
		run -0 slipway dir /B "$volume:\\b"
		[ "$output" = target ]
		run -0 slipway move "$volume:\\b" "$volume:\\a"
		assert_output_has '1 dir(s) moved.'
		run -0 slipway move "$volume:\\a\\b" "$volume:\\a\\B"
		run -0 slipway dir /B "$volume:\\a"
		[ "$output" = B ]
		run -1 slipway move "$volume:\\a" "$volume:\\a\\B\\c"
		assert_output_has 'a folder cannot go into itself'
		run -1 slipway move "$volume:\\none" "$volume:\\x"
		run -0 slipway chkdsk "$volume"
	done
}

@test "move: from place to place the source goes when the copy is there" {
	run -0 slipway move file 'd.img@1:\'
	[ ! -e file ]
	run -0 slipway move 'd.img@1:\file' 'd.img@2:\x.txt'
	run -1 slipway dir 'd.img@1:\file'
	seq 1 3000 | cmp - <(slipway type 'd.img@2:\x.txt')
	run -1 slipway move 'd.img@2:\x.txt' other
	run -0 slipway move /Y 'd.img@2:\x.txt' other
	seq 1 3000 | cmp - other
	run -0 slipway dir /B 'd.img@2:\'
	[ -z "$output" ]
	mkdir folder
	run -1 slipway move folder 'd.img@2:\'
	assert_output_has 'a folder does not go to another place'
	[ -d folder ]
	head -c 30M /dev/zero >large
	run -1 slipway move large 'd.img@1:\'
	[ -e large ]
}

@test "move: on the host it is a rename; patterns and folders' names are told" {
	mkdir folder
	run -0 slipway move file folder
	run -0 slipway move folder/file again
	run -1 slipway move again other
	run -0 slipway move /Y again other
	seq 1 3000 | cmp - other
	run -1 slipway move 'o*' x
	run -1 slipway move other none/x
	run -2 slipway move other
	run -0 slipway move folder named
	[ -d named ]
}

# Links in NTFS, one of which leads nowhere, are what is moved.
@test "move: a link is renamed itself, and takes no place unasked" {
	mkdir tree
	cp file tree/file
	ln -s file tree/link
	ln -s gone tree/dangling
	slipway dism /Capture-Image /ImageFile:x.wim /CaptureDir:tree /Name:x /NoRpFix
	slipway dism /Apply-Image /ImageFile:x.wim /Index:1 '/ApplyDir:d.img@2:\'
	slipway copy other 'd.img@2:\sub\other' /P
	run -0 slipway move 'd.img@2:\dangling' 'd.img@2:\DANGLING'
	run -0 slipway move 'd.img@2:\DANGLING' 'd.img@2:\sub\'
	assert_output_has '1 file(s) moved.'
	run -1 slipway move 'd.img@2:\link' 'd.img@2:\file'
	assert_output_has 'it is there already: /Y replaces it'
	run -0 slipway move 'd.img@2:\link' 'd.img@2:\Link 2'
	run -0 slipway dir 'd.img@2:\'
	assert_output_has 'Link 2 [file]'
	slipway type 'd.img@2:\Link 2' | cmp - file
	run -0 slipway dir 'd.img@2:\sub'
	assert_output_has 'DANGLING [gone]'
	run -0 slipway chkdsk d.img@2
	# on the host
	run -0 slipway move tree/dangling tree/other
	[ "$(readlink tree/other)" = gone ]
	run -1 slipway move tree/link tree/file
	[ -L tree/link ]
}
