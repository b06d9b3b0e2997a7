# shellcheck shell=sh
# The medium: the volume this environment was started from, known by its
# label, mounted read-only.

MEDIUM=

medium_find() {
	[ "$OPT_MEDIUM" != none ] || return 0
	# 15 seconds count from the last driver that was loaded
	until wait_for 1 medium_mount; do
		read -r now _ </proc/uptime
		read -r busy _ </run/slipway/drivers-busy || busy=$now
		[ $((${now%.*} - ${busy%.*})) -lt 15 ] || {
			warn "no volume with the label $OPT_MEDIUM was found"
			return 0
		}
	done
	step Medium "$OPT_MEDIUM, $MEDIUM"
}

medium_mount() {
	MEDIUM=$(findfs "LABEL=$OPT_MEDIUM" 2>/dev/null) || return 1
	for type in vfat iso9660 udf exfat ntfs3; do
		mount -t $type -r "$MEDIUM" /run/medium 2>/dev/null && return
	done
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
