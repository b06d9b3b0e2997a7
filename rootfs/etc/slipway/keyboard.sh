# shellcheck shell=sh
# The layout of the keyboard at the machine, on all its virtual terminals. (What is
# typed on a serial line comes from a terminal with a layout of its own.)
KEYBOARDS=/etc/slipway/keyboards

# Loads a layout, and a font with the letters that people who need one have in
# their names: Latin, Greek and Cyrillic ones.
keyboard_set() { # LAYOUT
	case $1 in '' | *[!a-z0-9-]*) return 1 ;; esac
	[ -e "$KEYBOARDS/maps/$1" ] || return
	loadkmap <"$KEYBOARDS/maps/$1" || return
	echo "$1" >/run/slipway/keyboard
	keyboard_font
}

# Not on a screen of so many dots that the kernel has taken larger letters.
keyboard_font() {
	if [ -e /sys/class/graphics/fb0/virtual_size ]; then
		IFS=, read -r _ height </sys/class/graphics/fb0/virtual_size
		[ "$height" -lt 1440 ] || return 0
	fi
	loadfont <$KEYBOARDS/font
}

keyboard_of_line() { # LAYOUT
	[ -n "$1" ] || return 0
	keyboard_set "$1" && return
	warn "slipway.keyboard=$1: no such layout; there are:"
	cut -d ' ' -f 1 $KEYBOARDS/list | tr '\n' ' ' | fold -s -w 66 |
		while IFS= read -r line || [ -n "$line" ]; do
			show "            $line"
		done
}

# What an answer file asks for; whether it is right is for deploy to say.
keyboard_of_answer() { # FILE
	layout=$(deploy "$1" --keyboard) && [ -n "$layout" ] &&
		keyboard_set "$layout"
}
