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

# The device of a partition, waiting for it while devices still appear.
native_partition() { # GUID
	tenths=150
	while :; do
		for dir in /sys/class/block/*; do
			grep -qix "PARTUUID=$1" "$dir/uevent" || continue
			echo "/dev/${dir##*/}"
			return
		done 2>/dev/null
		[ $tenths -gt 0 ] || return 1
		tenths=$((tenths - 1))
		sleep 0.1
	done
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
	volume=$(native_partition "$guid") || return
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
	tenths=50
	until [ -b "$part" ]; do
		[ $tenths -gt 0 ] || return 1
		tenths=$((tenths - 1))
		sleep 0.1
	done
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
		exec switch_root -c /dev/console /newroot "$init" \
			>/newroot/dev/console 2>&1
	done
	umount /newroot
	return 1
}
