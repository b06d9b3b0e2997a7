# deploy as a black box, on image files and without root.
load ../helpers

setup_file() {
	requires wimlib-imagex
	cd "$BATS_FILE_TMPDIR"
	mkdir -p tree/folder medium/EFI/BOOT medium/slipway
	echo hello >tree/hello.txt
	head -c 300000 /dev/urandom >tree/folder/random
	seq 100000 >tree/folder/numbers
	ln tree/hello.txt tree/folder/linked.txt
	wimlib-imagex capture tree medium/slipway/small.wim Small --no-acls \
		--compress=LZX >/dev/null
	make_boot_files medium linux
	answer
	deploy --target good.img --size 300M
}

setup() { cd "$BATS_TEST_TMPDIR"; cp -r "$BATS_FILE_TMPDIR/medium" .; answer; }

# An answer file; each argument is a sed script that changes it.
answer() {
	make_linux_answer medium/slipway/answer.ini 100M
	for script; do sed -i "$script" medium/slipway/answer.ini; done
}

deploy() { slipway deploy medium/slipway/answer.ini --progress none "$@"; }

# Nothing may look like a finished disk: no table, no volume.
assert_blank() { # IMAGE
	[ -e "$1" ]
	run -0 sfdisk -d "$1" || true
	[ -z "$(wipefs -n "$1")" ]
}

@test "a disk image is made, twice the same" {
	run -0 deploy --target a.img --size 300M --finish-file finish
	assert_output_has "every file matched its hash"
	[ "$(cat finish)" = restart ]
	run -0 deploy --target b.img --size 300M
	cmp a.img b.img
	for kind in vhdx vhd; do
		run -0 deploy --target a.$kind --size 300M
		run -0 deploy --target b.$kind --size 300M
		cmp a.$kind b.$kind
	done
	slipway vdisk convert a.vhdx x.img --format raw --progress none
	cmp a.img x.img
	run -0 slipway chkdsk 'a.img@3'
	run -0 slipway chkdsk 'a.img@3:\vhd\guest.vhd@1'
}

