# A disk of the host that has all its room keeps it, whatever is done to it: a
# machine that starts from it must not find the host full. A sparse one stays so.

load ../helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
	fallocate -l 1M probe || skip "this file system reserves no room"
	yes 'old content' | head -c 8M >old
}

has_room() { # FILE
	[ $(($(stat -c %b "$1") * 512)) -ge "$(stat -c %s "$1")" ] || {
		echo "$1: $(stat -c '%b blocks of %s bytes' "$1")" >&2
		return 1
	}
}

disks() {
	slipway vdisk create x.vhd 90M
	slipway vdisk create x.vhdx 90M --type fixed
	fallocate -l 90M x.img
}

@test "formatted, partitioned, emptied and deployed to" {
	requires wimlib-imagex
	mkdir -p medium/EFI/BOOT medium/slipway tree
	seq 1000 >tree/numbers
	wimlib-imagex capture tree medium/slipway/w.wim --no-acls >/dev/null
	make_boot_files medium linux
	printf '%s\n' '[disk]' 'wipe = yes' 'efi-size = 40M' '[image]' \
		'file = w.wim' '[vhd]' 'path = \x.vhd' 'size = 20M' \
		'[boot]' 'system = linux' >medium/slipway/answer.ini
	disks
	for x in x.vhd x.vhdx x.img; do
		has_room $x
		slipway partition create $x --mbr type=data >/dev/null
		slipway format $x@1 >/dev/null
		slipway copy old "$x@1:\\old"
		has_room $x
		slipway format $x@1 /Y >/dev/null
		has_room $x
		slipway copy old "$x@1:\\old"
		slipway partition create $x --wipe --gpt type=data >/dev/null
		has_room $x
		slipway format $x@1 /FS:FAT32 /Y >/dev/null
		slipway copy old "$x@1:\\old"
		slipway deploy medium/slipway/answer.ini --target $x \
			--progress none >/dev/null
		has_room $x
		# and what was there is gone
		[ "$(grep -c 'old content' $x)" -eq 0 ]
		slipway chkdsk "$x@3:\\x.vhd@1" >/dev/null
	done
}

@test "a parent that a child is merged into" {
	slipway vdisk create p.vhd 20M
	slipway vdisk create c.vhd --parent p.vhd
	slipway partition create c.vhd --mbr type=data
	slipway format c.vhd@1
	slipway copy old 'c.vhd@1:\old'
	slipway format c.vhd@1 /Y
	slipway vdisk merge c.vhd --progress none
	has_room p.vhd
} >/dev/null

@test "a sparse one stays sparse" {
	truncate -s 90M x.img
	slipway vdisk create x.vhd 90M --sparse
	for x in x.img x.vhd; do
		slipway partition create $x --mbr type=data
		slipway format $x@1
		slipway copy old "$x@1:\\old"
		slipway format $x@1 /Y
		[ "$(stat -c %b $x)" -lt 40000 ]
	done
} >/dev/null
