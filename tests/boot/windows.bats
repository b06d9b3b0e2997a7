# A Windows is deployed and starts as Windows does: the firmware starts the boot
# manager that deploy copied, which finds the VHD by the store alone. In its
# place is a stand-in made of foreign tools, see tests/standin.
load ../helpers
bats_require_minimum_version 1.5.0

MANAGER='{9dea862c-5cdd-4e70-acc1-f32b344d4795}'
MEMDIAG='{b2721d73-1db4-4c62-bf78-c548a880142d}'
OTHER='{aaaaaaaa-1111-2222-3333-444444444444}'

setup_file() {
	requires qemu-system-x86_64 wimlib-imagex mcopy hivexsh vhdiinfo objcopy
	[ -e /usr/lib/systemd/boot/efi/linuxx64.efi.stub ] ||
		requires systemd-boot-efi
	WORK=$(mktemp -d "${TMPDIR:-/tmp}/windows-XXXXXX")
	TOKEN=$(od -An -tx1 -N 12 /dev/urandom | tr -d ' \n')
	MTOOLSRC=/dev/null
	export WORK TOKEN MTOOLSRC
	chmod 711 "$WORK"
	wim=$("$ROOT/tests/standin/image.sh")
	musl-gcc -static -std=c11 -o "$WORK/device" \
		"$ROOT/tests/standin/device.c"
	cd "$WORK"
	cp "$SLIPWAY" slipway
	cp "$wim" windows.wim
	echo "$TOKEN" >token.txt
	wimlib-imagex update windows.wim 1 --no-acls \
		--command "add token.txt /token.txt" >/dev/null
	cat >answer.ini <<-'END'
		[image]
		file = windows.wim
		[vhd]
		path = \vhd\win.vhd
		size = 400M
		[boot]
		system = windows
		description = Slipway Windows
		locale = de-DE
		timeout = 7
		[finish]
		action = restart
	END
	mkdir disk
	[ "$(id -u)" != 0 ] || chown 65534:65534 disk
	ordinary ./slipway deploy answer.ini --target disk/disk.img --size 2G \
		--progress none
	[ "$(sfdisk -d disk/disk.img | grep -c 'img[12] : start= *2048,')" = 1 ]
	mcopy -n -i disk/disk.img@@1M ::/EFI/Microsoft/Boot/BCD BCD
	mcopy -s -n -i disk/disk.img@@1M ::/EFI esp
}

teardown_file() { rm -rf "$WORK"; }

setup() { cd "$WORK"; }

# As somebody without rights, and without a network where that can be had.
ordinary() {
	if [ "$(id -u)" = 0 ]; then
		unshare --net setpriv --reuid=65534 --regid=65534 \
			--clear-groups --no-new-privs "$@"
	else
		"$@"
	fi
}

element() { # STORE OBJECT ELEMENT
	hivexget "$1" "\\Objects\\$2\\Elements\\$3" Element
}

bytes() { od -An -v -tx1 | tr -d ' \n'; }

default_entry() { # STORE
	element "$1" "$MANAGER" 23000003
}

assert_element() { # OBJECT ELEMENT TEXT
	local value
	value=$(element BCD "$1" "$2")
	[ "$value" = "$3" ] || {
		echo "$1 $2: $value, not $3" >&2
		return 1
	}
}

assert_bytes() { # OBJECT ELEMENT HEX
	[ "$(element BCD "$1" "$2" | bytes)" = "$3" ] || {
		echo "$1 $2: $(element BCD "$1" "$2" | bytes), not $3" >&2
		return 1
	}
}

# A store as text, a key or value a line, without times and places.
as_text() { # STORE
	hivexml "$1" | tr -d '\n' | sed -E 's#<mtime>[^<]*</mtime>##g
		s#<byte_runs>(<byte_run [^>]*>)*</byte_runs>##g
		s#<(node|value|/node)#\n&#g'
}

# One object of it.
object_text() { # STORE OBJECT
	as_text "$1" | awk -v start="<node name=\"$2\">" '
		$0 == start { inside = 1 }
		inside && /^<node/ { depth++ }
		inside { print }
		inside && /^<\/node/ && --depth == 0 { exit }'
}

edit_store() { # STORE; hivexsh's commands on stdin
	{ cat; echo commit; } | hivexsh -w "$1"
}

