# Volumes that were damaged in use, or by hand, repaired: ntfs-3g and The Sleuth Kit
# take what chkdsk /F leaves, and every file that could be read before is as it was.
# Windows' own repairs, and sound volumes, are left alone.
bats_require_minimum_version 1.5.0
load ../helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
	samples=${SLIPWAY_SAMPLES:-$ROOT/../shared/samples}/ntfs-damaged
	[ -d "$samples" ] || skip "without the folder of damaged volumes"
	requires ntfsfix ntfs-3g.probe ntfsinfo fls icat xz
}

unpack() { # NAME: as ./volume
	rm -rf sample volume
	mkdir sample
	tar -xJf "$samples/$1.tar.xz" -C sample
	mv sample/*.img volume
}

# Number and hash of what The Sleuth Kit reads of each record with data.
hashes() {
	fls -r -u volume 2>/dev/null | grep -o '[0-9]*-128-[0-9]*' | sort -u |
		while read -r inode; do
		[ "${inode%%-*}" -ge 24 ] || continue
		echo "${inode%%-*} $(icat volume "$inode" 2>/dev/null | sha1sum)"
	done
}

@test "repair: damaged volumes, which foreign programs take then" {
	for name in created_manually-{bs_total_sectors,mft_file_bad_base_mft_record} \
		created_manually-mft_file_{bad_fixup_value_offset,bad_sequence_number} \
		created_manually-mft_{bitmap_unset_mft_in_use,non_attr_bad_fields} \
		generated_during_use-index_block_valid_but_index_bitmap_cleared2 \
		generated_during_use-highest_vcn_cluster_run; do
		unpack "$name"
		run -3 slipway chkdsk volume
		run -1 slipway chkdsk /F volume
		run -0 slipway chkdsk volume
		run -0 ntfs-3g.probe --readwrite volume
		run -0 ntfsfix -n volume
		run -0 ntfsinfo -m volume
		run -0 fls -r -u volume
	done
}

@test "repair: what could be read before is as it was" {
	unpack created_manually-mft_bitmap_unset_mft_in_use
	hashes >before
	run -1 slipway chkdsk /F volume
	hashes >after
	[ "$(wc -l <before)" -ge 4 ]
	diff before after
}

@test "repair: what Windows has repaired, and sound volumes, are left alone" {
	for name in generated_during_use-lostfound_corrupted2-windows_repaired \
		ntfs_default.img; do
		unpack "$name"
		before=$(dd if=volume bs=1M count=40 status=none | sha1sum)
		run -0 slipway chkdsk volume
		run -0 slipway chkdsk /F volume
		[ "$before" = "$(dd if=volume bs=1M count=40 status=none | sha1sum)" ]
	done
}
