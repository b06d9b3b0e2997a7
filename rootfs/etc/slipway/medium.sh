# shellcheck shell=sh
# The medium: the volume this environment was started from, mounted read-only.
# Its loader has handed over the identity that is written on it; a volume that
# only looks like one (an old stick, a copy of another) is never taken.

MEDIUM=

medium_find() {
	rm -f /run/slipway/medium.missing
	case $OPT_MEDIUM in
	none) return ;;
	'')
		medium_missing "the loader did not say what this was started from"
		return
		;;
	esac
	medium_is_id "$OPT_MEDIUM" || {
		medium_missing "slipway.medium=$OPT_MEDIUM is not the identity of a medium"
		return
	}
	if [ -n "$MEDIUM" ] || medium_await; then
		step Medium "$MEDIUM"
		echo "its identity is $OPT_MEDIUM"
	elif [ -z "$BROKEN" ]; then
		medium_missing "what this was started from was not found"
	fi
}

# As long as something may still become a disk: drivers load, a bus is looked at, a
# device has not shown what it is. What does not get any further ends it, and is
# named.
medium_await() {
	deploy --list-media --settle >/dev/null 2>/run/slipway/settle.log &
	settling=$!
	looked=
	until medium_look; do
		[ -z "$BROKEN" ] || break
		kill -0 $settling 2>/dev/null || {
			medium_mount
			return
		}
		sleep 0.1
	done
	kill $settling 2>/dev/null
	[ -n "$MEDIUM" ]
}

# Only when something has come or gone since the last time: to look into an empty CD
# drive makes its bus busy, which would be waited for in turn.
medium_look() {
	read -r number </sys/kernel/uevent_seqnum
	[ "$number" != "$looked" ] || return
	looked=$number
	medium_mount
}

# What was asked for on the kernel line and lies on the medium was not done: that is
# said too.
medium_missing() { # WHAT
	: >/run/slipway/medium.missing
	set -- "$1" "No disk was written to, and nothing was taken from one."
	for source in "$OPT_STARTNET" "$OPT_ANSWER"; do
		case $source in
		'' | *://*) ;;
		*) set -- "$@" "$source on it was asked for and not run." ;;
		esac
	done
	stuck=$(sed -n 's/^deploy: //p' /run/slipway/settle.log 2>/dev/null)
	[ -z "$stuck" ] || set -- "$@" "$stuck"
	if medium_is_ventoy; then
		set -- "$@" "A stick of Ventoy is there. What it starts out of an ISO file cannot be reached from here: write the stick's image or the ISO itself to a stick of its own."
	else
		set -- "$@" "Plug it in, at best into another socket, and choose Look again. It must be a stick or CD with the loaders' files as they were built; an ISO file on another stick cannot be reached from here."
	fi
	fail "$@"
}

medium_is_ventoy() {
	findfs LABEL=VTOYEFI >/dev/null 2>&1 ||
		findfs LABEL=Ventoy >/dev/null 2>&1
}

medium_is_id() { # TEXT
	case $1 in *[!0-9a-f]*) return 1 ;; esac
	[ ${#1} -eq 32 ]
}

# Of media as "DEVICE DISK ID KIND MODEL" those with that identity, one of each
# disk: a CD's image on a stick is there as the whole and as a partition.
medium_ours() {
	awk -v id="$OPT_MEDIUM" '$3 == id && !seen[$2]++' \
		/run/slipway/media.all >/run/slipway/media
}

# shellcheck disable=SC2120 # choose-medium names one
medium_mount() { # [DEVICE]
	deploy --list-media >/run/slipway/media.all 2>>/run/slipway/medium.log
	medium_ours
	while read -r device disk _ kind _; do
		[ "${1:-$device}" = "$device" ] || continue
		type=vfat
		[ "$kind" = FAT ] || type=iso9660
		mount -t $type -r "$device" /run/medium || continue
		MEDIUM=$device
		medium_mount_data "$disk"
		return
	done </run/slipway/media
	return 1
}

medium_umount() {
	medium_umount_data
	umount /run/medium
	MEDIUM=
}

# Somebody may be in there: it is let go of when he leaves.
medium_umount_data() {
	for data in /run/medium-data*; do
		[ ! -d "$data" ] || { umount -l "$data" && rmdir "$data"; }
	done
}

# The other partitions of the medium's own disk, on which images may lie that FAT
# cannot hold: mounted read-only at /run/medium-data, /run/medium-data-2, ... Other
# disks are left alone.
medium_mount_data() { # DISK
	medium_umount_data
	data=/run/medium-data
	count=1
	for part in /sys/class/block/"${1##*/}"/*/partition; do
		part=${part%/partition}
		part=/dev/${part##*/}
		[ -b "$part" ] && [ "$part" != "$MEDIUM" ] || continue
		mkdir -p "$data"
		medium_mount_one "$part" "$data" || {
			rmdir "$data"
			continue
		}
		step Data "$part ($kind) at $data"
		count=$((count + 1))
		data=/run/medium-data-$count
	done
}

# By the names in their boot sectors. What NTFS a Windows has left open or asleep
# can be read all the same. A partition of loaders is none for people.
medium_mount_one() { # PARTITION FOLDER
	kind=FAT type=vfat
	case $(dd if="$1" bs=1 skip=3 count=8 2>/dev/null | tr -d '\0') in
	NTFS*) kind=NTFS type=ntfs3 ;;
	EXFAT*) kind=exFAT type=exfat ;;
	esac
	mount -t $type -r "$1" "$2" || return
	[ ! -e "$2/EFI/debian/grub.cfg" ] || {
		umount "$2"
		return 1
	}
}

# Where images are looked for that an answer file on the medium does not have in its
# own folder: the same one of each data partition, \slipway, and the root.
medium_image_folders() { # ANSWER-FILE
	folders=
	folder=${1%/*}
	case $folder in /run/medium | /run/medium/*) ;; *) return ;; esac
	folder=${folder#/run/medium}
	for data in /run/medium-data*; do
		[ -d "$data" ] || continue
		folders=$folders:$data$folder
		[ "$folder" = /slipway ] || folders=$folders:$data/slipway
		[ -z "$folder" ] || folders=$folders:$data
	done
	echo "${folders#:}"
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
	medium_umount
	set --
	while read -r device disk _ kind model; do
		set -- "$@" "$device ($kind) on $disk $model"
	done </run/slipway/media
	fail "several media have the same identity: copies of one another" "$@" \
		"None of them is taken, and no disk was written to. Take off all but one and restart, or choose one in the menu."
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
