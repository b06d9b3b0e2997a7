# Boot stores and hives: what we write, strangers read, to the same content; what
# Windows wrote, we read and write again, and strangers see no difference.

load ../helpers
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	MAKE=$O/san/unit/libbcd/windows
	AGAIN=$O/san/unit/libhive/save
	[ -x "$MAKE" ] && [ -x "$AGAIN" ] || skip "make unit-build was not run"
}

# A whole hive as hivex sees it, but for where in the file things are.
dump() {
	hivexml "$1" | sed 's/<byte_run [^>]*>//g'
}

content() { # as reglookup sees it, without times
	reglookup -H "$1" | sed 's/,[^,]*$//'
}

@test "a store of each kind has exactly the content that was asked for" {
	requires reglookup
	for kind in uefi bios vhd; do
		"$MAKE" $kind $kind.bcd
		content $kind.bcd | diff "$ROOT/tests/oracle/bcd.d/$kind.txt" -
	done
}

@test "hivex, libregf and chntpw read a store whole" {
	requires hivexml hivexsh regfinfo regfexport reged
	for kind in uefi bios vhd; do
		"$MAKE" $kind $kind.bcd
		want=$(grep -c ',KEY,' "$ROOT/tests/oracle/bcd.d/$kind.txt")
		[ "$(hivexml $kind.bcd | grep -o '<node ' | wc -l)" -eq "$want" ]
		[ "$(regfinfo $kind.bcd | grep -c '(key:')" -eq "$want" ]
		[ "$(regfexport $kind.bcd | grep -c '^Key: ')" -eq "$want" ]
		reged -x $kind.bcd X '\' $kind.reg
		[ "$(grep -c '^\[X' $kind.reg)" -eq "$want" ]
	done
	run -0 hivexsh uefi.bcd <<-'END'
		cd \Objects\{9dea862c-5cdd-4e70-acc1-f32b344d4795}\Elements\12000004
		lsval Element
	END
	[ "$output" = "Windows Boot Manager" ]
}

@test "an element set by bcdedit is what hivex reads" {
	requires hivexget
	slipway bcdedit /createstore s.bcd
	slipway bcdedit /store s.bcd /create '{bootmgr}' /d 'Menü'
	slipway bcdedit /store s.bcd /timeout 0x10
	slipway bcdedit /store s.bcd /set '{bootmgr}' displaybootmenu yes
	slipway bcdedit /store s.bcd /set '{bootmgr}' displayorder '{memdiag}'
	key='\Objects\{9dea862c-5cdd-4e70-acc1-f32b344d4795}\Elements'
	[ "$(hivexget s.bcd "$key\\12000004" Element)" = 'Menü' ]
	[ "$(hivexget s.bcd "$key\\25000004" Element | od -An -tx1)" = " 10 00 00 00 00 00 00 00" ]
	[ "$(hivexget s.bcd "$key\\26000020" Element | od -An -tx1)" = " 01" ]
	[ "$(hivexget s.bcd "$key\\24000001" Element | head -n 1)" = "{b2721d73-1db4-4c62-bf78-c548a880142d}" ]
}

@test "a store changed in a FAT volume: fsck finds nothing, hivex reads it" {
	requires fsck.fat mcopy hivexget
	slipway partition create d.img --gpt --size 100M type=efi
	slipway format d.img@1 /FS:FAT32
	at=$(sfdisk -J d.img | sed -n 's/.*"start": *\([0-9]*\).*/\1/p')
	slipway bcdedit /createstore 'd.img@1:\BCD'
	for t in 3 4 5; do
		slipway bcdedit /store 'd.img@1:\BCD' /create /device /d "$t"
		slipway bcdedit /store 'd.img@1:\BCD' /timeout $t
	done
	dd if=d.img of=p.img bs=512 skip="$at" status=none
	run -0 fsck.fat -n p.img
	mcopy -i p.img ::BCD s.bcd
	key='\Objects\{9dea862c-5cdd-4e70-acc1-f32b344d4795}\Elements'
	[ "$(hivexget s.bcd "$key\\25000004" Element | od -An -tx1)" = " 05 00 00 00 00 00 00 00" ]
}

@test "what hivex writes into our store, we read" {
	requires hivexsh
	"$MAKE" uefi s.bcd
	hivexsh -w s.bcd <<-'END'
		cd \Objects\{9dea862c-5cdd-4e70-acc1-f32b344d4795}\Elements\12000004
		setval 1
		Element
		string:Other words
		commit
	END
	run -0 slipway bcdedit /store s.bcd /enum '{bootmgr}'
	assert_output_has "description             Other words"
}

@test "hives by Windows and others are the same after we save them" {
	requires hivexml reglookup xz
	requires_samples
	for f in "$SLIPWAY_SAMPLES"/bcd/*.BCD "$SLIPWAY_SAMPLES"/regf/*.xz \
		"$SLIPWAY_SAMPLES"/regf/hivex-* "$SLIPWAY_SAMPLES"/regf/regedit* \
		"$SLIPWAY_SAMPLES"/regf/*/Recovered*; do
		case $f in
		*.xz) xz -dc "$f" >before ;;
		*) cat "$f" >before ;;
		esac
		"$AGAIN" before after
		dump before >before.xml
		dump after >after.xml
		cmp before.xml after.xml
		reglookup -s -H before 2>/dev/null >before.txt
		reglookup -s -H after 2>/dev/null >after.txt
		cmp before.txt after.txt
	done
}

@test "a changed value is the only change to a store of Windows" {
	requires reglookup
	requires_samples
	cp "$SLIPWAY_SAMPLES/bcd/win10-uefi-gpt.BCD" s.bcd
	chmod u+w s.bcd
	content s.bcd >before
	slipway bcdedit /store s.bcd /timeout 3
	content s.bcd >after
	run -1 diff before after
	[ "$(grep -c '^[<>]' <<<"$output")" -eq 2 ]
	assert_output_has '25000004/Element,BINARY,%03%00%00%00%00%00%00%00'
}

@test "a hive that was not closed is refused by that name" {
	requires xz
	requires_samples
	xz -dc "$SLIPWAY_SAMPLES/regf/yarp-NewDirtyHive1/NewDirtyHive.xz" >dirty
	run -1 slipway bcdedit /store dirty
	assert_output_has "its logs"
	# its logs make it whole: a hive, though no boot store
	for n in 1 2; do
		xz -dc "$SLIPWAY_SAMPLES"/regf/*/NewDirtyHive.LOG$n.xz >dirty.LOG$n
	done
	run -1 slipway bcdedit /store dirty
	assert_output_has 'no "Description"'
}

@test "a hive completed from its logs is what Windows made of them" {
	requires hivexml xz
	requires_samples
	dir=$SLIPWAY_SAMPLES/regf/yarp-NewDirtyHive1
	"$O/san/unit/libhive/log" "$dir"/NewDirtyHive{,.LOG1,.LOG2}.xz got
	xz -dc "$dir/RecoveredHive_Windows10.xz" >want
	# the hive's own time is that of the recovery
	diff <(dump want | sed 's/^<hive><mtime>[^<]*//') \
		<(dump got | sed 's/^<hive><mtime>[^<]*//')
}
