#!/usr/bin/env bats
# Every key of the answer file with values that cannot be: each is an error in
# words, most with their line, and the target keeps what it holds to the last bit.

bats_require_minimum_version 1.5.0
load ../helpers

setup_file() {
	requires python3
	cd "$BATS_FILE_TMPDIR"
	make_wim <<-'END'
		wim("small.wim", [folder("Windows", [folder("Boot", [
		    folder("EFI", [file("bootmgfw.efi", b"MZ" + bytes(4000))]),
		    folder("PCAT", [file("bootmgr", b"x"), file("bootvhd.dll", b"x")])])])])
	END
	truncate -s 64M target.img
	slipway partition create target.img --gpt type=data >/dev/null
	slipway format 'target.img@1' /V:Mine >/dev/null
	cp --sparse=always target.img kept.img
}

setup() { cd "$BATS_FILE_TMPDIR"; }

# The answer that all of them change; with "partition" of that kind.
base() { # KIND
	cat <<-'END'
		[disk]
		wipe = yes
		efi-size = 34M
		msr-size = 1M
		[image]
		file = small.wim
		[boot]
		system = windows
	END
	case $1 in
	partition) printf '[partition]\nsize = 16M\n' ;;
	*) printf '[vhd]\npath = \\vhd\\one.vhd\nsize = 12M\n' ;;
	esac
}

