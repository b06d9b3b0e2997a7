# What is captured, as wimlib captures the same: volumes of random trees, volumes by
# Windows and mkntfs, folders of the host.
bats_require_minimum_version 1.5.0
load ../helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
	NTFS=$O/san/unit/libimage/capture/ntfs
	HOST=$O/san/unit/libimage/capture/host
	[ -x "$NTFS" ] && [ -x "$HOST" ] || skip "the unit programs are not built"
	printf '[ExclusionList]\n\\no such file\n' >none.ini
}

# What wimlib tells of an image, without where in the file it lies. A name that is
# an 8.3 name by itself has no other one for Windows; wimlib repeats it.
tell() { # WIM
	wimlib-imagex dir "$1" --detailed | grep -av \
		-e '^Compressed size' -e '^Offset in WIM' -e '^Reference Count' \
		-e '^Flags' -e '^Part Number' -e 'Link Group ID' |
		awk -F' = ' '/^Full Path/ { path = $2 }
			/^Short Name/ { name = $2; gsub(/"/, "", name)
				if (substr(path, length(path) - length(name)) == name "\"")
					$0 = "Short Name          = \"\"" }
			{ print }'
}

same_as_wimlib() { # VOLUME
	rm -f ours.wim theirs.wim
	"$NTFS" capture "$1" ours.wim
	wimlib-imagex capture "$1" theirs.wim --norpfix --config=none.ini >log 2>&1
	wimlib-imagex verify ours.wim >log 2>&1
	tell ours.wim >ours
	tell theirs.wim >theirs
	[ "$(wc -l <ours)" -gt 50 ]
	diff ours theirs
}

@test "volumes of random trees are captured as wimlib captures them" {
	for seed in 11 12; do
		"$NTFS" random "$seed" 300 64 "volume$seed"
		same_as_wimlib "volume$seed"
	done
}

# Built from the one image, put in place from the capture of that: the facts stay.
@test "random trees are applied, captured and applied again, and nothing is lost" {
	"$NTFS" random 12 200 64 volume
	wimlib-imagex capture volume first.wim --norpfix --config=none.ini >log 2>&1
	tell first.wim >first
	truncate -s 64M built put
	slipway format put
	echo kept >kept
	slipway copy kept 'put:\in the way' /P
	run -0 slipway dism /Apply-Image /ImageFile:first.wim /Index:1 '/ApplyDir:built:\'
	[[ $output != *warning* ]]
	run -0 slipway dism /Capture-Image /ImageFile:second.wim '/CaptureDir:built:\' \
		/Name:x /NoRpFix /ConfigFile:none.ini
	[[ $output != *warning* ]]
	run -0 slipway dism /Apply-Image /ImageFile:second.wim /Index:1 '/ApplyDir:put:\'
	[[ $output != *warning* ]]
	tell second.wim >second
	diff first second
	printf '[ExclusionList]\n\\in the way\n' >way.ini
	wimlib-imagex capture put third.wim --norpfix --config=way.ini >log 2>&1
	tell third.wim >third
	diff first third
	run -0 slipway chkdsk put
}

@test "volumes by Windows and mkntfs are captured as wimlib captures them" {
	samples=${SLIPWAY_SAMPLES:-$BATS_TEST_DIRNAME/../../../shared/samples}
	[ -d "$samples/ntfs" ] || skip "there are no samples"
	for name in mkntfs-features win-1k-cluster-test-volume win10-512-cluster-vss; do
		xz -dc "$samples/ntfs/$name.raw.xz" >volume
		same_as_wimlib volume
	done
}

@test "a folder of the host is captured as wimlib captures it" {
	mkdir -p tree/sub/deeper
	echo a >tree/a
	ln tree/a tree/sub/b
	ln -s "$PWD/tree/sub" tree/inside
	ln -s /etc/passwd tree/out
	ln -s ../a tree/sub/relative
	truncate -s 1M tree/sparse
	printf x >'tree/trailing. '
	: >tree/empty
	touch -d 2001-02-03T04:05:06.789012345Z tree/a tree/sub
	# reading moves the times of access
	find tree -depth -exec touch -h -a -d 2030-01-01T00:00:00Z {} +
	"$HOST" tree ours.wim
	find tree -depth -exec touch -h -a -d 2030-01-01T00:00:00Z {} +
	wimlib-imagex capture tree theirs.wim >log 2>&1
	tell ours.wim >ours
	tell theirs.wim >theirs
	diff ours theirs
	wimlib-imagex verify ours.wim >log 2>&1
}

attributes() { # FILE
	python3 -c 'import os, sys
for n in sorted(os.listxattr(sys.argv[1])):
	print(n, os.getxattr(sys.argv[1], n))' "$1"
}

@test "what a folder has of Linux is captured as wimlib captures it" {
	mkdir -m 2750 tree
	echo a >tree/a
	chmod 4711 tree/a
	mkfifo -m 600 tree/pipe
	ln -s a tree/link
	python3 -c 'import os
os.setxattr("tree/a", "user.one", b"a value")
os.setxattr("tree/a", "user.none", b"")' ||
		skip "no extended attributes here"
	[ "$(id -u)" -ne 0 ] || mknod tree/device c 300 70000 ||
		echo "no devices can be made"
	find tree -depth -exec touch -h -a -d 2030-01-01T00:00:00Z {} +
	"$HOST" tree ours.wim unix
	find tree -depth -exec touch -h -a -d 2030-01-01T00:00:00Z {} +
	wimlib-imagex capture tree theirs.wim --unix-data >log 2>&1
	tell ours.wim >ours
	tell theirs.wim >theirs
	diff ours theirs
	# `dir` tells nothing of extended attributes
	wimlib-imagex apply ours.wim 1 applied --unix-data >log 2>&1
	[ "$(attributes applied/a)" = "$(attributes tree/a)" ]
	attributes tree/a | grep -F "user.one b'a value'"
	# through NTFS, as WSL has it: built, and put beside what is there
	truncate -s 16M built put
	slipway format put
	slipway copy log 'put:\x\log' /P
	for volume in built put; do
		slipway dism /Apply-Image /ImageFile:theirs.wim /Index:1 "/ApplyDir:$volume:\\"
		run -0 slipway chkdsk "$volume"
		run -0 ntfsinfo -v -F /a "$volume"
		for name in user.one '$LXUID' '$LXGID' '$LXMOD'; do
			assert_output_has "$name"
		done
		rm -rf back.wim plain.wim back plain
		slipway dism /Capture-Image /ImageFile:back.wim "/CaptureDir:$volume:\\" \
			/Name:x /UnixData /NoRpFix
		slipway dism /Capture-Image /ImageFile:plain.wim "/CaptureDir:$volume:\\" \
			/Name:x /NoRpFix
		wimlib-imagex apply back.wim 1 back --unix-data >log 2>&1
		mkdir plain
		run -0 slipway dism /Apply-Image /ImageFile:plain.wim /Index:1 \
			/ApplyDir:plain /UnixData
		[[ $output != *warning* ]]
		for there in back plain; do
			for f in . a pipe device; do
				[ ! -e "tree/$f" ] || [ "$(stat -c '%a %u %g %F %t %T' "tree/$f")" = \
					"$(stat -c '%a %u %g %F %t %T' "$there/$f")" ]
			done
			[ "$(attributes $there/a)" = "$(attributes tree/a)" ]
			[ "$(readlink $there/link)" = a ]
		done
	done
}

# NTFS holds them in the name space of POSIX; wimlib writes and reads it so.
@test "names that differ in case alone, or that Windows cannot open, come and go" {
	make_wim <<-'END'
		wim("odd.wim", [
		    file("name", b"small"), file("NAME", b"large"), file("Name", b"x"),
		    file("trailing.", b"dot"), file("trailing ", b"blank"),
		    file("a" * 255, b"long"), file(b"\x00\xd8", b"half a pair"),
		    file("con", b"device"), file("a:b*c?", b"marks"),
		    file("a long name", b"1", short="ALONGN~1"),
		    file("A long name", b"2", short="ALONGN~2"),
		    folder("Folder", [file("in", b"1")]),
		    folder("FOLDER", [file("in", b"2"), file("IN", b"3")])])
	END
	truncate -s 16M volume
	mkntfs -F -q volume
	wimlib-imagex apply odd.wim 1 volume >log 2>&1
	same_as_wimlib volume
	grep -c '^Full Path' ours
	[ "$(grep -c '^Full Path' ours)" -eq 17 ]
	# ours hold the same: built, put, and put again
	mv ours all
	truncate -s 16M built put
	slipway format put
	echo kept >kept
	slipway copy kept 'put:\FoldeR\iN' /P
	for volume in built put put; do
		run -0 slipway dism /Apply-Image /ImageFile:odd.wim /Index:1 \
			"/ApplyDir:$volume:\\"
		[[ $output != *'left out'* ]]
		same_as_wimlib "$volume"
		run -0 slipway chkdsk "$volume"
		run -0 ntfsfix -n "$volume"
		run -0 fls -r -p "$volume"
		for name in name=small NAME=large Name=x 'A long name=2' Folder/in=1 \
			FOLDER/in=2 FOLDER/IN=3; do
			[ "$(ntfscat "$volume" "${name%=*}")" = "${name#*=}" ]
			path=${name%=*}
			[ "$(slipway type "$volume:\\${path//\//\\}")" = "${name#*=}" ]
		done
		ntfsls "$volume" >names
		grep -qx NAME names
		grep -qx name names
	done
	[ "$(slipway type 'put:\FoldeR\iN')" = kept ]
}

@test "what a list says not to compress is stored, small and large, appended too" {
	cat >list.ini <<-'END'
		[CompressionExclusionList]
		*.mp3
		\kept
		[CompressionExclusionException]
		\kept\not.mp3
	END
	mkdir -p tree/kept/sub
	for f in a.mp3 a.txt kept/b kept/not.mp3 kept/sub/large large; do
		yes "text of $f" | head -c 40000 >"tree/$f"
	done
	for f in kept/sub/large large; do
		yes "text of $f" | head -c 5000000 >"tree/$f"
	done
	run -0 slipway dism /Capture-Image /ImageFile:x.wim /CaptureDir:tree /Name:1 \
		/ConfigFile:list.ini
	cp x.wim y.wim
	yes more | head -c 50000 >tree/more.mp3
	run -0 slipway dism /Append-Image /ImageFile:y.wim /CaptureDir:tree /Name:2 \
		/ConfigFile:list.ini
	for i in 1 2; do
		[ $i = 1 ] && wim=x.wim || wim=y.wim
		wimlib-imagex verify $wim >log 2>&1
		wimlib-imagex dir $wim $i --detailed | awk -F'= ' '
			/^Full Path/ { path = $2 }
			/Uncompressed size/ { size = $2 + 0 }
			/Compressed size/ && size { print path, ($2 + 0 == size ? "stored" : "smaller") }
		' | tr -d '"' >found
		diff - <(sort found | grep -v more) <<-'END'
			/a.mp3 stored
			/a.txt smaller
			/kept/b stored
			/kept/not.mp3 smaller
			/kept/sub/large stored
			/large smaller
		END
	done
	grep -x '/more.mp3 stored' found
}
