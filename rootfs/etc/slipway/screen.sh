# shellcheck shell=sh
# What people see. Every console that the kernel uses shows the same.

ESC=$(printf '\033')
PLAIN="${ESC}[0m" LABEL="${ESC}[36m" WARN="${ESC}[33m" BAD="${ESC}[1;31m"
BAR="${ESC}[0;97;44m"

BROKEN= # not empty: a person has pressed Ctrl+C

# The kernel's list of consoles in use, with the one it prefers (/dev/console) at
# the end; tty0 means whichever screen is shown.
screen_init() {
	CONSOLES=
	read -r VERSION </etc/slipway/version
	read -r active </sys/class/tty/console/active
	for name in $active; do
		[ "$name" = tty0 ] && name=tty1
		CONSOLES="$CONSOLES /dev/$name"
	done
	[ -n "$CONSOLES" ] || CONSOLES=/dev/tty1
	PREFERRED=${CONSOLES##* }
	export CONSOLES PREFERRED VERSION
	printf '%s[H%s[2J' "$ESC" "$ESC" >/dev/tty1
	bar "Slipway $VERSION" "deployment environment"
	show ""
}

show() { # LINE
	printf '%s\n' "$1"
	for console in $CONSOLES; do
		printf '%s\r\n' "$1" >"$console"
	done
}

bar() { # LEFT RIGHT
	show "$(printf '%s  %-38s%38s  %s' "$BAR" "$1" "$2" "$PLAIN")"
}

step() { # LABEL TEXT
	show "$(printf '  %s%-9s%s %s' "$LABEL" "$1" "$PLAIN" "$2")"
}

warn() { # TEXT
	label=Warning
	printf '%s\n' "$1" | fold -s -w 67 | while IFS= read -r line; do
		show "$(printf '  %s%-9s %s%s' "$WARN" "$label" "$line" "$PLAIN")"
		label=
	done
}

# A failure says what failed, why, whether a disk was touched, and what to do next.
fail() { # WHAT NEXT...
	notice "$BAD" FAILED "$@"
}

# What stays above the menu until it is tried again.
notice() { # COLOUR LABEL WHAT NEXT...
	{
		printf '  %s%-9s %s%s\n' "$1" "$2" "$3" "$PLAIN"
		shift 3
		for line; do
			printf '%s\n' "$line" | fold -s -w 67 |
				sed 's/^/            /'
		done
	} >/run/slipway/failed.now
	show ""
	while IFS= read -r line; do
		show "$line"
	done </run/slipway/failed.now
	show ""
	cat /run/slipway/failed.now >>/run/slipway/failed
}

# Runs a command with all it says on every console and in a log of its own.
# Ctrl+C ends it alone. Returns its status.
shown() { # LOG COMMAND...
	log=$1
	shift
	echo 127 >/run/slipway/status
	# shellcheck disable=SC2086 # a list of words is meant
	{
		trap : INT
		"$@" 2>&1
		echo $? >/run/slipway/status
	} | tee -i "$log" $CONSOLES >/dev/null
	# empty when there is no room left to write it down
	read -r status </run/slipway/status
	return "${status:-1}"
}

# Repeats COMMAND, which must be quick, until it succeeds, time is over or a
# person breaks it off.
wait_for() { # SECONDS COMMAND...
	read -r now _ </proc/uptime
	end=$((${now%.*} + $1))
	shift
	until "$@"; do
		read -r now _ </proc/uptime
		[ -z "$BROKEN" ] && [ "${now%.*}" -lt $end ] || return 1
		sleep 0.1
	done
}
