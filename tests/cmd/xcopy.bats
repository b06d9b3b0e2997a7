# xcopy: trees, what the switches leave out, and what is refused before anything is
# written. Exit codes are those of Microsoft's reference of commands ("xcopy").

load ../helpers
load copy_files

setup() { make_files; }

@test "xcopy: whole trees, each way" {
	run -0 slipway xcopy a 'd.img@2:\t' /e /i
	[ "$output" = 'a/f1.txt
a/f2.txt
a/f3.txt
a/none
a/Long Folder Name/A File.ext
a/b/c/g1.log
a/b/c/g2.log
a/b/c/g3.log
8 File(s) copied' ]
	run -0 slipway xcopy 'd.img@2:\t' 'd.img@1:\' /e/q
	[ "$output" = '8 File(s) copied' ]
	slipway xcopy 'd.img@1:\' out/ /s >/dev/null
	diff -r a out | grep 'Only in a: empty'
	[ "$(diff -r a out | wc -l)" -eq 1 ]
	[ "$(stat -c %Y out/b/c/g1.log)" = 1577968496 ]
	rm -r out
	slipway xcopy 'd.img@2:\t' out /e /i /q >/dev/null
	diff -r a out
	rm -r out
	slipway xcopy a out /e /i /q >/dev/null
	diff -r a out
	# into a volume of a VHD that lies in one
	slipway vdisk create 'd.img@2:\v.vhd' 40M >/dev/null
	slipway partition create 'd.img@2:\v.vhd' --mbr type=data >/dev/null
	slipway format 'd.img@2:\v.vhd@1' /V:Inner >/dev/null
	run -0 slipway xcopy 'd.img@1:\*.log' 'd.img@2:\v.vhd@1:\logs' /s /i /f
	[ "${lines[0]}" = 'd.img@1:\b\c\g1.log -> d.img@2:\v.vhd@1:\logs\b\c\g1.log' ]
	[ "$(slipway dir 'd.img@2:\v.vhd@1:\' /s /b /a-d | wc -l)" -eq 3 ]
	for volume in d.img@2 'd.img@2:\v.vhd@1'; do
		run -0 slipway chkdsk "$volume"
	done
}

@test "xcopy: what the switches leave out" {
	count() { slipway xcopy "$@" | tail -n 1; }
	slipway xcopy a out /e/i/q >/dev/null
	[ "$(count a out /e /d /y)" = '0 File(s) copied' ]
	touch -d '2021-01-01 UTC' a/f2.txt
	[ "$(count a out /e /d /y)" = '1 File(s) copied' ]
	[ "$(count a 'd.img@1:\' /e /i /q)" = '8 File(s) copied' ]
	# FAT counts two seconds as one
	[ "$(count a 'd.img@1:\' /e /d /y)" = '0 File(s) copied' ]
	[ "$(count a x/ /e /d:1-2-2020 /l)" = '8 File(s)' ]
	[ "$(count a x/ /e /d:01-03-2020 /l)" = '1 File(s)' ]
	[ "$(count a x/ /e /d:12-31-2020 /l)" = '1 File(s)' ]
	[ "$(count a x/ /e /d:1-1-2021 /l)" = '1 File(s)' ]
	[ "$(count a x/ /e /d:1-2-2021 /l)" = '0 File(s)' ]
	rm out/f3.txt
	[ "$(count a out /s /u /y)" = '7 File(s) copied' ]
	printf '\\C\\\r\nF1\n' >list
	printf 'name/\n' >list2
	[ "$(count 'd.img@1:\' x/ /s /exclude:list /l)" = '4 File(s)' ]
	[ "$(count a x/ /s /l /exclude:list+list2)" = '3 File(s)' ]
	# lists by Windows: either slash, with a mark; not in UTF-16
	[ "$(count a x/ /s /l /exclude:list)" = '4 File(s)' ]
	printf '\xef\xbb\xbfF1\r\n' >marked
	[ "$(count a x/ /s /l /exclude:marked)" = '7 File(s)' ]
	iconv -t UTF-16 list >wide
	run -4 slipway xcopy a x/ /s /l /exclude:wide
	assert_output_has 'wide: it is no text in UTF-8'
	[ "$(count a x/ /l)" = '4 File(s)' ]
	[ ! -e x ]
	run -0 slipway xcopy a t/ /t
	[ "$(find t | sort)" = $'t\nt/Long Folder Name\nt/b\nt/b/c' ]
	slipway xcopy a t/ /t /e >/dev/null
	[ -d t/empty ]
	requires mattrib
	mattrib -i d.img@@1M +h ::/b
	[ "$(count 'd.img@1:\' h/ /s /l)" = '5 File(s)' ]
	[ "$(count 'd.img@1:\' 'd.img@2:\h\' /s /h)" = '8 File(s) copied' ]
	[ "$(slipway dir 'd.img@2:\h' /ahd /b)" = b ]
	mattrib -i d.img@@1M -a ::/f1.txt
	[ "$(count 'd.img@1:\' h/ /a /l)" = '3 File(s)' ]
}

@test "xcopy: exit codes, and what it is asked" {
	run -1 slipway xcopy 'a/*.none' out/
	assert_output_has 'File not found - *.none'
	assert_output_has '0 File(s) copied'
	run -1 slipway xcopy a/nothing out/
	for words in /zz '' 'a b c' 'a out /o' 'a out /m' 'a out /w' 'a out /d:1-2' \
		'a out/ /exclude:none' 'none/x out/' 'a C:\x' 'a a/b/ /s' \
		'a d.img@3:\' 'a/f1.txt new' 'a new'; do
		# shellcheck disable=SC2086 # words are meant
		run -4 slipway xcopy $words </dev/null
	done
	[ ! -e out ] && [ ! -e new ]
	for switch in b g m n o w x compress; do
		run -4 slipway xcopy a out /$switch
		assert_output_has "/${switch^^} is not done: "
	done
	run -0 slipway xcopy a/f1.txt new < <(echo f)
	assert_output_has 'Does new specify a file name'
	cmp new a/f1.txt
	run -0 slipway xcopy a/f1.txt folder < <(echo D)
	cmp folder/f1.txt a/f1.txt
	run -0 slipway xcopy a/f1.txt folder /y
	run -4 slipway xcopy a/f1.txt folder
	run -4 slipway xcopy a/f1.txt folder /p /y </dev/null
	run typed 'y\nn\n' xcopy 'a/f[12]*' folder /p /y
	run typed 'y\nn\nn\n' xcopy 'a/f*' folder /p /y
	assert_output_has '1 File(s) copied'
	# Ctrl+C: at the first write
	requires strace
	run -2 strace -f -o /dev/null -e trace=pwrite64 \
		-e inject=pwrite64:signal=INT:when=1 "$SLIPWAY" xcopy a c/ /s
	[ -z "$(find c -type f)" ]
}

@test "what cannot be is found before anything is written" {
	cp d.img before.img
	mkdir bad
	echo x >bad/first
	echo x >'bad/no:name'
	for volume in d.img@1 d.img@2; do
		run -4 slipway xcopy bad "$volume:\\"
		assert_output_has 'no:name: '
		unchanged
	done
	rm bad/no:name
	truncate -s 4G bad/huge
	run -4 slipway xcopy bad 'd.img@1:\'
	assert_output_has 'FAT cannot hold a file of 4294967296 bytes'
	unchanged
	rm bad/huge
	# a name of the host that would be a path in a volume
	echo x >'bad/first\b'
	mkdir 'bad/..\c'
	touch 'bad/..\c/d'
	for volume in d.img@1 d.img@2; do
		run -4 slipway xcopy bad "$volume:\new" /e /i
		assert_output_has 'bad/first\b: its name has a "\"'
		unchanged
	done
	run -1 slipway copy bad 'd.img@2:\new\' /P
	assert_output_has 'bad/first\b: its name has a "\"'
	run -1 slipway copy 'bad/first\b+bad/first' 'd.img@2:\'
	assert_output_has 'bad/first\b: its name has a "\"'
	unchanged
	run -5 slipway xcopy bad 'd.img@2:\new' /e /i /c
	assert_output_has 'bad/..\c: its name has a "\"'
	[ "$(slipway dir 'd.img@2:\new' /s /b)" = 'd.img@2:\new\first' ]
	cp before.img d.img
	slipway copy 'bad/first\b' 'd.img@2:\named' >/dev/null
	cp before.img d.img
	rm -r bad/first?b 'bad/..\c'
	for i in 1 2 3; do head -c 50M /dev/zero >bad/$i; done
	for volume in d.img@1 d.img@2; do
		run -4 slipway xcopy bad "$volume:\\"
		assert_output_has 'there is not enough room: 157'
		unchanged
	done
	rm bad/[123]
	slipway copy a/f1.txt 'd.img@2:\a' >/dev/null
	slipway copy a/f1.txt 'd.img@2:\first\x' /P >/dev/null
	cp d.img before.img
	run -4 slipway xcopy a 'd.img@2:\a\'
	run -4 slipway xcopy bad 'd.img@2:\'
	assert_output_has 'a folder is where a file is to be'
	mkdir -p deep/a
	echo x >deep/a/x
	run -4 slipway xcopy deep 'd.img@2:\' /s
	assert_output_has 'a file is where a folder is to be'
	mkfifo bad/pipe
	run -4 slipway xcopy bad/pipe out/
	run -4 slipway xcopy bad/pipe 'd.img@2:\new\'
	unchanged
	rm bad/pipe
	# a folder into itself, however it is called and however deep
	ln -s a way
	for to in a/new a/new/deeper/still way/new/deeper ./a/../a/x/y/; do
		run -4 slipway xcopy a "$to" /e /i
		assert_output_has 'a folder cannot be copied into itself'
	done
	[ ! -e a/new ] && [ ! -e a/x ]
	run -4 slipway xcopy '' out /i
	run -4 slipway xcopy a ''
	# links to folders are named
	ln -s ../a bad/link
	run -4 slipway xcopy bad out/ /s
	assert_output_has 'bad/link: it is a link to a folder'
	run -5 slipway xcopy bad out/ /s /c
	assert_output_has '1 File(s) copied'
	ln -s first bad/file
	run -0 slipway xcopy bad out2/
	[ ! -L out2/file ] && cmp out2/file bad/first
}

@test "what cannot be read, or has no place, is named" {
	head -c 50000 /dev/urandom >big
	for name in first locked third; do
		slipway copy big "d.img@2:\\v\\$name" /p >/dev/null
	done
	# the content of one is encrypted, as its record says
	python3 - <<-'END'
		disk = open("d.img", "r+b")
		data = disk.read()
		name = "locked".encode("utf-16le")
		for at in range(0, len(data), 1024):
		    if data[at:at + 4] == b"FILE" and name in data[at:at + 1024] \
		            and data[at + 22] & 2 == 0:
		        break
		at = data.index(b"\x80\0\0\0", at + 56)
		disk.seek(at + 12)
		disk.write(b"\x00\x40")
	END
	run -4 slipway xcopy 'd.img@2:\v' out/
	assert_output_has 'd.img@2:\v\locked: '
	run -5 slipway xcopy 'd.img@2:\v' out/ /c
	assert_output_has 'd.img@2:\v\locked: '
	assert_output_has '2 File(s) copied'
	run -1 slipway copy 'd.img@2:\v\*' out/ /y
	assert_output_has 'd.img@2:\v\locked: '
	truncate -s 8M f.img
	slipway format f.img /fs:fat >/dev/null
	mkdir many
	(cd many && touch {001..600}.some.names)
	run -5 slipway xcopy many 'f.img:\' /q
	assert_output_has 'f.img:\'
	assert_output_has '.some.names: '
	assert_output_has 'it is full with 512 entries'
}

@test "many files: the MFT grows in few pieces" {
	mkdir many
	(cd many && seq 200000 | head -c 640000 | split -b 800 -a 4 - f)
	for n in {1..20}; do
		run -0 slipway xcopy many "d.img@2:\\many$n" /i /q
		[ "$output" = '800 File(s) copied' ]
	done
	[ "$(slipway dir d.img@2 /s /b /a-d | wc -l)" -eq 16000 ]
	run -0 slipway chkdsk d.img@2
	slipway type 'd.img@2:\many20\fabet' | cmp - many/fabet
}
