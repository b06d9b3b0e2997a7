# bcdedit: kinds of entries, lists, forms of devices.

load ../helpers
bats_require_minimum_version 1.5.0

setup() { cd "$BATS_TEST_TMPDIR"; }

edit() { slipway bcdedit /store s.bcd "$@"; }

@test "/create knows applications, inherited settings and device options" {
	slipway bcdedit /createstore s.bcd >/dev/null
	run -0 edit /create '{ntldr}' /d 'Earlier Windows'
	[ "$output" = 'The entry {ntldr} was successfully created.' ]
	run -1 edit /create '{ntldr}'
	run -0 edit /create /inherit
	run -0 edit /create /inherit osloader /d x
	run -0 edit /create '{11111111-2222-3333-4444-555555555555}' /inherit device
	run -0 edit /enum inherit
	for title in 'Inheritable Settings' 'Boot Loader Settings' 'Device Settings'; do
		grep -qx "$title" <<<"$output"
	done
	run -0 edit /create /application startup
	run -1 edit /create /application nonsense
	run -1 edit /create /inherit nonsense
	run -1 edit /create /inherit /device
	run -1 edit /create
	run -1 edit /create '{11111111-2222-3333-4444-555555555556}'
}

@test "lists of other entries: /set with /addfirst, /addlast, /remove" {
	slipway bcdedit /createstore s.bcd >/dev/null
	edit /create '{bootmgr}' >/dev/null
	edit /set '{bootmgr}' inherit '{globalsettings}'
	edit /set '{bootmgr}' inherit '{dbgsettings}' /addfirst
	edit /set '{bootmgr}' inherit '{badmemory}' /addlast
	edit /set '{bootmgr}' inherit '{globalsettings}' /remove
	run -0 edit /enum '{bootmgr}'
	assert_output_has 'inherit                 {dbgsettings}
                        {badmemory}'
	run -1 edit /set '{bootmgr}' description x /addfirst
	run -1 edit /set '{bootmgr}' inherit /addfirst
}

@test "a copy is in the menu when its original is" {
	slipway bcdedit /createstore s.bcd >/dev/null
	edit /create '{bootmgr}' >/dev/null
	a=$(edit /create /application osloader | grep -o '{.*}')
	edit /copy "$a" >/dev/null
	run -0 edit /enum '{bootmgr}'
	[[ $output != *displayorder* ]]
	edit /displayorder "$a"
	b=$(edit /copy "$a" | grep -o '{.*}')
	run -0 edit /enum '{bootmgr}'
	assert_output_has "displayorder            $a
                        $b"
}

@test "every form of a device is shown as it is set" {
	slipway bcdedit /createstore s.bcd >/dev/null
	id=$(edit /create /application osloader | grep -o '{.*}')
	p=gpt:11111111-2222-3333-4444-555555555551:11111111-2222-3333-4444-555555555552
	m=mbr:1234abcd:0x100000
	while read -r set shown; do
		edit /set "$id" osdevice "$set"
		run -0 edit /enum "$id"
		grep -qxF "osdevice                ${shown:-$set}" <<<"$output" ||
			{ echo "$set: $output" >&2; return 1; }
	done <<-END
		boot
		locate locate=custom:22000002
		locate=custom:12000002
		locate=\\Windows\\x
		partition=$p
		PARTITION=$m partition=$m
		vhd=[$p]\\w.vhd vhd=[$p]\\w.vhd,locate=custom:22000002
		vhd=[$m]\\w.vhd,locate=custom:12345678
		vhd=[locate]\\a\\w.vhdx,locate=custom:22000002
		vhd=[boot]\\w.vhd,locate=custom:22000002
		ramdisk=[$p]\\b.wim,{ramdiskoptions}
		ramdisk=[boot]\\b.wim,{11111111-2222-3333-4444-555555555553}
		ramdisk=[locate=\\b.wim]\\b.wim
		file=[$m]\\x
		partition=$m,file=[$p]\\w.vhd
	END
	for bad in '' x 'vhd=' 'vhd=[boot]' 'vhd=[boot]x' 'vhd=[boot\x' \
		'locate=x' 'locate=custom:' 'locate=custom:xyz' 'partition=' \
		'partition=gpt:1:2' 'partition=mbr:1' 'ramdisk=[boot]\x,{y}' \
		'partition=boot' 'vhd=[C:]\x'; do
		run -1 edit /set "$id" osdevice "$bad"
	done
}
