# Boot code by a BIOS: SeaBIOS starts our MBR code, that the active partition's
# code, and that a stand-in BOOTMGR, which checks itself: all of it must be there.
# Or the words that tell why not are on the screen.
load ../helpers
bats_require_minimum_version 1.5.0
load bios/volumes

setup_file() {
	requires qemu-system-x86_64 mkfs.fat mcopy mkntfs ntfscp ntfsinfo \
		ntfscat python3 wimlib-imagex
	WORK=$(mktemp -d "${TMPDIR:-/tmp}/bios-XXXXXX")
	TOKEN=$(od -An -tx1 -N 12 /dev/urandom | tr -d ' \n')
	MTOOLSRC=/dev/null
	export WORK TOKEN MTOOLSRC
	cd "$WORK"
	build_bootmgr
	bootmgr large 408000
	bootmgr small 500
	seq 400 | sed 's/.*/a rather long name of a file &/' >names
	mkdir many
	xargs -d '\n' touch <names --
	xargs -d '\n' mv -t many <names
}

teardown_file() { rm -rf "$WORK"; }

setup() { cd "$WORK"; }

@test "a disk by our own tools starts, with FAT32 and with NTFS" {
	new_disk own.img 100M type=0c,active
	run -0 slipway format own.img@1 /FS:FAT32
	run -0 slipway copy large 'own.img@1:\bootmgr'
	install_code own.img@1
	assert_starts own-fat own.img
	mkdir -p tree
	cp large tree/bootmgr
	cp many/* tree
	wimlib-imagex capture tree tree.wim --compress=none --no-acls >/dev/null
	for cluster in 512 4096 64K; do
		new_disk own.img 300M type=07,active
		run -0 slipway format own.img@1 /FS:NTFS "/A:$cluster"
		run -0 slipway dism /Apply-Image /ImageFile:tree.wim /Index:1 \
			/ApplyDir:own.img@1
		install_code own.img@1
		assert_starts "own-ntfs-$cluster" own.img
		run -0 slipway chkdsk own.img@1
	done
}

@test "NTFS of mkntfs starts with clusters of all sizes" {
	for cluster in 512 2048 131072; do
		ntfs_volume 300M $cluster large
		disk_of_volume disk.img
		assert_starts "mkntfs-$cluster" disk.img
	done
}

@test "FAT32 of mkfs.fat starts with clusters of all sizes, from any table" {
	for sectors in 1 8 128; do
		fat_disk disk.img $((sectors * 40))M $sectors large
		assert_starts "mkfs-fat-$sectors" disk.img
	done
	# flags 81h: only the second table is in use, the first one is damaged
	fat_disk disk.img 40M 1 large
	printf '\x81' | poke disk.img $((1048576 + 40))
	start=$((1048576 + $(peek disk.img $((1048576 + 14)) 2) * 512))
	printf '\xf7\xff\xff\x0f%.0s' {1..120} | poke disk.img $((start + 8))
	assert_starts fat-second-table disk.img
}

@test "NTFS in hundreds of pieces starts: BOOTMGR, the MFT, the root folder" {
	ntfs_volume 64M 512
	for i in {1..90}; do ntfscp -q volume names "a rather long name $i"; done
	ntfscp -q volume large bootmgr
	for i in {1..30}; do ntfscp -q volume names "z rather long name $i"; done
	record=$(ntfs_record bootmgr)
	python3 "$BIOS/ntfs_scatter.py" volume "$record" 80
	ntfscat volume bootmgr | cmp - large
	disk_of_volume disk.img
	assert_starts ntfs-pieces-file disk.img
	python3 "$BIOS/ntfs_scatter.py" volume 5 a0
	python3 "$BIOS/ntfs_scatter.py" volume 0 80 128 outside
	ntfscat volume bootmgr | cmp - large
	disk_of_volume disk.img
	assert_starts ntfs-pieces-all disk.img
}

@test "FAT32 in hundreds of pieces starts, with a root folder of many clusters" {
	fat_disk disk.img 40M 1
	volume=$WORK/disk.img@@1M
	mcopy -i "$volume" many/* ::/
	bootmgr pieces 90000
	i=0
	while read -r _; do # every second cluster becomes free
		i=$((i + 1))
		head -c 512 large >"many/$i"
	done <names
	mcopy -i "$volume" many/[0-9]* ::/
	free=$(minfo -i "$volume" :: | sed -n 's/free clusters=//p')
	head -c $(((free - 10) * 512)) /dev/zero >filler
	mcopy -i "$volume" filler ::/
	(cd many && mdel -i "$volume" [0-9]*[02468])
	mcopy -i "$volume" pieces ::/bootmgr
	assert_starts fat-pieces disk.img
}

@test "BOOTMGR inside of its file record starts" {
	ntfs_volume 20M 4096 small
	disk_of_volume disk.img
	assert_starts ntfs-resident disk.img
}

@test "what was never written is zero" {
	bootmgr tail 200000 70001
	ntfs_volume 20M 4096 tail
	python3 "$BIOS/ntfs_patch.py" volume valid "$(ntfs_record BOOTMGR)" \
		$((200000 - 70001))
	disk_of_volume disk.img
	assert_starts ntfs-valid disk.img
}

@test "a partition behind 2 GB starts, and one that crosses 2 TB" {
	mib=1048576
	for fs in ntfs fat; do
		for start in $((3000 * mib)) $((2097152 * mib - 20 * mib)); do
			new_disk far.img 3T type=07,start=1M,size=10M \
				"type=07,active,start=$start,size=10M"
			# more than the partition command lets a table say
			printf '\x00\x68\x09\x00' | poke far.img $((446 + 28))
			if [ $fs = ntfs ]; then
				ntfs_volume 300M 4096 large
				put_volume far.img "$start"
			else
				mkfs.fat -F 32 -s 1 --offset $((start / 512)) \
					far.img $((300 * 1024)) >/dev/null
				mcopy -i "far.img@@$start" large ::/BOOTMGR
			fi
			install_code far.img@2
			assert_starts "far-$fs-$start" far.img $((start / 512))
		done
	done
	rm far.img
}

@test "the volume is found without the partition's entry, or without its field" {
	fat_disk disk.img 40M 1 large
	printf '\0\0\0\0' | poke disk.img $((1048576 + 28))
	assert_starts found-by-entry disk.img
	# the MBR's code does not pass the entry: mov si, di becomes xor si, si
	ntfs_volume 20M 4096 large
	disk_of_volume disk.img
	at=$(LC_ALL=C grep -abo $'\x89\xfe' disk.img | head -n 1 | cut -d : -f 1)
	[ "$at" -lt 440 ]
	printf '\x31\xf6' | poke disk.img "$at"
	assert_starts found-by-field disk.img
	printf '\x01' | poke disk.img $((1048576 + 28))
	assert_says found-nowhere disk.img "The partition is not found"
}
