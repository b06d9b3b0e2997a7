# Volumes with files in them that we make larger and smaller: by Windows, by mkntfs and
# mkfs.fat, filled by their tools. Those find every file as before, and nothing wrong.
bats_require_minimum_version 1.5.0
load ../helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
	NTFS=$O/san/unit/libntfs/resize/resize
	FAT=$O/san/unit/libfat/extend
	FAULT=$O/san/fault/libntfs/resize
	[ -x "$NTFS" ] && [ -x "$FAT" ] && [ -x "$FAULT" ] ||
		skip "the unit and fault programs are not built"
	export LC_ALL=C.UTF-8
}

# A line of each stream, as The Sleuth Kit reads it. The system's own are left out
# whose content a resize changes.
streams() { # VOLUME
	fls -rpF "$1" | awk -F '\t' '{ sub(/:$/, "", $1); n = split($1, w, " ")
		split(w[n], id, "-")
		if (id[1] > 3 && id[1] != 6 && id[1] != 7 && id[1] != 8)
			print w[n] "\t" $2 }' |
		while IFS=$'\t' read -r inode path; do
			echo "$path $(icat "$1" "$inode" | sha1sum)"
		done | sort
}

minimum_of() { # VOLUME
	"$NTFS" query "$1" | sed 's/.* minimum \([0-9]*\) .*/\1/'
}

sound_ntfs() { # VOLUME
	run -0 slipway chkdsk "$1"
	run -0 ntfsfix -n "$1"
	assert_output_has 'Checking the alternate boot sector... OK'
	run -0 ntfsinfo -m "$1"
	run -0 fsntfsinfo "$1"
	run -0 ntfsresize --info --force "$1"
	run -0 ntfs-3g.probe --readwrite "$1"
}

# As small as it goes, then large.
resize_ntfs() { # VOLUME SIZE
	streams "$1" >before
	[ "$(wc -l <before)" -gt 5 ]
	size=$(minimum_of "$1")
	run -0 "$NTFS" shrink "$1" "$size"
	truncate -s "$size" "$1"
	sound_ntfs "$1"
	streams "$1" | cmp - before
	truncate -s "$2" "$1"
	run -0 "$NTFS" extend "$1"
	sound_ntfs "$1"
	streams "$1" | cmp - before
}

@test "resize: NTFS volumes by Windows and mkntfs" {
	requires xz fls icat ntfsfix ntfsinfo fsntfsinfo ntfsresize ntfs-3g.probe
	requires_samples
	for name in win10-512-cluster-vss win-1k-cluster-test-volume mkntfs-features; do
		xz -dc "$SLIPWAY_SAMPLES/ntfs/$name.raw.xz" >v.img
		# One is not closed in order.
		slipway chkdsk v.img >/dev/null || ntfsfix v.img >/dev/null
		resize_ntfs v.img 150M
	done
}

@test "resize: a volume of mkntfs, filled, whose \$MFTMirr is in the middle" {
	requires mkntfs ntfscp fls icat ntfsfix ntfsinfo fsntfsinfo ntfsresize \
		ntfs-3g.probe
	for cluster in 512 65536; do
		rm -f v.img
		truncate -s 60M v.img
		mkntfs -F -q -c $cluster v.img 2>/dev/null
		for i in 1 2 3; do
			ntfscp -q v.img "$SLIPWAY" "copy $i"
		done
		resize_ntfs v.img 90M
	done
}

@test "resize: shadow copies stay where they are, and that is said" {
	requires xz
	requires_samples
	xz -dc "$SLIPWAY_SAMPLES/ntfs/win10-512-cluster-vss.raw.xz" >v.img
	cp v.img before.img
	run -0 "$NTFS" query v.img
	assert_output_has 'shadow copies'
	run -1 "$NTFS" shrink v.img 60000000
	assert_output_has '3808876b-c176-4e48-b7ae-04046e6cc752'
	cmp v.img before.img
}

@test "resize: what a power cut leaves, after the next change" {
	requires ntfsfix ntfs-3g.probe
	run -0 "$FAULT" .
	count=0
	for volume in resized-*; do
		run -0 slipway chkdsk "$volume"
		run -0 ntfs-3g.probe --readwrite "$volume"
		count=$((count + 1))
	done
	[ "$count" -ge 10 ]
}

@test "resize: FAT volumes, within their tables and with larger ones" {
	requires mkfs.fat fsck.fat mcopy mmd mtype
	while read -r bits cluster from to; do
		rm -f v.img
		truncate -s "$from" v.img
		mkfs.fat -F "$bits" -s "$cluster" v.img >/dev/null
		mmd -i v.img ::/one ::/one/two
		for i in $(seq 15); do
			head -c $((i * 997)) "$SLIPWAY" >file
			mcopy -i v.img file "::/one/two/a name that is long $i"
		done
		truncate -s "$to" v.img
		run -0 "$FAT" v.img
		run -0 fsck.fat -n v.img
		run -0 slipway chkdsk v.img
		for i in $(seq 15); do
			mtype -i v.img "::/one/two/a name that is long $i" |
				cmp - <(head -c $((i * 997)) "$SLIPWAY")
		done
	done <<-END
		12 4 4M 7M
		16 1 9M 20M
		16 4 40M 120M
		32 1 40M 90M
		32 8 300M 3G
	END
}
