# deploy: where images come from: split ones, and those in other folders.
load ../helpers

setup_file() {
	requires wimlib-imagex
	cd "$BATS_FILE_TMPDIR"
	mkdir -p tree/folder medium
	for i in 1 2 3; do head -c 100000 /dev/urandom >tree/folder/$i; done
	seq 100000 >tree/folder/numbers
	wimlib-imagex capture tree medium/small.wim Small --no-acls \
		--compress=LZX >/dev/null
	make_boot_files medium linux
	answer
	deploy --target good.img --size 200M
}

setup() { cd "$BATS_TEST_TMPDIR"; cp -r "$BATS_FILE_TMPDIR/medium" .; answer; }

# An answer file; each argument is a sed script that changes it.
answer() {
	make_linux_answer medium/answer.ini 20M
	for script; do sed -i "$script" medium/answer.ini; done
}

deploy() {
	slipway deploy medium/answer.ini --boot-files medium --progress none "$@"
}

# The VHD of a disk is that of the good one.
same_guest() { # IMAGE
	for image in "$1" "$BATS_FILE_TMPDIR/good.img"; do
		slipway copy "$image@3:\\vhd\\guest.vhd" "${image##*/}.vhd" /Y
	done
	cmp "$1.vhd" good.img.vhd
}

@test "a split image is deployed as the whole one is" {
	wimlib-imagex split medium/small.wim medium/parts.swm \
		0.1 >/dev/null
	[ -e medium/parts3.swm ]
	for file in parts.swm parts2.swm; do
		answer "s/small.wim/$file/"
		rm -f a.img
		run -0 deploy --target a.img --size 200M
		same_guest a.img
	done
	rm medium/parts3.swm a.img
	run -1 deploy --target a.img --size 200M
	assert_output_has "parts3.swm: this file is missing"
}

@test "an image that is not beside the answer file is looked for elsewhere" {
	mkdir -p 'data two/images' data/slipway
	mv medium/small.wim 'data two/images'
	answer 's|small.wim|images\\small.wim|'
	run -1 deploy --target a.img --size 200M --dry-run
	assert_output_has "medium/images/small.wim"
	run -1 deploy --target a.img --size 200M --dry-run \
		--image-folders 'data/slipway:data'
	assert_output_has "medium/images/small.wim: there is no such file, and no images/small.wim in data/slipway:data"
	run -0 deploy --target a.img --size 200M \
		--image-folders 'data/slipway:data two:data'
	assert_output_has "image 1 of data two/images/small.wim (Small)"
	same_guest a.img
	# case does not count, where it is clear what is meant
	answer 's|small.wim|IMAGES/Small.WIM|'
	run -0 deploy --target c.img --size 200M --dry-run \
		--image-folders 'data two'
	assert_output_has "image 1 of data two/images/small.wim (Small)"
	answer 's|small.wim|images\\small.wim|'
	# the one beside the answer file comes first; one that is broken is told
	mkdir medium/images data/images
	echo none >data/images/small.wim
	run -1 deploy --target b.img --size 200M --dry-run \
		--image-folders 'data:data two'
	assert_output_has "data/images/small.wim"
	assert_output_has "too short to be a WIM"
	cp 'data two/images/small.wim' medium/images
	run -0 deploy --target b.img --size 200M --dry-run --image-folders data
	assert_output_has "image 1 of medium/images/small.wim"
	# so are the parts of a split one, all in one folder
	wimlib-imagex split 'data two/images/small.wim' \
		'data two/images/parts.swm' 0.1 >/dev/null
	answer 's|small.wim|images/parts.swm|'
	run -0 deploy --target b.img --size 200M --dry-run \
		--image-folders 'data two'
	# what is named by a whole path is where it is
	answer "s|small.wim|$PWD/small.wim|"
	run -1 deploy --target b.img --size 200M --dry-run \
		--image-folders 'data two/images'
}

