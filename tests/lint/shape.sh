#!/bin/sh
# The shape of the tree: what lies at the top, sizes of files, first lines.
set -u
cd "$(dirname "$0")/../.."
bad=0
fail() { echo "$*"; bad=1; }

for entry in *; do
	case $entry in
	rootfs | tools | boot | build | tests | Makefile | README.md | LICENSE) ;;
	out) ;;
	*) fail "$entry: does not belong at the top" ;;
	esac
done
[ "$(wc -l <README.md)" -le 150 ] || fail "README.md: over 150 lines"
for dir in rootfs tools boot build tests; do
	[ -e $dir/README.md ] || fail "$dir/README.md: missing"
done
[ "$(cat Makefile tools/rules.mk tests/rules.mk | wc -l)" -le 300 ] ||
	fail "makefiles: over 300 lines"
! grep -nE '[a-z_]\.c\b' Makefile tools/rules.mk tests/rules.mk |
	grep -v '^tests/rules.mk:.*\(fuzz\.c\|replay\.c\|/x\.c\)' ||
	fail "makefiles: name a source file"
for name in $(sed -n '/^THREADED :=/,/[^\\]$/{s/.*:=//;s/\\$//;p}' tests/rules.mk); do
	[ -e "tests/unit/$name.c" ] || fail "tests/rules.mk: there is no tests/unit/$name.c"
done

[ -n "$(git ls-files)" ] || fail "git names no files here"
for f in $(git ls-files '*.c' '*.h'); do
	[ -e "$f" ] || continue
	[ "$(wc -l <"$f")" -le 700 ] || case $f in
	# a manual of one library, kept in one place
	tools/include/*) ;;
	*) fail "$f: over 700 lines" ;;
	esac
	[ "$(sed -n 1p "$f")" = '// SPDX-License-Identifier: MIT' ] ||
		fail "$f: no licence line"
done
for f in $(git ls-files '*.sh' '*.bash' '*.bats' build/ rootfs/); do
	[ -e "$f" ] || continue
	case $f in *.md) continue ;; esac
	[ "$(wc -l <"$f")" -le 300 ] || fail "$f: over 300 lines"
done
for f in tests/fuzz/*/fuzz.c; do
	[ -e "$f" ] || continue
	[ "$(wc -l <"$f")" -le 90 ] || fail "$f: over 90 lines"
	[ -n "$(ls "$(dirname "$f")/seeds" 2>/dev/null)" ] ||
		fail "$f: no seeds"
done
exit $bad
