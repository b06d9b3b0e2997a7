# shellcheck shell=sh
# Native boot: the machine's own disk holds a VHD on an NTFS volume, and a
# system inside the VHD takes over. slipway.root=PARTUUID=GUID:\PATH.vhd@N
# names the volume, the file and the partition in it.

native_boot() {
	native_attach && native_mount && native_switch
	fail "native boot: $why" \
		"Asked for: $OPT_ROOT" \
		"The disk was not changed. Choose Shell to look around: the" \
		"command 'slipway vdisk attach' opens the VHD by hand."
}

# Sets volume to the device of a partition of a GPT disk.
native_partition() { # GUID
	for dir in /sys/block/*; do
		disk=${dir##*/}
		case $disk in loop* | ram* | sr* | ublkb*) continue ;; esac
		found=$(gpt_number "$disk" "$1")
		[ -n "$found" ] || continue
		for part in "$dir/$disk"*; do
			grep -qsx "$found" "$part/partition" || continue
			volume=/dev/${part##*/}
			return
		done
	done
	return 1
}

# The number of a partition by its GUID, the second of two in its line.
gpt_number() { # DISK GUID
	id=$(echo "$2" | tr A-F a-f)
	slipway partition list "/dev/$1" 2>/dev/null | sed -n \
		"s/^  Partition \([0-9]*\) .* [0-9a-f-]\{36\} $id\( .*\)*\$/\1/p"
}

native_attach() {
	why="slipway.root must look like PARTUUID=GUID:\\PATH.vhd@N"
	guid=${OPT_ROOT#PARTUUID=}
	guid=${guid%%:*}
	rest=${OPT_ROOT#*:}
	path=${rest%@*}
	number=${rest##*@}
	case $guid in '' | *[!0-9A-Fa-f-]*) return 1 ;; esac
	case $number in '' | *[!0-9]*) return 1 ;; esac
	case $OPT_ROOT in PARTUUID=*:*@*) ;; *) return 1 ;; esac
	why="no disk has a partition $guid"
	# as long as a slow machine takes to find its disks
	wait_for 60 native_partition "$guid" || return
	step VHD "$path on $volume"
	why="$path on $volume could not be attached"
	modprobe -aqb ublk_drv
	disk=$(slipway vdisk attach "$volume:$path" 2>/run/slipway/attach.log) ||
		{
			show "$(cat /run/slipway/attach.log)"
			return 1
		}
}

native_mount() {
	part=${disk}p$number
	why="the VHD has no partition $number ($part)"
	wait_for 10 test -b "$part" || return
	why="partition $number of the VHD could not be mounted"
	for type in ntfs3 ext4; do
		mount -t $type -o rw "$part" /newroot && return
	done
	return 1
}

# Everything of this environment ends but the VHD's server: it runs from
# memory, and the system that takes over stands on it.
native_switch() {
	why="the system in the VHD has no init"
	for init in ${OPT_INIT:-/sbin/init /init}; do
		[ -x "/newroot$init" ] || [ -L "/newroot$init" ] || continue
		step Starting "$init from $part"
		kill "$UEVENT_PID"
		cat /run/slipway/dhcp.* 2>/dev/null | xargs -r kill
		why="the system in the VHD has no folders for /dev, /proc, /sys"
		for dir in dev proc sys run; do
			mkdir -p "/newroot/$dir" || return 1
			mount --move "/$dir" "/newroot/$dir" || return 1
		done
		rm -f /newroot/run/slipway/environment
		# shellcheck disable=SC2093 # comes back only when it fails
		exec switch_root -c /dev/console /newroot "$init" \
			>/newroot/dev/console 2>&1
	done
	umount /newroot
	return 1
}
