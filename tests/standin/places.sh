# shellcheck shell=dash
# The places that a device leads through: partitions, volumes, virtual disks and
# RAM disks.

# Devices of the partitions with that GUID, on all disks of the machine.
partitions() { # GUID|'.*'
	for disk in /sys/block/*; do
		case ${disk##*/} in loop* | ram*) continue ;; esac
		sfdisk --dump "/dev/${disk##*/}" 2>/dev/null
	done | sed -n "s/^\\([^ ]*\\) :.* uuid=$1\\(,.*\\)*\$/\\1/p"
}

partition() { # GUID WHAT
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		found=$(partitions "$1")
		[ -z "$found" ] || break
		sleep 0.5
	done
	case $found in
	'') failed "$2: no partition has GUID $1" ;;
	*[[:space:]]*) failed "$2: several partitions have GUID $1" ;;
	esac
	echo "$found"
}

# What this path with backslashes is called below ROOT; case does not matter.
find_path() { # ROOT PATH
	at=$1
	rest=${2#\\}
	while [ -n "$rest" ]; do
		part=${rest%%\\*}
		rest=${rest#"$part"}
		rest=${rest#\\}
		# shellcheck disable=SC2010 # no name here has a line's end
		name=$(ls -A "$at" 2>/dev/null | grep -ixF -m 1 -e "$part") || return 1
		at=$at/$name
	done
	echo "$at"
}

mount_ntfs() { # DEVICE FOLDER
	mount -t ntfs3 -o ro,iocharset=utf8 "$1" "$2" 2>/tmp/error ||
		failed "$1: ntfs3 refuses it: $(cat /tmp/error)"
}

is_ntfs() { # DEVICE
	[ "$(dd if="$1" bs=1 skip=3 count=4 2>/dev/null)" = NTFS ]
}

# Mounts the first of the partitions, in their order, that has the path.
locate() { # FOLDER PATH DEVICE...
	folder=$1 path=$2
	shift 2
	for device; do
		is_ntfs "$device" || continue
		mount_ntfs "$device" "$folder"
		place=$(find_path "$folder" "$path") && return
		umount "$folder"
	done
	failed "no volume has $path"
}

# Mounts what `device.txt` says holds the file, or the system itself.
open_host() {
	if [ "$host" = locate ]; then
		[ "$(field located)" = "$file" ] ||
			failed "store: the file's path and where it is looked for differ"
		# shellcheck disable=SC2046 # devices, a word each
		locate /host "$file" $(partitions '.*')
		return
	fi
	if [ "$host" = boot ] || [ "$form" = boot ]; then
		mount --bind /esp /host
	else
		[ -n "$guid" ] || failed "store: the device is not by a GUID"
		device=$(partition "$guid" "device") || end
		if is_ntfs "$device"; then
			mount_ntfs "$device" /host
			say "$device is NTFS, mounted"
		else
			mount -t vfat -o ro,utf8=1 "$device" /host ||
				failed "$device: neither NTFS nor FAT"
			say "$device is FAT, mounted"
		fi
	fi
	[ -z "$file" ] || place=$(find_path /host "$file") ||
		failed "the device has no $file"
}

# --- Virtual disks -----------------------------------------------------------

disk_type() { # FILE
	vhdiinfo "$1" >/tmp/vhdiinfo 2>&1 ||
		failed "$1: libvhdi refuses it: $(tail -n 1 /tmp/vhdiinfo)"
	bytes=$(sed -n 's/.*Media size.*[ (]\([0-9]*\) bytes.*/\1/p' /tmp/vhdiinfo)
	sed -n 's/.*Disk type[^:]*: *//p' /tmp/vhdiinfo
}

# The boot manager follows no path to a parent but the relative one, from the
# child's folder: ".\NAME", in UTF-16 somewhere in the child's metadata.
check_parents() { # FILE
	child=$1
	while name=$(sed -n 's/.*Parent filename.*[\\/]//p' /tmp/vhdiinfo) &&
		[ -n "$name" ]; do
		wanted=$(printf '.\\%s' "$name" | hexdump -v -e '1/1 "%02x00"')
		head -c 4194304 "$child" | hexdump -v -e '1/1 "%02x"' |
			grep -q "$wanted" ||
			failed "${child##*/}: its relative path is not .\\$name"
		say "${child##*/} is a child of $name"
		child=${child%/*}/$name
		(disk_type "$child") >/dev/null || end
	done
}

# What a dynamic disk can grow by must be free: Windows makes it that large.
check_room() { # FILE
	free=$(($(stat -f -c %a "$1") * $(stat -f -c %S "$1")))
	[ $((bytes - $(stat -c %s "$1"))) -le $free ] ||
		failed "$file: no room to grow to $((bytes >> 20)) MB"
}

# A fixed VHD is the disk itself and 512 bytes of footer.
# (By its path: busybox takes its own losetup for the bare name.)
open_vhd() {
	vhd=$place limit=''
	type=$(disk_type "$vhd") && [ -n "$type" ] || end
	disk_type "$vhd" >/dev/null
	if grep -q 'Format.*VHD (' /tmp/vhdiinfo && [ "$type" = Fixed ]; then
		[ "$(stat -c %s "$vhd")" = $((bytes + 512)) ] ||
			failed "$file: $(stat -c %s "$vhd") bytes hold a disk of $bytes"
		limit="--sizelimit $bytes"
	else
		check_room "$vhd"
		check_parents "$vhd"
		vhdimount "$vhd" /vhd >/tmp/error 2>&1 ||
			failed "$file: libvhdi refuses it: $(tail -n 1 /tmp/error)"
		# the disk itself comes after its parents
		vhd=$(ls /vhd/vhdi* | sort -V | tail -n 1)
		[ "$(stat -c %s "$vhd")" = "$bytes" ] ||
			failed "$file: the disk has not $bytes bytes"
	fi
	# shellcheck disable=SC2086 # two words or none
	loop=$(/bin/losetup --find --show --read-only --partscan $limit "$vhd") ||
		failed "$file: no loop device"
	sfdisk --verify "$loop" >/tmp/verify 2>&1 ||
		failed "$file: $(cat /tmp/verify)"
	say "$file is a $type disk of $((bytes >> 20)) MB," \
		"$(sfdisk --dump "$loop" | grep -c '^/dev') partition(s)"
}

# --- RAM disks ---------------------------------------------------------------

# The options name the volume and the path of the SDI file.
check_sdi() {
	options="{$(field options | tr A-F a-f)}"
	need "$options" 31000003 ramdisksdidevice >/tmp/sdi || end
	path=$(need "$options" 32000004 ramdisksdipath) || end
	device 0 </tmp/sdi >/tmp/sdi.txt 2>/tmp/error ||
		failed "store: $options: $(cat /tmp/error)"
	sdi=$(sed -n 's/^partition=//p' /tmp/sdi.txt)
	[ "$sdi" = "$guid" ] ||
		failed "the SDI file is on another partition than the image"
	sdi=$(find_path /host "$path") || failed "the device has no $path"
	[ "$(head -c 4 "$sdi")" = '$SDI' ] || failed "$path: no SDI file"
	say "options $options, $path"
}

open_ram_disk() {
	check_sdi
	[ "$(element "$loader" 26000022 | hexdump -v -e '1/1 "%x"')" = 1 ] ||
		failed "store: the entry is not winpe"
	mount -t tmpfs ram /system
	/usr/lib/p7zip/7z x -y -o/system "$place" >/tmp/error 2>&1 ||
		failed "$file: $(tail -n 3 /tmp/error)"
	say "$file is unpacked into memory"
}

# --- The system --------------------------------------------------------------

find_system() {
	case $form in
	vhd)
		open_vhd
		locate /system "$program" "${loop}"p*
		;;
	ramdisk)
		open_ram_disk
		;;
	*)
		mount --bind /host /system
		;;
	esac
	place=$(find_path /system "$program") ||
		failed "the volume has no $program"
	[ "$(head -c 2 "$place")" = MZ ] || failed "$program: no program"
	place=$(find_path /system "$root") && [ -d "$place" ] ||
		failed "there is no folder $root"
	say "$program and $root are there"
}
