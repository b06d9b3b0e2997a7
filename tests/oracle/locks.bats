# Images that others use, and others that find us using one: QEMU and its tools,
# loop devices, ntfs-3g, flock(1). Refusals say who it is.

load ../helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
	other=
	{
		slipway partition create d.img --mbr --size 20M type=data
		slipway format d.img@1
		slipway bcdedit /createstore h
		slipway copy h 'd.img@1:\h'
		cp d.img before.img
	} >/dev/null
}

teardown() {
	[ -z "$other" ] || kill "$other" || true
	wait
}

# Every command that writes is refused with the words.
refused_to_write() { # WORDS
	local words
	for words in 'copy h d.img@1:\x' 'reg add d.img@1:\h\K /f' \
		'format d.img@1 /Y' 'partition create d.img --mbr --wipe type=data' \
		'bootsect /nt60 d.img@1' 'bcdedit /store d.img@1:\h /timeout 3' \
		'vdisk create d.img@1:\v.vhd 1M' 'copy /Y h d.img'; do
		# shellcheck disable=SC2086 # words are meant
		run -1 slipway $words
		assert_output_has "$1"
	done
	cmp d.img before.img
}

started() { # COMMAND... waits for the socket s
	"$@" 3>&- &
	other=$!
	for _ in $(seq 100); do
		[ ! -S s ] || return 0
		sleep 0.1
	done
	return 1
}

ended() {
	kill "$other"
	wait "$other" || true
	other=
	rm -f s
}

@test "a running machine" {
	requires qemu-system-x86_64
	started qemu-system-x86_64 -display none -nodefaults -S \
		-drive file=d.img,format=raw,if=virtio -monitor unix:s,server=on,wait=off
	refused_to_write "qemu-system-x86 (process $other) is using it"
	run -1 slipway dir 'd.img@1:\'
	assert_output_has "qemu-system-x86 (process $other) is writing to it: end that first, or read a copy"
	run -0 slipway vdisk info d.img
	cp d.img copy.img
	run -0 slipway dir 'copy.img@1:\'
	ended
	slipway copy h 'd.img@1:\x'
}

@test "qemu-nbd, writing and reading only" {
	requires qemu-nbd
	slipway vdisk convert d.img v.vhd --type dynamic --progress none
	started qemu-nbd -f vpc -k "$PWD/s" v.vhd
	for words in 'copy h v.vhd@1:\x' 'dir v.vhd@1:\' 'type v.vhd@1:\h' \
		'vdisk compact v.vhd' 'vdisk check v.vhd' \
		'vdisk convert v.vhd new.vhd' 'vdisk create c.vhd --parent v.vhd'; do
		# shellcheck disable=SC2086
		run -1 slipway $words
		assert_output_has "qemu-nbd (process $other)"
	done
	[ ! -e new.vhd ] && [ ! -e c.vhd ]
	ended
	started qemu-nbd -r -f raw -k "$PWD/s" d.img
	refused_to_write "qemu-nbd (process $other) is using it"
	run -0 slipway dir 'd.img@1:\'
	ended
}

# Runs a command that stays in its first write or flush for some seconds.
slowly() { # COMMAND...
	strace -f -o /dev/null -e trace=pwrite64,fdatasync,pread64 \
		-e inject=pread64:delay_enter=3000000:when=4 "$SLIPWAY" "$@" \
		>/dev/null 3>&- &
	other=$!
	sleep 0.7
}

@test "QEMU finds us" {
	requires qemu-img strace
	slowly reg add 'd.img@1:\h\K' /f
	run -1 qemu-img convert -f raw -O raw d.img out.img
	assert_output_has lock
	run -1 qemu-img resize -f raw d.img 30M
	assert_output_has lock
	run -1 flock -n d.img true
	wait "$other"
	other=
	slowly dir 'd.img@1:\'
	run -0 qemu-img convert -f raw -O raw d.img out.img
	run -1 qemu-img resize -f raw d.img 30M
	assert_output_has lock
	run -1 flock -n d.img true
	run -0 flock -n -s d.img true
	wait "$other"
	other=
}

@test "flock" {
	requires flock
	flock d.img sleep 100 3>&- &
	other=$!
	sleep 0.3
	refused_to_write "(process $other) is using it"
	run -1 slipway dir 'd.img@1:\'
	pkill -P "$other"
	wait "$other" || true
	other=
}

@test "a loop device" {
	requires losetup
	loop=$(losetup -f --show d.img 2>/dev/null) || skip "no loop devices here"
	refused_to_write "it is the loop device $loop: \`losetup -d $loop\` ends that"
	run slipway dir 'd.img@1:\'
	losetup -d "$loop"
	[ "$status" -eq 1 ]
	losetup -r "$loop" d.img
	run -0 slipway dir 'd.img@1:\'
	run slipway copy h 'd.img@1:\x'
	losetup -d "$loop"
	[ "$status" -eq 1 ]
	slipway copy h 'd.img@1:\x'
}

@test "ntfs-3g" {
	requires ntfs-3g
	dd if=d.img of=n.img bs=1M skip=1 status=none
	mkdir 'a folder'
	ntfs-3g n.img 'a folder' 2>/dev/null || skip "no FUSE here"
	run slipway dir 'n.img:\'
	out=$output$status
	run slipway copy h 'n.img:\x'
	umount 'a folder'
	[ "$status" -eq 1 ]
	assert_output_has "mounted on $PWD/a folder: unmount it first"
	[[ $out == *"mounted on"*1 ]]
	ntfs-3g -o ro n.img 'a folder'
	run slipway dir 'n.img:\'
	out=$status
	run slipway copy h 'n.img:\x'
	umount 'a folder'
	[ "$status" -eq 1 ] && [ "$out" -eq 0 ]
	slipway copy h 'n.img:\x'
}
