# NTFS volumes that we change: by us, by mkntfs, by Windows, filled by ntfs-3g.
# Its tools, libfsntfs, The Sleuth Kit, 7-Zip and wimlib must find what the model
# of tests/unit/libntfs/change/change.c says, and nothing wrong.

load ../helpers
load judges
load windows_tree
bats_require_minimum_version 1.5.0

setup_file() {
	export CHANGE=$O/san/unit/libntfs/change/change
	[ -x "$CHANGE" ] || make -s -C "$ROOT" O="$O" "$CHANGE"
}

setup() {
	requires ntfsfix ntfscat ntfsinfo fsntfsinfo fls 7z mkfs.ntfs \
		ntfssecaudit wimlib-imagex
	export LC_ALL=C.UTF-8
	cd "$BATS_TEST_TMPDIR"
}

# Every n-th file as ntfscat finds it by its path, and all as wimlib does.
judge_changed() { # VOLUME SEED STEPS [readable]
	"$CHANGE" "$1" "$2" "$3" >asked.txt
	[ "$(wc -l <asked.txt)" -gt 10 ]
	"${4:-sound}" "$1"
	run -0 ntfssecaudit -a "$1"
	assert_output_has 'No errors were found'
	while read -r hash path; do
		[ "$(ntfscat "$1" "$path" | sha1sum | cut -c 1-40)" = "$hash" ] || {
			echo "$path: not found, or other data" >&2
			return 1
		}
	done < <(awk 'NR % 11 == 1' asked.txt)
	capture "$1" found.wim --compress=none
	wimlib-imagex dir found.wim --detailed | awk '
	/^Full Path/ { path = substr($0, index($0, "\"") + 1); sub(/"$/, "", path) }
	/^Hash/ { print substr($3, 3) " " path }' >found.txt
	awk 'FILENAME == ARGV[1] { found[$0]; next }
		/^da39a3ee5e6b4b0d3255bfef95601890afd80709 / { next } # empty
		!($0 in found) { print "missing: " $0; bad = 1 }
		END { exit bad }' found.txt asked.txt
}

@test "volumes of mkntfs, of each cluster size" {
	for cluster in 512 1024 4096 16384 65536; do
		rm -f v.img
		truncate -s 48M v.img
		mkfs.ntfs -F -q -c $cluster v.img 2>/dev/null
		judge_changed v.img $cluster 150
	done
}

@test "records of 4096 bytes" {
	truncate -s 48M v.img
	mkfs.ntfs -F -q -s 4096 v.img 2>/dev/null
	judge_changed v.img 9 250 readable
}

@test "a volume by us, and one that wimlib applied an image to" {
	slipway partition create d.img --gpt --size 64M type=data >/dev/null
	slipway format d.img@1 /A:2048 >/dev/null
	cut_out d.img 1 v.img
	judge_changed v.img 5 250
	mkdir tree
	for i in $(seq 400); do
		echo "$i" >"tree/a file of many, by its number $i"
	done
	wimlib-imagex capture tree t.wim --no-acls --quiet 2>/dev/null
	truncate -s 48M w.img
	mkfs.ntfs -F -q w.img 2>/dev/null
	wimlib-imagex apply t.wim 1 w.img --quiet 2>/dev/null
	ntfscp w.img "$SLIPWAY" '/a large file'
	judge_changed w.img 6 200
	ntfscat w.img '/a large file' | cmp - "$SLIPWAY"
	[ "$(ntfscat w.img '/a file of many, by its number 77')" = 77 ]
}

@test "volumes by Windows" {
	requires xz
	requires_samples
	xz -dc "$SLIPWAY_SAMPLES/ntfs/win10-512-cluster-vss.raw.xz" >v.img
	judge_changed v.img 7 60
	xz -dc "$SLIPWAY_SAMPLES/ntfs/mkntfs-features.raw.xz" >v.img
	judge_changed v.img 7 60 readable
}

# --- Boot files, stores and hives --------------------------------------------

# The first partition becomes NTFS, by us or by mkntfs.
make_ntfs_system() { # us|mkntfs
	make_disk mbr 07
	slipway format d.img@1 /FS:NTFS >/dev/null
	if [ "$1" = mkntfs ]; then
		cut_out d.img 1 s.img
		mkfs.ntfs -F -q -p 2048 s.img 2>/dev/null
		dd if=s.img of=d.img bs=1M seek=1 conv=notrunc,sparse status=none
	fi
}

@test "bcdboot, bcdedit and reg in NTFS volumes" {
	requires hivexget reglookup
	make_tree
	for by in us mkntfs; do
		make_ntfs_system $by
		run -1 slipway bcdboot 'd.img@2:\Windows' /s d.img@1 /f UEFI
		assert_output_has 'FAT32'
		run -0 slipway bcdboot 'd.img@2:\Windows' /s d.img@1 /f BIOS
		run -0 slipway bcdedit /store 'd.img@1:\Boot\BCD' /set \
			'{default}' nx AlwaysOn
		run -0 slipway bcdedit /store 'd.img@1:\Boot\BCD' /timeout 77
		run -0 slipway reg add 'd.img@2:\Windows\System32\config\SOFTWARE\Key' \
			/v name /d value
		cut_out d.img 1 s.img
		cut_out d.img 2 w.img
		sound s.img
		sound w.img
		[ "$(ntfscat s.img /bootmgr)" = 'this is PCAT/bootmgr' ]
		[ "$(ntfscat s.img /Boot/de-DE/bootmgr.exe.mui)" = 'this is PCAT/de-DE/bootmgr.exe.mui' ]
		ntfsinfo -F /bootmgr s.img | grep -q 'HIDDEN SYSTEM'
		ntfscat s.img /Boot/BCD >BCD
		[ "$(hivexget BCD '\Objects\{9dea862c-5cdd-4e70-acc1-f32b344d4795}\Elements\25000004' Element | od -An -tx1)" = ' 4d 00 00 00 00 00 00 00' ]
		ntfscat w.img /Windows/System32/config/SOFTWARE >SOFTWARE
		run -0 reglookup -H -p /Key SOFTWARE
		assert_output_has '/Key/name,SZ,value'
	done
}

@test "Windows and its boot files on one NTFS volume" {
	make_tree
	make_ntfs_system us
	run -0 slipway bcdboot 'd.img@2:\Windows' /s d.img@2 /f BIOS
	cut_out d.img 2 w.img
	sound w.img
	[ "$(ntfscat w.img /bootmgr)" = 'this is PCAT/bootmgr' ]
	[ "$(ntfscat w.img /Windows/Boot/PCAT/bootmgr)" = 'this is PCAT/bootmgr' ]
}

@test "virtual disks that grow inside an NTFS volume" {
	requires qemu-img
	slipway partition create d.img --gpt --size 200M type=data >/dev/null
	slipway format d.img@1 >/dev/null
	slipway partition create raw --mbr --size 100M type=07 >/dev/null
	for f in dyn.vhd dyn.vhdx; do
		slipway vdisk convert raw $f --type dynamic >/dev/null
		slipway copy $f "d.img@1:\\vhd\\$f" /P
		before=$(stat -c %s $f)
		inner="d.img@1:\\vhd\\$f@1"
		slipway format "$inner" >/dev/null
		slipway copy "$SLIPWAY" "$inner:\\sub\\slipway" /P
		slipway chkdsk "$inner"
		slipway copy "d.img@1:\\vhd\\$f" out-$f
		[ "$(stat -c %s out-$f)" -gt "$before" ]
		qemu-img convert -O raw out-$f out
		dd if=out of=v.img bs=1M skip=1 status=none
		ntfscat v.img /sub/slipway | cmp - "$SLIPWAY"
	done
	cut_out d.img 1 v.img
	sound v.img
}
