# reg add writes what Windows' reg.exe writes, and refuses what it refuses.

load ../helpers
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	slipway bcdedit /createstore h >/dev/null
	cp h empty
}

# The value that the words make of a hive without it, as a line of a .reg file.
gives() { # LINE WORD...
	local want=$1
	shift
	cp empty h
	slipway reg add 'h\K' "$@" /f >/dev/null || return 1
	slipway reg export 'h\K' f.reg /y >/dev/null
	diff <(printf '%s\n' "$want") <(iconv -f UTF-16 f.reg | tr -d '\r' |
		sed -e ':a' -e '/\\$/N; s/\\\n *//; ta' | sed '1,3d; /^$/d')
}

refuses() { # STATUS WORDS WORD...
	local status=$1 words=$2
	shift 2
	run -"$status" slipway reg add 'h\K' "$@" /f
	assert_output_has "$words"
	cmp h empty
}

@test "text: with its NUL, of REG_NONE too, empty without /d" {
	gives '"v"="deadbeef"' /v v /d deadbeef
	gives '"v"=""' /v v
	gives '"v"=""' /v v /t reg_sz /d ''
	gives '"v"="foo\\0bar"' /v v /d 'foo\0bar'
	gives '"\\foo\\bar"="one/two"' /v '\foo\bar' /d one/two
	gives '"v"=hex(2):25,00,41,00,25,00,00,00' /v v /t REG_EXPAND_SZ /d %A%
	gives '"v"=hex(2):00,00' /v v /t REG_EXPAND_SZ
	gives '"v"=hex(0):54,00,65,00,73,00,74,00,00,00' /v v /t REG_NONE /d Test
	gives '"v"=hex(0):00,00' /v v /t REG_NONE
}

@test "the unnamed value: with /ve, and without /v" {
	gives '@=""'
	gives '@=""' /ve
	gives '@="x"' /d x
	gives '@=dword:00000005' /t REG_DWORD /d 0x5
	gives '@=hex(0):00,00' /t REG_NONE
	gives '"v"="x"' /v v /d x # and only then
	slipway reg add 'h\K' /v v /d x /f
	run -0 slipway reg add 'h\K' # is there and has no unnamed value
	run -1 slipway reg add 'h\K' </dev/null
	assert_output_has 'Value (Default) exists, overwrite'
	run -0 slipway reg query 'h\K' /v v
	cp empty h
	refuses 1 'one of /v and /ve' /v x /ve
}

@test "numbers of 32 bits" {
	for type in REG_DWORD REG_DWORD_LITTLE_ENDIAN; do
		gives '"v"=dword:000001c8' /v v /t $type /d 456
		gives '"v"=dword:0000007b' /v v /t $type /d 0123
		gives '"v"=dword:00000123' /v v /t $type /d 0X123
		gives '"v"=dword:ffffffff' /v v /t $type /d 0xffffffff
	done
	gives '"v"=hex(5):c8,01,00,00' /v v /t REG_DWORD_BIG_ENDIAN /d 456
	cp empty h
	for type in REG_DWORD REG_DWORD_LITTLE_ENDIAN REG_DWORD_BIG_ENDIAN; do
		for number in '' zzz deadbeef 123xyz 0xabcdefg -1 -0x1 00x123 \
			0x01ffffffff 4294967296 0x; do
			refuses 1 'no number of that type' /v v /t $type /d "$number"
		done
		refuses 1 'is needed' /v v /t $type
		refuses 1 'is needed' /ve /t $type
	done
}

@test "numbers of 64 bits" {
	gives '"v"=hex(b):ef,cd,ab,89,67,45,23,01' /v v /t REG_QWORD \
		/d 0x123456789abcdef
	gives '"v"=hex(b):00,00,00,00,00,00,00,00' /v v /t REG_QWORD
	gives '"v"=hex(b):7b,00,00,00,00,00,00,00' /v v /t REG_QWORD /d 0123
	gives '"v"=hex(b):ff,ff,ff,ff,ff,ff,ff,ff' /v v /t REG_QWORD /d -1
	gives '"v"=hex(b):fe,ff,ff,ff,ff,ff,ff,ff' /v v /t REG_QWORD /d -2
	gives '"v"=hex(b):00,00,00,00,00,00,00,80' /v v /t REG_QWORD \
		/d -9223372036854775808
	gives '"v"=hex(b):ff,ff,ff,ff,ff,ff,ff,ff' /v v /t REG_QWORD \
		/d 18446744073709551615
	cp empty h
	for number in '' - zzz -0x1 0x01ffffffffffffffff 00x123 \
		18446744073709551616 -9223372036854775809 --1; do
		refuses 1 'no number of that type' /v v /t REG_QWORD /d "$number"
	done
}

