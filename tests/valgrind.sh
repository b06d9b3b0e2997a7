#!/bin/sh
# Runs programs that were built without sanitizers under valgrind: helgrind for
# what threads do to each other, memcheck for memory that nobody set.
# usage: tests/valgrind.sh PROGRAM...
set -u
cd "$(dirname "$0")/.." || exit
failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for program; do
	for tool in helgrind memcheck; do
		if valgrind -q --tool=$tool --error-exitcode=9 "$program" \
			>"$log" 2>&1 || [ $? -eq 77 ]; then
			echo "  $tool $program"
		else
			echo "FAIL $tool $program"
			tail -n 60 "$log"
			failed=1
		fi
	done
done
exit $failed
