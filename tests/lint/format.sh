#!/bin/sh
# The layout of the C is what `make format` makes of it.
set -u
cd "$(dirname "$0")/../.."
git ls-files '*.c' '*.h' | while read -r f; do
	[ ! -e "$f" ] || echo "$f"
done | xargs -P "$(nproc)" -n 40 clang-format-19 --dry-run -Werror
