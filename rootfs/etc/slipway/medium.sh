# shellcheck shell=sh
# The medium: the volume this environment was started from, mounted read-only.
# Its loader has handed over the identity that is written on it; a volume that
# only looks like one (an old stick, a copy of another) is never taken.

MEDIUM=

medium_find() {
	case $OPT_MEDIUM in
	none) return ;;
	'')
		warn "the loader did not say what this was started from"
		medium_advice
		return
		;;
	esac
	medium_is_id "$OPT_MEDIUM" || {
		warn "slipway.medium=$OPT_MEDIUM: not the identity of a medium"
		medium_advice
		return
	}
	until wait_for 1 medium_mount; do
		[ -z "$BROKEN" ] || return
		! medium_is_overdue || {
			warn "what this was started from was not found"
			medium_advice
			return
		}
	done
	step Medium "$MEDIUM"
	echo "its identity is $OPT_MEDIUM"
}

# When drivers have been loaded and for 15 seconds no device has come; or after
# three minutes, whatever a driver may be doing.
medium_is_overdue() {
	read -r now _ </proc/uptime
	[ "${now%.*}" -lt 180 ] || return 0
	read -r number </sys/kernel/uevent_seqnum
	read -r handled last </run/slipway/drivers || return 1
	[ "$handled" -ge "$number" ] &&
		[ $((${now%.*} - ${last%.*})) -ge 15 ]
}

medium_is_id() { # TEXT
	case $1 in *[!0-9a-f]*) return 1 ;; esac
	[ ${#1} -eq 32 ]
}

# What to do when there is none, in the words of those who stand before it.
medium_advice() {
	if findfs LABEL=VTOYEFI >/dev/null 2>&1 ||
		findfs LABEL=Ventoy >/dev/null 2>&1; then
		show "            A stick of Ventoy is there. What it starts out of an"
		show "            ISO file cannot be reached from here: write the stick's"
		show "            image or the ISO itself to a stick of its own."
	else
		show "            Start from a stick or CD that has the loaders' files as"
		show "            they were built. An ISO file on another stick cannot be"
		show "            reached from here."
	fi
	show "            No answer file and no start script was taken from a disk."
}

# Of media as "DEVICE DISK ID KIND MODEL" those with that identity, one of each
# disk: a CD's image on a stick is there as the whole and as a partition.
medium_ours() {
	awk -v id="$OPT_MEDIUM" '$3 == id && !seen[$2]++' \
		/run/slipway/media.all >/run/slipway/media
}

medium_mount() { # [DEVICE]
	deploy --list-media >/run/slipway/media.all 2>>/run/slipway/medium.log
	medium_ours
	while read -r device _ _ kind _; do
		[ "${1:-$device}" = "$device" ] || continue
		type=vfat
		[ "$kind" = FAT ] || type=iso9660
		mount -t $type -r "$device" /run/medium || continue
		MEDIUM=$device
		return
	done </run/slipway/media
	return 1
}

# Before anything on the medium is run: a stick that was copied is there twice,
# and which of the two was started cannot be told.
medium_is_sole() {
	step Waiting "for other disks, to know the medium from its copies"
	deploy --list-media --settle 2>&1 >/run/slipway/media.all |
		while IFS= read -r line; do
			show "            $line"
		done
	[ -z "$BROKEN" ] || return
	medium_ours
	[ "$(wc -l </run/slipway/media)" -gt 1 ] || return 0
	umount /run/medium
	MEDIUM=
	set --
	while read -r device disk _ kind model; do
		set -- "$@" "$device ($kind) on $disk $model"
	done </run/slipway/media
	fail "several media have the same identity: copies of one another" "$@" \
		"None of them is taken. Take off all but one and restart, or choose" \
		"one in the menu."
	: >/run/slipway/choose-medium
	return 1
}

# A path on the medium, written with either kind of slash.
medium_path() { # PATH
	path=$(printf %s "$1" | tr '\\' /)
	case /$path/ in
	*/../*)
		warn "$1: must not lead out of the medium"
		return 1
		;;
	esac
	echo "/run/medium/${path#/}"
}