@test "a plan is printed and nothing is done" {
	truncate -s 300M a.img
	before=$(sha256sum <a.img)
	run -0 deploy --target a.img --dry-run
	assert_output_has "fixed VHD, 100 MB"
	assert_output_has "blank"
	[[ $output != *{* ]]
	[ "$(wc -L <<<"$output")" -le 79 ]
	[ "$before" = "$(sha256sum <a.img)" ]
	run -0 deploy --target none.img --size 300M --dry-run
	[ ! -e none.img ]
	# the identifiers are those that the disk gets
	run -0 deploy --target a.img --dry-run --ids
	ids=$(grep '^id of ' <<<"$output")
	run -0 deploy --target a.img --ids
	[ "$ids" = "$(grep '^id of ' <<<"$output")" ]
	[ "$(grep -c . <<<"$ids")" = 4 ]
	run -0 sfdisk --disk-id a.img
	grep -qix "id of the disk: {$output}" <<<"$ids"
}

@test "misuse is told from failure" {
	run -2 slipway deploy
	run -2 slipway deploy a b
	run -2 slipway deploy a --nonsense
	run -2 slipway deploy a --size 3G
	run -2 slipway deploy --list-targets a
	run -0 slipway deploy --list-targets
	run -1 slipway deploy missing.ini
	assert_output_has "missing.ini"
}

@test "an unknown key is an error with its line" {
	answer '2s/.*/colour = red/'
	run -1 deploy --target a.img --size 300M
	assert_output_has "answer.ini:2:"
	assert_output_has 'no key "colour" in [disk]'
	[ ! -e a.img ]
}

@test "a disk that holds data is left alone unless wipe is given" {
	run -0 deploy --target a.img --size 300M
	before=$(sha256sum <a.img)
	run -1 deploy --target a.img
	assert_output_has "it holds data"
	assert_output_has "it was deployed from this answer file; nothing is done"
	assert_output_has "a.img: nothing was written to it"
	[ "$before" = "$(sha256sum <a.img)" ]
	answer '1a wipe = yes'
	run -0 deploy --target a.img
	after=$(sha256sum <a.img)
	run -0 deploy --target a.img
	[ "$after" = "$(sha256sum <a.img)" ]
	truncate -s 300M b.img
	mkfs.ext4 -q b.img
	answer
	run -1 deploy --target b.img
	assert_output_has "it holds data"
}

@test "an image that does not fit is told before anything is written" {
	answer 's/size = 100M/size = 2M/'
	truncate -s 300M a.img
	before=$(sha256sum <a.img)
	run -1 deploy --target a.img
	assert_output_has "does not fit into a VHD of 2 MB"
	answer 's/size = 100M/size = 280M/'
	run -1 deploy --target a.img
	assert_output_has "does not fit into the partition"
	truncate -s 30M small.img
	run -1 deploy --target small.img
	assert_output_has "too small"
	[ "$before" = "$(sha256sum <a.img)" ]
}

@test "an unknown image and a missing file are told" {
	answer 's/file = small.wim/&\nindex = 2/'
	run -1 deploy --target a.img --size 300M
	assert_output_has 'there is no image "2"'
	answer 's/small.wim/other.wim/'
	run -1 deploy --target b.img --size 300M
	assert_output_has "other.wim"
}

@test "without a rule or a target nothing is chosen" {
	run -1 deploy
	assert_output_has "no --target is given"
}

@test "a rule that matches no disk is refused" {
	answer '1a serial = there-is-no-such-disk'
	run -1 deploy
	assert_output_has "no disk matches"
}

@test "missing boot files are told before anything is written" {
	rm medium/EFI/BOOT/grubx64.efi
	truncate -s 300M a.img
	run -1 deploy --target a.img
	assert_output_has "grubx64.efi"
	assert_blank a.img
}

@test "a folder without boot files, as of a start from the network, is told" {
	mkdir none
	truncate -s 300M a.img
	run -1 deploy --target a.img --boot-files "$PWD/none"
	assert_output_has "none has no EFI/BOOT/BOOTX64.EFI; a machine that was started from the network has no medium"
	assert_output_has '--boot-files DIR'
	assert_blank a.img
}

@test "windows is not deployed from an image without a boot manager" {
	answer 's/system = linux/system = windows/'
	run -1 deploy --target a.img --size 300M
	assert_output_has 'bootmgfw.efi: it cannot boot as Windows'
}

# Every byte of a WIM that is changed must be noticed: in the header, the
# metadata, the blob table, or by a file's hash. The disk then stays blank.
@test "a damaged WIM is refused and leaves a blank disk" {
	wim=medium/slipway/small.wim
	size=$(stat -c %s $wim)
	for at in 0 100 300 5000 $((size / 2)) $((size - 400)); do
		cp "$BATS_FILE_TMPDIR/$wim" $wim
		old=$(od -An -tu1 -j $at -N 1 $wim)
		printf "\\$(printf %o $((old ^ 255)))" |
			dd of=$wim bs=1 seek=$at conv=notrunc status=none
		rm -f a.img
		truncate -s 300M a.img
		run deploy --target a.img
		echo "at $at: $status $output"
		[ "$status" -eq 0 ] && cmp a.img "$BATS_FILE_TMPDIR/good.img" ||
			[ "$status" -eq 1 ]
		[ "$status" -eq 0 ] || assert_blank a.img
	done
}

@test "a truncated WIM is refused" {
	wim=medium/slipway/small.wim
	size=$(stat -c %s $wim)
	for keep in 0 100 208 $((size / 2)) $((size - 1)); do
		head -c "$keep" "$BATS_FILE_TMPDIR/$wim" >$wim
		run -1 deploy --target a.img --size 300M
		if [ "$keep" -eq 0 ]; then
			assert_output_has 'the file is empty'
		else
			assert_output_has corrupt
		fi
		[ ! -e a.img ]
	done
}

@test "names that climb out are refused" {
	requires_samples
	for name in dotdot cyclic duplicate_names; do
		cp "$SLIPWAY_SAMPLES/wim/wimlib-$name.wim" medium/slipway/small.wim
		run -1 deploy --target a.img --size 300M
		assert_output_has corrupt
		[ ! -e a.img ]
	done
}

@test "a target in use is refused" {
	truncate -s 300M a.img
	exec 8<>a.img
	flock -x 8
	run -1 deploy --target a.img
	assert_output_has "is using it: end that first"
}

# Stopped at its first write, later, and when it waits for the disk: the file gets
# its name behind all of these. Calls are counted for each thread.
@test "a disk that is made for a deployment is there when it is whole" {
	requires strace
	for name in a.img a.vhdx; do
		for at in pwrite64:1 pwrite64:4 fdatasync:1 fdatasync:3; do
			for signal in KILL INT; do
				run strace -f -o trace -e trace=${at%:*} \
					-e "inject=${at%:*}:signal=$signal:when=${at#*:}" \
					"$SLIPWAY" deploy medium/slipway/answer.ini \
					--progress none --target $name --size 300M
				grep -q "killed by SIG$signal\|--- SIG$signal" trace
				[ "$status" -ne 0 ]
				[ "$(ls)" = "$(printf 'medium\ntrace')" ]
			done
		done
	done
}

@test "how it ended is in a file for scripts" {
	answer '1a wipe = maybe'
	run -1 deploy --target a.img --size 300M --finish-file finish
	assert_output_has "no disk was written to"
	[ "$(head -n 2 finish)" = untouched ]
	sed -n 3p finish | grep -q 'answer.ini:2: wipe = maybe'
	truncate -s 30M a.img
	answer
	run -1 deploy --target a.img --finish-file finish
	[ "$(head -n 2 finish)" = "$(printf 'untouched\na.img')" ]
	# half of the image's content is not what it was
	truncate -s 300M a.img
	size=$(stat -c %s medium/slipway/small.wim)
	printf damaged | dd of=medium/slipway/small.wim bs=1 seek=220 conv=notrunc status=none
	run -1 deploy --target a.img --finish-file finish
	assert_output_has "what it held is gone"
	[ "$(head -n 2 finish)" = "$(printf 'touched\na.img')" ]
	[ "$(stat -c %s medium/slipway/small.wim)" = "$size" ]
	assert_blank a.img
}

@test "the firmware's next start is from a deployed disk" {
	mkdir vars
	printf '\6\0\0\0en' >vars/Lang-8be4df61-93ca-11d2-aa0d-00e098032b8c
	run -0 deploy --target a.img --size 300M
	run -0 slipway deploy --start-next a.img --efivars vars
	assert_output_has "the next start is from a.img"
	cmp vars/BootNext-* <(printf '\7\0\0\0\0\0')
	grep -q 'd.e.p.l.o.y.e.d' <(tr '\0' . <vars/Boot0000-*)
	rm vars/Boot*
	truncate -s 300M b.img
	run -1 slipway deploy --start-next b.img --efivars vars
	run -1 slipway deploy --start-next a.img@1 --efivars vars
	assert_output_has "a whole disk is needed"
	run -2 slipway deploy --start-next a.img
	assert_output_has "this-machine"
	run -2 slipway deploy --start-next a.img b
	run -2 deploy --origin $'two\nlines'
	assert_output_has "--origin is a line"
	[ ! -e vars/BootNext-8be4df61-93ca-11d2-aa0d-00e098032b8c ]
}
