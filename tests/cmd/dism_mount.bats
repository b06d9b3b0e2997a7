# dism and imagex: mounted images, as far as no kernel is needed: what is listed,
# what is refused, and what is told where the drivers are missing. The mounts
# themselves are in boot/vdisk_attach.bats.

load ../helpers
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	export SLIPWAY_MOUNTS=$PWD/run/mounts TMPDIR=$PWD/scratch
	mkdir dir scratch
	cp "$ROOT/tests/fuzz/wim_open/seeds/tree-lzx.wim" x.wim
}

# One that is entered as if its server had gone.
entered() { # NAME READ-ONLY
	mkdir -p "$SLIPWAY_MOUNTS"
	cat >"$SLIPWAY_MOUNTS/$1" <<-END
		dir $PWD/dir
		image $PWD/x.wim
		changes $PWD/scratch/changes
		index 1
		read-only $2
		device -1
		pid -1
	END
	: >scratch/changes
}

id=01234567-89ab-cdef-0123-456789abcdef

@test "what is mounted is listed as DISM does" {
	run -0 slipway dism /Get-MountedImageInfo
	assert_output_has "No mounted images found."
	entered $id no
	run -0 slipway dism /Get-MountedWimInfo /English
	[[ $output == *"Mounted images:

Mount Dir : $PWD/dir
Image File : $PWD/x.wim
Image Index : 1
Mounted Read/Write : Yes
Status : Needs Remount

The operation completed successfully." ]]
	rm -r dir
	run -0 slipway dism /Get-MountedImageInfo
	assert_output_has "Status : Invalid"
}

@test "a table that is broken is said, and not lost" {
	entered $id no
	echo nonsense >>"$SLIPWAY_MOUNTS/$id"
	run -13 slipway dism /Get-MountedImageInfo
	assert_output_has "nonsense: corrupt: no word of the table"
	sed -i '/nonsense/d; /^dir/d' "$SLIPWAY_MOUNTS/$id"
	run -13 slipway dism /Get-MountedImageInfo
	assert_output_has "$id"
}

@test "what is invalid is cleaned up, what has changes is kept" {
	entered $id no
	run -0 slipway dism /Cleanup-Mountpoints
	[ -e "$SLIPWAY_MOUNTS/$id" ]
	[ -e scratch/changes ]
	rm -r dir
	run -0 slipway imagex /cleanup
	[ ! -e "$SLIPWAY_MOUNTS/$id" ]
	[ ! -e scratch/changes ]
}

@test "changes are thrown away by where they were mounted" {
	entered $id no
	run -0 slipway dism /Unmount-Image /MountDir:./dir/ /Discard
	assert_output_has "Unmounting image"
	[ ! -e scratch/changes ]
	run -2 slipway imagex /unmount dir
	assert_output_has "dir: no image is mounted there"
}

@test "what was not whole is not committed, and kept" {
	before=$(sha1sum x.wim)
	entered $id no
	run -13 slipway dism /Unmount-Image /MountDir:dir /Commit
	assert_output_has "file of changes"
	assert_output_has "/Remount-Image"
	[ -e scratch/changes ]
	entered $id yes
	run slipway imagex /unmount /commit dir
	assert_output_has "for reading only"
	[ "$before" = "$(sha1sum x.wim)" ]
}

@test "a folder that holds files, or has a mount, takes no other" {
	[ "$(id -u)" = 0 ] || skip "mounting is for root"
	touch dir/file
	run -145 slipway dism /Mount-Image /ImageFile:x.wim /Index:1 /MountDir:dir
	assert_output_has "there are files in it"
	rm dir/file
	entered $id no
	run slipway imagex /mount x.wim 1 dir
	[ "$status" -ne 0 ]
	assert_output_has "image 1 of $PWD/x.wim is mounted there"
	chmod 444 x.wim
	rm -r run
	run slipway imagex /mountrw x.wim 1 dir
	[ "$status" -ne 0 ]
	assert_output_has "/ReadOnly"
}

@test "an image of encrypted files is mounted for reading alone" {
	[ "$(id -u)" = 0 ] || skip "mounting is for root"
	make_wim <<-'END'
		wim("efs.wim", [
		    file("e", b"as EFS exports it", attributes=0x4020),
		])
	END
	run -50 slipway dism /Mount-Image /ImageFile:efs.wim /Index:1 \
		/MountDir:dir
	assert_output_has '\e: it is encrypted (EFS), and a commit would lose it'
	[ -z "$(find "$SLIPWAY_MOUNTS" scratch -type f)" ]
	[ ! -e /dev/ublk-control ] || return 0
	run slipway dism /Mount-Image /ImageFile:efs.wim /Index:1 \
		/MountDir:dir /ReadOnly
	assert_output_has '\e: warning: it is not there'
}

@test "without the drivers that is said, and nothing is left" {
	[ ! -e /dev/ublk-control ] || skip "this kernel can"
	[ "$(id -u)" = 0 ] || skip "mounting is for root"
	for how in /ReadOnly ''; do
		run -50 slipway dism /Mount-Image /ImageFile:x.wim /Index:1 \
			/MountDir:dir ${how:+"$how"}
		assert_output_has "ublk_drv"
		[ -z "$(find "$SLIPWAY_MOUNTS" scratch -type f)" ]
	done
}
