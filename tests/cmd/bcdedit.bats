# bcdedit as a black box.

load ../helpers
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	slipway bcdedit /createstore s.bcd >/dev/null
	slipway bcdedit /store s.bcd /create '{bootmgr}' >/dev/null
}

new_loader() { # DESCRIPTION; prints the GUID
	slipway bcdedit /store s.bcd /create /d "$1" /application osloader |
		grep -o '{.*}'
}

@test "help goes to stdout, misuse to stderr" {
	run -0 slipway bcdedit '/?'
	assert_output_has 'usage: bcdedit'
	run -2 slipway bcdedit /store s.bcd /sysstore d.img
	run -2 slipway bcdedit /store s.bcd /nonsense
	run -2 slipway bcdedit /store s.bcd nonsense
	run -2 slipway bcdedit /store s.bcd /enum /timeout 3
}

@test "help about a verb, identifiers, elements, formats" {
	run -0 slipway bcdedit '/?' /set
	assert_output_has 'bcdedit /set [{ID}] ELEMENT VALUE'
	want=$output
	run -0 slipway bcdedit /set '/?'
	[ "$output" = "$want" ]
	run -0 slipway bcdedit '/?' ID
	assert_output_has '{9dea862c-5cdd-4e70-acc1-f32b344d4795}'
	run -0 slipway bcdedit '/?' TYPES
	assert_output_has 'description                  STRING'
	run -0 slipway bcdedit '/?' types osloader
	assert_output_has 'nx                           INTEGER   0=OptIn'
	run -0 slipway bcdedit '/?' formats
	assert_output_has 'ramdisk=[PART]'
	run -0 slipway bcdedit '/?' nonsense
	assert_output_has 'usage: bcdedit'
	# each topic tells something, and each verb of the usage is one
	for t in $(slipway bcdedit '/?' topics | sed -n 's/^  //p'); do
		run -0 slipway bcdedit '/?' "$t"
		[[ $output != usage:* ]]
	done
}

@test "a listing has the layout of Windows" {
	id=$(new_loader 'My Windows')
	slipway bcdedit /store s.bcd /set "$id" device 'vhd=[locate]\w.vhdx'
	slipway bcdedit /store s.bcd /set "$id" osdevice 'vhd=[locate]\w.vhdx'
	slipway bcdedit /store s.bcd /set "$id" nx alwayson
	slipway bcdedit /store s.bcd /set "$id" winpe on
	slipway bcdedit /store s.bcd /set "$id" allowedinmemorysettings 0x15000075 1
	slipway bcdedit /store s.bcd /set "$id" inherit '{globalsettings}' '{dbgsettings}'
	slipway bcdedit /store s.bcd /default "$id"
	run -0 slipway bcdedit /store s.bcd /enum '{default}'
	diff - <(printf '%s\n' "$output") <<-'END'

		Windows Boot Loader
		-------------------
		identifier              {default}
		device                  vhd=[locate]\w.vhdx,locate=custom:12000002
		description             My Windows
		inherit                 {globalsettings}
		                        {dbgsettings}
		allowedinmemorysettings 0x15000075
		                        0x1
		osdevice                vhd=[locate]\w.vhdx,locate=custom:22000002
		nx                      AlwaysOn
		winpe                   Yes
	END
	run -0 slipway bcdedit /store s.bcd /enum all /v
	assert_output_has "identifier              $id"
	assert_output_has "default                 $id"
}

@test "the menu: order, first, last, remove, delete with clean-up" {
	a=$(new_loader a) b=$(new_loader b) c=$(new_loader c)
	slipway bcdedit /store s.bcd /displayorder "$a" "$b"
	slipway bcdedit /store s.bcd /displayorder "$c" /addfirst
	slipway bcdedit /store s.bcd /displayorder "$a" /addlast
	run -0 slipway bcdedit /store s.bcd
	[ "$(grep ^description <<<"$output" | tr -d '\n')" = \
		"description             cdescription             bdescription             a" ]
	slipway bcdedit /store s.bcd /displayorder "$b" /remove
	slipway bcdedit /store s.bcd /delete "$c"
	run -0 slipway bcdedit /store s.bcd /enum '{bootmgr}'
	assert_output_has "displayorder            $a"
	[[ $output != *"$b"* && $output != *"$c"* ]]
	run -0 slipway bcdedit /store s.bcd /enum osloader
	assert_output_has "$b"
	[[ $output != *"$c"* ]]
}

