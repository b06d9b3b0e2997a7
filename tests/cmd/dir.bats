# dir: the layout that scripts know from Windows, its switches, and wildcards; and
# type of named streams. The layout's columns are those of the samples in Microsoft's
# reference of the C library ("_utime"):
#
# 01/09/2003  05:38 PM               935 crt_utime.c
#                1 File(s)            935 bytes
#                0 Dir(s)  20,742,955,008 bytes free

load ../helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
	head -c 935 /dev/zero >crt_utime.c
	touch -d '2003-01-09 17:38:00 UTC' crt_utime.c
}

# A volume with some files, made at one time.
make_volume() { # FAT32 | NTFS
	rm -f d.img
	slipway partition create d.img --mbr --size 300M type=data >/dev/null
	slipway format d.img@1 "/FS:$1" /V:Label /Serial:12345678 >/dev/null
	put '\crt_utime.c' 1042133880
	put '\test\A long name.txt' 1104537600
	put '\test\t97.txt' 1104584400
	put '\test\deep\er\last' 1104584400
}

put() { # PATH TIME
	slipway copy crt_utime.c "d.img@1:$1" /P "/Time:$2" >/dev/null
}

# Lines are compared whole; what is free is not known here.
expect() {
	diff <(sed 's/ [ 0-9,]* bytes free$/ FREE/' <<<"$output") - || {
		echo "$output" >&2
		return 1
	}
}

@test "the layout, on FAT and on NTFS" {
	for fs in FAT32 NTFS; do
		make_volume $fs
		label=Label
		[ $fs = NTFS ] || label=LABEL
		run -0 slipway dir d.img@1
		expect <<-END
			 Volume in drive d.img@1 is $label
			 Volume Serial Number is 1234-5678

			 Directory of d.img@1:\\

			01/09/2003  05:38 PM               935 crt_utime.c
			01/01/2005  12:00 AM    <DIR>          test
			               1 File(s)            935 bytes
			               1 Dir(s) FREE
		END
		run -0 slipway dir 'd.img@1:\TEST' /on
		expect <<-END
			 Volume in drive d.img@1 is $label
			 Volume Serial Number is 1234-5678

			 Directory of d.img@1:\\TEST

			01/01/2005  $(dots $fs)    <DIR>          .
			01/01/2005  $(dots $fs)    <DIR>          ..
			01/01/2005  12:00 AM               935 A long name.txt
			01/01/2005  01:00 PM    <DIR>          deep
			01/01/2005  01:00 PM               935 t97.txt
			               2 File(s)          1,870 bytes
			               3 Dir(s) FREE
		END
		free=$(slipway dir d.img@1 | sed -n 's/.*Dir(s)\(.*\) bytes free/\1/p')
		[ "${#free}" -eq 16 ]
	done
}

# NTFS keeps when something was put into a folder, FAT when it was made.
dots() { # FAT32 | NTFS
	if [ "$1" = NTFS ]; then echo '01:00 PM'; else echo '12:00 AM'; fi
}

@test "a label that is not there, and folders of the host" {
	slipway partition create d.img --mbr --size 300M type=data
	slipway format d.img@1 >/dev/null
	run -0 slipway dir d.img@1
	[ "${lines[0]}" = ' Volume in drive d.img@1 has no label.' ]
	assert_output_has '0 File(s)'
	mkdir folder
	cp -p crt_utime.c folder/x.c
	ln -s x.c folder/y
	touch -d '2003-01-09 17:38:00 UTC' folder
	run -0 slipway dir folder
	assert_output_has ' Volume in drive / has no label.'
	assert_output_has ' Volume Serial Number is '
	assert_output_has ' Directory of folder'
	assert_output_has '01/09/2003  05:38 PM    <DIR>          ..
01/09/2003  05:38 PM               935 x.c
01/09/2003  05:38 PM    <SYMLINK>      y [x.c]
               2 File(s)          1,870 bytes
               2 Dir(s)'
	[ "$(cd folder && slipway dir /b)" = $'x.c\ny' ]
	[ "$(slipway dir /b 'folder/*.c')" = x.c ]
	[ "$(slipway dir /b folder/x.c)" = x.c ]
	run -1 slipway dir folder/X.c
	# a disk is what it holds
	[ "$(slipway dir d.img@1 /b)" = '' ]
	run -1 slipway dir d.img
	assert_output_has "disk with partitions"
}

