# reg import: files of several hives, and which keys are whose.

load ../helpers
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	slipway bcdedit /createstore SYSTEM >/dev/null
	slipway reg delete 'SYSTEM\Objects' /f >/dev/null
	slipway reg delete 'SYSTEM\Description' /f >/dev/null
	for hive in SOFTWARE NTUSER.DAT DEFAULT UsrClass.dat other; do
		cp SYSTEM $hive
	done
	slipway reg add 'SYSTEM\Select' /v Current /t REG_DWORD /d 2 >/dev/null
	for hive in SYSTEM SOFTWARE NTUSER.DAT DEFAULT other; do
		slipway reg add "$hive\\Old" /v v /d x >/dev/null
	done
	cat >many.reg <<-'END'
		Windows Registry Editor Version 5.00

		[HKEY_LOCAL_MACHINE\SOFTWARE\Policies\A]
		"one"=dword:00000001
		"two"=hex(7):61,00,\
		  00,00
		[hklm\software\B\]
		@="of the machine"
		[HKEY_CLASSES_ROOT\.x]
		@="class"
		[HKCR\.y]
		[-HKEY_LOCAL_MACHINE\SOFTWARE\Old]
		"gone"="with it"

		[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\s]
		"Start"=dword:00000004
		[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Services\s]
		[HKEY_CURRENT_CONFIG\C]

		[HKEY_CURRENT_USER\Software\U]
		"one"=dword:00000001
		"old"=-
		[-HKCU\Old]
		[HKEY_USERS\.DEFAULT\D]
		[HKU\S-1-5-18\E]
		[HKEY_USERS\S-1-5-21-1-2-3-1001\F]
		[HKEY_LOCAL_MACHINE\SOFTWARE2\G]
		[HKEY_NOWHERE\H]
	END
}

# The keys of a hive below a root, as the file that reg export makes of it.
keys() { # HIVE
	slipway reg export "$1" all.reg /y >/dev/null
	iconv -f UTF-16 all.reg | tr -d '\r' | sed '1,2d; /^$/d; s/^\[[^]\\]*\\/[/'
}

@test "without /part the file is refused whole, and the switch is named" {
	for hive in SYSTEM SOFTWARE NTUSER.DAT DEFAULT; do
		cp $hive before
		run -1 slipway reg import many.reg $hive
		assert_output_has 'which this hive stands for: /part'
		cmp $hive before
	done
}

@test "each hive takes its part, counts it and lists the rest" {
	run -0 slipway reg import many.reg SOFTWARE /part
	assert_output_has '5 of 15 keys (4 values) are below HKEY_LOCAL_MACHINE\SOFTWARE'
	assert_output_has 'Not imported: 3 of HKEY_LOCAL_MACHINE\SYSTEM (SYSTEM)
    [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\s]
    [HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Services\s]
    [HKEY_CURRENT_CONFIG\C]
Not imported: 2 of HKEY_CURRENT_USER (NTUSER.DAT)
    [HKEY_CURRENT_USER\Software\U]
    [-HKCU\Old]
Not imported: 2 of HKEY_USERS\.DEFAULT (DEFAULT)
    [HKEY_USERS\.DEFAULT\D]
    [HKU\S-1-5-18\E]
Not imported: 1 of HKEY_USERS\S-1-5-21-1-2-3-1001
    [HKEY_USERS\S-1-5-21-1-2-3-1001\F]
Not imported: 1 of HKEY_LOCAL_MACHINE\SOFTWARE2
    [HKEY_LOCAL_MACHINE\SOFTWARE2\G]
Not imported: 1 of HKEY_NOWHERE
    [HKEY_NOWHERE\H]
The operation completed successfully.'
	diff - <(keys SOFTWARE) <<-'END'
		[SOFTWARE]
		[SOFTWARE\B]
		@="of the machine"
		[SOFTWARE\Classes]
		[SOFTWARE\Classes\.x]
		@="class"
		[SOFTWARE\Classes\.y]
		[SOFTWARE\Policies]
		[SOFTWARE\Policies\A]
		"one"=dword:00000001
		"two"=hex(7):61,00,00,00
	END
	run -0 slipway reg import many.reg SYSTEM /part
	assert_output_has '3 of 15 keys (1 values) are below HKEY_LOCAL_MACHINE\SYSTEM'
	diff - <(keys SYSTEM) <<-'END'
		[SYSTEM]
		[SYSTEM\ControlSet001]
		[SYSTEM\ControlSet001\Services]
		[SYSTEM\ControlSet001\Services\s]
		[SYSTEM\ControlSet002]
		[SYSTEM\ControlSet002\Hardware Profiles]
		[SYSTEM\ControlSet002\Hardware Profiles\Current]
		[SYSTEM\ControlSet002\Hardware Profiles\Current\C]
		[SYSTEM\ControlSet002\Services]
		[SYSTEM\ControlSet002\Services\s]
		"Start"=dword:00000004
		[SYSTEM\Old]
		"v"="x"
		[SYSTEM\Select]
		"Current"=dword:00000002
	END
	run -0 slipway reg import many.reg NTUSER.DAT /part
	assert_output_has '2 of 15 keys (2 values)'
	diff - <(keys NTUSER.DAT) <<-'END'
		[HKEY_CURRENT_USER]
		[Software]
		[Software\U]
		"one"=dword:00000001
	END
	run -0 slipway reg import many.reg DEFAULT /part
	assert_output_has '2 of 15 keys'
	run -0 slipway reg query 'DEFAULT\D'
	run -0 slipway reg query 'DEFAULT\E'
}

