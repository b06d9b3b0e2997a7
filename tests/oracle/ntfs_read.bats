# What others wrote, we read and check: every stream's hash is compared with
# ntfscat's (ntfs-3g) or icat's (The Sleuth Kit).
bats_require_minimum_version 1.5.0
load ../helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
	DUMP=$O/san/unit/libntfs/read/stream
	[ -x "$DUMP" ] || skip "the unit programs are not built"
}

# The hash of one stream as another reader sees it. ntfscat undoes the update
# sequences of $MFT and $MFTMirr, so these are icat's.
others_hash() { # VOLUME RECORD TYPE NAME
	if [ "$2" -le 1 ]; then
		icat -f ntfs "$1" "$2-128"
	elif [ -n "$4" ]; then
		ntfscat -f -i "$2" -a "0x$3" -n "$4" "$1"
	else
		ntfscat -f -i "$2" -a "0x$3" "$1"
	fi 2>/dev/null | sha1sum | cut -d' ' -f1
}

# Compares all streams of a volume.
compare_streams() { # VOLUME LEAST
	count=0
	while read -r hash size record type name; do
		other=$(others_hash "$1" "$record" "$type" "$name")
		if [ "$other" != "$hash" ]; then
			echo "record $record type $type $name ($size bytes):" \
				"$hash, not $other"
			return 1
		fi
		count=$((count + 1))
	done < <("$DUMP" "$1")
	echo "$count streams"
	[ "$count" -ge "$2" ]
}

@test "ntfs: streams of volumes by Windows as ntfscat and icat read them" {
	requires ntfscat icat xz
	requires_samples
	for name in win-1k-cluster-test-volume win10-512-cluster-vss \
		mkntfs-features; do
		xz -dc "$SLIPWAY_SAMPLES/ntfs/$name.raw.xz" >volume
		compare_streams volume 20
	done
}

@test "ntfs: volumes by Windows inside virtual disks" {
	requires ntfscat icat xz qemu-img
	requires_samples
	for name in vhd/ntfs-fixed.vhd vhd/ntfs-dynamic.vhd \
		vhdx/ntfs-fixed.vhdx vhdx/ntfs-dynamic.vhdx; do
		xz -dc "$SLIPWAY_SAMPLES/$name.xz" >disk
		case $name in *x) format=vhdx ;; *) format=vpc ;; esac
		qemu-img convert -f "$format" -O raw disk raw
		dd if=raw of=volume bs=512 skip=128 count=6016 status=none
		compare_streams volume 20
		run -0 slipway chkdsk volume
	done
}

@test "ntfs: every cluster size of mkntfs reads and checks" {
	requires mkntfs ntfscp ntfscat icat
	seq 1 3000 >content
	for cluster in 512 1024 2048 4096 8192 16384 65536 2097152; do
		size=16M
		[ "$cluster" -lt 2097152 ] || size=512M
		rm -f volume
		truncate -s "$size" volume
		mkntfs --quick --force --cluster-size "$cluster" volume \
			>/dev/null 2>&1
		ntfscp --force volume content content >/dev/null
		run -0 slipway chkdsk volume
		[ "$cluster" = 2097152 ] || compare_streams volume 15
	done
}

@test "ntfs: a tree that wimlib wrote through ntfs-3g" {
	requires mkntfs wimlib-imagex ntfscat icat
	mkdir -p tree/folder/{a,b,c}
	for i in $(seq 1 300); do
		echo "$i" >"tree/folder/a/a file with a long name, number $i"
	done
	head -c 300000 /dev/urandom >tree/large
	wimlib-imagex capture tree tree.wim >/dev/null
	truncate -s 16M volume
	mkntfs --quick --force volume >/dev/null 2>&1
	wimlib-imagex apply tree.wim 1 volume >/dev/null
	run -0 slipway chkdsk volume
	assert_output_has "318 files, 6 folders and 327 index entries processed."
	compare_streams volume 300
	hash=$(sha1sum <tree/large)
	"$DUMP" volume | grep "^${hash%% *} 300000 "
}

@test "ntfs: an attribute list that ntfs-3g made" {
	requires mkntfs ntfscp ntfscat icat
	truncate -s 4M volume
	mkntfs --quick --force volume >/dev/null 2>&1
	echo content >content
	ntfscp --force volume content file >/dev/null
	for i in $(seq 1 60); do
		ntfscp --force --attr-name "a stream with a long name $i" \
			volume content file >/dev/null
	done
	run -0 slipway chkdsk volume
	compare_streams volume 70
}
