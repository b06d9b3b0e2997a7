# build/usb.sh --add: what is asked for is on the stick, or there is no stick.
load ../helpers
load build

setup() {
	requires mformat mcopy iconv
	cd "$BATS_TEST_TMPDIR"
	fake_build "$PWD/build"
	export MTOOLS_SKIP_CHECK=1
	echo answer >answer.ini
}

usb() { "$ROOT/build/usb.sh" --size 40 --output "$PWD/stick.img" "$@"; }

# Fails with a message, and nothing is made.
refused() { # STATUS WORDS ARGUMENTS...
	local status_wanted=$1 words=$2
	shift 2
	run usb "$@"
	echo "$output"
	[ "$status" -eq "$status_wanted" ]
	assert_output_has "$words"
	[ ! -e stick.img ]
}

identity() { mdir -i stick.img@@1M -b ::/slipway | sed -n 's|.*/\(.*\)\.id$|\1|p'; }

@test "files are added under their names, in folders of any case" {
	usb --add "$PWD/answer.ini:/SLIPWAY/answer.ini" \
		--add "$PWD/answer.ini:/Images/Grüße aus Köln.txt" \
		--add "$PWD/answer.ini:/images/größe.ini" \
		--add "$PWD/answer.ini:/images/日本語" >log
	[ "$(mtype -i stick.img@@1M ::/slipway/answer.ini)" = answer ]
	run -0 slipway dir 'stick.img@1:\Images'
	assert_output_has "Grüße aus Köln.txt"
	assert_output_has "größe.ini"
	assert_output_has "日本語"
	dd if=stick.img of=volume.img bs=1M skip=1 status=none
	run -0 fsck.fat -n volume.img
	# a name that mtools writes as another one is noticed
	rm stick.img
	refused 1 "reads back differently" --add "$PWD/answer.ini:/images/😀"
}

@test "the identity follows from what is on the stick, and a word" {
	usb --add "$PWD/answer.ini:/slipway/answer.ini" >log
	first=$(identity)
	[[ $first =~ ^[0-9a-f]{32}$ ]]
	mtype -i stick.img@@1M ::/syslinux.cfg | grep -q "slipway.medium=$first$"
	mtype -i stick.img@@1M ::/EFI/debian/grub.cfg |
		grep -q "slipway.medium=$first$"
	mtype -i stick.img@@1M ::/EFI/debian/grub.cfg |
		grep -q "search .*--file /slipway/$first.id"
	before=$(sha256sum <stick.img)
	usb --add "$PWD/answer.ini:/slipway/answer.ini" >log
	[ "$(sha256sum <stick.img)" = "$before" ]
	usb --add "$PWD/answer.ini:/slipway/answer.ini" --id second >log
	second=$(identity)
	echo other >answer.ini
	usb --add "$PWD/answer.ini:/slipway/answer.ini" >log
	third=$(identity)
	usb --add "$PWD/answer.ini:/slipway/answer2.ini" >log
	[ "$(printf '%s\n' "$first" "$second" "$third" "$(identity)" |
		sort -u | wc -l)" = 4 ]
}

# The bytes of a partition, as sfdisk sees the table.
cut_out() { # NUMBER VOLUME
	local start size
	read -r start size < <(sfdisk -d stick.img |
		sed -n "s/,//g; s/^stick.img$1 : start= *\([0-9]*\) size= *\([0-9]*\).*/\1 \2/p")
	dd if=stick.img of="$2" skip="$start" count="$size" status=none
}

