# shellcheck shell=sh
# Drivers for every device, those present and those that come later. The
# kernel names a device by its modalias: once for what is there already, and
# in an event for each newcomer. Both end up in one pipe, so that one modprobe
# serves many devices.

drivers_start() {
	cat /proc/uptime >/run/slipway/drivers-busy
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

drivers_present() {
	find /sys/devices -name modalias -exec cat {} + | sort -u |
		sed 's/^/MODALIAS=/'
	for link in /sys/class/net/*; do
		echo "INTERFACE=${link##*/}"
	done
	echo READY=1
}

# Collects names while the pipe brings them, then loads them together.
drivers_load() {
	seen='
'
	batch=
	while :; do
		if [ -n "$batch" ]; then
			# shellcheck disable=SC3045 # busybox has -t
			IFS= read -r -t 0.05 line || line=GO
		else
			IFS= read -r line || return
		fi
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
		READY=1 | GO)
			printf %s "$batch" | tr '\n' '\0' |
				xargs -0 -r modprobe -aqb
			cat /proc/uptime >/run/slipway/drivers-busy
			batch=
			[ "$line" = GO ] || : >/run/slipway/drivers-ready
			;;
		esac
	done
}
