# bcdboot and the store that is there: what it keeps of it, what it knows of the
# Windows that it adds. Judged by hivex and reglookup.

load ../helpers
load windows_tree
bats_require_minimum_version 1.5.0

setup() {
	requires wimlib-imagex mcopy hivexget reglookup python3
	export LC_ALL=C.UTF-8
	cd "$BATS_TEST_TMPDIR"
	make_tree
}

boot() { slipway bcdboot 'd.img@2:\Windows' /s d.img@1 "$@"; }

edit() { slipway bcdedit /sysstore d.img@1 "$@"; }

BCD='d.img@1:\EFI\Microsoft\Boot\BCD'

content() { # of the store, without times, as reglookup sees it
	system_volume >/dev/null
	rm -f BCD && mcopy -i s.img ::EFI/Microsoft/Boot/BCD BCD
	reglookup -H BCD | sed 's/,[^,]*$//'
}

@test "a store by Windows: all that is not the menu's stays as it was" {
	requires_samples
	make_disk gpt efi
	slipway copy "$SLIPWAY_SAMPLES/bcd/win10-uefi-gpt.BCD" "$BCD" /P >/dev/null
	slipway copy w.wim "$BCD.LOG1" >/dev/null # stale
	content >before
	boot
	content >after
	# of the boot manager, the memory tester and the new entries alone
	new=$(edit /enum '{bootmgr}' /v | sed -n 's/^default  *//p')
	resume=$(edit /enum '{bootmgr}' /v | sed -n 's/^resumeobject  *//p')
	known="9dea862c-5cdd|b2721d73-1db4|$new|$resume"
	grep -vE "${known//[\{\}]/}" before >kept
	grep -vE "${known//[\{\}]/}" after | diff kept -
	[ "$(wc -l <kept)" -gt 100 ]
	run -0 slipway dir 'd.img@1:\EFI\Microsoft\Boot' /B
	[[ $output != *LOG* ]]
	# and once more: the same entry, nothing new
	boot
	content | diff after -
}

@test "names and settings that were changed: set again, or kept with /m" {
	make_disk gpt efi
	boot
	edit /set '{bootmgr}' description 'My menu'
	edit /set '{bootmgr}' locale de-DE
	edit /set '{memdiag}' description 'Tester'
	edit /timeout 7
	boot /m
	run -0 edit /enum all
	assert_output_has 'description             My menu'
	assert_output_has 'description             Tester'
	assert_output_has 'locale                  de-DE'
	assert_output_has 'timeout                 7'
	boot
	run -0 edit /enum all
	assert_output_has 'description             Windows Boot Manager'
	assert_output_has 'timeout                 7'
	[ "$(grep -c '^description *Windows 11 Pro' <<<"$output")" -eq 1 ]
}

@test "an older Windows gets no settings that it does not know" {
	for v in '6 0' '6 1' '6 3' '10 0'; do
		loader $v >tree/Windows/System32/winload.efi
		make_disk gpt efi
		boot
		run -0 edit /enum all
		newer=0 hyper=0
		case $v in
		'6 0') type=Serial ;;
		'6 1') type=Serial hyper=1 ;;
		'6 3') type=Serial hyper=1 newer=1 ;;
		*) type=Local hyper=1 newer=1 ;;
		esac
		for e in isolatedcontext allowedinmemorysettings bootmenupolicy; do
			[ "$(grep -c "^$e" <<<"$output")" -eq $((newer * 2)) ]
		done
		assert_output_has "debugtype               $type"
		[ "$(grep -c '^hypervisordebugtype' <<<"$output")" -eq $hyper ]
		[ "$(grep -c '{hypervisorsettings}' <<<"$output")" -eq $((hyper * 2)) ]
	done
}

@test "the language of the menu; one without texts is said" {
	make_disk gpt efi
	run -0 boot /l de-DE
	[[ $output != *note* ]]
	run -0 edit /enum '{bootmgr}'
	assert_output_has 'locale                  de-DE'
	run -0 boot /l fr-FR
	assert_output_has 'no boot texts in that language'
	run -0 edit /enum '{default}'
	assert_output_has 'locale                  fr-FR'
}

@test "a Windows folder of another name; the same one in another case" {
	make_disk gpt efi
	boot
	slipway bcdboot 'd.img@2:/windows/' /s d.img@1
	run -0 edit /enum osloader
	[ "$(grep -c ^identifier <<<"$output")" -eq 1 ]
	mv tree/Windows tree/Win11
	make_disk gpt efi
	slipway bcdboot 'd.img@2:\Win11\' /s d.img@1
	run -0 edit /enum osloader
	assert_output_has 'path                    \Win11\system32\winload.efi'
	assert_output_has 'systemroot              \Win11'
	run -0 edit /enum resume
	assert_output_has 'path                    \Win11\system32\winresume.efi'
	run -1 slipway bcdboot d.img@2 /s d.img@1
	assert_output_has 'name the Windows folder, such as d.img@2:\Windows'
}

@test "/d keeps the default, /addlast comes last, /c begins anew" {
	make_disk gpt efi
	boot
	first=$(edit /enum '{bootmgr}' /v | sed -n 's/^default  *//p')
	edit /set "$first" path '\old'
	boot /d
	run -0 edit /enum '{bootmgr}' /v
	assert_output_has "default                 $first"
	[ "$(grep -c ^displayorder <<<"$output")" -eq 1 ]
	edit /delete "$first"
	boot
	new=$(edit /enum '{bootmgr}' /v | sed -n 's/^default  *//p')
	edit /copy "$new" /d other | grep -o '{.*}' >other
	edit /set "$(cat other)" path '\other'
	edit /displayorder "$(cat other)" /addfirst
	boot /addlast
	run -0 edit /enum '{bootmgr}' /v
	assert_output_has "displayorder            $(cat other)
                        $new"
	boot /c
	run -0 edit /enum osloader
	[ "$(grep -c ^identifier <<<"$output")" -eq 1 ]
}

@test "a store that was not closed is completed from its logs, or refused" {
	requires_samples
	make_disk gpt efi
	boot
	content >/dev/null
	# another sequence number, and the sum that goes with it
	python3 - BCD <<-'END'
		import struct, sys
		b = bytearray(open(sys.argv[1], "rb").read())
		b[4] += 1
		x = 0
		for i in range(0, 508, 4):
		    x ^= struct.unpack_from("<I", b, i)[0]
		struct.pack_into("<I", b, 508, x)
		open(sys.argv[1], "wb").write(b)
	END
	mcopy -o -i s.img BCD ::EFI/Microsoft/Boot/BCD
	at=$(sfdisk -J d.img | sed -n 's/.*"start": *\([0-9]*\).*/\1/p' | head -n 1)
	dd if=s.img of=d.img bs=512 seek="$at" conv=notrunc status=none
	cp d.img before
	run -1 boot
	assert_output_has 'was not closed'
	cmp d.img before
	run -1 boot /m '{default}'
	cmp d.img before
	run -0 boot /c # who wants a new one gets it
}
