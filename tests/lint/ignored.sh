#!/bin/sh
# No result that tells of failure is ignored: whatever takes a `struct err *` and
# returns an int is never called as a statement of its own. Where a failure
# changes nothing, best_effort() says so. Functions that a caller may take for
# infallible also bear MUST_CHECK, by which the compiler refuses the same.
set -u
cd "$(dirname "$0")/../.."

# Prints the names of such functions that files declare or define.
names() { # PATTERN FILE...
	pattern=$1
	shift
	cat "$@" | tr '\n\t' '  ' |
		grep -oE "$pattern"'int [a-z][a-z0-9_]*\([^(){};]*struct err \*[a-z]*\)' |
		sed 's/.*int \([a-z0-9_]*\)(.*/\1/' | sort -u
}

# Filling in an error, and telling of it, return its code.
shared=$(names '' tools/include/*.h tools/*/*.h tools/*/*/*.h |
	grep -vxE 'err_[a-z_]*|cmd_fail')
bad=0
for f in tools/*/*.c tools/*/*/*.c; do
	{
		echo "$shared"
		names 'static ' "$f"
	} | awk -v f="$f" '
		FILENAME == "-" { name[$1]; next }
		match($0, /^\t+[a-z][a-z0-9_]*\(/) {
			call = substr($0, RSTART, RLENGTH - 1)
			gsub(/\t/, "", call)
			if (call in name && last ~ /[;{})]$|else$|case .*:$/) {
				print f ":" FNR ": the result of " call \
					" is ignored"
				bad = 1
			}
		}
		NF && !/^[ \t]*\/\// { last = $0 }
		END { exit bad }
	' - "$f" || bad=1
done
exit $bad
