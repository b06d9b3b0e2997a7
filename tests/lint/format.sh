#!/bin/sh
# The layout of the C is what `make format` makes of it.
set -u
cd "$(dirname "$0")/../.."
files=$(git ls-files '*.c' '*.h' | while read -r f; do
	[ ! -e "$f" ] || echo "$f"
done)
[ -n "$files" ] || { echo "git names no files here"; exit 1; }
echo "$files" | xargs -P "$(nproc)" -n 40 clang-format-19 --dry-run -Werror
