# One machine with several systems: VHDs, a differencing child, a partition, a
# RAM disk, and the environment itself. The firmware starts what deploy put on
# it; the stand-in boot manager (tests/standin) follows the store.
load ../helpers
load small_image
bats_require_minimum_version 1.5.0

setup_file() {
	requires qemu-system-x86_64 wimlib-imagex mcopy hivexsh vhdimount objcopy
	[ -e /usr/lib/systemd/boot/efi/linuxx64.efi.stub ] ||
		requires systemd-boot-efi
	WORK=$(mktemp -d "${TMPDIR:-/tmp}/several-XXXXXX")
	export WORK MTOOLSRC=/dev/null
	full=$("$ROOT/tests/standin/image.sh")
	cd "$WORK"
	mkdir medium
	(cd medium && mcopy -s -n -i "$O/slipway-usb.img@@1M" ::/EFI \
		::/slipway .)
	small_image "$full" first
	cp -al tree second
	small_image "$full" second
	ram_disk
	answer
	slipway deploy answer.ini --target disk.img --size 1600M \
		--boot-files medium --progress none >plan
	store
	stick
	rm -r tree first second ./*.wim
}

teardown_file() { rm -rf "$WORK"; }

setup() {
	cd "$WORK"
	. "$ROOT/tests/boot/qemu.sh"
}

teardown() { [ -z "${qemu_pid:-}" ] || qemu_stop; }

# A preinstallation environment, as a WIM and the SDI file that goes with it.
ram_disk() {
	rm -r second/Windows/Boot
	mkdir second/Windows/System32/Boot
	mv second/Windows/System32/winload.efi second/Windows/System32/Boot
	(cd second && rm SHA256SUMS token.txt && find . -type f -print0 |
		sort -z | xargs -0 sha256sum >../sums && mv ../sums SHA256SUMS)
	od -An -tx1 -N 12 /dev/urandom | tr -d ' \n' >pe.token
	cp pe.token second/token.txt
	wimlib-imagex capture second pe.wim PE --no-acls >/dev/null
	{ printf '$SDI0001'; head -c 4096 /dev/zero; } >boot.sdi
}

answer() {
	cat >answer.ini <<-'END'
		[disk]
		efi-size = 130M
		[image]
		file = first.wim
		[vhd]
		path = \vhd\fixed.vhd
		size = 200M
		description = Fixed VHD
		[vhd]
		path = \vhd\base.vhdx
		size = 220M
		type = dynamic
		image = second.wim
		menu = yes
		description = Dynamic VHDX
		[vhd]
		path = \vhd\child.vhdx
		parent = \vhd\base.vhdx
		description = Child VHDX
		[vhd]
		path = \vhd\grandchild.vhdx
		parent = \vhd\child.vhdx
		description = Grandchild VHDX
		[vhd]
		path = \old\base.vhd
		size = 220M
		type = dynamic
		[vhd]
		path = \old\child.vhd
		parent = \old\base.vhd
		description = Child VHD
		[partition]
		size = 200M
		image = second.wim
		description = Partition
		[boot]
		system = windows
		default = Fixed VHD
		timeout = 2
		environment = Rescue
	END
}

# The RAM disk's entry, by the commands of a technician.
store() {
	slipway copy pe.wim 'disk.img@1:\sources\boot.wim' /P
	slipway copy boot.sdi 'disk.img@1:\boot\boot.sdi' /P
	bcdedit /create '{ramdiskoptions}'
	bcdedit /set '{ramdiskoptions}' ramdisksdidevice partition=disk.img@1
	bcdedit /set '{ramdiskoptions}' ramdisksdipath '\boot\boot.sdi'
	pe=$(bcdedit /create /d "RAM disk" /application osloader |
		grep -o '{[-0-9a-f]*}')
	for name in device osdevice; do
		bcdedit /set "$pe" $name \
			'ramdisk=[disk.img@1]\sources\boot.wim,{ramdiskoptions}'
	done
	bcdedit /set "$pe" path '\Windows\System32\Boot\winload.efi'
	bcdedit /set "$pe" systemroot '\Windows'
	bcdedit /set "$pe" winpe yes
	bcdedit /displayorder "$pe" /addlast
}

# A stick that deploys a machine with two systems and the environment.
stick() {
	cat >own.ini <<-'END'
		[disk]
		bus = nvme
		[image]
		file = first.wim
		[vhd]
		path = \vhd\own.vhdx
		size = 200M
		description = Own
		[partition]
		size = 200M
		description = Partition
		[boot]
		system = windows
		environment = Rescue
		[finish]
		action = restart
	END
	(cd "$ROOT" && build/usb.sh --size 200 --output "$WORK/stick.img" \
		--add "$WORK/first.wim:/slipway/first.wim" \
		--add "$WORK/own.ini:/slipway/answer.ini" >"$WORK/usb.log")
}

bcdedit() { slipway bcdedit /store 'disk.img@1:\EFI\Microsoft\Boot\BCD' "$@"; }

# The entry's identifier.
entry() { # DESCRIPTION
	bcdedit /enum all /v | awk -v want="$1" '
		$1 == "identifier" { id = $2 }
		$1 == "description" && substr($0, 25) == want { print id }'
}

boots() { # NAME REGEX
	run "$ROOT/tests/boot/windows.sh" "several-$1" "$WORK/disk.img" "$2"
	echo "$output"
	[ "$status" -eq 0 ]
}

# Asks for one start of an entry, which must end with its own token.
starts() { # DESCRIPTION TOKEN
	run -0 bcdedit /bootsequence "$(entry "$1")"
	boots "${1// /-}" "^standin: token $(cat "$2.token")"
	assert_output_has "entry \"$1\""
	assert_output_has "started once, as bootsequence says"
	run bcdedit /enum '{bootmgr}'
	[[ $output != *bootsequence* ]]
}

@test "GRUB's menu starts Windows' boot manager, and that the default" {
	boots default "^standin: token $(cat first.token)"
	assert_output_has 'entry "Fixed VHD"'
}

@test "a child of a dynamic VHD" { starts "Child VHD" first; }
@test "a child's child of a dynamic VHDX" { starts "Grandchild VHDX" second; }
@test "a partition" { starts "Partition" second; }
@test "a RAM disk" { starts "RAM disk" pe; }

# The stand-in is not signed: the firmware refuses it, as it would a Windows that
# somebody changed, and goes on to the entry that comes next.
@test "a machine deploys itself; the environment's entry starts under Secure Boot" {
	token=$(od -An -tx1 -N 12 /dev/urandom | tr -d ' \n')
	dir=$O/boot-tests/several-environment
	rm -rf "$dir"
	mkdir -p "$dir/deploy" "$dir/boot"
	machine=(-no-reboot -net none
		-drive "if=none,id=d,format=raw,cache=unsafe,file=own.img"
		-device "nvme,drive=d,serial=OWN0001")
	truncate -s 4G own.img
	qemu_start "$dir/deploy" secureboot "${machine[@]}" -device qemu-xhci \
		-drive "if=none,id=m,format=raw,readonly=on,file=stick.img" \
		-device "usb-storage,drive=m,bootindex=0"
	qemu_wait 'Done.*deployment finished|FAILED' 300
	qemu_shot deployed
	grep -aq 'entries of the firmware: Windows Boot Manager, Rescue' \
		"$qemu_dir/serial.log"
	grep -aq 'every file matched its hash' "$qemu_dir/serial.log"
	qemu_wait 'Now: restart' 20
	sleep 1
	qemu_stop
	cp "$dir/deploy/vars.fd" "$dir/boot"
	qemu_start "$dir/boot" secureboot "${machine[@]}"
	qemu_wait 'Choose 1 to' 150
	grep -aq 'Windows Boot Manager.*Access Denied' "$qemu_dir/serial.log"
	qemu_item Shell
	qemu_type "printf '%s ' \$(tail -c 1 /sys/firmware/efi/efivars/SecureBoot-* | hexdump -e '\"%d\"') $token secure; slipway --version"
	qemu_wait "1 $token secure slipway" 30
}
