# copy: patterns, folders, several sources, joining; what is asked and kept.

load ../helpers
load copy_files

setup() { make_files; }

@test "copy: patterns, folders and several sources" {
	run -0 slipway copy 'a/F?.t*' 'd.img@1:\new\' /P
	[ "$output" = 'a/f1.txt
a/f2.txt
a/f3.txt
        3 file(s) copied.' ]
	run -0 slipway copy a 'd.img@2:\'
	[ "${lines[-1]}" = '        4 file(s) copied.' ]
	run -0 slipway copy 'd.img@2:\f*' 'd.img@1:\'
	[ "${lines[0]}" = 'd.img@2:\f1.txt' ]
	mkdir out
	run -0 slipway copy 'd.img@1:\new' out
	diff out/f1.txt a/f1.txt
	[ "$(stat -c %Y out/f1.txt)" = 1577968496 ]
	rm out/*
	run -0 slipway copy 'd.img@2:\f2*' 'd.img@1:\f1.txt' a/f3.txt out /Y
	[ "$(ls out)" = $'f1.txt\nf2.txt\nf3.txt' ] || return 1
	rm out/*
	(cd out && slipway copy ../a/f1.txt && cmp f1.txt ../a/f1.txt)
	# several into what is none
	cp d.img before.img
	run -1 slipway copy 'a/f*' 'd.img@1:\f9'
	assert_output_has 'several files go into a folder, and this is none'
	assert_output_has '        0 file(s) copied.'
	run -1 slipway copy 'a/f*' 'd.img@1:\new2\'
	assert_output_has 'its folder is not there; /P would make it'
	run -1 slipway copy 'a/x*' 'd.img@1:\new\'
	assert_output_has 'there is no such file'
	run -1 slipway copy a/f1.txt 'd.img@1:\*.bak'
	unchanged
}

@test "copy: two of one name, and a file onto itself" {
	cp d.img before.img
	mkdir two
	touch two/Name two/name
	run -1 slipway copy two 'd.img@2:\'
	assert_output_has 'two of the sources would be this file'
	run -1 slipway copy a/f1.txt two/Name a/none two/../a/f1.txt 'd.img@2:\'
	assert_output_has 'two of the sources would be this file'
	unchanged
	run -1 slipway copy a/f1.txt a/../a/f1.txt /Y
	assert_output_has 'The file cannot be copied onto itself'
	slipway copy a/f1.txt 'd.img@2:\x' >/dev/null
	run -1 slipway copy 'd.img@2:\x' 'd.img@2:\X' /Y
	assert_output_has 'The file cannot be copied onto itself'
	slipway copy a/f1.txt 'd.img@1:\ä' >/dev/null
	run -1 slipway copy 'd.img@1:\ä' 'd.img@1:\Ä' /Y
	assert_output_has 'The file cannot be copied onto itself'
}

@test "copy: sources that become one file" {
	cat a/f1.txt a/f2.txt a/f3.txt >all
	run -0 slipway copy a/f1.txt+a/f2.txt + a/f3.txt 'd.img@2:\all'
	[ "$output" = '        1 file(s) copied.' ]
	slipway type 'd.img@2:\all' | cmp - all
	slipway copy /b 'd.img@2:\all'+a/none+a/f1.txt 'd.img@1:\more' >/dev/null
	slipway type 'd.img@1:\more' | cmp - <(cat all a/f1.txt)
	slipway copy a/f1.txt+a/f2.txt here >/dev/null
	cmp here <(cat a/f1.txt a/f2.txt)
	echo plus >a+b
	slipway copy a+b 'd.img@1:\plus' >/dev/null
	[ "$(slipway type 'd.img@1:\plus')" = plus ]
	run -1 slipway copy 'a/*.txt+a/none' x
	assert_output_has 'named one by one'
	run -2 slipway copy a/f1.txt +a/f2.txt
	run -2 slipway copy + x
	run -2 slipway copy '' x
	run -2 slipway copy a/f1.txt ''
	run -2 slipway copy /a a/f1.txt x
	assert_output_has '/A is not done: Ctrl+Z'
	[ ! -e x ]
}

@test "copy: a partition is its bytes, and attributes stay within volumes" {
	run -0 slipway copy d.img@1 p.img
	cmp p.img <(dd if=d.img bs=1M skip=1 count=80 status=none)
	requires mattrib
	slipway copy a/f1.txt 'd.img@1:\hid' >/dev/null
	mattrib -i d.img@@1M +h +r ::/hid
	# by its name, not by a pattern
	run -1 slipway copy 'd.img@1:\h*' 'd.img@2:\'
	slipway copy 'd.img@1:\hid' 'd.img@2:\hid' >/dev/null
	[ "$(slipway dir d.img@2 /ahr /b)" = hid ]
	run -1 slipway copy a/f2.txt 'd.img@2:\hid' /Y
	assert_output_has 'it is read-only: xcopy /R /Y would replace it'
	slipway xcopy a/f2.txt 'd.img@2:\hid' /R /Y >/dev/null
	slipway type 'd.img@2:\hid' | cmp - a/f2.txt
	slipway copy 'd.img@1:\hid' out >/dev/null
	[ -w out ]
	slipway xcopy 'd.img@1:\hid' o/ /h /k >/dev/null
	[ "$(stat -c %a o/hid)" = 444 ]
	run -0 slipway chkdsk d.img@2
}

@test "copy: it is asked on a terminal" {
	slipway copy a/f1.txt 'd.img@2:\f1.txt' >/dev/null
	slipway copy a/f1.txt 'd.img@2:\f2.txt' >/dev/null
	cp d.img before.img
	run -1 slipway copy a 'd.img@2:\'
	assert_output_has 'f1.txt: it is there already; /Y would replace it'
	COPYCMD=/y run -1 slipway copy a 'd.img@2:\' /-y
	unchanged
	run typed 'x\nn\nno\n' copy 'a/f*' 'd.img@2:\'
	assert_output_has 'Overwrite d.img@2:\f1.txt? (Yes/No/All): '
	assert_output_has '        1 file(s) copied.'
	slipway type 'd.img@2:\f2.txt' | cmp - a/f1.txt
	run typed 'all\n' copy 'a/f*' 'd.img@2:\'
	assert_output_has '        3 file(s) copied.'
	slipway type 'd.img@2:\f2.txt' | cmp - a/f2.txt
	COPYCMD=/y run -0 slipway copy a/f1.txt 'd.img@2:\f2.txt'
	slipway type 'd.img@2:\f2.txt' | cmp - a/f1.txt
}
