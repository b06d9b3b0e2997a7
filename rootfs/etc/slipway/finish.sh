# shellcheck shell=sh
# How a deployment ends.

finish() { # restart|poweroff|shell
	case $1 in
	restart) /etc/slipway/end reboot ;;
	poweroff) /etc/slipway/end poweroff ;;
	esac
}
