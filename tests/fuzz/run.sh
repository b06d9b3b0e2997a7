#!/bin/sh
# Fuzzes every target for the given seconds each; new finds that crash are kept
# in the target's crashers/ folder. usage: tests/fuzz/run.sh SECONDS [TARGET...]
set -eu
cd "$(dirname "$0")/../.."
: "${O:=out}"
seconds=$1
shift
# shellcheck disable=SC2046 # names of targets are words
[ $# -gt 0 ] || set -- $(cd tests/fuzz && ls -d */ | tr -d /)
failed=0
compile() {
	clang -std=c11 -D_GNU_SOURCE -O1 -g -pthread -Itools/include -Itools \
		-Itests -I"$O/bios" -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all "$@"
}

# What the targets have in common is compiled once.
objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT
for source in tools/lib*/*.c tools/lib*/*/*.c; do
	compile -c -o "$objects/$(echo "$source" | tr / -).o" "$source"
done
for target; do
	dir=tests/fuzz/$target
	mkdir -p "$O/fuzz/$target/corpus" "$dir/crashers"
	compile -o "$O/fuzz/$target/fuzz" "$dir/fuzz.c" "$objects"/*.o -luring
	echo "== $target"
	"$O/fuzz/$target/fuzz" -max_total_time="$seconds" -timeout=10 \
		-rss_limit_mb=1024 -print_final_stats=1 -verbosity=0 \
		-artifact_prefix="$dir/crashers/" \
		"$O/fuzz/$target/corpus" "$dir/seeds" || failed=1
	rmdir "$dir/crashers" 2>/dev/null || :
done
exit "$failed"