@test "folders below, and whole paths" {
	make_volume NTFS
	run -0 slipway dir d.img@1 /s/on/a-d
	expect <<-END
		 Volume in drive d.img@1 is Label
		 Volume Serial Number is 1234-5678

		 Directory of d.img@1:\\

		01/09/2003  05:38 PM               935 crt_utime.c
		               1 File(s)            935 bytes

		 Directory of d.img@1:\\test

		01/01/2005  12:00 AM               935 A long name.txt
		01/01/2005  01:00 PM               935 t97.txt
		               2 File(s)          1,870 bytes

		 Directory of d.img@1:\\test\\deep\\er

		01/01/2005  01:00 PM               935 last
		               1 File(s)            935 bytes

		     Total Files Listed:
		               4 File(s)          3,740 bytes
		               0 Dir(s) FREE
	END
	run -0 slipway dir d.img@1 /s /b
	[ "$output" = 'd.img@1:\crt_utime.c
d.img@1:\test
d.img@1:\test\A long name.txt
d.img@1:\test\deep
d.img@1:\test\t97.txt
d.img@1:\test\deep\er
d.img@1:\test\deep\er\last' ]
	[ "$(slipway dir 'd.img@1:\L*' /b/s)" = 'd.img@1:\test\deep\er\last' ]
	[ "$(slipway dir 'd.img@1:\last' /b/s)" = 'd.img@1:\test\deep\er\last' ]
	run -0 slipway dir d.img@1 /s
	assert_output_has '               9 Dir(s)'
}

@test "what is not there" {
	make_volume NTFS
	run -1 --separate-stderr slipway dir 'd.img@1:\test\*.none'
	[ "$stderr" = 'File Not Found' ]
	expect <<-END
		 Volume in drive d.img@1 is Label
		 Volume Serial Number is 1234-5678

		 Directory of d.img@1:\\test
	END
	run -1 --separate-stderr slipway dir 'd.img@1:\none' /b
	[ "$output$stderr" = 'File Not Found' ]
	run -1 slipway dir d.img@1 /s /ah
	assert_output_has 'File Not Found'
	run -1 slipway dir 'd.img@1:\none\x'
	assert_output_has 'there is no such file or folder'
	run -1 slipway dir 'd.img@1:\*\x'
	assert_output_has 'in the last part of a path alone'
	# one of several
	run -1 slipway dir 'd.img@1:\none' 'd.img@1:\test' /b
	assert_output_has t97.txt
}

@test "wildcards match as on Windows, 8.3 names too" {
	requires mkfs.fat mcopy
	truncate -s 16M v.img
	mkfs.fat -F 16 v.img >/dev/null
	for name in t.txt2 t97.txt index.html README a.b.c; do
		mcopy -i v.img crt_utime.c "::$name"
	done
	list() { slipway dir "v.img:\\$1" /b /on | tr '\n' ' '; }
	[ "$(list '*.*')" = 'a.b.c index.html README t.txt2 t97.txt ' ]
	[ "$(list '*')" = 'a.b.c index.html README t.txt2 t97.txt ' ]
	[ "$(list '*.')" = 'README ' ]
	# of 8.3 names: INDEX~1.HTM, T~1.TXT or the like
	[ "$(list '*.htm')" = 'index.html ' ]
	[ "$(list '*.TXT')" = 't.txt2 t97.txt ' ]
	[ "$(list 'T??.*')" = 't97.txt ' ] || [ "$(list 'T??.*')" = 't.txt2 t97.txt ' ]
	[ "$(list 'r*')" = 'README ' ]
	run -0 slipway dir 'v.img:\index.html' /x
	[[ ${lines[3]} =~ \ 935\ [A-Z0-9~]+\.HTM\ +index\.html$ ]]
	[ "$(expr index "${lines[3]}" i)" -eq 53 ]
}

@test "attributes, order, columns, letters" {
	make_volume FAT32
	requires mattrib
	mattrib -i d.img@@1M +h ::/crt_utime.c
	mattrib -i d.img@@1M +r ::/test/t97.txt
	list() { slipway dir "$@" /b | tr '\n' ' '; }
	[ "$(list d.img@1)" = 'test ' ]
	[ "$(list d.img@1 /a)" = 'crt_utime.c test ' ]
	[ "$(list d.img@1 /a:h)" = 'crt_utime.c ' ]
	run -1 slipway dir d.img@1 /AHD
	[ "$(list 'd.img@1:\test' /ar)" = 't97.txt ' ]
	[ "$(list 'd.img@1:\test' /a:-r-d)" = 'A long name.txt ' ]
	[ "$(list 'd.img@1:\test' /o)" = 'deep A long name.txt t97.txt ' ]
	[ "$(list 'd.img@1:\test' /o:-n)" = 't97.txt deep A long name.txt ' ]
	[ "$(list 'd.img@1:\test' /od/a-d)" = 'A long name.txt t97.txt ' ]
	[ "$(list 'd.img@1:\test' /o-d/a-d)" = 't97.txt A long name.txt ' ]
	[ "$(list 'd.img@1:\test' /on /l)" = 'a long name.txt deep t97.txt ' ]
	run -0 slipway dir 'd.img@1:\test' /w/on
	[ "$(sed 's/ *$//' <<<"${lines[3]}")" = \
		'[.]              [..]             A long name.txt  [deep]' ]
	run -0 slipway dir 'd.img@1:\test' /d/on
	[ "$(sed 's/ *$//' <<<"${lines[3]}")" = \
		'[.]              A long name.txt  t97.txt' ]
	run -0 slipway dir 'd.img@1:\test' /-c
	assert_output_has '1870 bytes'
	run -0 slipway dir 'd.img@1:\test' /ta
	assert_output_has '01/01/2005  12:00 AM               935 t97.txt'
	for bad in /q /ax /o:x /tx /-a /sz --nonsense; do
		run -2 slipway dir d.img@1 $bad
	done
	assert_output_has '--nonsense: unknown switch'
	# a path is no switch, though it is one of letters
	mkdir a
	run -0 slipway dir "$PWD/a"
}

@test "named streams are listed and shown" {
	requires mkntfs ntfscp
	truncate -s 20M n.img
	mkntfs -q -F n.img >/dev/null 2>&1
	ntfscp -q n.img crt_utime.c /File
	echo '[ZoneTransfer]' >zone
	ntfscp -q -N Zone.Identifier n.img zone /File
	head -c 100000 /dev/urandom >long
	ntfscp -q -N long n.img long /File
	run -0 slipway dir 'n.img:\file' /r
	assert_output_has '               935 File
                               100,000 File:long:$DATA
                                    15 File:Zone.Identifier:$DATA
               1 File(s)            935 bytes'
	slipway type 'n.img:\file:zone.identifier' | cmp - zone
	slipway type 'n.img:\FILE:Zone.Identifier:$DATA' | cmp - zone
	slipway type 'n.img:\File:long' | cmp - long
	slipway type 'n.img:\File::$DATA' | cmp - crt_utime.c
	slipway copy 'n.img:\File:long' out >/dev/null
	cmp out long
	run -1 slipway type 'n.img:\File:none'
	assert_output_has 'none: there is no such stream'
	run -1 slipway type 'n.img:\:x'
	run -1 slipway type 'n.img:\::$DATA'
	# a stream of a folder is listed with it
	run -0 slipway dir n.img /r
	assert_output_has 'File:long:$DATA'
}
