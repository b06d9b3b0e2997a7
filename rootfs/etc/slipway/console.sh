# shellcheck shell=sh
# One console alone: its size, keys, lists that stay until they are read. (What
# every console shows is in screen.sh.)
# shellcheck disable=SC3045 # busybox' read has -n and -t

# Rows of this console; a serial line does not tell and has 24.
console_rows() {
	rows=$(stty size 2>/dev/null)
	rows=${rows% *}
	[ "${rows:-0}" -ge 10 ] || rows=24
}

# Waits so long for a key. An Enter behind it, and the rest of a key that sends
# several characters, belong to it. Returns 1 when none came; the end of the
# terminal is the end of this program.
console_key() { # SECONDS
	key=
	read -r -n 1 -t "$1" key || {
		[ $? -ne 1 ] || [ -t 0 ] || exit
		return 1
	}
	case $key in
	'') ;;
	"$ESC")
		while read -r -n 1 -t 0.05 _; do :; done
		;;
	*) read -r -n 1 -t 0.3 _ || : ;;
	esac
}

# Words until a key is pressed.
console_pause() { # TEXT
	printf '  %s%s%s' "$LABEL" "$1" "$PLAIN"
	until console_key 60; do :; done
	printf '\r%79s\r' ''
}

# Shows what a command says a screen at a time, and leaves it there until a key
# is pressed.
console_list() { # COMMAND...
	page=/run/slipway/page.$$
	"$@" >$page 2>&1 || :
	console_rows
	shown=0 key=
	while IFS= read -r text <&4; do
		if [ $shown -eq $((rows - 2)) ]; then
			console_pause 'More: press a key, or q to leave'
			[ "$key" != q ] || break
			shown=0
		fi
		printf '%s\n' "$text"
		shown=$((shown + 1))
	done 4<$page
	rm -f $page
	[ "$key" = q ] || {
		echo
		console_pause 'Press a key to go on'
	}
}