@test "a copy has all elements and comes last in the menu" {
	a=$(new_loader a)
	slipway bcdedit /store s.bcd /set "$a" path '\x'
	slipway bcdedit /store s.bcd /displayorder "$a"
	run -0 slipway bcdedit /store s.bcd /copy "$a" /d 'The copy'
	assert_output_has 'The entry was successfully copied to {'
	run -0 slipway bcdedit /store s.bcd
	[ "$(grep -c '^path  *.x$' <<<"$output")" -eq 2 ]
	[ "$(tail -n 2 <<<"$output" | grep -c 'The copy')" -eq 1 ]
}

@test "values: deleted, by number, wrong ones" {
	a=$(new_loader a)
	slipway bcdedit /store s.bcd /default "$a"
	slipway bcdedit /store s.bcd /set testsigning on
	slipway bcdedit /store s.bcd /set custom:25000099 7
	run -0 slipway bcdedit /store s.bcd /enum "$a"
	assert_output_has 'testsigning             Yes'
	assert_output_has 'custom:25000099         7'
	slipway bcdedit /store s.bcd /deletevalue testsigning
	run -1 slipway bcdedit /store s.bcd /deletevalue testsigning
	assert_output_has 'no such element'
	run -1 slipway bcdedit /store s.bcd /set nx sometimes
	run -1 slipway bcdedit /store s.bcd /set winpe 2
	run -1 slipway bcdedit /store s.bcd /set device C:
	run -1 slipway bcdedit /store s.bcd /set nonsense 1
	run -1 slipway bcdedit /store s.bcd /set '{memdiag}' path x
	assert_output_has 'no such entry'
	run -1 slipway bcdedit /store s.bcd /set '{current}' path x
	assert_output_has 'no Windows is running here'
	run -1 slipway bcdedit /store s.bcd /set '{fwbootmgr}' displayorder '{bootmgr}' /addfirst
	assert_output_has 'bcdboot without /s'
	run -1 slipway bcdedit /store s.bcd /default '{memdiag}'
	run -1 slipway bcdedit /store s.bcd /set "$a" hostip 1.2.3.4.5
	slipway bcdedit /store s.bcd /set "$a" hostip 10.0.0.1
	run -0 slipway bcdedit /store s.bcd /enum "$a"
	assert_output_has 'hostip                  10.0.0.1'
	run -1 slipway bcdedit /store s.bcd /delete '{bootmgr}'
	slipway bcdedit /store s.bcd /delete '{bootmgr}' /f
}

@test "a store is replaced at once, with its mode, and old logs go" {
	chmod 600 s.bcd
	touch s.bcd.LOG s.bcd.LOG1 s.bcd.LOG2
	slipway bcdedit /store s.bcd /timeout 5
	[ "$(ls)" = s.bcd ]
	[ "$(stat -c %a s.bcd)" = 600 ]
	cp s.bcd before
	run -1 slipway bcdedit /store s.bcd /timeout never
	cmp s.bcd before
}

@test "a write that fails leaves the old store, and nothing else" {
	slipway bcdedit /store s.bcd /set '{bootmgr}' description "$(printf '%04000d' 0)"
	cp s.bcd before
	small() { trap '' XFSZ; ulimit -f 4; slipway "$@"; }
	run -1 small bcdedit /store s.bcd /timeout 5
	assert_output_has 'File too large'
	cmp s.bcd before
	[ "$(ls)" = "before
s.bcd" ]
	run -1 small reg add 's.bcd\x' /f
	cmp s.bcd before
}

@test "what is no store is refused and not touched" {
	run -1 slipway bcdedit /store missing
	assert_output_has 'No such file'
	head -c 5000 s.bcd >short
	run -1 slipway bcdedit /store short /timeout 3
	[ "$(stat -c %s short)" -eq 5000 ]
	run -1 slipway bcdedit /createstore s.bcd
	assert_output_has 'already'
}
