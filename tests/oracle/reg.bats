# reg: what we change, strangers read; what they export, we import, and the
# reverse.

load ../helpers
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	slipway bcdedit /createstore h >/dev/null
	slipway reg add 'h\A b\C' /v text /d 'words and ümlauts' >/dev/null
	slipway reg add 'h\A b\C' /v many /t REG_MULTI_SZ /d 'a\0b' >/dev/null
	slipway reg add 'h\A b\C' /v number /t REG_DWORD /d 0x1f >/dev/null
	slipway reg add 'h\A b\C' /v long /t REG_QWORD /d 0x123456789 >/dev/null
	slipway reg add 'h\A b\C' /v bytes /t REG_BINARY /d 00ff10 >/dev/null
	slipway reg add 'h\A b' /ve /d default >/dev/null
}

@test "hivex and reglookup read what reg wrote" {
	requires hivexget reglookup
	[ "$(hivexget h '\A b\C' text)" = 'words and ümlauts' ]
	[ "$(hivexget h '\A b\C' bytes | od -An -tx1)" = ' 00 ff 10' ]
	[ "$(hivexget h '\A b' @)" = 'default' ]
	run -0 reglookup -H -p '/A b' h
	assert_output_has '/A b/C/number,DWORD,0x0000001F,'
	assert_output_has '/A b/C/many,MULTI_SZ,a|b'
}

@test "chntpw's export, imported, gives the same hive" {
	requires reged
	reged -x h HKEY_LOCAL_MACHINE\\h '\' out.reg >/dev/null
	slipway bcdedit /createstore again >/dev/null
	run -0 slipway reg import out.reg again /as 'HKLM\h'
	run -0 slipway reg compare h again /s
}

@test "our export, imported by chntpw and by hivex, gives the same hive" {
	requires reged hivexregedit
	slipway reg delete 'h\A b\C' /v text /f # these two take ASCII alone
	slipway reg export 'h\A b' out.reg /as 'HKEY_LOCAL_MACHINE\h\A b'
	slipway bcdedit /createstore one >/dev/null
	iconv -f UTF-16 -t UTF-8 out.reg |
		hivexregedit --merge --prefix 'HKEY_LOCAL_MACHINE\h' one
	run -0 slipway reg compare h one /s
	slipway bcdedit /createstore two >/dev/null
	reged -IC two HKEY_LOCAL_MACHINE\\h out.reg >log || [ $? -eq 2 ]
	run -0 slipway reg compare h two /s
}

@test "what hivexml sees of real hives is the same after export and import" {
	requires hivexml xz
	requires_samples
	xz -dc "$SLIPWAY_SAMPLES/regf/plaso-100-subkeys.hiv.xz" >100
	xz -dc "$SLIPWAY_SAMPLES/regf/windows-BCD.xz" >BCD
	xz -dc "$SLIPWAY_SAMPLES/regf/yarp-StringValuesHive.xz" >strings
	xz -dc "$SLIPWAY_SAMPLES/regf/yarp-MultiSzHive.xz" >multi
	for f in 100 BCD strings multi; do
		slipway reg export $f $f.reg
		slipway bcdedit /createstore again >/dev/null
		slipway reg delete 'again\Description' /f
		slipway reg delete 'again\Objects' /f
		slipway reg import $f.reg again /as "$(iconv -f UTF-16 $f.reg |
			sed -n 's/^\[\(.*\)\]\r$/\1/p' | head -n 1)"
		run -0 slipway reg compare $f again /s
		for h in $f again; do
			hivexml $h | sed -E 's/<byte_run [^>]*>//g; s/<mtime>[^<]*<.mtime>//g
				s/<node name="[^"]*" root="1"/<node/' >$h.xml
		done
		cmp $f.xml again.xml
		rm again
	done
}
