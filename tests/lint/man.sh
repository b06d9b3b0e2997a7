#!/bin/sh
# The manual pages: well formed, one for each command, and what they name is what
# there is: switches, keys of the answer file, settings of the kernel line, words
# of messages.
set -u
cd "$(dirname "$0")/../.."
: "${O:=out}"
case $O in /*) ;; *) O=$PWD/$O ;; esac
man=tools/man
bad=0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
fail() { echo "$*"; bad=1; }

# Lines of A that B lacks, each said to be as the words tell.
lacks() { # A B WORDS
	comm -23 "$1" "$2" >"$tmp/missing"
	while read -r line; do
		fail "$3: $line"
	done <"$tmp/missing"
}

command -v mandoc >/dev/null || {
	echo "mandoc is not installed"
	[ "${CI:-}" != true ] || exit 1
	exit 77
}
# Other pages are looked for beside each page.
(cd $man && mandoc -T lint ./*.[157]) >"$tmp/lint" 2>&1
[ ! -s "$tmp/lint" ] || fail "$(cat "$tmp/lint")"

# As the environment shows them.
for page in "$man"/*.[157]; do
	mandoc -T ascii -O width=78 "$page" | sed 's/.\x08//g' >"$tmp/text"
	! grep -E '^.{79}' "$tmp/text" || fail "$page: these lines are too long"
done

# --- Commands and their switches ------------------------------------------------

sed -n 's/^COMMAND[A-Z_]*([a-z]*, "\([a-z]*\)".*/\1/p' tools/cmd/*.c tools/cmd/*/*.c | sort >"$tmp/commands"
for page in "$man"/slipway-*.1; do
	name=${page##*/slipway-}
	echo "${name%.1}"
done | sort >"$tmp/pages"
lacks "$tmp/commands" "$tmp/pages" "$man/slipway-NAME.1: there is no such page"
lacks "$tmp/pages" "$tmp/commands" "$man/slipway-NAME.1: there is no such command"

sed -n 's/^\.Xr slipway-\([a-z]*\) 1.*/\1/p' $man/slipway.1 | sort -u >"$tmp/listed"
lacks "$tmp/commands" "$tmp/listed" "$man/slipway.1: this command is missing"

# Switches in a usage text, in both ways of writing; /a/b is a path.
in_usage() {
	tr '[]|(),;' '       ' | tr -s ' ' '\n' | sed -n \
		-e 's/[.:=].*//' -e '/^--[a-z]/p' -e '/^\/[A-Za-z][A-Za-z0-9]*$/p' |
		sort -u
}

# Those that a page marks as such, by Cm and Fl.
in_page() { # PAGE
	awk '/^\./ {
		for (i = 1; i <= NF; i++) {
			word = $i
			if (word ~ /^\.?[A-Z][a-z]$/)
				macro = substr(word, length(word) - 1)
			sub(/[:=\\].*/, "", word)
			if (macro == "Cm" && word ~ /^\/[A-Za-z][A-Za-z0-9]*$/)
				print word
			else if (macro == "Fl" && word ~ /^-[a-z]/)
				print "-" word
		}
		macro = ""
	}' "$1" | sort -u
}

while read -r name; do
	[ -f "$man/slipway-$name.1" ] || continue
	slipway="$O/bin/slipway"
	"$slipway" "$name" '/?' >"$tmp/usage"
	cp "$tmp/usage" "$tmp/more"
	[ "$name" != bcdedit ] ||
		"$slipway" bcdedit '/?' topics | while read -r topic _; do
			"$slipway" bcdedit '/?' "$topic"
		done >>"$tmp/more"
	in_page "$man/slipway-$name.1" >"$tmp/told"
	in_usage <"$tmp/usage" >"$tmp/has"
	in_usage <"$tmp/more" >"$tmp/may"
	lacks "$tmp/has" "$tmp/told" "$man/slipway-$name.1: this switch is missing"
	lacks "$tmp/told" "$tmp/may" "$name /?: this switch is in the manual alone"
done <"$tmp/commands"

# --- Keys of the answer file ------------------------------------------------------

tr '\n' ' ' <tools/libdeploy/answer_keys.c |
	grep -oE '\{"[a-z]+",[[:space:]]*"[a-z-]+",[[:space:]]*set_' |
	sed 's/{"\([a-z]*\)", *"\([a-z-]*\)".*/[\1] \2/' | sort -u >"$tmp/keys"
awk '/^\.Ss \[/ { section = $2; sub(/\\&/, "", section) }
	/^\.Sh EXAMPLES/ { exit }
	/^\.It Cm .* No =/ || (/^\.Cm / && section == "[partition]") {
		sub(/^\.(It )?Cm /, "")
		n = split($0, word, / +/)
		for (i = 1; i <= n; i++) {
			if (word[i] == "No") # what follows is a value, up to a comma
				while (i < n && word[i + 1] != ",")
					i++
			else if (word[i] ~ /^[a-z-]+$/ && word[i] != "as")
				print section, word[i]
		}
	}' $man/slipway-answer.5 | sort -u >"$tmp/told"
[ "$(wc -l <"$tmp/keys")" -ge 37 ] || fail "the table of keys was not understood"
lacks "$tmp/keys" "$tmp/told" "$man/slipway-answer.5: this key is missing"
lacks "$tmp/told" "$tmp/keys" "$man/slipway-answer.5: there is no such key"

# --- Settings of the kernel line --------------------------------------------------

sed -n 's/^[[:space:]]*\(slipway\.[a-z0-9-]*\).*) .*/\1/p' rootfs/etc/slipway/cmdline.sh |
	sort -u >"$tmp/settings"
sed -n 's/^\.It Cm \(slipway\.[a-z0-9-]*\).*/\1/p' $man/slipway-environment.7 |
	sort -u >"$tmp/told"
[ "$(wc -l <"$tmp/settings")" -ge 9 ] || fail "the settings were not understood"
lacks "$tmp/settings" "$tmp/told" "$man/slipway-environment.7: this setting is missing"
lacks "$tmp/told" "$tmp/settings" "$man/slipway-environment.7: there is no such setting"

# --- Messages ------------------------------------------------------------------------

# All sources in a line each, with the pieces of a string joined.
cat tools/*/*.c tools/*/*/*.c rootfs/etc/slipway/* boot/*.cfg boot/bios/* 2>/dev/null | tr '\n\t' '  ' |
	sed 's/" *"//g' >"$tmp/sources"
sed -n 's/^\.It Dq //p' $man/slipway-troubleshooting.7 | sed 's/\.\.\.\.*/\n/g' |
	grep . >"$tmp/words"
[ "$(wc -l <"$tmp/words")" -ge 15 ] || fail "the messages were not understood"
while read -r words; do
	grep -qFe "$words" "$tmp/sources" ||
		fail "$man/slipway-troubleshooting.7: nothing says \"$words\""
done <"$tmp/words"
exit $bad
