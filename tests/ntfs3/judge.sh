#!/bin/bash
# Damaged volumes repaired, and what the kernel's ntfs3 says of them then: each must be
# mounted, read to the last byte and written to without a complaint; every file that
# could be read before, by its record, must have the content that it had; and the check
# finds nothing before and after what the kernel wrote. Some eight minutes.
# usage: tests/ntfs3/judge.sh [NAME...]   of the samples in ntfs-damaged
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/../.."
. build/lib.sh
samples=${SLIPWAY_SAMPLES:-../shared/samples}/ntfs-damaged
[ -d "$samples" ] || die "$samples: no such folder"
list=$O/san/fault/libntfs/damage
out=$O/ntfs3
failed=0

fail() { # NAME WORDS...
	echo "FAIL $*"
	failed=$((failed + 1))
}

repair() { # NAME
	rm -rf "$out/sample"
	mkdir "$out/sample"
	tar -xJf "$samples/$1.tar.xz" -C "$out/sample"
	mv "$out"/sample/*.img "$out/$1"
	"$list" list "$out/$1" 2>/dev/null | sort >"$out/$1.before" || :
	status=0
	"$O/bin/slipway" chkdsk /F /Progress:none "$out/$1" >"$out/$1.said" || status=$?
	[ $status -le 1 ] || fail "$1: not repaired: chkdsk /F ends with $status"
	"$O/bin/slipway" chkdsk /Progress:none "$out/$1" >>"$out/$1.said" ||
		fail "$1: the check finds something"
}

# Records of the system's folder $Extend have names that ntfs3 does not show.
same() { # NAME NUMBER
	awk 'NR == FNR { sum[substr($0, 43)] = $1; next }
		{ record = $1; size = $2; sub(/^[^ ]+ [^ ]+ /, "")
		print record, size, sum[$0] }' "$out/got/$2.sums" "$out/got/$2.files" |
		sort -u >"$out/$1.after"
	"$list" list "$out/$1" | sort >"$out/$1.ours"
	! comm -23 "$out/$1.before" "$out/$1.ours" | grep -v unreadable ||
		fail "$1: files are not what they were"
	[ -z "$(comm -23 "$out/$1.after" "$out/$1.ours")" ] ||
		fail "$1: the kernel reads other content"
}

judge() { # NAME NUMBER
	[ "$(cat "$out/got/$2.mount")" = mounted ] || fail "$1: not mounted"
	! grep -i ntfs3 "$out/got/$2.dmesg" || fail "$1: the kernel complains"
	! grep -v 'records\|copied\|cannot be changed\|No space' "$out/got/$2.errors" ||
		fail "$1: not all can be read"
	same "$1" "$2"
	"$O/bin/slipway" chkdsk /Progress:none "$out/$1" >>"$out/$1.said" ||
		fail "$1: the check finds something after the kernel's changes"
}

rm -rf "$out"
mkdir -p "$out"
names=("$@")
if [ $# = 0 ]; then
	for file in "$samples"/*.tar.xz; do
		file=${file##*/}
		names+=("${file%.tar.xz}")
	done
fi
for name in "${names[@]}"; do
	repair "$name"
done
tests/ntfs3/read.sh "$out/got" "${names[@]/#/$out/}"
number=0
for name in "${names[@]}"; do
	judge "$name" $((number += 1))
done
echo "${#names[@]} volumes, $failed failures"
[ "$failed" = 0 ]