# Gives a key of a section a value, in place of the one that it has.
with() { # SECTION KEY VALUE
	KEY=$2 VALUE=$3 awk -v section="[$1]" '
		$1 == ENVIRON["KEY"] && $2 == "=" && now == section { next }
		/^\[/ { now = $0 }
		{ print }
		$0 == section { print ENVIRON["KEY"] " = " ENVIRON["VALUE"]; done = 1 }
		END { if (!done) print section "\n" ENVIRON["KEY"] " = " ENVIRON["VALUE"] }'
}

try() { # WHAT: answer.ini must be refused
	if "$SLIPWAY" deploy answer.ini --target target.img --progress none >out.txt 2>&1; then
		echo "$1: accepted"
	elif ! grep -q '^deploy: .*: .' out.txt; then
		echo "$1: no reason: $(cat out.txt)"
	fi
	if ! cmp -s kept.img target.img; then
		echo "$1: the target is changed"
		cp --sparse=always kept.img target.img
	fi
}

deep=$(printf '\\f%.0s' {1..15})
long=$(printf 'x%.0s' {1..300})

# section|key|value
bad_values() {
	cat <<-END
		disk|size|
		disk|size|8GB
		disk|size|9G..8G
		disk|size|-1
		disk|size|99999999999999999999
		disk|serial|
		disk|model|
		disk|bus|floppy
		disk|path|
		disk|wipe|Yes
		disk|wipe|1
		disk|again|perhaps
		disk|other-machine|2
		disk|layout|raid
		disk|efi-size|0
		disk|efi-size|1M
		disk|efi-size|34000001
		disk|efi-size|60M
		disk|efi-size|9999T
		disk|efi-size|16777216T
		disk|system-size|100M
		disk|system-format|ntfs
		disk|system-format|exfat
		disk|msr-size|0
		disk|msr-size|5000
		disk|msr-size|9999T
		disk|label|$long
		disk|label|tab	inside
		disk|seed|123
		disk|seed|01234567-89ab-cdef-0123-456789abcdeg
		image|file|
		image|file|missing.wim
		image|file|answer.ini
		image|file|.
		image|file|$long$long
		image|index|0
		image|index|2
		image|index|nobody
		image|index|
		image|verify|maybe
		image|compact|XPRESS4K
		network|username|
		network|domain|
		network|password|
		vhd|path|
		vhd|path|one.vhd
		vhd|path|C:\\one.vhd
		vhd|path|\\..\\one.vhd
		vhd|path|\\a/b.vhd
		vhd|path|\\a\\\\b.vhd
		vhd|path|\\a?.vhd
		vhd|path|\\folder\\
		vhd|path|\\one.img
		vhd|path|\\one.vmdk
		vhd|path|\\blank \\one.vhd
		vhd|path|\\dot.\\one.vhd
		vhd|path|\\\$MFT\\one.vhd
		vhd|path|\\\$Volume\\one.vhd
		vhd|path|$deep\\one.vhd
		vhd|path|\\$long.vhd
		vhd|size|0
		vhd|size|1000
		vhd|size|1M
		vhd|size|50M
		vhd|size|3000G
		vhd|size|99999999999T
		vhd|type|thin
		vhd|parent|one.vhd
		vhd|parent|\\vhd\\one.vhd
		vhd|parent|\\vhd\\none.vhd
		vhd|label|$long
		vhd|image|missing.wim
		vhd|index|7
		vhd|description|
		vhd|description|$long
		vhd|description|tab	inside
		vhd|menu|perhaps
		vhd|menu|no
		partition|size|0
		partition|size|1000
		partition|size|64K
		partition|size|50M
		partition|label|$long
		partition|image|missing.wim
		partition|index|7
		partition|description|$long
		partition|menu|maybe
		partition|menu|no
		boot|system|beos
		boot|system|linux
		boot|description|$long
		boot|description|
		boot|locale|english
		boot|locale|e
		boot|locale|en_US
		boot|locale|en-US; rm
		boot|timeout|-1
		boot|timeout|soon
		boot|timeout|10000000
		boot|timeout|1e3
		boot|default|nothing like it
		boot|default|
		boot|environment|it's
		boot|environment|yes
		boot|options|'quoted'
		boot|options|\$(reboot)
		environment|keyboard|
		finish|action|dance
		finish|action|
		finish|colour|red
		nonsense|key|value
	END
}

@test "the answer that all of them change is good" {
	cp --sparse=always target.img good.img
	base vhd >answer.ini
	run -0 slipway deploy answer.ini --target good.img --progress none
	base partition >answer.ini
	run -0 slipway deploy answer.ini --target good.img --progress none
	# and goes without saying in UTF-16, and with the line ends of Windows
	base vhd | sed 's/$/\r/' | iconv -t UTF-16 >answer.ini
	run -0 slipway deploy answer.ini --target good.img --progress none
}

@test "each value of each key" {
	while IFS='|' read -r section key value; do
		kind=vhd
		[ "$section" != partition ] || kind=partition
		base $kind | with "$section" "$key" "$value" >answer.ini
		try "[$section] $key = $value"
	done < <(bad_values) >failed
	cat failed >&2
	[ ! -s failed ]
}

@test "no key is left out here" {
	sed -nE 's/^\t\{"([a-z]+)", "([a-z-]+)", set_.*/\1,\2/p' \
		"$ROOT/tools/libdeploy/answer_keys.c" | sort -u >keys
	bad_values | awk -F'|' '{ print $1 "," $2 }' | sort -u >tried
	[ "$(wc -l <keys)" -ge 37 ]
	[ -z "$(comm -23 keys tried)" ]
}

@test "two systems that cannot be together" {
	for more in '\VHD\ONE.VHD' '\vhd' '\vhd\one.vhd\two.vhd'; do
		{ base vhd; printf '[vhd]\npath = %s\nsize = 4M\ndescription = Two\n' "$more"; } \
			>answer.ini
		try "$more"
	done >failed
	# names that are equal but for the case of letters outside of ASCII
	printf '%s\n' '[disk]' 'wipe = yes' 'efi-size = 34M' 'msr-size = 1M' '[image]' \
		'file = small.wim' '[boot]' 'system = windows' '[vhd]' 'path = \ä.vhd' \
		'size = 4M' '[vhd]' 'path = \Ä.vhd' 'size = 4M' 'description = b' >answer.ini
	try 'ä and Ä' >>failed
	cat failed >&2
	[ ! -s failed ]
}

@test "another encoding is refused with file, line and what to do" {
	{ base vhd; echo '; Grüße'; } | iconv -t WINDOWS-1252 >answer.ini
	try 'ANSI'
	run -1 slipway deploy answer.ini --target target.img
	assert_output_has 'answer.ini:12: the byte 0xfc is no UTF-8'
	assert_output_has 'save the file as UTF-8'
	base vhd | iconv -t UTF-16LE >answer.ini # without its mark
	run -1 slipway deploy answer.ini --target target.img
	assert_output_has 'UTF-16 without a mark'
	cmp kept.img target.img
}

@test "[environment] keyboard: a layout that is there, else the list of them" {
	{ base; printf '[environment]\nkeyboard = fr-ch ; as on the box\n'; } >k.ini
	run -0 slipway deploy k.ini --keyboard
	[ "$output" = fr-ch ]
	base >k.ini
	run -0 slipway deploy k.ini --keyboard
	[ -z "$output" ]
	{ base; printf '[environment]\nkeyboard = de_DE\n'; } >k.ini
	run -1 slipway deploy k.ini --keyboard
	assert_output_has "k.ini:13: keyboard = de_DE: must be one of bg br "
	# the same as the environment has
	[ "${output##*must be one of }" = "$(sed -n 's/^\([a-z].*\)/\1/p' \
		"$ROOT/build/keyboards" | cut -f 1 | xargs)" ]
}
