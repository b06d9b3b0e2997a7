# DiskPart as a black box: its switches, scripts and exit status, and virtual disks.

load ../helpers

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	export SLIPWAY_LETTERS=$BATS_TEST_TMPDIR/letters
}

# Runs lines as a script.
script() { # LINE...
	printf '%s\n' "$@" >script.txt
	run slipway diskpart /s script.txt --disk d.img
}

done_by() { # LINE...
	script "$@"
	[ "$status" -eq 0 ] || fail_with "$*"
}

fail_with() {
	printf '%s: %s\n%s\n' "$1" "$status" "$output"
	return 1
}

make_disk() {
	truncate -s 300M d.img
	done_by 'select disk 0' clean 'create partition primary' \
		'format quick fs=ntfs label=Data' 'assign letter=C'
}

@test "a script and its exit status" {
	truncate -s 300M d.img
	script 'rem "' 'list disk' 'select disk 0' exit bogus
	[ "$status" -eq 0 ]
	assert_output_has 'Disk 0 is now the selected disk.'
	script 'select disk 7' 'list disk'
	[ "$status" -eq 5 ]
	assert_output_has 'The script stopped at line 1: select disk 7'
	[[ $output != *'Disk ###'* ]]
	script 'select disk 7 noerr' 'list disk'
	[ "$status" -eq 0 ]
	script 'select disk 0' 'create partition primary size=400'
	[ "$status" -eq 4 ]
	script 'lust disk'
	[ "$status" -eq 2 ]
	run slipway diskpart /s none.txt --disk d.img
	[ "$status" -eq 3 ]
	assert_output_has 'none.txt'
	run slipway diskpart --disk none.img </dev/null
	[ "$status" -ne 0 ]
	run -2 slipway diskpart /t soon --disk d.img
	run -2 slipway diskpart --sector-size 1000 --disk d.img
	run -2 slipway diskpart --disk
	run -2 slipway diskpart --disk . </dev/null
}

@test "standard input: a pipe, a file of UTF-16" {
	truncate -s 300M d.img
	run slipway diskpart --disk d.img <<<'sel dis 9
sel dis 0'
	[ "$status" -eq 5 ]
	assert_output_has 'On computer: '
	assert_output_has 'DISKPART> '
	assert_output_has 'Disk 0 is now the selected disk.'
	printf 'select disk 0\r\nexit\r\n' | iconv -t UTF-16 >in.txt
	run -0 slipway diskpart --disk d.img <in.txt
	assert_output_has 'Disk 0 is now the selected disk.'
	assert_output_has 'Leaving DiskPart...'
	run -0 slipway diskpart /s in.txt /t 0 /disk:d.img
	assert_output_has 'Disk 0 is now the selected disk.'
}

@test "several disks, sectors of 4096 bytes" {
	truncate -s 300M a.img b.img
	printf '%s\n' 'sel dis 1' 'con gpt' 'cre par pri' 'for qui' >s.txt
	run -0 slipway diskpart /s s.txt --disk=a.img --disk b.img --sector-size 4096
	run -0 slipway partition list b.img --sector-size 4096
	assert_output_has 'Primary'
	run ! slipway partition list a.img
}

# What is given in one run is there in the next one, and for other commands.
@test "partitions keep their numbers while they are there" {
	truncate -s 300M d.img
	done_by 'select disk 0' 'convert gpt' 'create partition primary size=16' \
		'create partition primary size=16' 'create partition primary size=16' \
		'select partition 1' 'delete partition' \
		'select partition 2' 'delete partition' 'list partition'
	[[ $output == *'  Partition 3 '* && $output != *'  Partition 2 '* ]]
}

@test "letters, and shrink and extend" {
	make_disk
	echo text >x.txt
	slipway copy x.txt 'C:\'
	done_by 'select volume c' 'shrink desired=100' 'create partition primary' \
		'format fs=fat32 quick' 'assign letter D' 'list volume'
	assert_output_has 'DiskPart successfully shrunk the volume by:  100 MB'
	assert_output_has 'Volume 1     D                FAT32  Partition    100 MB'
	done_by 'select volume d' remove 'delete partition' 'select volume c' \
		extend 'shrink querymax'
	assert_output_has 'DiskPart successfully extended the volume.'
	assert_output_has 'The maximum number of reclaimable bytes is:  '
	[ "$(slipway type 'C:\x.txt')" = text ]
	slipway chkdsk d.img@1
}