@test "bytes" {
	gives '"v"=hex:0d,ea,db,ee,f0,dd' /v v /t REG_BINARY /d DeAdBeEf0DD
	gives '"v"=hex:' /v v /t REG_BINARY
	gives '"v"=hex:' /v v /t REG_BINARY /d ''
	cp empty h
	for bytes in 0xDeAdBeEf x01 01x '01 02' -1; do
		refuses 1 'no hexadecimal digits' /v v /t REG_BINARY /d "$bytes"
	done
}

@test "strings: each with its NUL, and one more" {
	gives '"v"=hex(7):61,00,00,00,62,00,63,00,00,00,00,00' \
		/v v /t REG_MULTI_SZ /d 'a\0bc'
	gives '"v"=hex(7):61,00,00,00,62,00,63,00,00,00,00,00' \
		/v v /t REG_MULTI_SZ /d 'a\0bc\0'
	gives '"v"=hex(7):61,00,00,00,62,00,00,00,00,00' \
		/v v /t REG_MULTI_SZ /s '#' /d 'a#b'
	gives '"v"=hex(7):61,00,00,00,62,00,00,00,00,00' \
		/v v /t REG_MULTI_SZ /s € /d 'a€b'
	gives '"v"=hex(7):61,00,00,00,00,00' /v v /t REG_MULTI_SZ /d a
	gives '"v"=hex(7):61,00,00,00,00,00' /v v /t REG_MULTI_SZ /s '#' /d 'a#'
	gives '"v"=hex(7):61,00,5c,00,30,00,00,00,62,00,00,00,00,00' \
		/v v /t REG_MULTI_SZ /s '#' /d 'a\0#b'
	gives '"v"=hex(7):00,00' /v v /t REG_MULTI_SZ
	gives '"v"=hex(7):00,00' /v v /t REG_MULTI_SZ /d ''
	gives '"v"=hex(7):00,00,00,00' /v v /t REG_MULTI_SZ /d '\0'
	gives '"v"=hex(7):00,00,00,00' /v v /t REG_MULTI_SZ /s '#' /d '#'
	cp empty h
	for strings in '\0a' 'two\0\0strings' '\0\0' 'a\0\0'; do
		refuses 1 'an empty string' /v v /t REG_MULTI_SZ /d "$strings"
	done
	refuses 1 'an empty string' /v v /t REG_MULTI_SZ /s '#' /d '##'
	for separator in '' '\0' '#ab' '€€'; do
		refuses 1 'one character' /v v /t REG_MULTI_SZ /s "$separator" /d x
	done
}

@test "types, switches and paths that reg.exe refuses" {
	refuses 1 'no type of the registry' /v v /t '' /d x
	refuses 1 'no type of the registry' /v v /t REG_NONSENSE /d x
	refuses 1 'reg import' /v v /t REG_LINK /d x
	refuses 1 'given twice' /v v /v w
	refuses 1 'given twice' /v v /t REG_DWORD /d 1 /t REG_SZ
	run -1 slipway reg add 'h\K' /v
	run -1 slipway reg add 'h\K' /v v /d
	run -1 slipway reg add 'h\K' /v v /reg:32 /reg:64
	run -1 slipway reg add 'h\K\\' /f
	assert_output_has 'one backslash at most'
	cmp h empty
	run -0 slipway reg add 'h\https://example.org\' /f
	run -0 slipway reg query 'h\https://example.org'
	run -1 slipway reg copy 'h\https://example.org' 'h\HTTPS://example.org\' /s /f
	assert_output_has 'the key that is copied from'
}

@test "copy asks about each value that it would replace, below the key too" {
	slipway reg add 'h\A\B\C' /v x /d new >/dev/null
	slipway reg add 'h\A\B' /v y /d new >/dev/null
	slipway reg add 'h\T\B\C' /v X /d old >/dev/null
	slipway reg add 'h\T\B' /v y /d old >/dev/null
	cp h before
	run -1 slipway reg copy 'h\A' 'h\T' /s </dev/null
	assert_output_has 'Value y exists, overwrite (Yes/No)?'
	run -1 slipway reg copy 'h\A' 'h\T' /s < <(printf 'y\nn\n')
	assert_output_has 'Value x exists, overwrite (Yes/No)?'
	cmp h before
	run -0 slipway reg copy 'h\A' 'h\T' </dev/null # nothing in the key itself
	run -0 slipway reg copy 'h\A' 'h\T' /s < <(printf 'y\ny\n')
	run -0 slipway reg compare 'h\A' 'h\T' /s
	cp before h
	run -0 slipway reg copy 'h\A' 'h\T' /s /f </dev/null
	run -0 slipway reg compare 'h\A' 'h\T' /s
}
