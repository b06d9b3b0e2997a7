#!/usr/bin/env bats
# NTFS volumes that we build, read by ntfs-3g's tools, libfsntfs, The Sleuth
# Kit, 7-Zip and wimlib. The volumes and the list of what is in them come from
# tests/unit/libntfs/build/tree.c.

bats_require_minimum_version 1.5.0
load ../helpers

setup_file() {
	export MAKER=$O/san/unit/libntfs/build/tree
	[ -x "$MAKER" ] || make -s -C "$ROOT" O="$O" "$MAKER"
	mkdir -p "$O/tmp"
}

setup() {
	VOLUME=$BATS_TEST_TMPDIR/volume.img
	ASKED=$BATS_TEST_TMPDIR/asked.txt
}

make_volume() { # SIZE CLUSTER SECTOR FILES [no-dos]
	"$MAKER" "$VOLUME" "$@" >"$ASKED"
}

# wimlib's listing of a captured volume in the maker's form.
wim_listing() { # WIM
	wimlib-imagex dir "$1" --detailed | awk '
	/^Full Path/ { path = substr($0, index($0, "\"") + 1); sub(/"$/, "", path) }
	/^Short Name/ { short = substr($0, index($0, "\"") + 1); sub(/"$/, "", short) }
	/^Attributes/ { attributes = $3; sub(/^0x0*/, "", attributes) }
	/Unnamed data stream:|Reparse point stream:/ { stream = "" ; is_reparse = /Reparse/ }
	/Named data stream/ { stream = substr($0, index($0, "\"") + 1); sub(/":$/, "", stream) }
	/^Hash/ {
		hash = $3; sub(/^0x/, "", hash)
		if (stream != "") { print path ":" stream "\t" hash; next }
		if (is_reparse) hash = "0000000000000000000000000000000000000000"
		print path "\t" short "\t" attributes "\t" hash
	}'
}

# Compares what was asked for with what wimlib found. A short name that was not
# asked for is the library's own choice.
compare_with_wim() {
	wimlib-imagex capture "$VOLUME" "$BATS_TEST_TMPDIR/v.wim" \
		--compress=none >"$BATS_TEST_TMPDIR/capture.txt" 2>&1
	wim_listing "$BATS_TEST_TMPDIR/v.wim" >"$BATS_TEST_TMPDIR/found.txt"
	awk -F '\t' -v OFS='\t' '
	FILENAME == ARGV[1] {
		if (NF == 4) { row[$1] = $0 } else stream[$1] = $2
		next
	}
	NF == 2 { if (stream[$1] != $2) { print "stream", $0; bad = 1 }; n++; next }
	{
		split(row[$1], f, "\t")
		if (f[2] != $2 && $2 != "" && tolower(f[2]) != tolower($2)) bad = 1
		if (f[3] != $3 && f[3] != "") { print "attributes", $0; bad = 1 }
		if ($4 !~ /^reserved/ && f[4] != $4) { print "hash", $0, f[4]; bad = 1 }
		n++
	}
	END { if (!n) bad = 1; exit bad }' "$BATS_TEST_TMPDIR/found.txt" "$ASKED"
}

# Finds some of the files by name, through the order of the folders, and reads
# them.
look_up_some() {
	count=0
	while IFS=$'\t' read -r path hash; do
		[ "$(ntfscat "$VOLUME" "$path" | sha1sum | cut -c 1-40)" = "$hash" ] || {
			echo "$path: not found, or other data" >&2
			return 1
		}
		count=$((count + 1))
	done < <(awk -F '\t' 'NF == 4 && $4 !~ /^(0000|reserved)/ && (++n % 29 == 0 || /links/) { print $1 "\t" $4 }' "$ASKED")
	[ "$count" -gt 10 ]
}

judge() { # SIZE CLUSTER SECTOR FILES [no-dos]
	make_volume "$@"
	run -0 ntfsfix -n "$VOLUME"
	assert_output_has 'Checking the alternate boot sector... OK'
	run -0 ntfsinfo -m -v "$VOLUME"
	assert_output_has 'Volume Flags: 0x0000'
	run -0 fsntfsinfo -E all "$VOLUME"
	look_up_some
	compare_with_wim
}

@test "4096-byte clusters: every reader finds what was asked for" {
	requires ntfsfix ntfsinfo ntfscat ntfsls fsntfsinfo fls 7z wimlib-imagex
	judge 300000000 4096 512 3000
	names=$(awk -F '\t' 'NF == 4' "$ASKED" | wc -l)
	run -0 ntfsls -R -a "$VOLUME"
	run -0 fsntfsinfo -H "$VOLUME"
	assert_output_has '\special\reserved.vhd'
	assert_output_has '\streams\two:Large'
	run -0 fls -r -p "$VOLUME"
	files=$(grep -vcE '\$|:[^:]*:|V/V' <<<"$output")
	[ "$files" -ge "$names" ]
	run -0 7z t "$VOLUME"
	assert_output_has 'Everything is Ok'
}

@test "512-byte clusters" {
	requires ntfsfix ntfsinfo ntfscat fsntfsinfo wimlib-imagex
	judge 20000000 512 512 500
}

@test "1024-byte clusters, without 8.3 names" {
	requires ntfsfix ntfsinfo ntfscat fsntfsinfo wimlib-imagex
	judge 20000000 1024 512 500 no-dos
}

@test "64 KiB clusters" {
	requires ntfsfix ntfsinfo ntfscat fsntfsinfo wimlib-imagex
	judge 400000000 65536 512 1000
}

@test "4096-byte sectors" {
	requires ntfsfix ntfsinfo ntfscat fsntfsinfo wimlib-imagex
	judge 300003328 4096 4096 1000
}

@test "2 TiB, sparse" {
	requires ntfsfix ntfsinfo ntfscat fsntfsinfo wimlib-imagex
	judge 2199023255552 4096 512 100
}

@test "times and descriptors are as asked for" {
	requires wimlib-imagex
	make_volume 40000000 4096 512 10
	wimlib-imagex capture "$VOLUME" "$BATS_TEST_TMPDIR/v.wim" >/dev/null 2>&1
	run -0 wimlib-imagex dir "$BATS_TEST_TMPDIR/v.wim" --detailed \
		--path=/special/reserved.vhd
	assert_output_has '0100048030000000'
	assert_output_has 'Creation Time       = Wed Apr 17'
	run -0 wimlib-imagex dir "$BATS_TEST_TMPDIR/v.wim" --detailed \
		--path="/special/has an object id"
	assert_output_has 'Object ID           = 0x01020304050000000000000000000000'
}
