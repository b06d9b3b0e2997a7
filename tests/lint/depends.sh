#!/bin/sh
# Who uses whom, drawn from the objects: these are the arrows of the table "room |
# uses" in tools/README.md, no more and no fewer, and there is no circle. A room is
# a library or a folder in one (libx/part); what no row of a folder covers belongs
# to the library's row. An entry covers the folders in it.
# usage: tests/lint/depends.sh [--table]: print the table as the objects have it
set -u
cd "$(dirname "$0")/../.."
: "${O:=out}"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

sed -n '/^| room | uses |/,/^$/s/^| \(`.*\) |$/\1/p' tools/README.md | tr -d '`,|' >"$tmp/table"
# Objects of sources that are there: others may have stayed behind.
find tools/lib* tools/cmd -name '*.c' | sed "s|^tools/\(.*\)c$|$O/obj/\1o|" |
	LC_ALL=C sort | xargs nm -A -g >"$tmp/symbols" || exit 1

# "FROM TO SYMBOL" for each arrow between two rooms.
awk -v O="$O/obj/" '
	FILENAME ~ /table$/ { room[$1]; next }
	{
		at = substr($1, length(O) + 1)
		sub(/:.*/, "", at)
		while (!(at in room) && sub(/\/[^\/]*$/, "", at))
			;
		if (!(at in room)) {
			sub(/:.*/, "", $1)
			print $1, "-", "-"
		} else if ($(NF - 1) == "U")
			wants[at " " $NF]
		else
			home[$NF] = at
	}
	END {
		for (w in wants) {
			split(w, from)
			if (from[2] in home && home[from[2]] != from[1])
				print from[1], home[from[2]], from[2]
		}
	}' "$tmp/table" "$tmp/symbols" | LC_ALL=C sort -u >"$tmp/arrows"
awk '$2 != "-" && !seen[$1, $2]++ { print $1, $2 }' "$tmp/arrows" >"$tmp/pairs"

if [ "${1:-}" = --table ]; then
	# an entry that is a whole library stays so
	awk 'FILENAME ~ /table$/ {
			order[++n] = $1
			for (i = 2; i <= NF; i++)
				allowed[$1, $i]
			next
		}
		{
			to = $2
			whole = to
			sub(/\/.*/, "", whole)
			if (($1, whole) in allowed)
				to = whole
			if (!seen[$1, to]++)
				uses[$1] = uses[$1] (uses[$1] ? ", " : "") "`" to "`"
		}
		END {
			for (i = 1; i <= n; i++)
				print "| `" order[i] "` | " uses[order[i]] " |"
		}' "$tmp/table" "$tmp/pairs"
	exit
fi

awk '
	function covers(entry, to) {
		return to == entry || index(to, entry "/") == 1
	}
	function fail(text) { print text; bad = 1 }
	FILENAME ~ /table$/ {
		for (i = 2; i <= NF; i++)
			allowed[$1 " " $i]
		next
	}
	$2 == "-" {
		if (!said[$1]++)
			fail($1 ": has no row in the table of tools/README.md")
		next
	}
	{
		hit = 0
		for (a in allowed) {
			split(a, pair)
			if (pair[1] == $1 && covers(pair[2], $2)) {
				used[a]
				hit = 1
			}
		}
		if (!hit && !said[$1, $2]++)
			fail($1 " uses " $2 " (" $3 "), which tools/README.md does not allow")
	}
	END {
		for (a in allowed) {
			split(a, pair)
			if (!(a in used))
				fail(pair[1] " does not use " pair[2] ", which tools/README.md allows")
		}
		exit bad
	}' "$tmp/table" "$tmp/arrows"
bad=$?
while read -r room _; do
	[ -d "tools/$room" ] || { echo "tools/README.md: there is no $room"; bad=1; }
done <"$tmp/table"
[ "$(wc -l <"$tmp/pairs")" -gt 50 ] || { echo 'arrows are missing'; bad=1; }
tsort "$tmp/pairs" >/dev/null 2>"$tmp/loops" || {
	echo "rooms in a circle:"
	sed -n 's/^tsort: \([a-z]*[a-z0-9/]*\)$/  \1/p' "$tmp/loops"
	bad=1
}
exit $bad
