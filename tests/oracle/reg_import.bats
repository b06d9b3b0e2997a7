# The part of a registry file that is a hive's: hivex imports the same lines, cut
# out by hand, and both hives are the same.

load ../helpers
bats_require_minimum_version 1.5.0

@test "hivex imports what /part takes" {
	requires hivexregedit
	cd "$BATS_TEST_TMPDIR"
	roots=('HKEY_LOCAL_MACHINE\SOFTWARE' 'HKEY_CURRENT_USER'
		'HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001'
		'HKEY_USERS\.DEFAULT' 'HKEY_LOCAL_MACHINE\SOFTWARE2')
	{
		printf 'Windows Registry Editor Version 5.00\n\n'
		printf '%s\n\n' '[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001]'
		for root in "${roots[@]}"; do # hivex wants parents first
			printf "[${root//\\/\\\\}\\\\k%s]\n\n" 0 1 2 3 4 5 6
		done
		for i in $(seq 40); do
			for root in "${roots[@]}"; do
				printf '[%s\k%s\l%s]\n"v"=dword:%08x\n@="%s"\n' \
					"$root" $((i % 7)) "$i" "$i" \
					"${root//\\/\\\\}"
				printf '"m"=hex(7):61,00,00,00,\\\n  62,00,00,00,00,00\n\n'
			done
		done
	} >f.reg
	for place in SOFTWARE:'HKEY_LOCAL_MACHINE\SOFTWARE' \
		SYSTEM:'HKEY_LOCAL_MACHINE\SYSTEM' \
		NTUSER.DAT:'HKEY_CURRENT_USER' DEFAULT:'HKEY_USERS\.DEFAULT'; do
		hive=${place%%:*} root=${place#*:}
		slipway bcdedit /createstore $hive >/dev/null
		cp $hive want
		run -0 slipway reg import f.reg $hive /part
		assert_output_has ' of 236 keys (120 values)'
		root=$root awk 'NR < 3 { print; next } /^\[/ {
			mine = index($0, "[" ENVIRON["root"] "\\") == 1 } mine' \
			f.reg | hivexregedit --merge --prefix "$root" want
		run -0 slipway reg compare $hive want /s
	done
}
