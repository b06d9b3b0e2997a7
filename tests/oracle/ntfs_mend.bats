# Volumes that a power cut left while we changed them: ntfs-3g mounts them, at once
# or after ntfsfix, and what the next change has mended nobody complains of.
bats_require_minimum_version 1.5.0
load ../helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
	DUMP=$O/san/fault/libntfs/change
	[ -x "$DUMP" ] || skip "the fault programs are not built"
	requires ntfsfix ntfs-3g.probe ntfsinfo
}

@test "mend: after a power cut the next change makes a volume that all take" {
	"$DUMP" .
	count=0
	for volume in mended-*; do
		run -0 slipway chkdsk "$volume"
		run -0 ntfs-3g.probe --readwrite "$volume"
		run -0 ntfsfix -n "$volume"
		run -0 ntfsinfo -m "$volume"
		count=$((count + 1))
	done
	[ "$count" -ge 20 ]
}

@test "mend: a rename that a power cut ended leaves a volume that all take" {
	"${DUMP%/*}/rename" .
	for volume in mended-*; do
		run -0 slipway chkdsk "$volume"
		run -0 ntfs-3g.probe --readwrite "$volume"
		run -0 ntfsfix -n "$volume"
	done
}

@test "mend: what ntfsfix makes of a power cut is mended too" {
	"$DUMP" .
	seq 1 1000 >file
	for volume in cut-*; do
		# All but those where the power went between a record and its
		# mirror are mounted at once.
		ntfs-3g.probe --readwrite "$volume" || refused=$((${refused:-0} + 1))
		run -0 ntfsfix "$volume"
		run -0 ntfs-3g.probe --readwrite "$volume"
		run -0 slipway copy file "$volume:\\new"
		slipway type "$volume:\\new" | cmp - file
		run -0 slipway chkdsk "$volume"
		run -0 ntfsfix -n "$volume"
	done
	echo "${refused:-0} were not mounted at once"
	[ "${refused:-0}" -le 3 ]
}

@test "mend: after Linux' and our own hands, chkdsk and notes say what was done" {
	requires mkntfs
	truncate -s 16M volume
	mkntfs -q -F -p 0 -H 16 -S 63 volume
	ntfsfix volume # empties the log, marks it as dirty
	run -2 slipway chkdsk volume
	assert_output_has "marked as dirty (left over)."
	assert_output_has "nothing that is broken: 1 left over, 0 harmless"
	seq 1 1000 >file
	run -0 slipway copy file 'volume:\file'
	run -0 slipway chkdsk volume
}
