# shellcheck shell=sh
# Questions on one console. Each can be left with Escape, or with Enter alone.
# shellcheck disable=SC3045 # busybox' read has -n, -s and -t

# A line, as it is typed. Sets line; returns 1 when the question is left.
ask_line() { # QUESTION
	printf '\n  %s' "$1"
	terminal=$(stty -g)
	stty -icanon -echo
	ask_letters
	answered=$?
	stty "$terminal"
	printf '\n'
	return $answered
}

ask_letters() {
	line=''
	while :; do
		IFS= read -r -n 1 letter || return 1
		case $letter in
		'') return 0 ;;
		"$ESC")
			# a key that sends several characters is not meant
			while read -r -n 1 -t 0.05 _; do :; done
			return 1
			;;
		"$BACKSPACE" | "$DELETE")
			[ -z "$line" ] || printf '\b \b'
			line=${line%?}
			;;
		*)
			line=$line$letter
			printf %s "$letter"
			;;
		esac
	done
}

BACKSPACE=$(printf '\b') DELETE=$(printf '\177')

# One of the lines of a file, which are shown with numbers, as many at a time as fit.
# Sets picked to its number; returns 1 when none is wanted.
ask_pick() { # TITLE FILE
	lines=$(wc -l <"$2")
	console_rows
	room=$((rows - 7)) first=1
	while :; do
		last=$((first + room - 1))
		printf '\n  %s%s%s\n\n' "$LABEL" "$1" "$PLAIN"
		awk -v first=$first -v last=$last 'NR >= first && NR <= last {
			printf "  %4d  %.71s\n", NR, $0
		}' "$2"
		question='Which one? (Enter: none) '
		[ $last -ge "$lines" ] || question='Which one? (Enter: the next ones) '
		ask_line "$question" || return 1
		case $line in
		'')
			[ $last -lt "$lines" ] || return 1
			first=$((last + 1))
			;;
		*[!0-9]* | ??????*) ;;
		*)
			picked=$line
			[ "$picked" -lt 1 ] || [ "$picked" -gt "$lines" ] || return 0
			;;
		esac
	done
}

# The picked line of a file that goes with the one that was shown.
ask_picked() { # FILE
	sed -n "${picked}p" "$1"
}
