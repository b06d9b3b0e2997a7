# Several systems on one disk, made by commands as tools/README.md tells and by
# deploy; judged by hivex, the stand-in boot manager's decoder of devices,
# libvhdi, qemu-img, mtools and ntfs-3g's tools.

load ../helpers
load judges
bats_require_minimum_version 1.5.0

MANAGER='{9dea862c-5cdd-4e70-acc1-f32b344d4795}'
RAMDISK='{ae5534e0-a924-466c-b836-758539a3ee3a}'

setup_file() {
	requires wimlib-imagex
	cd "$BATS_FILE_TMPDIR"
	b=tree/Windows/Boot
	mkdir -p $b/EFI $b/PCAT
	for f in EFI/bootmgfw.efi PCAT/bootmgr PCAT/bootvhd.dll; do
		echo "this is $f" >$b/$f
	done
	seq 50000 >tree/numbers
	wimlib-imagex capture tree install.wim "Windows 7" --no-acls >/dev/null
	echo server >tree/server
	wimlib-imagex append tree install.wim "Server" --no-acls >/dev/null
	head -c 300000 /dev/urandom >boot.wim
	{ printf '$SDI0001'; head -c 1000 /dev/zero; } >boot.sdi
	musl-gcc -static -std=c11 -o device "$ROOT/tests/standin/device.c"
}

setup() {
	requires hivexget hivexml vhdiinfo qemu-img ntfscat mcopy sfdisk
	cd "$BATS_TEST_TMPDIR"
	cp "$BATS_FILE_TMPDIR"/{install.wim,boot.wim,boot.sdi,device} .
}

element() { # OBJECT ELEMENT
	hivexget BCD "\\Objects\\$1\\Elements\\$2" Element
}

# What a loader's device and osdevice both lead to, by the stand-in's decoder.
assert_devices() { # OBJECT TEXT
	for pair in 11000001:12000002 21000001:22000002; do
		element "$1" ${pair%:*} >value
		run -0 ./device ${pair#*:} <value
		[ "$output" = "$2" ] || {
			echo "$output, not $2" >&2
			return 1
		}
	done
}

# The menu's objects, in their order.
menu() { element "$MANAGER" 24000001 | tr -d '\000' | grep .; }

# How a partition is called in an element.
mbr_place() { # NUMBER
	sfdisk -d d.img | sed -n 's/^label-id: 0x/signature=/p' |
		tr a-f A-F | sed 's/.*=/signature=/I'
	sfdisk -d d.img | awk -v n="d.img$1" '$1 == n {
		match($0, /start= *[0-9]+/)
		print "offset=" substr($0, RSTART + 6, RLENGTH - 6) * 512 }'
}

# The commands of tools/README.md, "Several systems by hand", as they stand.
by_hand() {
	sed -n '/^## Several systems by hand/,/^## /s/^    //p' \
		"$ROOT/tools/README.md" >commands
	[ "$(wc -l <commands)" -gt 25 ]
	export -f slipway
	export SLIPWAY
	bash -eu commands
}

