# Targets begin with what they need, also where nothing was made before; tests take
# the memory that there is.

load ../helpers

would_run() { # TARGET TEXT
	unset MAKEFLAGS MAKELEVEL
	run -0 make --no-print-directory -n -C "$ROOT" V=1 O="$BATS_TEST_TMPDIR/out" "$1"
	assert_output_has "$2"
}

@test "lint has objects to look at" {
	would_run lint "-o $BATS_TEST_TMPDIR/out/bin/slipway"
}

@test "the manifest has a version to tell" {
	would_run images ">$BATS_TEST_TMPDIR/out/obj/.version"
}

@test "what tests make lies in memory only where a container may take as much" {
	unshare --map-root-user --mount true || skip "no namespaces here"
	[ -d /sys/fs/cgroup ] || skip "no control groups here"
	sed -n '/^make_in_memory()/,/^}/p' "$ROOT/tests/run.sh" >"$BATS_TEST_TMPDIR/function"
	for limit in 100000000 max; do
		# shellcheck disable=SC2016 # for the inner shell
		run -0 unshare --map-root-user --mount bash -c '
			mount -t tmpfs none /sys/fs/cgroup && echo "$2" >/sys/fs/cgroup/memory.max
			. "$1" && make_in_memory 1 && echo "in ${memory:-TMPDIR}"
			rm -rf ${memory:+"$memory"}
			' bash "$BATS_TEST_TMPDIR/function" $limit
		[ $limit = max ] || [ "$output" = "in TMPDIR" ]
	done
}
