# Disks that hold something are left alone in the environment: a machine with one of
# each kind that looks blank at its start.

load ../helpers

setup() {
	requires qemu-system-x86_64 cpio python3
	cd "$ROOT"
	# shellcheck source=qemu.sh
	. tests/boot/qemu.sh
	# shellcheck source=../programs.sh
	. tests/programs.sh
	dir=$O/boot-tests/foreign
	rm -rf "$dir"
	mkdir -p "$dir/add" "$dir/all"
}

teardown() {
	[ -z "${qemu_pid:-}" ] || qemu_stop
	rm -rf "$dir/all" "$dir/add" "$dir/initramfs"
}

@test "nothing is written to disks that hold something, of each kind" {
	token=$(od -An -tx1 -N 12 /dev/urandom | tr -d ' \n')
	python3 tests/oracle/probe.py "$dir/all" | grep -E "^(imsm|ddf|promise-(63|3087)|\
silicon|jmicron|nvidia|lsi|via|adaptec|hpt45x|md-0.90|md-1.0|drbd-9|lvm2|zfs-back|ufs2|\
reiserfs|gfs2|vmfs|scoutfs|nilfs2-second|gpt-backup|gpt-4096-backup)\|" >"$dir/add/kinds"
	[ "$(wc -l <"$dir/add/kinds")" -eq 24 ]
	truncate -s 64M "$dir/all/blank.img"
	echo 'blank||blank' >>"$dir/add/kinds"
	disks=(-device "nvme,id=nvme,serial=foreign")
	n=0
	while IFS='|' read -r kind _; do
		n=$((n + 1))
		disks+=(-drive "file=$dir/all/$kind.img,format=raw,if=none,id=d$n,cache=unsafe"
			-device "nvme-ns,drive=d$n,bus=nvme,nsid=$n")
	done <"$dir/add/kinds"
	(cd "$dir/all" && sha1sum -- *.img >../before)
	cp tests/boot/foreign.sh "$dir/add/"
	add_archive "$dir/add" "$O/boot/initramfs" "$dir/initramfs"
	qemu_start "$dir" bios -kernel "$O/boot/vmlinuz" -initrd "$dir/initramfs" \
		-net none -no-reboot -append "console=ttyS0 quiet slipway.shell" \
		"${disks[@]}"
	qemu_wait 'slipway.*# ' 60
	qemu_type "sh /foreign.sh $token"
	qemu_wait "foreign disks [a-zA-Z]+: $token" 120 || true
	grep -a "^foreign" "$dir/serial.log"
	grep -aq "foreign disks passed: $token" "$dir/serial.log"
	qemu_stop
	qemu_pid=
	run sh -c "cd '$dir/all' && sha1sum --quiet -c ../before 2>/dev/null"
	[ "$output" = 'blank.img: FAILED' ]
}
