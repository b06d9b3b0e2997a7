#!/bin/sh
# Runs inside the environment: images mounted by the kernel's own drivers. On the ext4
# volume of /dev/vdc lie mount.wim, an LZX image, and mount.sums, the sums of its
# files.
# usage: dism_mount.sh TOKEN
token=$1
failed=0
work=/run/mount_test
wim=$work/mount.wim
dir=/run/mounted
mkdir -p $work $dir

check() { # NAME COMMAND...
	name=$1
	shift
	if "$@"; then
		echo "mount check: $name"
	else
		echo "mount check failed: $name"
		failed=1
	fi
}

fails() { ! "$@" >/run/said 2>&1; }
said() { grep -q "$1" /run/said; }
dism() { slipway dism "$@"; }
quietly() { "$@" >/run/said 2>&1 || { cat /run/said; return 1; }; }
info() { dism /Get-MountedImageInfo; }
mount_image() { # [/ReadOnly]
	quietly dism /Mount-Image /ImageFile:$wim /Index:1 /MountDir:$dir \
		/ScratchDir:$work "$@"
}
unmount_image() { quietly dism /Unmount-Image /MountDir:$dir "$@"; }
sums() { # of the mounted files
	(cd $dir && sha1sum -c $work/mount.sums) >/run/said 2>&1 ||
		{ grep -v ': OK' /run/said; return 1; }
}

reads() {
	mount_image /ReadOnly && sums &&
		info | grep -q '^Mounted Read/Write : No' &&
		info | grep -q '^Status : Ok' &&
		fails touch $dir/new && said 'Read-only' &&
		fails dism /Unmount-Image /MountDir:$dir /Commit &&
		said 'reading only' && unmount_image /Discard &&
		info | grep -q '^No mounted' && [ -z "$(find $work -name 'slipway-mount*')" ]
}

changes() {
	mount_image || return
	mkdir $dir/new && cp $work/mount.sums $dir/new/sums &&
		echo changed >>$dir/small && rm $dir/gone || return
	(cd $dir/new && exec sleep 100) &
	sleeper=$!
	sleep 1
	fails dism /Unmount-Image /MountDir:$dir /Commit && said 'in use' || return
	kill $sleeper
	wait $sleeper
	quietly dism /Commit-Image /MountDir:$dir &&
		cmp $dir/new/sums $work/mount.sums && [ ! -e $dir/gone ] &&
		unmount_image /Discard || return
	sed -i '/ gone$/d; / small$/d; / folder.link$/d' $work/mount.sums
	mount_image /ReadOnly && sums && tail -n 1 $dir/small | grep -q '^changed$' &&
		tail -n 1 $dir/folder/link | grep -q '^changed$' &&
		[ -s $dir/new/sums ] && [ ! -e $dir/gone ] &&
		unmount_image /Discard
}

throws_away() {
	mount_image && echo no >$dir/unwanted && unmount_image /Discard &&
		mount_image /ReadOnly && [ ! -e $dir/unwanted ] &&
		unmount_image /Discard
}

# What was written stays when the server dies, and so does the image.
survives() {
	mount_image && echo kept >$dir/kept && sync || return
	server=$(slipway vdisk list --json | sed -n 's|.*"pid":\([0-9]*\).*|\1|p')
	kill -KILL "$server"
	sleep 1
	info | grep -q '^Status : Needs Remount' &&
		quietly dism /Cleanup-Mountpoints &&
		quietly dism /Remount-Image /MountDir:$dir &&
		[ "$(cat $dir/kept)" = kept ] && sums &&
		unmount_image /Commit /Append /Name:second || return
	dism /Get-ImageInfo /ImageFile:$wim | grep -q '^Name : second' &&
		quietly slipway imagex /mount $wim second $dir &&
		[ "$(cat $dir/kept)" = kept ] && sums &&
		quietly slipway imagex /unmount $dir
}

second() { dism "$@" "/MountDir:${dir}2"; }

# One alone is for writing; while another is read, its changes are kept.
two_at_once() {
	mkdir -p ${dir}2
	mount_image && echo 1 >$dir/one || return
	fails second /Mount-Image /ImageFile:$wim /Name:second &&
		said 'is using it' &&
		quietly second /Mount-Image /ImageFile:$wim /Name:second /ReadOnly &&
		[ "$(cat ${dir}2/kept)" = kept ] &&
		fails dism /Unmount-Image /MountDir:$dir /Commit &&
		said 'is kept' && quietly second /Unmount-Image /Discard &&
		unmount_image /Commit && mount_image /ReadOnly &&
		[ "$(cat $dir/one)" = 1 ] && unmount_image /Discard
}

nothing_left() {
	[ -z "$(slipway vdisk list --json | tee /dev/stderr)" ] && umount $work
}

quietly mount -t ext4 /dev/vdc $work || exit
check "an image is read as it was captured" reads
check "changes are committed" changes
check "changes are thrown away" throws_away
check "a killed server loses nothing" survives
check "two images of one file" two_at_once
check "all of the file is sound" quietly dism /Verify-Image /ImageFile:$wim
check "nothing is left" nothing_left
[ $failed -eq 0 ] && echo "mount checks passed: $token"
[ $failed -eq 0 ] || echo "mount checks FAILED: $token"