put_store() { # STORE DISK
	mcopy -D o -o -i "$2@@1M" "$1" ::/EFI/Microsoft/Boot/BCD
}

boots() { # NAME DISK REGEX
	run "$ROOT/tests/boot/windows.sh" "$@"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "the boot files are the image's, each in its place" {
	wimlib-imagex extract windows.wim 1 /Windows/Boot >/dev/null
	from=Boot to=esp/Microsoft/Boot
	cmp $from/EFI/bootmgfw.efi esp/Boot/bootx64.efi
	diff -r $from/Fonts $to/Fonts
	diff -r $from/Resources $to/Resources
	diff -r -x BCD -x Fonts -x Resources $from/EFI $to
	[ "$(find esp -type f | wc -l)" = \
		$(($(find $from/EFI $from/Fonts $from/Resources -type f | wc -l) + 2)) ]
	sectors=$(sfdisk -d disk/disk.img |
		sed -n 's/.*img1 .*size= *\([0-9]*\),.*/\1/p')
	dd if=disk/disk.img of=esp.img bs=512 skip=2048 count="$sectors" \
		conv=sparse status=none
	run -0 fsck.fat -n esp.img
}

@test "the store holds what Windows' boot manager wants" {
	loader=$(default_entry BCD)
	assert_element "$MANAGER" 12000002 '\EFI\Microsoft\Boot\bootmgfw.efi'
	assert_element "$MANAGER" 12000004 'Windows Boot Manager'
	assert_element "$MANAGER" 12000005 de-DE
	assert_element "$MANAGER" 14000006 '{7ea2e1ac-2e61-4728-aaa3-896d9d0a9f0e}'
	assert_element "$MANAGER" 24000001 "$loader"
	assert_element "$MANAGER" 24000010 "$MEMDIAG"
	assert_bytes "$MANAGER" 25000004 0700000000000000
	assert_element "$loader" 12000002 '\Windows\system32\winload.efi'
	assert_element "$loader" 12000004 'Slipway Windows'
	assert_element "$loader" 12000005 de-DE
	assert_element "$loader" 14000006 '{6efb52bf-1766-41db-a6b3-0ee5eff72bd7}'
	assert_element "$loader" 22000002 '\Windows'
	assert_bytes "$loader" 16000060 01
	assert_bytes "$loader" 17000077 7500001500000000
	assert_bytes "$loader" 25000020 0000000000000000
	assert_bytes "$loader" 250000c2 0100000000000000
	assert_element "$MEMDIAG" 12000002 '\EFI\Microsoft\Boot\memtest.efi'
	for settings in 7ea2e1ac-2e61-4728-aaa3-896d9d0a9f0e \
		6efb52bf-1766-41db-a6b3-0ee5eff72bd7 \
		1afa9c49-16ab-4a5c-901b-212802da9460 \
		4636856e-540f-4170-a130-a84776f4c654 \
		0ce4991b-e6b3-4b16-b23c-5e0d9250e5d9 \
		5189b25c-5558-4bf2-bca4-289b11bd29e2 \
		7ff607e0-4395-11db-b0de-0800200c9a66; do
		[ -n "$(object_text BCD "{$settings}")" ]
	done
}

@test "other readers of hives agree that the store is sound" {
	requires regfinfo reglookup reged
	run -0 regfinfo BCD
	run -0 reglookup -p / BCD
	assert_output_has "$(default_entry BCD | tr -d '{}')"
	run reged -x BCD 'HKEY_LOCAL_MACHINE\BCD' '\' reged.txt
	[ "$(grep -c '^\[.*Elements\\[0-9a-f]\{8\}\]' reged.txt)" = \
		"$(as_text BCD | grep -cE '<node name="[0-9a-f]{8}">')" ]
}

@test "the device elements are read by an independent decoder" {
	loader=$(default_entry BCD)
	data=$(sfdisk -d disk/disk.img | sed -n 's/.*img3 .*uuid=\([^,]*\).*/\1/p')
	label=$(sfdisk -d disk/disk.img | sed -n 's/^label-id: //p')
	for pair in 11000001:12000002 21000001:22000002; do
		element BCD "$loader" ${pair%:*} >value
		run -0 ./device ${pair#*:} <value
		[ "$output" = "form=vhd
host=partition
partition=$data
disk=$label
file=\\vhd\\win.vhd" ]
	done
}

@test "that decoder refuses each changed byte" {
	element BCD "$(default_entry BCD)" 11000001 >value
	size=$(stat -c %s value)
	# bytes of the partition's and the disk's GUID and of the path may be any
	for ((at = 0; at < size; at++)); do
		[ $at -ge 134 ] && [ $at -lt 150 ] && continue
		[ $at -ge 158 ] && [ $at -lt 174 ] && continue
		[ $at -ge 190 ] && [ $at -lt $((size - 2)) ] && continue
		cp value changed
		printf '\x81' | dd of=changed bs=1 seek=$at conv=notrunc status=none
		run -1 ./device 12000002 <changed
	done
}

@test "that decoder reads an element that Windows wrote" {
	requires_samples
	sample=$SLIPWAY_SAMPLES/bcd/bcdedit-2025-vhd-and-ramdisk.BCD
	element "$sample" '{19260817-6666-8888-abcd-000000000001}' 21000001 >value
	run -0 ./device 22000002 <value
	assert_output_has "offset=525336576"
	assert_output_has "signature=43DA9AB1"
}

@test "the firmware starts it, and the store leads into the VHD" {
	cp --sparse=always disk/disk.img run.img
	boots windows "$WORK/run.img" "^standin: token $TOKEN"
	assert_output_has 'entry "Slipway Windows"'
	assert_output_has 'file \vhd\win.vhd'
	rm run.img
}

@test "a store with a wrong partition GUID does not start" {
	loader=$(default_entry BCD)
	cp BCD wrong
	for number in 11000001 21000001; do
		element BCD "$loader" $number | bytes | sed 's/../&,/g; s/,$//' |
			awk -F , -v OFS=, '{ $135 = $135 == "00" ? "01" : "00"
				print }' >hex
		edit_store wrong <<-END
			cd \\Objects\\$loader\\Elements\\$number
			setval 1
			Element
			hex:3:$(cat hex)
		END
	done
	cp --sparse=always disk/disk.img run.img
	put_store wrong run.img
	boots windows-wrong-guid "$WORK/run.img" \
		'^standin: FAILED: device: no partition has GUID'
	rm run.img
}

@test "bcdboot once more keeps the other entries, and it still starts" {
	loader=$(default_entry BCD)
	cp BCD more
	edit_store more <<-END
		cd \\Objects
		add $OTHER
		cd $OTHER
		add Description
		add Elements
		cd Description
		setval 1
		Type
		dword:0x10200003
		cd \\Objects\\$OTHER\\Elements
		add 12000004
		cd 12000004
		setval 1
		Element
		string:Another Windows
		cd \\Objects\\$MANAGER\\Elements\\24000001
		setval 1
		Element
		hex:7:$(printf '%s\0%s\0\0' "$loader" "$OTHER" |
			iconv -t UTF-16LE | bytes | sed 's/../&,/g; s/,$//')
	END
	cp --sparse=always disk/disk.img run.img
	put_store more run.img
	run -0 slipway bcdboot 'run.img@3:\vhd\win.vhd@1:\Windows' \
		/s 'run.img@1' /f UEFI /l de-DE /description 'Once more'
	assert_output_has "Boot files successfully created."
	mcopy -n -D o -i run.img@@1M ::/EFI/Microsoft/Boot/BCD after
	diff <(object_text more "$OTHER") <(object_text after "$OTHER")
	element after "$MANAGER" 24000001 >order
	grep -qF "$OTHER" order
	# the same Windows again: its entry is used again, not doubled
	[ "$(default_entry after)" = "$loader" ]
	[ "$(grep -c . order)" = 2 ]
	[ "$(element after "$loader" 12000004)" = "Once more" ]
	boots windows-bcdboot "$WORK/run.img" "^standin: token $TOKEN"
	assert_output_has 'entry "Once more"'
	rm run.img
}

@test "bcdedit's vhd=[locate] form starts as well" {
	cp BCD located
	for name in device osdevice; do
		run -0 slipway bcdedit /store located /set '{default}' $name \
			'vhd=[locate]\vhd\win.vhd'
	done
	cp --sparse=always disk/disk.img run.img
	put_store located run.img
	boots windows-locate "$WORK/run.img" "^standin: token $TOKEN"
	assert_output_has 'device is vhd by locate'
	rm run.img
}
