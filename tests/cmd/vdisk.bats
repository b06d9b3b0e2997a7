# vdisk: what can be tested without the kernel's driver.

load ../helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
}

@test "create makes a fixed VHD that has its room, and that info describes" {
	slipway vdisk create x.vhd 3G
	[ "$(stat -c %s x.vhd)" -eq 3221225984 ]
	[ "$(stat -c %b x.vhd)" -ge 6291457 ]
	run -0 slipway vdisk info x.vhd
	assert_output_has "Format:        VHD"
	assert_output_has "Type:          fixed"
	assert_output_has "Virtual size:  3221225472 bytes"
	assert_output_has "Creator:       win  10.0 (Wi2k)"
	run -0 slipway vdisk info --json x.vhd
	assert_output_has '"format":"VHD","type":"fixed","size":3221225472,'
	echo "$output" | python3 -m json.tool >/dev/null
}

@test "create makes a sparse file only when asked to, and none when it is too large" {
	slipway vdisk create x.vhd 3G --sparse
	[ "$(stat -c %b x.vhd)" -lt 64 ]
	rm x.vhd
	slipway vdisk create x.vhdx 1G --type fixed
	[ "$(stat -c %b x.vhdx)" -ge 2097152 ]
	rm x.vhdx
	# more than there is
	[ "$(df --output=avail -B 1G . | tail -n 1)" -lt 2000 ] || skip
	run -1 slipway vdisk create x.vhd 2000G
	assert_output_has "No space left"
	[ ! -e x.vhd ]
}

@test "two disks have different identities" {
	slipway vdisk create a.vhd 1M
	slipway vdisk create b.vhd 1M
	a=$(slipway vdisk info a.vhd | grep Identifier)
	b=$(slipway vdisk info b.vhd | grep Identifier)
	[ "$a" != "$b" ]
}

@test "info tells a raw file" {
	truncate -s 5000 x.img
	run -0 slipway vdisk info x.img
	assert_output_has "Format:        raw"
	assert_output_has "Virtual size:  5000 bytes"
	run -0 slipway vdisk info --json x.img
	echo "$output" | python3 -m json.tool >/dev/null
}

@test "create refuses what is there, and what cannot be" {
	slipway vdisk create x.vhd 1M
	before=$(sha256sum <x.vhd)
	run -1 slipway vdisk create x.vhd 2M
	assert_output_has "x.vhd"
	[ "$(sha256sum <x.vhd)" = "$before" ]
	run -1 slipway vdisk create y.vhd 2041G
	assert_output_has "2040 GiB"
	[ ! -e y.vhd ]
	run -2 slipway vdisk create y.vhd 0
	run -2 slipway vdisk create y.vhd 1000
	run -2 slipway vdisk create y.vhd 12X
	run -2 slipway vdisk create y.vhd
	run -2 slipway vdisk create y.vhd 1M --type differencing
	assert_output_has "needs --parent"
	run -2 slipway vdisk create y.vhd 1M --type sparse
	run -1 slipway vdisk create y.vhd 1M --type dynamic --block-size 4M
	assert_output_has "a block has 512 KiB"
	[ ! -e y.vhd ]
	run -1 slipway vdisk create nowhere/y.vhd 1M
}

@test "a damaged VHD is told from none" {
	slipway vdisk create x.vhd 1M
	printf x | dd of=x.vhd bs=1 seek=$((1048576 + 100)) conv=notrunc status=none
	run -1 slipway vdisk info x.vhd
	assert_output_has "the checksum does not match (at offset 1048576)"
	run -1 slipway vdisk convert x.vhd y.raw --format raw
	[ ! -e y.raw ]
}

@test "convert keeps holes, and leaves nothing behind when it fails" {
	truncate -s 1G x.img
	printf middle | dd of=x.img bs=1M seek=500 conv=notrunc status=none
	slipway vdisk convert x.img x.vhd --progress none
	[ "$(stat -c %b x.vhd)" -lt 8192 ]
	slipway vdisk convert x.vhd y.img --format raw --progress none
	cmp x.img y.img
	slipway vdisk convert x.vhd y.raw --progress none
	cmp x.img y.raw
	run -1 slipway vdisk convert x.img y.img
	cmp x.img y.img
	truncate -s 1000 odd.img
	run -1 slipway vdisk convert odd.img odd.vhd
	[ ! -e odd.vhd ]
	run -2 slipway vdisk convert x.img z.img --format qcow2
	run -2 slipway vdisk convert x.img
}

@test "misuse and failures" {
	run -2 slipway vdisk
	run -2 slipway vdisk frobnicate
	assert_output_has "no such subcommand"
	run -2 slipway vdisk info
	run -2 slipway vdisk info a b
	run -1 slipway vdisk info nothing.vhd
	assert_output_has "nothing.vhd"
	run -2 slipway vdisk attach
	run -2 slipway vdisk detach
	run -2 slipway vdisk detach /dev/sda
	assert_output_has "not of the form /dev/ublkbN"
	run -2 slipway vdisk detach /dev/ublkb0p1
	run -2 slipway vdisk list x
	run -0 slipway vdisk --help
	assert_output_has "usage: vdisk info"
}

