#!/bin/sh
# What a script can see of messages (tests/messages.py lists them; a person reads
# them): no names from the code, no words that are ours alone, no subject twice,
# no text cut short unseen, no full stop, no error by its number.
set -u
cd "$(dirname "$0")/../.." || exit 1
list=$(tests/messages.py) && texts=$(tests/messages.py --texts) || exit 1
bad=0
refuse() { # LIST WHY PATTERN
	found=$(printf '%s\n' "$1" | grep -E "$3") || return 0
	printf '%s:\n%s\n' "$2" "$found"
	bad=1
}

[ "$(printf '%s\n' "$list" | wc -l)" -gt 1000 ] || {
	echo 'messages are missing from the list'
	bad=1
}
refuse "$texts" 'a name of the code' \
	'"[^"]*(\b[a-z]+_[a-z]+\(|-E[A-Z]{3,}\b|\blib(base|disk|vdisk|part|fat|ntfs|volume|wim|codec|hive|bcd|efi|address|apply|ublk|machine|deploy)\b)'
refuse "$texts" 'a word that is ours alone' \
	'"[^"]*\b(blobs?|dentry|dentries|[vl]cns?|struct|errno|callback)\b'
refuse "$texts" 'a text is cut unseen' '"[^"]*[a-z][^"]*%\.[0-9]+s'
refuse "$texts" 'a full stop ends it' \
	': (err_set|err_corrupt|err_bad_text|cmd_misuse|cmd_warn): .*[a-z]\."$'
refuse "$list" 'an error is passed on without its place or kind: err_pass' \
	': err_set: .*, ([a-z]+)(\.|->)what, \1(\.|->)where, "%s", \1(\.|->)why$'
refuse "$list" 'the object is said twice' \
	': err_(set|corrupt|bad_text): [^"]*, ([a-z][][a-z0-9_.>-]*), ERR_NOWHERE, "%s[^"]*", \2(,|$)'
exit $bad
