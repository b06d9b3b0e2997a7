#!/usr/bin/env bats
# Images that we add to volumes which hold files, judged by others: wimlib captures
# the NTFS volume and finds in it what the image holds and what was there, fsck.fat
# and mtools look at the FAT one.

bats_require_minimum_version 1.5.0
load ../helpers
load judges

setup_file() { build_maker; }

setup() {
	requires wimlib-imagex ntfsfix ntfsinfo fsntfsinfo fls 7z
	export LC_ALL=C.UTF-8
	cd "$BATS_TEST_TMPDIR"
}

apply() { # WIM ADDRESS
	run -0 "$SLIPWAY" dism /Apply-Image "/ImageFile:$1" /Index:1 \
		"/ApplyDir:$2" --progress none
}

# The image's facts are those of the volume below FOLDER; `kept` facts are of what was
# there.
judge_below() { # WIM VOLUME FOLDER
	sound "$2"
	capture "$2" found.wim --compress=none
	facts "$1" 1 >asked.txt
	facts found.wim 1 >all.txt
	awk -F '\t' -v OFS='\t' -v f="\"$3" '
		index($1, f "/") == 1 || $1 == f "\"" {
			gsub("\"" substr(f, 2), "\"")
			sub("^\"\"", "\"/\"")
			print
		}' all.txt | grep -v '^"/old' >found.txt
	same_facts asked.txt found.txt
	grep -q '^"/old.txt".*Hash.*'"$(sha1sum <old.txt | cut -c1-40)" all.txt
}

volume() { # NAME SIZE [OPTION...]
	truncate -s "$2" "$1"
	slipway format "$1" /V:Kept "${@:3}"
	echo 'what was there' >old.txt
	slipway copy old.txt "$1:\\old.txt"
}

@test "NTFS: everything is there beside what was there; twice; in a folder" {
	rich_wim rich.wim LZX
	volume v.img 100M
	apply rich.wim 'v.img:\'
	judge_below rich.wim v.img ''
	# each file takes the place of itself
	apply rich.wim 'v.img:\'
	judge_below rich.wim v.img ''
	run -0 slipway dir 'v.img:\'
	assert_output_has 'is Kept'
}

@test "NTFS: object ids come with where their files came from" {
	make_wim <<-'END'
		wim("ids.wim", [file("f", b"x", object_id=bytes(range(64))),
		    folder("d", [file("g", object_id=bytes(range(16, 32)) + bytes(48))],
		        object_id=bytes(range(1, 65)))])
	END
	truncate -s 16M built.img
	volume put.img 16M
	for there in built put; do
		apply ids.wim "$there.img:\\"
		sound $there.img
		capture $there.img found.wim
		facts ids.wim 1 >asked.txt
		facts found.wim 1 | grep -v '^"/old' >found.txt
		same_facts asked.txt found.txt
	done
	grep -q 'Birth Object.*0x2021' asked.txt
}

@test "NTFS: links from the image's root lead into the folder, unless told otherwise" {
	rm -rf tree
	mkdir -p tree/there
	ln -s "$PWD/tree/there" tree/in
	ln -s /elsewhere tree/out
	wimlib-imagex capture tree links.wim --rpfix >log 2>&1
	volume v.img 16M
	slipway copy old.txt 'v.img:\a\b c\old.txt' /P
	slipway copy old.txt 'v.img:\k\old.txt' /P
	targets() { # FOLDER
		slipway dir "v.img:\\$1" | grep -o '\[.*\]' | sort
	}
	run -0 slipway dism /Apply-Image /ImageFile:links.wim /Index:1 '/ApplyDir:v.img:\a\b c'
	targets 'a\b c' >found
	diff - found <<-'END'
		[C:\a\b c\there]
		[C:\elsewhere]
	END
	run -0 slipway dism /Apply-Image /ImageFile:links.wim /Index:1 '/ApplyDir:v.img:\k' \
		/NoRpFix
	targets k >found
	diff - found <<-'END'
		[C:\elsewhere]
		[C:\there]
	END
	run -0 slipway chkdsk v.img
}

@test "NTFS: in a folder of a volume of mkntfs" {
	requires mkntfs python3
	mkdir -p tree/deep/er
	for i in 1 2 3 4 5 6 7 8 9; do
		head -c $((i * 700)) /dev/urandom >"tree/deep/a long name $i.txt"
	done
	ln tree/deep/a*1.txt tree/deep/er/again
	ln -s ../deep tree/link
	capture tree tree.wim --compress=LZX
	truncate -s 30M v.img
	mkntfs -q -F -Q v.img
	echo 'what was there' >old.txt
	slipway copy old.txt 'v.img:\old.txt'
	slipway copy old.txt 'v.img:\sub\old.txt' /P
	apply tree.wim 'v.img:\sub'
	judge_below tree.wim v.img /sub
}

@test "NTFS: a folder where a file is, no room, a bad image: nothing is written" {
	mkdir -p tree/old.txt
	echo x >tree/old.txt/x
	capture tree tree.wim
	volume v.img 20M
	before=$(sha1sum <v.img)
	run ! slipway dism /Apply-Image /ImageFile:tree.wim /Index:1 '/ApplyDir:v.img:\'
	assert_output_has 'a file or link is there'
	rm -r tree/old.txt
	head -c 30000000 /dev/urandom >tree/big
	capture tree big.wim
	run ! slipway dism /Apply-Image /ImageFile:big.wim /Index:1 '/ApplyDir:v.img:\'
	assert_output_has 'no room'
	head -c 3000000 /dev/urandom >tree/big
	capture tree bad.wim
	printf 'bad' | dd of=bad.wim bs=1 seek=1000000 conv=notrunc status=none
	run ! slipway dism /Apply-Image /ImageFile:bad.wim /Index:1 '/ApplyDir:v.img:\'
	run -0 slipway chkdsk v.img
	run ! slipway type 'v.img:\big'
	run -0 slipway type 'v.img:\old.txt'
	[ "$output" = 'what was there' ]
	[ "$(slipway dir 'v.img:\' | grep -c '<DIR>')" = 0 ]
	rm big.wim bad.wim
	[ -n "$before" ]
}

@test "FAT: files beside those that are there, and what it cannot hold" {
	requires fsck.fat mcopy
	mkdir -p tree/sub
	echo new >'tree/sub/a long name.txt'
	echo twice >tree/one
	ln tree/one tree/two
	ln -s one tree/link
	echo b >'tree/b:ad'
	touch -d '2021-03-04 05:06:08 UTC' tree/one
	capture tree tree.wim --compress=LZX
	volume v.img 40M /FS:FAT32
	apply tree.wim 'v.img:\'
	assert_output_has 'reparse point of a kind that there is not'
	assert_output_has 'its name cannot be held there'
	run -0 fsck.fat -n v.img
	[ "$(mtype -i v.img '::sub/a long name.txt')" = new ]
	[ "$(mtype -i v.img ::one)" = twice ]
	[ "$(mtype -i v.img ::two)" = twice ]
	[ "$(mtype -i v.img ::old.txt)" = 'what was there' ]
	run -0 mdir -i v.img ::one
	assert_output_has '2021-03-04'
}