@test "a name that the file gives a hive, and a hive that it does not name" {
	run -0 slipway reg import many.reg other /part /as 'HKU\S-1-5-21-1-2-3-1001'
	assert_output_has '1 of 15 keys'
	run -0 slipway reg query 'other\F'
	run -0 slipway reg import many.reg other /part /as 'HKLM\SOFTWARE2\'
	run -0 slipway reg query 'other\G'
	run -0 slipway reg import many.reg 'other\Into' /part /as 'HKLM\SOFTWARE'
	run -0 slipway reg query 'other\Into\Policies\A' /v one
	cp other before
	run -1 slipway reg import many.reg other /part
	assert_output_has '0 of 15 keys'
	assert_output_has 'HKEY_LOCAL_MACHINE\other: the file names nothing below it'
	cmp other before
	# a mistake in what is another hive's is one all the same
	printf '"x"=nonsense\n' >>many.reg
	run -1 slipway reg import many.reg SOFTWARE /part
	assert_output_has 'many.reg:29:'
}

# Makes a key a link, as its record has it.
make_link() { # HIVE PATH TARGET
	slipway reg add "$1\\$2" /v SymbolicLinkValue /t REG_SZ /d "$3" >/dev/null
	python3 - "$1" "${2##*\\}" <<-'END'
		import sys
		b = bytearray(open(sys.argv[1], 'rb').read())
		at = b.index(sys.argv[2].encode()) - 76
		assert b[at:at + 2] == b'nk'
		b[at + 2] |= 0x10
		open(sys.argv[1], 'wb').write(b)
	END
}

@test "below a link to another hive nothing is written" {
	make_link NTUSER.DAT 'Software\Classes' '\Registry\User\S-1-5-21-1_Classes'
	cp NTUSER.DAT before
	printf 'REGEDIT4\n[HKCU\\Software\\V]\n[HKCU\\Software\\Classes\\.z]\n@="x"\n' >l.reg
	for command in 'import l.reg NTUSER.DAT' 'copy SYSTEM\Old NTUSER.DAT\Software\Classes\.z' \
		'add NTUSER.DAT\Software\Classes\.z /d x' \
		'delete NTUSER.DAT\Software\Classes\.z /f' \
		'query NTUSER.DAT\Software\Classes\.z'; do
		# shellcheck disable=SC2086
		run -1 slipway reg $command
		assert_output_has 'Classes: the key is a link to HKEY_USERS\S-1-5-21-1_Classes, which is not'
		cmp NTUSER.DAT before
	done
	run -0 slipway reg import l.reg NTUSER.DAT /part
	assert_output_has '[HKCU\Software\Classes\.z]'
	assert_output_has '(USRCLASS.DAT)'
	run -0 slipway reg query 'NTUSER.DAT\Software\V'
	run -0 slipway reg import l.reg UsrClass.dat /part
	run -0 slipway reg query 'UsrClass.dat\.z'
	# the link itself is a key like others, and comes back from its export
	run -0 slipway reg query 'NTUSER.DAT\Software\Classes' /v SymbolicLinkValue
	run -0 slipway reg export NTUSER.DAT n.reg
	run -0 slipway reg import n.reg NTUSER.DAT
}

@test "links within the hive are followed" {
	slipway reg add 'SOFTWARE\Classes\Wow6432Node\C' /v v /d x >/dev/null
	make_link SOFTWARE 'WOW6432Node\Classes2' \
		'\REGISTRY\MACHINE\SOFTWARE\Classes\Wow6432Node'
	run -0 slipway reg query 'SOFTWARE\WOW6432Node\Classes2\C' /s
	assert_output_has 'v    REG_SZ    x'
	run -0 slipway reg add 'SOFTWARE\WOW6432Node\Classes2\D\E' /v w /d y
	printf 'REGEDIT4\n[HKLM\\SOFTWARE\\WOW6432Node\\Classes2\\F]\n[-HKLM\\SOFTWARE\\WOW6432Node\\Classes2\\C]\n' >l.reg
	run -0 slipway reg import l.reg SOFTWARE
	diff - <(keys 'SOFTWARE\Classes') <<-'END'
		[SOFTWARE\Classes]
		[SOFTWARE\Classes\Wow6432Node]
		[SOFTWARE\Classes\Wow6432Node\D]
		[SOFTWARE\Classes\Wow6432Node\D\E]
		"w"="y"
		[SOFTWARE\Classes\Wow6432Node\F]
	END
	run -1 slipway reg query 'SOFTWARE\WOW6432Node\Classes2\C'
	assert_output_has 'unable to find'
	# a circle ends
	make_link SOFTWARE 'Round' '\Registry\Machine\Software\Round\Round'
	run -1 slipway reg add 'SOFTWARE\Round\x' /f
	assert_output_has 'links on the way'
	run -1 slipway reg query 'SOFTWARE\Round\x'
}