@test "two VHDs, a child of one, and a RAM disk, by commands" {
	by_hand >log
	mcopy -n -i d.img@@1M ::/Boot/BCD BCD
	hivexml BCD >/dev/null
	mapfile -t entry < <(menu)
	[ ${#entry[@]} -eq 3 ]
	for i in 0 1 2; do
		[ "$(element "${entry[i]}" 12000004)" = \
			"$(sed -n $((i + 1))p <<<$'Windows 7\nServer\nWindows PE')" ]
	done
	[ "$(element "$MANAGER" 23000003)" = "${entry[1]}" ]
	[ "$(element "$MANAGER" 25000004 | od -An -tu8 | tr -d ' ')" = 15 ]
	data=$(mbr_place 2 | sort)
	system=$(mbr_place 1 | sort)
	assert_devices "${entry[0]}" "form=vhd
host=partition
$data
file=\\win7-diff.vhd"
	assert_devices "${entry[1]}" "form=vhd
host=partition
$data
file=\\server.vhd"
	assert_devices "${entry[2]}" "form=ramdisk
options=$(tr -d '{}' <<<"${RAMDISK^^}")
host=partition
$system
file=\\sources\\boot.wim"
	[ "$(element "${entry[2]}" 26000022 | od -An -tx1 | tr -d ' ')" = 01 ]
	element $RAMDISK 31000003 >value
	run -0 ./device 0 <value
	[ "$output" = "form=partition
$system" ]
	[ "$(element $RAMDISK 32000004)" = '\boot\boot.sdi' ]
	mcopy -n -i d.img@@1M ::/sources/boot.wim - | cmp - boot.wim
}

@test "what lies on the disk is what the commands were given" {
	by_hand >log
	cut_out d.img 2 host.img
	sound host.img
	for name in win7.vhd win7-diff.vhd server.vhd; do
		ntfscat host.img $name >$name
		run -0 vhdiinfo $name
	done
	run -0 vhdiinfo win7-diff.vhd
	assert_output_has Differential
	qemu-img convert -f vpc -O raw server.vhd raw
	cut_out raw 1 guest.img
	sound guest.img
	[ "$(ntfscat guest.img /server)" = server ]
	# the chain as a stranger composes it
	if [ -w /dev/fuse ]; then
		mkdir mnt
		vhdimount win7-diff.vhd mnt >/dev/null
		qemu-img convert -f vpc -O raw win7.vhd raw
		run cmp raw mnt/vhdi2
		fusermount -u mnt
		[ "$status" -eq 0 ]
	fi
}

@test "deployed VHDs of every kind are read by others" {
	mkdir m
	{
		printf '%s\n' '[disk]' 'efi-size = 40M' '[image]' \
			'file = install.wim'
		n=0
		for spec in fixed:vhd dynamic:vhd fixed:vhdx dynamic:vhdx; do
			n=$((n + 1))
			printf '%s\n' '[vhd]' "path = \\v\\$n.${spec#*:}" \
				"type = ${spec%:*}" 'size = 70M' 'index = 2' \
				"description = $n"
		done
		printf '%s\n' '[vhd]' 'path = \v\c.vhd' 'parent = \v\2.vhd' \
			'description = child' '[vhd]' 'path = \v\c.vhdx' \
			'parent = \v\4.vhdx' 'description = child x'
		printf '%s\n' '[partition]' 'size = 40M' '[boot]' 'system = windows'
	} >a.ini
	run -0 slipway deploy a.ini --target d.img --size 900M --progress none
	cut_out d.img 3 own.img
	sound own.img
	cut_out d.img 4 host.img
	sound host.img
	for name in 1.vhd 2.vhd 3.vhdx 4.vhdx c.vhd c.vhdx; do
		ntfscat host.img /v/$name >$name
	done
	for name in 1.vhd 2.vhd 3.vhdx 4.vhdx; do
		[ "${name#*.}" = vhd ] || qemu-img check -f vhdx $name
		format=${name#*.}
		qemu-img convert -f "${format/%vhd/vpc}" -O raw $name raw
		run -0 sfdisk --verify raw
		assert_output_has "No errors detected"
		cut_out raw 1 guest.img
		sound guest.img
		[ "$(ntfscat guest.img /server)" = server ]
	done
	[ -w /dev/fuse ] || skip "there is no FUSE here"
	mkdir mnt
	for pair in c.vhd:2.vhd c.vhdx:4.vhdx; do
		format=${pair#*.*.}
		vhdimount ${pair%:*} mnt >/dev/null
		qemu-img convert -f "${format/%vhd/vpc}" -O raw ${pair#*:} raw
		# libvhdi 20210425 takes the file's beginning for the bitmap of
		# a VHDX's chunk that has none, so what it says of the first
		# sectors is not the disk
		run cmp -i 1048576 raw mnt/vhdi2
		fusermount -u mnt
		[ "$status" -eq 0 ]
	done
}
