# reg as a black box, on hives made from nothing.

load ../helpers
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	slipway bcdedit /createstore SYSTEM >/dev/null # an almost empty hive
	slipway reg delete 'SYSTEM\Objects' /f >/dev/null
	slipway reg delete 'SYSTEM\Description' /f >/dev/null
	slipway reg add 'SYSTEM\Select' /v Current /t REG_DWORD /d 1 >/dev/null
	slipway reg add 'SYSTEM\ControlSet001\Services\disk' /v Start /t REG_DWORD /d 0 >/dev/null
	slipway reg add 'SYSTEM\ControlSet001\Services\disk' /v ImagePath \
		/t REG_EXPAND_SZ /d 'System32\drivers\disk.sys' >/dev/null
	D='SYSTEM\CurrentControlSet\Services\disk'
}

@test "help and misuse" {
	run -0 slipway reg '/?'
	assert_output_has 'usage: reg query'
	run -1 slipway reg
	run -1 slipway reg frobnicate
	run -1 slipway reg query
	run -1 slipway reg query a b
	run -1 slipway reg add
	run -1 slipway reg copy a
	run -1 slipway reg delete SYSTEM /va /ve
}

@test "a key is shown in the layout of Windows" {
	slipway reg add "$D\\Parameters" >/dev/null
	slipway reg add "$D\\Enum" /ve /d first >/dev/null
	run -0 slipway reg query "$D"
	diff - <(printf '%s\n' "$output") <<-'END'

		SYSTEM\CurrentControlSet\Services\disk
		    Start    REG_DWORD    0x0
		    ImagePath    REG_EXPAND_SZ    System32\drivers\disk.sys

		SYSTEM\CurrentControlSet\Services\disk\Enum
		SYSTEM\CurrentControlSet\Services\disk\Parameters
	END
	run -0 slipway reg query SYSTEM /s
	assert_output_has 'SYSTEM\ControlSet001\Services\disk\Enum
    (Default)    REG_SZ    first'
	run -0 slipway reg query SYSTEM
	[ "$output" = '
SYSTEM\ControlSet001
SYSTEM\Select' ]
}

@test "one value, by name, by type, by content" {
	run -0 slipway reg query "$D" /v start
	assert_output_has '    Start    REG_DWORD    0x0'
	[[ $output != *ImagePath* ]]
	run -1 slipway reg query "$D" /v none
	assert_output_has 'ERROR: The system was unable to find the specified registry key or value.'
	run -1 slipway reg query 'SYSTEM\none'
	run -0 slipway reg query "$D" /ve
	assert_output_has '(value not set)'
	run -0 slipway reg query SYSTEM /s /v start /z
	assert_output_has 'REG_DWORD (4)    0x0'
	assert_output_has 'End of search: 1 match(es) found.'
	run -0 slipway reg query SYSTEM /s /f DISK
	assert_output_has 'End of search: 2 match(es) found.'
	run -0 slipway reg query SYSTEM /s /f 'disk.sys' /d
	assert_output_has 'End of search: 1 match(es) found.'
	run -1 slipway reg query SYSTEM /s /f DISK /c
	run -0 slipway reg query SYSTEM /s /f disk /k /e
	assert_output_has 'End of search: 1 match(es) found.'
	run -0 slipway reg query SYSTEM /s /t REG_EXPAND_SZ
	assert_output_has 'End of search: 1 match(es) found.'
	run -1 slipway reg query SYSTEM /s /f 'nowhere['
}

@test "values of every type, set and shown" {
	K='SYSTEM\Types'
	slipway reg add "$K" /v sz /d 'a "b" \c' /f
	slipway reg add "$K" /v empty /f
	slipway reg add "$K" /v multi /t reg_multi_sz /d 'a\0bc\0d'
	slipway reg add "$K" /v multi2 /t REG_MULTI_SZ /s , /d 'a,bc'
	slipway reg add "$K" /v dword /t REG_DWORD /d 0xffffffff
	slipway reg add "$K" /v qword /t REG_QWORD /d 0x123456789abcdef0
	slipway reg add "$K" /v bin /t REG_BINARY /d 00aBf
	slipway reg add "$K" /v none /t REG_NONE
	slipway reg add "$K" /v Ümlaut /d 'héllo €'
	run -0 slipway reg query "$K"
	diff - <(printf '%s\n' "$output") <<-'END'

		SYSTEM\Types
		    sz    REG_SZ    a "b" \c
		    empty    REG_SZ    
		    multi    REG_MULTI_SZ    a\0bc\0d
		    multi2    REG_MULTI_SZ    a\0bc
		    dword    REG_DWORD    0xffffffff
		    qword    REG_QWORD    0x123456789abcdef0
		    bin    REG_BINARY    000ABF
		    none    REG_NONE    0000
		    Ümlaut    REG_SZ    héllo €
	END
	run -0 slipway reg query "$K" /se '|'
	assert_output_has 'a|bc|d'
	run -1 slipway reg add "$K" /v x /t REG_DWORD /d 0x100000000
	run -1 slipway reg add "$K" /v x /t REG_DWORD /d ten
	run -1 slipway reg add "$K" /v x /t REG_BINARY /d xy
	run -1 slipway reg add "$K" /v x /t REG_NONSENSE /d 1
	run -1 slipway reg query "$K" /v x
}

@test "nothing is replaced or deleted without a Yes" {
	run -1 slipway reg add "$D" /v Start /d x <<<"n"
	assert_output_has 'Value Start exists, overwrite (Yes/No)?'
	run -0 slipway reg query "$D" /v Start
	assert_output_has 0x0
	run -0 slipway reg add "$D" /v Start /t REG_DWORD /d 3 <<<"y"
	run -0 slipway reg query "$D" /v Start
	assert_output_has 0x3
	run -1 slipway reg delete "$D" </dev/null
	assert_output_has 'Permanently delete the registry key'
	run -0 slipway reg delete "$D" /v Start /f
	run -1 slipway reg delete "$D" /v Start /f
	run -0 slipway reg delete "$D" /va /f
	run -0 slipway reg query "$D"
	[ "$output" = '' ]
	run -0 slipway reg delete "$D" /f
	run -1 slipway reg query "$D"
	run -1 slipway reg delete SYSTEM /f
	assert_output_has 'root key'
}

@test "copy, within a hive and to another, and compare" {
	cp SYSTEM other
	run -0 slipway reg copy "$D" 'SYSTEM\Copy'
	run -1 slipway reg copy "$D" 'SYSTEM\Copy' </dev/null
	run -0 slipway reg copy "$D" 'SYSTEM\Copy' /f
	run -0 slipway reg compare "$D" 'SYSTEM\Copy' /s
	assert_output_has 'Result Compared: Identical'
	run -0 slipway reg compare "$D" 'SYSTEM\Copy' /oa
	assert_output_has '= Value:  SYSTEM\CurrentControlSet\Services\disk  Start  REG_DWORD  0x0'
	run -2 slipway reg compare SYSTEM other /s
	assert_output_has '< Key:  SYSTEM\Copy'
	run -0 slipway reg compare SYSTEM other
	slipway reg add 'SYSTEM\Copy' /v Start /t REG_DWORD /d 4 /f
	slipway reg add 'SYSTEM\Copy' /v More /d x
	run -2 slipway reg compare "$D" 'SYSTEM\Copy'
	assert_output_has '> Value:  SYSTEM\Copy  Start  REG_DWORD  0x4'
	assert_output_has '> Value:  SYSTEM\Copy  More  REG_SZ  x'
	[[ $output != *ImagePath* ]]
	run -0 slipway reg compare "$D" 'SYSTEM\Copy' /v ImagePath
	run -2 slipway reg compare "$D" 'SYSTEM\Copy' /on
	[[ $output != *Value:* ]]
	run -1 slipway reg compare "$D" 'SYSTEM\none'
	run -0 slipway reg copy 'SYSTEM\ControlSet001' 'other\ControlSet002' /s
	run -0 slipway reg compare 'SYSTEM\ControlSet001' 'other\ControlSet002' /s
}

@test "export and import: a hive's place, another root, deletions" {
	slipway reg add "$D" /v Multi /t REG_MULTI_SZ /d 'a\0b'
	run -0 slipway reg export "$D" f.reg
	run -1 slipway reg export "$D" f.reg </dev/null
	run -0 slipway reg export "$D" f.reg /y
	[ "$(head -c 2 f.reg | od -An -tx1)" = " ff fe" ]
	iconv -f UTF-16 f.reg | tr -d '\r' | diff - <(cat <<-'END'
		Windows Registry Editor Version 5.00

		[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\disk]
		"Start"=dword:00000000
		"ImagePath"=hex(2):53,00,79,00,73,00,74,00,65,00,6d,00,33,00,32,00,5c,00,64,00,\
		  72,00,69,00,76,00,65,00,72,00,73,00,5c,00,64,00,69,00,73,00,6b,00,2e,00,73,\
		  00,79,00,73,00,00,00
		"Multi"=hex(7):61,00,00,00,62,00,00,00,00,00

	END
	)
	cp SYSTEM before
	slipway reg delete "$D" /f
	run -0 slipway reg import f.reg SYSTEM
	run -0 slipway reg compare before SYSTEM /s
	slipway reg export 'SYSTEM\Select' s.reg /as 'HKLM\X'
	run -1 slipway reg import s.reg SYSTEM
	assert_output_has 'not below HKEY_LOCAL_MACHINE\SYSTEM'
	run -0 slipway reg import s.reg 'SYSTEM\Other' /as 'HKLM\X'
	run -0 slipway reg compare 'SYSTEM\Select' 'SYSTEM\Other'
	printf 'REGEDIT4\n\n[-HKEY_LOCAL_MACHINE\\SYSTEM\\Other]\n[-HKLM\\SYSTEM\\None]\n[HKLM\\SYSTEM\\CurrentControlSet\\Services\\disk]\n"Start"=-\n"None"=-\n@="x"\n' >d.reg
	run -0 slipway reg import d.reg SYSTEM
	run -1 slipway reg query 'SYSTEM\Other'
	run -1 slipway reg query "$D" /v Start
	run -0 slipway reg query 'SYSTEM\ControlSet001\Services\disk' /ve
	assert_output_has '(Default)    REG_SZ    x'
	cp SYSTEM before
	printf 'REGEDIT4\n[HKLM\\SYSTEM\\New]\n"x"=nonsense\n' >bad.reg
	run -1 slipway reg import bad.reg SYSTEM
	assert_output_has 'bad.reg:3:'
	cmp SYSTEM before
}

@test "a hive by a path with backslashes, in any case; what is meant for a running one" {
	mkdir -p C/Windows/System32/config
	mv SYSTEM C/Windows/System32/config/SYSTEM
	run -0 slipway reg query 'C\windows\system32\config\system\Select' /v Current
	assert_output_has '    Current    REG_DWORD    0x1'
	run -0 slipway reg add 'C\Windows\System32\config\SYSTEM\New' /f
	run -0 slipway reg query 'C/Windows/System32/config/SYSTEM\New'
	run -1 slipway reg query 'C\Windows\System32\config\SAM\New'
	cp -r C/Windows C/windows # which of the two cannot be told
	run -1 slipway reg query 'C\WINDOWS\System32\config\SYSTEM\New'
	run -1 slipway reg query 'HKLM\SYSTEM\Select'
	assert_output_has "begin with the hive's file"
	run -1 slipway reg load 'HKLM\x' file
	assert_output_has 'not needed here'
}

@test "the view of 32-bit programs; /v alone with /f" {
	cp SYSTEM SOFTWARE
	slipway reg add 'SOFTWARE\A' /v x /d native
	slipway reg add 'SOFTWARE\A' /v x /d small /reg:32
	run -0 slipway reg query 'SOFTWARE\WOW6432Node\A' /v x
	assert_output_has small
	run -0 slipway reg query 'SOFTWARE\A' /v x /reg:64
	assert_output_has native
	run -0 slipway reg query 'SOFTWARE\A' /v x /reg:32
	assert_output_has small
	run -1 slipway reg query 'SOFTWARE\A' /reg:16
	slipway reg add 'SOFTWARE\x' /v y /d x
	run -0 slipway reg query SOFTWARE /s /f x /v /e
	assert_output_has 'End of search: 2 match(es) found.'
	run -1 slipway reg query SOFTWARE /v
	run -1 slipway reg query SOFTWARE /v a /ve
	assert_output_has 'reg --help'
}

@test "a hive in a volume of a disk" {
	slipway partition create d.img --gpt --size 100M type=efi
	slipway format d.img@1 /FS:FAT32 >/dev/null
	slipway copy SYSTEM 'd.img@1:\config\SYSTEM' /P
	H='d.img@1:\config\SYSTEM'
	run -0 slipway reg query "$H\\CurrentControlSet\\Services\\disk" /v Start
	assert_output_has "$H\\CurrentControlSet\\Services\\disk"
	slipway reg add "$H\\CurrentControlSet\\Services\\disk" /v Start /t REG_DWORD /d 4 /f
	run -2 slipway reg compare "$H" SYSTEM /s
	assert_output_has "> Value:  SYSTEM\\ControlSet001\\Services\\disk  Start  REG_DWORD  0x0"
	run -0 slipway reg export "$H\\Select" 'd.img@1:\s.reg'
	run -0 slipway reg import 'd.img@1:\s.reg' "$H"
	run -1 slipway reg query 'd.img@1:\none\SYSTEM'
	run -1 slipway reg query 'd.img@1'
	run -1 slipway reg query none
}
