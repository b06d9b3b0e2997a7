# shellcheck shell=sh
# Wired network: every link is brought up and asks for an address by itself,
# in the background. Only who needs the network waits for it.

network_up() { # INTERFACE
	[ -e "/sys/class/net/$1/device" ] || return 0
	read -r type <"/sys/class/net/$1/type"
	[ "$type" = 1 ] && [ ! -e "/sys/class/net/$1/wireless" ] || return 0
	[ ! -e "/run/slipway/dhcp.$1" ] || return 0
	: >"/run/slipway/dhcp.$1"
	ip link set "$1" up
	udhcpc -f -i "$1" -s /etc/slipway/dhcp -p "/run/slipway/dhcp.$1" \
		-t 8 -T 1 -A 5 -S </dev/null >/dev/null 2>&1 &
}

# Gets a file by http:// or tftp://. tftp:///NAME means the server that the
# machine was started from.
fetch() { # URL TARGET
	case $1 in
	http://* | tftp://*) ;;
	*)
		warn "$1: only http:// and tftp:// are known"
		return 1
		;;
	esac
	wait_for 30 test -e /run/slipway/net || {
		warn "no network address after 30 seconds"
		return 1
	}
	fetch_url "$1" "$2" || fetch_url "$1" "$2"
}

fetch_url() { # URL TARGET
	case $1 in
	http://*) timeout 120 wget -q -O "$2" "$1" && return ;;
	*)
		rest=${1#tftp://}
		host=${rest%%/*}
		[ -n "$host" ] || read -r host </run/slipway/net-server
		timeout 120 tftp -g -l "$2" -r "${rest#*/}" "$host" && return
		;;
	esac
	rm -f "$2"
	return 1
}
