# bcdedit on stores in volumes, with addresses for devices, and the verbs that
# work on a whole store.

load ../helpers
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	slipway partition create d.img --gpt --size 300M type=efi,size=100M \
		type=data
	slipway format d.img@1 /FS:FAT32 >/dev/null
	echo x >file
	slipway copy file 'd.img@1:\EFI\Microsoft\Boot\x' /P >/dev/null
	STORE='d.img@1:\EFI\Microsoft\Boot\BCD'
}

edit() { slipway bcdedit /store "$STORE" "$@"; }

new_loader() { # DESCRIPTION; prints the GUID
	edit /create /d "$1" /application osloader | grep -o '{.*}'
}

@test "a store in a FAT volume is made, changed and keeps its neighbours" {
	run -0 slipway bcdedit /createstore "$STORE"
	run -1 slipway bcdedit /createstore "$STORE"
	assert_output_has 'already'
	edit /create '{bootmgr}' /d 'In FAT'
	slipway copy file "$STORE.LOG1" >/dev/null
	edit /timeout 7
	run -0 edit
	assert_output_has 'description             In FAT'
	assert_output_has 'timeout                 7'
	run -0 slipway bcdedit /sysstore d.img@1
	assert_output_has 'description             In FAT'
	run -0 slipway bcdedit /sysstore d.img@1 /timeout 8
	run -0 slipway bcdedit /sysstore d.img # its system partition is found
	assert_output_has 'timeout                 8'
	run -0 slipway dir 'd.img@1:\EFI\Microsoft\Boot' /B
	[ "$output" = "x
BCD" ]
	run -1 edit /timeout never
	run -0 edit
	assert_output_has 'timeout                 8'
}

@test "a store in an NTFS volume" {
	slipway format d.img@2 /V:Data >/dev/null
	run -0 slipway bcdedit /createstore 'd.img@2:\BCD'
	slipway copy file 'd.img@2:\BCD.LOG1' >/dev/null
	for n in 7 8; do
		run -0 slipway bcdedit /store 'd.img@2:\BCD' /create \
			'{0000000'$n'-1111-2222-3333-444444444444}' /d "Number $n" \
			/application osloader
		run -0 slipway bcdedit /store 'd.img@2:\BCD' /enum all
		assert_output_has "Number $n"
		run -0 slipway chkdsk d.img@2
	done
	run -0 slipway dir d.img@2 /B
	[ "$output" = BCD ]
}

@test "what is no store is refused by name" {
	slipway bcdedit /createstore s.bcd
	slipway format d.img@2 /V:Data >/dev/null
	run -1 slipway bcdedit /store 'd.img@2:\BCD'
	assert_output_has 'No such file'
	run -1 slipway bcdedit /store d.img@1
	run -1 slipway bcdedit /store 'd.img@1:\EFI\none'
	run -1 slipway bcdedit /sysstore d.img@2
	run -2 slipway bcdedit /sysstore d.img@1 /store s.bcd
	run -2 slipway bcdedit /createstore s.bcd /enum
}

@test "addresses stand for partitions in devices" {
	slipway bcdedit /createstore "$STORE"
	edit /create '{bootmgr}' >/dev/null
	edit /set '{bootmgr}' device partition=d.img@1
	id=$(new_loader w)
	edit /set "$id" device 'vhd=[d.img@2]\vhd\w.vhdx'
	edit /set "$id" osdevice 'ramdisk=[d.img@2]\b.wim,{ramdiskoptions}'
	run -0 edit /enum all
	uuid=$(sfdisk --part-uuid d.img 2 | tr A-Z a-z)
	assert_output_has ":$uuid]\\vhd\\w.vhdx,locate=custom:12000002"
	assert_output_has "ramdisk=[gpt:"
	assert_output_has ":$(sfdisk --part-uuid d.img 1 | tr A-Z a-z)"
	run -1 edit /set "$id" device partition=d.img@9
	assert_output_has 'no partition 9'
	run -1 edit /set "$id" device partition=d.img
	assert_output_has 'no partition'
	run -1 edit /set "$id" device partition=missing@1
	assert_output_has 'no partition that is known here'
	# the store that is edited lies on the same disk
	slipway partition create m.img --mbr --size 64M type=data
	edit /set "$id" device partition=m.img@1
	run -0 edit /enum "$id"
	assert_output_has "device                  partition=mbr:"
	assert_output_has ":0x100000"
}

@test "export, import, and import without the firmware's entries" {
	requires_samples
	cp "$SLIPWAY_SAMPLES/bcd/win10-uefi-gpt.BCD" s.bcd
	run -0 slipway bcdedit /store s.bcd /export out.bcd
	assert_output_has 'completed successfully'
	slipway bcdedit /store s.bcd /enum all /v >want
	slipway bcdedit /store out.bcd /enum all /v | diff want -
	run -0 slipway bcdedit /store "$STORE" /import out.bcd
	edit /enum all /v | diff want -
	run -0 edit /import out.bcd /clean
	run -0 edit /enum all
	grep -q '^Firmware' want
	[[ $output != *Firmware* ]]
	run -1 edit /import file
	run -0 edit
	run -1 edit /import missing
}

@test "mirror, and the switches of debugging" {
	slipway bcdedit /createstore "$STORE"
	id=$(new_loader w)
	edit /default "$id"
	run -0 edit /mirror "$id"
	assert_output_has 'The entry was successfully mirrored to {'
	for verb in bootdebug bootems debug ems event; do
		edit /$verb on
		edit /$verb "$id" ON
		run -0 edit /enum '{default}'
		grep -qxE "$verb +Yes" <<<"$output"
		edit /$verb off
	done
	run -1 edit /debug maybe
	run -1 edit /debug
	run -0 edit /dbgsettings net HOSTIP:192.168.1.2 PORT:50000 \
		key:a.b.c.d nodhcp /start autoenable /noumex
	run -0 edit /dbgsettings
	diff - <(printf '%s\n' "$output") <<-'END'
		key                     a.b.c.d
		debugtype               NET
		debugstart              AutoEnable
		hostip                  192.168.1.2
		port                    50000
		noumex                  Yes
		dhcp                    No
		The operation completed successfully.
	END
	run -0 edit /dbgsettings serial DEBUGPORT:1 BAUDRATE:115200
	run -0 edit /dbgsettings net newkey
	[[ $output =~ Key=[0-9a-z]+\.[0-9a-z]+\.[0-9a-z]+\.[0-9a-z]+ ]]
	run -1 edit /dbgsettings serial nonsense:1
	run -1 edit /dbgsettings carrier-pigeon
	edit /emssettings emsport:2 EMSBAUDRATE:9600
	run -0 edit /emssettings
	assert_output_has 'emsbaudrate             9600'
	edit /emssettings bios
	run -0 edit /emssettings
	[[ $output != *emsport* ]]
	edit /hypervisorsettings serial debugport:1 baudrate:115200
	run -0 edit /hypervisorsettings
	assert_output_has 'hypervisordebugtype     Serial'
}

@test "a store follows its disk to a clone with other identifiers" {
	slipway bcdedit /createstore "$STORE"
	edit /create '{bootmgr}' >/dev/null
	edit /set '{bootmgr}' device partition=d.img@1
	edit /set '{bootmgr}' path '\EFI\Microsoft\Boot\x'
	id=$(new_loader w)
	edit /set "$id" device 'vhd=[d.img@2]\vhd\w.vhdx'
	edit /set "$id" osdevice 'vhd=[d.img@2]\vhd\w.vhdx'
	other=$(new_loader v)
	edit /set "$other" device partition=d.img@2
	edit /set "$other" path '\gone'
	slipway format d.img@2 /FS:FAT >/dev/null
	slipway copy file 'd.img@2:\vhd\w.vhdx' /P >/dev/null
	sfdisk --part-uuid d.img 1 11111111-2222-3333-4444-555555555551
	sfdisk --part-uuid d.img 2 11111111-2222-3333-4444-555555555552
	sfdisk --disk-id d.img 11111111-2222-3333-4444-555555555550
	run -0 edit /retarget d.img
	run -0 edit /enum all
	p='gpt:11111111-2222-3333-4444-55555555555'
	assert_output_has "device                  partition=${p}0:${p#gpt:}1"
	assert_output_has "device                  vhd=[${p}0:${p#gpt:}2]\\vhd\\w.vhdx,locate=custom:12000002"
	assert_output_has "osdevice                vhd=[${p}0:${p#gpt:}2]\\vhd\\w.vhdx,locate=custom:22000002"
	# told by its neighbours
	assert_output_has "device                  partition=${p}0:${p#gpt:}2"
	run -0 edit /retarget locate
	run -0 edit /enum all
	assert_output_has 'device                  boot'
	assert_output_has 'vhd=[locate]\vhd\w.vhdx,locate=custom:12000002'
	assert_output_has 'device                  locate=custom:12000002'
	[[ $output != *gpt:* ]]
}

@test "a partition that cannot be told is named, and nothing is changed" {
	slipway bcdedit /createstore s.bcd
	id=$(slipway bcdedit /store s.bcd /create /application osloader | grep -o '{.*}')
	slipway bcdedit /store s.bcd /set "$id" device \
		'partition=gpt:11111111-2222-3333-4444-555555555550:11111111-2222-3333-4444-555555555551'
	slipway bcdedit /store s.bcd /set "$id" path '\x'
	cp s.bcd before
	run -1 slipway bcdedit /store s.bcd /retarget d.img
	assert_output_has 'none of its partitions holds'
	cmp s.bcd before
	slipway format d.img@2 /FS:FAT >/dev/null
	slipway copy file 'd.img@2:\x' >/dev/null
	slipway copy file 'd.img@1:\x' >/dev/null
	run -1 slipway bcdedit /store s.bcd /retarget d.img
	assert_output_has 'partitions 1 and 2 both hold it'
	cmp s.bcd before
}