# A stick as an image file, with the medium's files in its volume.
make_stick() {
	slipway partition create stick.img --gpt --size 60M type=data >/dev/null
	slipway format stick.img@1 >/dev/null
	slipway xcopy medium 'stick.img@1:\' /E /I /Y >/dev/null
	slipway copy medium/answer.ini 'stick.img@1:\slipway\answer.ini' >/dev/null
	slipway copy medium/small.wim 'stick.img@1:\slipway\small.wim' >/dev/null
}

@test "answer file, images and boot files may lie in a volume" {
	make_stick
	mkdir empty
	cd empty || exit
	for slash in '\' /; do
		rm -f a.img
		# beside the answer file; boot files from the folder above
		answer="$BATS_TEST_TMPDIR/stick.img@1:${slash}slipway${slash}answer.ini"
		run -0 slipway deploy "$answer" --progress none --target a.img \
			--size 200M
		# long lines of the plan are broken
		output=$(tr -s "\n " " " <<<"$output")
		assert_output_has "image 1 of ${answer%answer.ini}small.wim (Small)"
		same_guest a.img
	done
	cd .. && mv medium/small.wim medium/EFI medium/slipway empty
	answer 's|small.wim|../stick.img@1:\\small.wim|'
	for folder in stick.img@1: 'stick.img@1:\'; do
		rm -f a.img
		run -0 slipway deploy medium/answer.ini --boot-files "$folder" \
			--progress none --target a.img --size 200M
		same_guest a.img
	done
	run -1 slipway deploy medium/answer.ini --boot-files 'stick.img@1:\EFI' \
		--target b.img --size 200M --dry-run
	assert_output_has 'stick.img@1:\EFI has no EFI/BOOT/BOOTX64.EFI'
}

@test "an image on the disk that is to be wiped is refused, and the disk kept" {
	make_stick
	slipway vdisk create in.vhdx 58M >/dev/null
	slipway partition create in.vhdx --gpt type=data >/dev/null
	slipway format in.vhdx@1 >/dev/null
	slipway copy medium/small.wim 'in.vhdx@1:\small.wim' >/dev/null
	slipway partition create big.img --gpt --size 200M type=data >/dev/null
	slipway format big.img@1 >/dev/null
	slipway copy in.vhdx 'big.img@1:\in.vhdx' >/dev/null
	slipway copy medium/small.wim 'big.img@1:\small.wim' >/dev/null
	cp big.img before.img
	cp in.vhdx before.vhdx
	# file, target: the same disk, at any depth
	while read -r file target; do
		answer 's/efi-size.*/wipe = yes\nefi-size = 34M\nmsr-size = 1M/' \
			's/size = 20M/size = 4M/' "s|small.wim|$file|"
		for switch in --dry-run --again; do
			run -1 deploy --target "$target" $switch
			assert_output_has 'it lies on the disk that is to be wiped'
		done
	done <<-'END'
		../big.img@1:\\small.wim big.img
		../big.img@1:\\in.vhdx@1:\\small.wim big.img
		../in.vhdx@1:\\small.wim in.vhdx
		../big.img@1:\\in.vhdx@1:\\small.wim big.img@1:\in.vhdx
	END
	cmp big.img before.img
	cmp in.vhdx before.vhdx
	# so are boot files; beside a virtual disk they are not on it
	answer 's/efi-size.*/wipe = yes\nefi-size = 34M\nmsr-size = 1M/' \
		's/size = 20M/size = 4M/'
	run -1 slipway deploy medium/answer.ini --boot-files stick.img@1: \
		--target stick.img
	assert_output_has 'it lies on the disk that is to be wiped'
	answer 's/efi-size.*/wipe = yes\nefi-size = 34M\nmsr-size = 1M/' \
		's/size = 20M/size = 4M/' 's|small.wim|../big.img@1:\\small.wim|'
	run deploy --target 'big.img@1:\in.vhdx'
	[[ $output != *"to be wiped"* ]]
}
