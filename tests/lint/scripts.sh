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

# No step of a build fails unseen: pipelines and command substitutions count, and
# what bash cannot see is not written.
for f in build/*.sh tests/image/*.sh tests/standin/make.sh tests/standin/image.sh \
	tests/repro.sh; do
	[ "$f" != build/lib.sh ] || continue
	grep -qx 'set -euo pipefail' "$f" &&
		grep -qx 'shopt -s inherit_errexit' "$f" && continue
	echo "$f: a failing step would go unseen"
	bad=1
done
# shellcheck disable=SC2016 # a pattern
! grep -HnE '\$\([^(]|<\(|>\(|`' build/*.sh | grep -v ':#' |
	grep -vE '\$\([A-Z_]+\)|:\s*([a-z_]+|[a-z_]+\+?)=\$\(|:cd "\$\(dirname "\$0"\)' || bad=1
exit $bad
