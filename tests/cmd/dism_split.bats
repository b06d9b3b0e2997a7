# dism with split images: whichever part is named, on the host or in a volume, by
# Windows' pattern too; sets that are none are refused with the file that is wrong.

load ../helpers
bats_require_minimum_version 1.5.0

setup_file() {
	requires wimlib-imagex
	cd "$BATS_FILE_TMPDIR"
	mkdir tree
	for i in 1 2 3 4 5 6; do head -c 30000 /dev/urandom >tree/$i; done
	for set in install other; do
		wimlib-imagex capture tree whole.wim "Set $set" --no-acls \
			--compress=none >/dev/null
		wimlib-imagex split whole.wim $set.swm 0.07 >/dev/null
		rm whole.wim
	done
}

setup() {
	cd "$BATS_TEST_TMPDIR"
	cp "$BATS_FILE_TMPDIR"/*.swm .
	[ -e install3.swm ] && [ ! -e install4.swm ]
}

info() { # IMAGE [SWITCH...]
	slipway dism /Get-ImageInfo "/ImageFile:$1" "${@:2}"
}

named() { # IMAGE [SWITCH...]
	run -0 info "$@"
	assert_output_has "Name : Set install"
}

@test "any part finds the others" {
	for part in install.swm install2.swm ./install3.swm "$PWD/install.swm"; do
		named "$part"
	done
	run -0 slipway dism /List-Image /ImageFile:install2.swm /Index:1
	assert_output_has '\4'
	mv install.swm install1.swm
	named install1.swm
	named install3.swm
}

@test "parts of any name, by a pattern" {
	mv install.swm 'Part C.SWM'
	mv install2.swm 'part a.swm'
	mv install3.swm 'part [b].swm'
	run ! info 'Part C.SWM'
	assert_output_has "Part C2.SWM: this file is missing"
	run ! info 'part a.swm'
	assert_output_has "its name does not end with 2"
	named 'Part C.SWM' '/SWMFile:part*.swm'
	named "$PWD/part a.swm" '/SWMFile:PART ?*.swm'
	named './part a.swm' --swm-file "$PWD/part*"
	run ! info 'Part C.SWM' '/SWMFile:nothing*.swm'
	assert_output_has "nothing*.swm: no file matches"
	# the named one need not match
	mkdir more
	mv part* more
	named 'Part C.SWM' '/SWMFile:more/*.swm'
}

@test "in a volume, by an address" {
	truncate -s 20M ntfs.img fat.img
	slipway format ntfs.img
	slipway format fat.img /FS:FAT
	for volume in ntfs.img fat.img; do
		for part in install install2 install3; do
			slipway copy $part.swm "$volume:\\sources\\$part.swm" /P
		done
		named "$volume:\\sources\\install.swm"
		named "$volume:\\SOURCES\\INSTALL3.SWM"
		named "$volume:\\sources\\install.swm" \
			"/SWMFile:$volume:\\sources\\*.swm"
	done
}

@test "sets that are none" {
	cp install2.swm install4.swm
	run ! info install.swm '/SWMFile:install*.swm'
	assert_output_has "this is part 2 of the split WIM, as install"
	rm install4.swm
	run ! info install.swm '/SWMFile:*.swm'
	assert_output_has "other"
	assert_output_has "this is a part of another split WIM than install"
	rm install2.swm
	run ! info install.swm '/SWMFile:install*.swm'
	assert_output_has "the WIM is split into 3 parts, and part 2 is missing"
	run ! info install.swm /SWMFile:install3.swm
	assert_output_has "and part 2 is missing"
	mkdir to
	run -2 slipway imagex /apply install.swm 1 to /ref install3.swm
	assert_output_has "and part 2 is missing"
	run -2 slipway imagex /apply install.swm 1 to /ref install3.swm other.swm
	assert_output_has "other.swm: unexpected; /ref takes one name or pattern"
	run ! info install3.swm
	assert_output_has "install2.swm: this file is missing: install3.swm is part 3 of 3"
	cp other2.swm install2.swm
	run ! info install.swm
	assert_output_has "install2.swm: this is not part 2 of the split WIM"
	echo no WIM >install2.swm
	run ! info install.swm
	assert_output_has "install2.swm: this is not part 2"
}

@test "damage is told with the part that has it" {
	printf x | dd of=install2.swm bs=1 seek=5000 conv=notrunc status=none
	truncate -s 20M volume.img
	run -13 slipway dism /Apply-Image /ImageFile:install.swm /Index:1 \
		'/ApplyDir:volume.img:\' --progress none
	assert_output_has "install2.swm"
	assert_output_has "SHA-1"
}
