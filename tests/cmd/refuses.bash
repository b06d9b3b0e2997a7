# shellcheck shell=bash
# A command that must fail, and leave the current folder as it is.

files() { find . -printf '%p %s %T@ %C@\n' | sort; }

# Nothing of the words may make, or change, a file of the host.
refuses() { # STATUS WORDS...
	local want=$1
	shift
	before=$(files)
	run timeout 20 "$SLIPWAY" "$@" </dev/null
	# these two have Windows' exit status
	case $1 in chkdsk | dism) [ "$status" = 0 ] || want=$status ;; esac
	if [ "$status" != "$want" ] || [ "$before" != "$(files)" ]; then
		echo "$*: $status: $output" >&2
		return 1
	fi
}