@test "what is too large for FAT lies on an NTFS partition" {
	requires fcat ntfscat ntfsfix sfdisk
	seq 100000 >install.wim
	export FAT_LARGEST=100000
	run -0 "$ROOT/build/usb.sh" --output stick.img \
		--add install.wim:/slipway/install.wim \
		--add answer.ini:/slipway/answer.ini \
		--add-data answer.ini:/Übersicht/日本語.txt
	cut_out 1 fat.img
	cut_out 2 ntfs.img
	ntfscat ntfs.img /slipway/install.wim | cmp - install.wim
	ntfscat ntfs.img /Übersicht/日本語.txt | cmp - answer.ini
	run -0 ntfsfix -n ntfs.img
	run -0 slipway chkdsk ntfs.img
	run -0 fsck.fat -n fat.img
	mdir -i fat.img -b ::/slipway | grep -q /answer.ini
	run ! mdir -i fat.img -b ::/slipway/install.wim
	# the whole is as large as it must be; the data is part of the identity
	[ "$(stat -c %s fat.img)" -eq $((127 << 20)) ]
	first=$(identity)
	before=$(sha256sum <stick.img)
	build() {
		"$ROOT/build/usb.sh" --output stick.img "$@" \
			--add install.wim:/slipway/install.wim \
			--add answer.ini:/slipway/answer.ini \
			--add-data answer.ini:/Übersicht/日本語.txt >log
	}
	build
	[ "$(sha256sum <stick.img)" = "$before" ]
	echo more >>install.wim
	build
	[ "$(identity)" != "$first" ]
	# what is left over is NTFS, or it is as large as is asked for
	build --size 300
	[ "$(stat -c %s stick.img)" -eq $((300 << 20)) ]
	cut_out 2 ntfs.img
	[ "$(stat -c %s ntfs.img)" -eq $((172 << 20)) ]
	build --size 300 --ntfs 100
	cut_out 2 ntfs.img
	[ "$(stat -c %s ntfs.img)" -eq $((100 << 20)) ]
	usb --size 70 --ntfs 20 >log
	cut_out 2 ntfs.img
	run -0 slipway dir 'ntfs.img:\'
	assert_output_has "0 File(s)"
	rm stick.img
	refused 1 "no room is left for what starts" --ntfs 10
	refused 1 "" --size 80 --ntfs 1 --add install.wim:/a/b
	refused 1 "is on the medium already" --add install.wim:/a/b \
		--add-data answer.ini:/A/B
	refused 2 usage --ntfs 2G
}

@test "what cannot be added ends it" {
	refused 1 "no such file" --add "$PWD/missing:/slipway/x"
	refused 1 "no such file" --add "$PWD:/slipway/x"
	for add in "$PWD/answer.ini" "$PWD/answer.ini:" "$PWD/answer.ini:x" \
		":/x" "$PWD/answer.ini:/"; do
		refused 1 "not FILE:/PATH" --add "$add"
	done
	refused 1 "is a folder" --add "$PWD/answer.ini:/slipway/"
	refused 2 usage --add
	refused 2 usage --size 4G
	head -c 60M /dev/zero >big
	refused 1 "" --add "$PWD/big:/slipway/install.wim"
}

@test "what is there is not replaced" {
	for path in /slipway/vmlinuz /SLIPWAY/Initramfs /EFI/boot/bootx64.efi \
		/SYSLINUX.CFG /efi/debian/GRUB.cfg /ldlinux.sys; do
		refused 1 "is on the medium already" --add "$PWD/answer.ini:$path"
	done
	refused 1 "is on the medium already" --add "$PWD/answer.ini:/a/b" \
		--add "$PWD/answer.ini:/A/B"
	refused 1 "a file is in the way" --add "$PWD/answer.ini:/a" \
		--add "$PWD/answer.ini:/A/b"
	refused 1 "is on the medium already" --add "$PWD/answer.ini:/a/b" \
		--add "$PWD/answer.ini:/A"
}

@test "names that FAT cannot hold end it" {
	for name in 'a?b' 'a*' 'a"b' 'a<b' 'a>b' 'a|b' 'a\b' 'a:b' 'end.' 'end ' \
		$'tab\tx' "$(printf '%0256d' 1)"; do
		refused 1 "" --add "$PWD/answer.ini:/slipway/$name"
		[[ $output == *"FAT cannot hold"* || $output == *"over 255"* ]]
	done
	refused 1 "not a path" --add "$PWD/answer.ini:/slipway/../x"
	refused 1 "not a path" --add "$PWD/answer.ini:/slipway//x"
	refused 1 "not UTF-8" --add "$PWD/answer.ini:/slipway/"$'\xff'
}
