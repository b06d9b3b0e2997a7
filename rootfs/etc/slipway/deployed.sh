# shellcheck shell=sh
# A disk that was deployed from this very answer file and medium is not deployed
# again by itself: the machine starts from it. UEFI is told so for the next start. A
# BIOS cannot be told: the medium has to go, and when it is gone the machine
# restarts. A key on any console changes that.
# shellcheck disable=SC3045 # busybox' read has -n and -t

# One reader a console, until keys_end: their terminals are left as they were.
keys_begin() {
	rm -f $work/key $work/keys.end
	for console in $CONSOLES; do
		(
			exec <"$console" || exit
			while [ ! -e $work/keys.end ]; do
				if read -r -n 1 -t 1 key; then
					printf '%s\n' "${key:-Enter}" >$work/key
				elif [ $? -eq 1 ]; then
					exit
				fi
			done
		) &
	done
}

keys_end() {
	: >$work/keys.end
	sleep 1.1
	key=
	[ ! -e $work/key ] || read -r key <$work/key
}

# Until a key, Ctrl+C, or what the command says. Returns 1 for a key.
keys_until() { # COMMAND...
	until "$@"; do
		[ -z "$BROKEN" ] && [ ! -e $work/key ] || return 1
		sleep 0.5
	done
}

deployed_start() {
	step Ready "$disk is left as it is"
	deployed_keys
	keys_begin
	if [ -d /sys/firmware/efi ]; then
		deployed_by_firmware
	else
		deployed_by_hand
	fi
	keys_end
	[ -z "$BROKEN" ] || return
	case $key$may in
	[dD]wipe)
		show ""
		unattended_deploy --again
		;;
	esac
}

deployed_keys() {
	show ""
	if [ "$may" = wipe ]; then
		show "            D            deploy it once more: what is on it is lost"
		show "            another key  the menu"
	else
		show "            a key        the menu"
	fi
	show ""
}

deployed_is_time() {
	read -r now _ </proc/uptime
	[ "${now%.*}" -ge "$end" ]
}

deployed_seconds() {
	step Starting "from the disk in ten seconds"
	read -r now _ </proc/uptime
	end=$((${now%.*} + 10))
	keys_until deployed_is_time
}

deployed_by_firmware() {
	deployed_seconds || return
	if why=$(slipway deploy --start-next "$disk" 2>&1); then
		finish restart
	else
		warn "the firmware does not take it: $why"
		deployed_by_hand
	fi
}

# A disc is let go of by its drive when it is not mounted.
deployed_medium_is_gone() {
	case $medium in
	/dev/sr*) ! dd if="$medium" of=/dev/null bs=2048 count=1 2>/dev/null ;;
	*) [ ! -e "/sys/block/${medium#/dev/}" ] ;;
	esac
}

deployed_by_hand() {
	if [ -z "$MEDIUM" ]; then
		notice "$LABEL" Ready "this firmware cannot be told to start from the disk" \
			"$disk was not written to. Put it before the network in the firmware's boot order, or let the server send this machine on to its disk (pxelinux: LOCALBOOT 0), then restart."
		keys_until false # one of those that were shown
		return
	fi
	medium=$(awk -v d="$MEDIUM" '$1 == d { print $2; exit }' $work/media)
	mounted=$MEDIUM
	medium_umount
	step Waiting "take off the medium: when it is gone, the machine restarts"
	show "            Or put the disk before it in the firmware's boot order."
	if keys_until deployed_medium_is_gone; then
		finish restart
	fi
	medium_mount "$mounted"
}
