# shellcheck shell=sh
# Drivers for every device, those present and those that come later. The
# kernel names a device by its modalias: once for what is there already, and
# in an event for each newcomer. Both end up in one pipe, so that one modprobe
# serves many devices.
#
# /run/slipway/drivers says how far that is, for those who must know whether a
# disk is still to come: the number of the last event whose drivers are loaded,
# and the time (as in /proc/uptime) of the last one that was about a device.

drivers_start() {
	echo 0 0 >/run/slipway/drivers
	mkfifo /run/slipway/events
	drivers_load </run/slipway/events &
	# shellcheck disable=SC2094 # a pipe is both ways
	exec 3>/run/slipway/events
	uevent env >&3 &
	UEVENT_PID=$!
	drivers_present >&3
	# once more: what appeared between the look and the first event
	(sleep 2 && drivers_present) >&3 &
	exec 3>&-
	[ ! -d /sys/firmware/efi ] ||
		mount -t efivarfs -o nosuid,noexec,nodev efivarfs \
			/sys/firmware/efi/efivars
}

# What had its event before is found in /sys, so its number counts as seen.
drivers_present() {
	read -r number </sys/kernel/uevent_seqnum
	find /sys/devices -name modalias -exec cat {} + | sort -u |
		sed 's/^/MODALIAS=/'
	for link in /sys/class/net/*; do
		echo "INTERFACE=${link##*/}"
	done
	echo "SUBSYSTEM=drivers"
	echo "SEQNUM=$number"
}

# Collects names while the pipe brings them, then loads them together. An event
# ends with its number.
drivers_load() {
	seen='
'
	batch='' heard='' subsystem='' handled=0
	read -r last _ </proc/uptime
	while :; do
		if [ -n "$heard" ]; then
			# shellcheck disable=SC3045 # busybox has -t
			IFS= read -r -t 0.05 line || line=GO
		else
			IFS= read -r line || return
		fi
		heard=1
		case $line in
		MODALIAS=*)
			line=${line#*=}
			case $seen in *"
$line
"*) continue ;; esac
			seen="$seen$line
"
			batch="$batch$line
"
			;;
		INTERFACE=*) network_up "${line#*=}" ;;
		SUBSYSTEM=*) subsystem=${line#*=} ;;
		SEQNUM=*) drivers_heard "${line#*=}" ;;
		GO)
			printf %s "$batch" | tr '\n' '\0' |
				xargs -0 -r modprobe -aqb
			echo "$handled $last" >/run/slipway/drivers
			batch='' heard=''
			;;
		esac
	done
}

# Drivers, and what goes on in the network, are no devices on their way.
drivers_heard() { # NUMBER
	[ "$1" -le "$handled" ] || handled=$1
	case $subsystem in
	module | drivers | bdi | net | queues) ;;
	*) read -r last _ </proc/uptime ;;
	esac
}
