# Boot code in volumes of others: every judge of the volume and of the table is
# as content as before, and finds the same.

bats_require_minimum_version 1.5.0

load ../helpers

setup() {
	requires fsck.fat mkfs.fat mdir mkntfs ntfsfix ntfsinfo fsntfsinfo fls \
		sfdisk xz
	cd "$BATS_TEST_TMPDIR"
	export MTOOLSRC=/dev/null
}

install() { # VOLUME [/force]
	run -0 slipway bootsect /nt60 "$@"
	assert_output_has "Bootcode was successfully updated"
}

fat_facts() { # VOLUME
	fsck.fat -nv "$1" && mdir -i "$1" -a ::/
}

ntfs_facts() { # VOLUME
	ntfsfix -n "$1" && ntfsinfo -f -m "$1" && fls -rp "$1" &&
		fsntfsinfo "$1" && fsntfsinfo -H "$1"
}

@test "fsck.fat and mtools find a FAT32 volume as it was" {
	for options in "-s 1" "-s 1 -R 64" "-s 1 -R 9 -b 6" "-s 1 -f 1 -h 2048"; do
		rm -f fat.img
		truncate -s 40M fat.img
		# shellcheck disable=SC2086 # options are words
		mkfs.fat -F 32 $options fat.img >/dev/null
		echo hello | mcopy -i fat.img - ::/hello.txt
		fat_facts fat.img >before
		install fat.img
		fat_facts fat.img >after
		diff before after
		run -0 fsck.fat -n fat.img
		case $output in *ifferences*) false ;; esac
	done
}

@test "ntfs-3g, libfsntfs and sleuthkit find an NTFS volume as it was" {
	for cluster in 512 4096 65536; do
		rm -f ntfs.img
		truncate -s 40M ntfs.img
		mkntfs -q -F -Q -c $cluster -p 2048 -s 512 ntfs.img 2>/dev/null
		ntfs_facts ntfs.img >before
		install ntfs.img
		ntfs_facts ntfs.img >after
		diff before after
		assert_copy ntfs.img
		run -0 slipway chkdsk ntfs.img
	done
}

# The boot sector's copy is the last sector.
assert_copy() { # VOLUME
	head -c 512 "$1" >first
	tail -c 512 "$1" | cmp first -
}

@test "volumes by Windows, with its own code, are found as they were" {
	requires_samples
	for name in win-1k-cluster-test-volume win10-512-cluster-vss; do
		xz -dc "$SLIPWAY_SAMPLES/ntfs/$name.raw.xz" >volume
		head -c 8192 volume >code
		{ ntfs_facts volume; slipway chkdsk volume /V; } >before || :
		# one of them was not closed in order
		install volume /force
		{ ntfs_facts volume; slipway chkdsk volume /V; } >after || :
		diff before after
		# Windows' code, but for its first sector, is there as before
		cmp -n 4608 -i 512 code volume
		[ "$(dd if=volume bs=1 skip=500 count=4 status=none)" = SLIP ]
	done
}

@test "a disk by Windows keeps its table" {
	requires_samples
	xz -dc "$SLIPWAY_SAMPLES/gptmbr/win-mbr-extended-chain.raw.xz" >disk.img
	sfdisk -d disk.img >before
	head -c 512 disk.img >old
	run -0 slipway bootrec /fixmbr disk.img
	sfdisk -d disk.img >after
	diff before after
	run -0 sfdisk --verify disk.img
	head -c 512 disk.img | cmp -i 440 - old
	[ "$(head -c 440 disk.img | cmp - old | wc -l)" = 1 ]
}