@test "virtual disks in a volume: made, attached, changed, merged" {
	make_disk
	done_by 'create vdisk file=C:\x.vhd maximum=20 type=expandable' \
		'attach vdisk' 'create partition primary' 'format quick fs=fat' \
		'assign letter=V' 'list vdisk' 'detail vdisk'
	assert_output_has 'DiskPart successfully created the virtual disk file.'
	assert_output_has 'DiskPart successfully attached the virtual disk file.'
	assert_output_has '* VDisk 0    Disk 1    Attached not open     Expandable  C:\x.vhd'
	assert_output_has 'Device type ID: 2 (VHD)'
	assert_output_has 'Associated disk#: 1'
	echo text >x.txt
	slipway copy x.txt 'V:\'
	done_by 'select vdisk file=C:\x.vhd' 'detach vdisk' 'attach vdisk readonly' \
		'compact vdisk' 'detach vdisk' 'attach vdisk'
	# it stays, and is not changed meanwhile
	script 'select vdisk file=C:\x.vhd' 'expand vdisk maximum=30'
	[ "$status" -eq 4 ]
	assert_output_has 'DETACH VDISK comes first'
	done_by 'select vdisk file=C:\x.vhd' 'detach vdisk' \
		'expand vdisk maximum=30' 'compact vdisk' \
		'create vdisk file=C:\child.vhd parent=C:\x.vhd' \
		'list vdisk' 'attach vdisk' 'detail disk' 'select partition 1' \
		'assign letter=V' 'detach vdisk' 'merge vdisk depth=1'
	assert_output_has 'Added                 Differencing  C:\child.vhd'
	assert_output_has 'Type   : File Backed Virtual'
	assert_output_has 'All is in C:\x.vhd now'
	[ "$(slipway type 'C:\x.vhd@1:\x.txt')" = text ]
	run ! slipway type 'C:\child.vhd'
	script 'select vdisk file=C:\x.vhd' 'detach vdisk'
	[ "$status" -eq 4 ]
	assert_output_has 'already detached'
	script 'select vdisk file=C:\none.vhd' 'attach vdisk noerr'
	[ "$status" -eq 4 ]
	assert_output_has 'The system cannot find the file specified.'
}

@test "the file of an attached virtual disk keeps its place" {
	make_disk
	done_by 'create vdisk file=C:\x.vhd maximum=20' 'attach vdisk'
	cp d.img before.img
	for line in 'select disk 0;clean' 'select volume C;format quick override' \
		'select volume C;delete volume override'; do
		script "${line%;*}" "${line#*;}"
		[ "$status" -eq 4 ]
		assert_output_has 'x.vhd is attached: detach it first'
	done
	echo text >x.txt
	for line in 'format C: /Q /Y' 'move C:\x.vhd C:\y.vhd' 'move /Y x.txt C:\X.VHD' \
		'copy /Y x.txt C:\x.vhd' 'vdisk expand C:\x.vhd 30M'; do
		# shellcheck disable=SC2086
		run -1 slipway $line
		assert_output_has 'is attached: detach it first'
	done
	cmp d.img before.img
	done_by 'select vdisk file=C:\x.vhd' 'detach vdisk' 'select disk 0' clean
}

@test "a virtual disk as a file of the host, filled from another" {
	make_disk
	done_by 'create vdisk file=y.vhdx source=d.img' 'select vdisk file=y.vhdx' \
		'attach vdisk readonly' 'list disk' 'detach vdisk' \
		'create vdisk file=z.vhdx maximum=16 type=fixed' 'detail vdisk'
	assert_output_has 'Virtual size:   16 MB'
	assert_output_has '* Disk 1    Online          300 MB'
	run -0 slipway vdisk info z.vhdx
	assert_output_has 'fixed'
	run -0 slipway chkdsk y.vhdx@1
	script 'create vdisk file=z.vhdx maximum=16'
	[ "$status" -eq 4 ]
	script 'create vdisk file=z.img maximum=16'
	[ "$status" -eq 4 ]
	assert_output_has 'ends with .vhd or .vhdx'
}

@test "what is gone is in nobody's way" {
	make_disk
	done_by 'create vdisk file=C:\x.vhd maximum=20' 'attach vdisk' \
		'detail disk' 'select volume C' 'detail partition' \
		'repair table'
	assert_output_has "Address: $PWD/d.img@1"
	assert_output_has 'needs no mending'
	rm d.img
	truncate -s 20M d.img
	# its letter, and its place, are free
	done_by 'list disk' 'select disk 0' 'create partition primary' clean \
		'convert gpt' 'create partition primary' 'assign letter=C'
	[[ $output != *'Disk 1'* ]]
	assert_output_has 'successfully assigned'
	done_by 'select vdisk file=C:\x.vhd' 'detach vdisk'
	script 'select vdisk file=C:\x.vhd'
	[ "$status" -eq 4 ]
}

@test "a file that is no disk is none" {
	printf 'not a disk\n' >a.txt
	head -c 4096 /dev/urandom | tr '\0' 1 >b.bin
	printf 'MSWIM\0\0\0' >c.wim
	truncate -s 4096 c.wim
	for file in a.txt b.bin c.wim; do
		cp "$file" before
		printf 'select disk 0\nclean\n' >script.txt
		run slipway diskpart /s script.txt --disk "$file"
		[ "$status" -ne 0 ]
		assert_output_has "$file: "
		cmp "$file" before
	done
	assert_output_has 'c.wim: this is a file of another kind'
}

@test "a disk that somebody else has is left alone" {
	make_disk
	printf '%s\n' 'select disk 0' clean >script.txt
	run flock -s d.img "$SLIPWAY" diskpart /s script.txt --disk d.img
	[ "$status" -eq 4 ]
	assert_output_has 'The device is currently in use.'
	slipway partition list d.img
}
