# The whole chain on a machine of QEMU's, by UEFI with Secure Boot on: a blank
# NVMe disk is deployed from a stick, then boots natively from the VHD on it.
load ../helpers

setup() {
	requires qemu-system-x86_64 wimlib-imagex mcopy
	cd "$ROOT"
	dir=$O/boot-tests/deploy-$BATS_TEST_NUMBER
	rm -rf "$dir"
	mkdir -p "$dir"
	. tests/boot/chain.sh
}

teardown() {
	[ -z "${qemu_pid:-}" ] || qemu_stop
	rm -f "$dir/disk.img" "$dir/stick.img" "$dir/guest.wim"
}

said() { tail -n 25 "$qemu_dir/serial.log" >&2; return 1; }

# The restart that the answer file asks for ends QEMU (-no-reboot).
wait_for_restart() {
	for _ in $(seq $((300 * TIMEOUT_SCALE))); do
		kill -0 "$qemu_pid" 2>/dev/null || return 0
		sleep 0.1
	done
	return 1
}

deploys_and_boots() {
	chain_deploy
	qemu_wait 'Done.*deployment finished|FAILED' 400 || said
	grep -aq 'every file matched its hash' "$qemu_dir/serial.log" || said
	wait_for_restart
	qemu_stop
	sgdisk -v "$dir/disk.img" | grep 'No problems found'
	chain_boot
	qemu_wait 'guest: (token|FAILED)' 400 || said
	grep -aq "guest: token $token" "$qemu_dir/serial.log" || said
	grep -aq 'root file system is /dev/ublkb0p1 (ntfs3)' \
		"$qemu_dir/serial.log" || said
}

# Every other test's machine has one processor, and an image in XPRESS.
@test "power is cut during a deployment; a second one and native boot" {
	chain_prepare lzx
	chain_deploy
	qemu_wait 'Applying image.* [3-9][0-9]%' 400 || said
	kill -KILL "$qemu_pid"
	qemu_stop
	# nothing to boot, nothing that looks like a volume
	run sfdisk -d "$dir/disk.img"
	[ "$status" -ne 0 ]
	[ -z "$(wipefs -n "$dir/disk.img")" ]
	rm -r "$dir/deploy"
	deploys_and_boots
}
