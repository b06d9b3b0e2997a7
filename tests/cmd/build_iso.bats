# build/iso.sh --add: what is asked for is on the CD, or there is no CD.
load ../helpers
load build

setup() {
	requires mformat xorriso iconv 7z fls fcat
	cd "$BATS_TEST_TMPDIR"
	fake_build "$PWD/build"
	echo answer >answer.ini
}

iso() { "$ROOT/build/iso.sh" --output cd.iso "$@"; }

refused() { # STATUS WORDS ARGUMENTS...
	local status_wanted=$1 words=$2
	shift 2
	run iso "$@"
	echo "$output"
	[ "$status" -eq "$status_wanted" ]
	assert_output_has "$words"
	[ ! -e cd.iso ]
}

@test "files are added under their names, and the identity follows" {
	iso --add answer.ini:/SLIPWAY/answer.ini \
		--add "$PWD/answer.ini:/Images/Grüße aus Köln.txt" >log
	export LC_ALL=C.UTF-8
	# Rock Ridge, which Linux reads
	run -0 fls -r -p -f iso9660 cd.iso
	assert_output_has "slipway/answer.ini"
	assert_output_has "Images/Grüße aus Köln.txt"
	[ "$(fcat -f iso9660 slipway/answer.ini cd.iso)" = answer ]
	first=$(fls -p -r -f iso9660 cd.iso | sed -n 's|.*slipway/\(.*\)\.id$|\1|p')
	[[ $first =~ ^[0-9a-f]{32}$ ]]
	fcat -f iso9660 isolinux/isolinux.cfg cd.iso | grep -q "slipway.medium=$first"
	dd if=cd.iso bs=1 skip=$((32768 + 190)) count=32 status=none | grep -q "$first"
	before=$(sha256sum <cd.iso)
	iso --add answer.ini:/slipway/answer.ini \
		--add "answer.ini:/Images/Grüße aus Köln.txt" >log
	[ "$(sha256sum <cd.iso)" = "$before" ]
	iso --add answer.ini:/slipway/answer.ini --id other >log
	[ "$(sha256sum <cd.iso)" != "$before" ]
}

@test "what cannot be added ends it" {
	refused 1 "no such file" --add missing:/slipway/x
	refused 1 "not FILE:/PATH" --add answer.ini
	refused 1 "is a folder" --add answer.ini:/slipway/
	refused 2 usage --add
	refused 2 usage --size 40
	refused 1 "is a folder" --output .
	refused 1 "its folder is not there" --output missing/cd.iso
	for path in /slipway/vmlinuz /EFI/boot/bootx64.efi /isolinux/BOOT.cat \
		/isolinux/isolinux.cfg /isolinux/efi.img /efi/debian/GRUB.cfg; do
		refused 1 "is on the medium already" --add "answer.ini:$path"
	done
	refused 1 "over 64 characters" --add "answer.ini:/$(printf '%065d' 1)"
	refused 1 "cannot hold" --add 'answer.ini:/a?b'
	refused 1 "reads back differently" --add 'answer.ini:/a;b'
}