@test "attach tells what kept it from starting, with no process left" {
	[ ! -e /dev/ublk-control ] || skip "this kernel has the ublk driver"
	slipway vdisk create x.vhd 1M
	run -1 slipway vdisk attach x.vhd
	assert_output_has "vdisk: x.vhd: "
	assert_output_has "modprobe ublk_drv"
	run -1 slipway vdisk attach nothing.vhd
	assert_output_has "no such file"
	# nobody holds it any more
	flock -n -x x.vhd true
	run -0 slipway vdisk list
	[ "${#lines[@]}" -eq 1 ] # its heading: without the driver there is none
	run -1 slipway vdisk detach /dev/ublkb0
}

# Gives a file a new content: FILE, and what is written at its start.
fill() {
	slipway vdisk convert "$1" "$1.raw" --format raw --progress none
	printf '%s' "$2" | dd of="$1.raw" conv=notrunc status=none
	rm "$1"
	slipway vdisk convert "$1.raw" "$1" --type dynamic --progress none
	rm "$1.raw"
}

@test "create makes a small dynamic VHD" {
	slipway vdisk create x.vhd 100G --type dynamic --block-size 1M
	[ "$(stat -c %s x.vhd)" -lt 500000 ]
	run -0 slipway vdisk info x.vhd
	assert_output_has "Type:          dynamic"
	assert_output_has "Virtual size:  107374182400 bytes"
	assert_output_has "Block size:    1048576 bytes"
}

@test "a child finds its parent from its folder on, wherever both are moved" {
	mkdir -p a/sub
	slipway vdisk create a/p.vhd 10M --type dynamic
	fill a/p.vhd parent
	slipway vdisk create a/sub/c.vhd --parent a/p.vhd
	slipway vdisk create a/d.vhd --parent a/sub/c.vhd
	run -0 slipway vdisk info a/sub/c.vhd
	assert_output_has "Type:          differencing"
	before=$(sha256sum <a/p.vhd)
	mv a b
	slipway vdisk convert b/d.vhd x.raw --format raw --progress none
	[ "$(head -c 6 x.raw)" = parent ]
	[ "$(sha256sum <b/p.vhd)" = "$before" ]
}

@test "a missing, another and a looping parent are told by name" {
	slipway vdisk create p.vhd 10M
	slipway vdisk create c.vhd --parent p.vhd
	mv p.vhd q.vhd
	run -1 slipway vdisk convert c.vhd x.raw --format raw
	assert_output_has "its parent is missing: ./p.vhd"
	slipway vdisk create p.vhd 10M
	run -1 slipway vdisk convert c.vhd x.raw --format raw
	assert_output_has "p.vhd is not the parent it was made from"
	cp c.vhd p.vhd
	run -1 slipway vdisk convert c.vhd x.raw --format raw
	assert_output_has "p.vhd is not the parent it was made from"
	ln -sf c.vhd p.vhd
	run -1 slipway vdisk convert c.vhd x.raw --format raw
	assert_output_has "is a loop"
	[ ! -e x.raw ]
	run -1 slipway vdisk create d.vhd --parent nothing.vhd
	run -2 slipway vdisk create d.vhd 10M --parent q.vhd
	# a folder of another file system than this one
	other=/dev/shm
	[ "$(stat -c %d .)" != "$(stat -c %d $other)" ] || other=$O
	run -1 slipway vdisk create "$other/d.vhd" --parent q.vhd
	assert_output_has "same volume"
}

@test "reset empties a child and nothing else" {
	slipway vdisk create p.vhd 10M
	slipway vdisk create c.vhd --parent p.vhd
	chmod 640 c.vhd
	run -0 slipway vdisk reset c.vhd
	[ "$(stat -c %a c.vhd)" = 640 ]
	[ ! -e c.vhd.reset ]
	run -1 slipway vdisk reset p.vhd
	assert_output_has "no differencing disk"
	run -2 slipway vdisk reset
}

@test "check finds and repairs a lost footer; map shows holes" {
	head -c 1M /dev/urandom >x.raw
	truncate -s 10M x.raw
	slipway vdisk convert x.raw x.vhd --type dynamic --progress none
	run -0 slipway vdisk check x.vhd
	assert_output_has "1 blocks"
	run -0 slipway vdisk map x.vhd
	assert_output_has "zero"
	printf x | dd of=x.vhd bs=1 seek=$(($(stat -c %s x.vhd) - 400)) \
		conv=notrunc status=none
	run -1 slipway vdisk check x.vhd
	assert_output_has "the footer is damaged"
	run -0 slipway vdisk check x.vhd --repair
	assert_output_has "repaired"
	run -0 slipway vdisk check x.vhd
	slipway vdisk convert x.vhd y.raw --format raw --progress none
	cmp x.raw y.raw
	run -2 slipway vdisk check
	run -2 slipway vdisk map
	run -1 slipway vdisk check x.raw
}

@test "a VHDX and its child on the command line" {
	slipway vdisk create p.vhdx 1G --type dynamic --block-size 1M
	run -0 slipway vdisk info p.vhdx
	assert_output_has "Format:        VHDX"
	assert_output_has "Block size:    1048576 bytes"
	slipway vdisk create c.vhdx --parent p.vhdx
	run -0 slipway vdisk info c.vhdx
	assert_output_has "Type:          differencing"
	assert_output_has 'Parent:        .\p.vhdx ('
	slipway vdisk check c.vhdx
	run -1 slipway vdisk create y.vhdx 1G --block-size 512K
	assert_output_has "a block has 1 MiB to 256 MiB"
	[ ! -e y.vhdx ]
}
