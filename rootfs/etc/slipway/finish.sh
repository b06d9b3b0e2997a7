# shellcheck shell=sh
# The ways to end.

finish() { # restart|poweroff|shell
	case $1 in
	restart | poweroff) ;;
	*) return 0 ;;
	esac
	sync
	umount /run/medium 2>/dev/null
	for console in $CONSOLES; do
		printf '  Now: %s\r\n' "$1" >"$console"
	done
	case $1 in
	restart) reboot -f ;;
	poweroff) poweroff -f ;;
	esac
}
