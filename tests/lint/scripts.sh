#!/bin/sh
# Shell scripts pass shellcheck; building images needs no rights of root.
set -u
cd "$(dirname "$0")/../.."
bad=0
scripts=$(git ls-files | while read -r f; do
	[ -f "$f" ] || continue
	case $f in *.bats | *.md) continue ;; esac
	head -n 2 "$f" 2>/dev/null | grep -aqE '^#!.*\b(sh|bash)\b|shellcheck shell=' &&
		echo "$f"
done)
# SC1091: files that are sourced at run time; SC2034: variables for those
# shellcheck disable=SC2086 # a list of files is meant
shellcheck -e SC1091,SC2164,SC2034,SC2154,SC2086,SC2015 -S warning $scripts || bad=1
! grep -HnE '^[^#]*\b(sudo|mount|losetup|kpartx)\b' build/*.sh |
	grep -v '^build/deps.sh:' || bad=1
exit $bad
