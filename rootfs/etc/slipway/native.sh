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

# The number of a partition by its GUID (UEFI specification 5.3: the header
# is sector 1, entries have 128 bytes from sector 2 on, the GUID is the second
# half of their first 32, its first three fields little-endian).
gpt_number() { # DISK GUID
	read -r sector <"/sys/block/$1/queue/logical_block_size"
	dd if="/dev/$1" bs="$sector" skip=2 count=$((16384 / sector)) \
		2>/dev/null | hexdump -v -e '16/1 "%02x" "\n"' |
		awk -v guid="$2" '
		function swap(s, t) {
			for (t = ""; s != ""; s = substr(s, 1, length(s) - 2))
				t = t substr(s, length(s) - 1)
			return t
		}
		BEGIN {
			split(tolower(guid), g, "-")
			want = swap(g[1]) swap(g[2]) swap(g[3]) g[4] g[5]
		}
		NR % 8 == 2 && $0 == want { print (NR + 6) / 8; exit }'
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
	wait_for 15 native_partition "$guid" || return
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
