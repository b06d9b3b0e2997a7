# shellcheck shell=sh
# What every shell here begins with, and a start script too.

case $- in *i*) exec >&2 ;; esac

# busybox' own commands of these names return at once, and what follows them would
# still be done.
reboot() { ends reboot "$@"; }
poweroff() { ends poweroff "$@"; }
halt() { ends halt "$@"; }

ends() { # COMMAND [OPTION...]
	if [ $# -eq 1 ]; then
		/etc/slipway/end "$1"
	else
		busybox "$@"
	fi
}

help() {
	if [ $# -ne 0 ]; then
		slipway "$1" --help
		return
	fi
	slipway help
	cat <<-END

		A place is DISK@PARTITION:\PATH, such as '/dev/sda@3:\Windows', in quotes;
		"deploy --list-disks" lists the disks. "bcdedit /?" is the usage of
		bcdedit, "man bcdedit" its page; "man" lists the pages.
		Besides these there are ls, cp, vi, mount, ip, ...: "busybox" lists them.
		"exit" goes back to the menu; reboot, poweroff and halt do as they say.
	END
}
