#!/bin/bash
# Runs programs that were built without sanitizers under valgrind, on all cores:
# helgrind for what threads do to each other, memcheck for memory that nobody set.
# usage: tests/valgrind.sh PROGRAM...
set -u
cd "$(dirname "$0")/.." || exit
export TEST_COARSE=1 # what has no threads in it: less often

# shellcheck disable=SC2016 # expanded by the inner shell
printf '%s\n' "$@" | awk '{ print "helgrind", $0; print "memcheck", $0 }' |
	xargs -P "$(nproc)" -L 1 sh -c '
	log=$(mktemp)
	trap "rm -f \"$log\"" EXIT
	if valgrind -q --tool="$0" --error-exitcode=9 \
		--suppressions=tests/valgrind.supp "$1" >"$log" 2>&1 ||
		[ $? -eq 77 ]; then
		echo "  $0 $1"
	else
		echo "FAIL $0 $1"
		tail -n 60 "$log"
		exit 1
	fi'
