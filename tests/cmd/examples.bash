# shellcheck shell=bash
# Finds the examples that documents show, and runs them where made-up disks and
# images lie under the names that the documents use.

# Writes each block of a document to FOLDER/N: lines set off by four blanks in
# Markdown, literal displays in a manual page.
blocks() { # DOCUMENT FOLDER
	mkdir -p "$2"
	case $1 in
	*.md) awk -v to="$2/" '
		/^    / && (inside || last == "") {
			if (!inside) { inside = 1; n++ }
			print substr($0, 5) >(to n)
		}
		/^$/ && inside { print "" >(to n) }
		/^[^ ]/ { inside = 0 }
		{ last = $0 }' "$1" ;;
	*) awk -v to="$2/" '
		/^\.Ed/ { inside = 0 }
		inside { gsub(/\\e/, "\\"); gsub(/\\&/, ""); print >(to n) }
		/^\.Bd -literal/ { inside = 1; n++ }' "$1" ;;
	esac
}

# The examples in what commands tell about themselves: lines, set off, that begin
# with the command's name, behind the first paragraph.
usage_examples() { # COMMAND
	local text topic
	text=$(slipway "$1" '/?')
	[ "$1" != bcdedit ] ||
		text=$text$(slipway bcdedit '/?' topics | while read -r topic _; do
			echo
			slipway bcdedit '/?' "$topic"
		done)
	awk -v name="$1" '
		/^$/ { told = 1 }
		told && more { print; more = /\\$/; next }
		told && $1 == name && /^  / { print; more = /\\$/ }' <<<"$text"
}

# What stands for the machine: an image of a Windows, disks with one in a VHDX, in a
# VHD that has a child, for UEFI and for a BIOS, and files.
make_bench() { # FOLDER
	mkdir -p "$1" && cd "$1" || return
	local boot=tree/Windows/Boot config=tree/Windows/System32/config file
	mkdir -p $boot/EFI $boot/PCAT $config tree/Windows/System32/drivers
	for file in EFI/bootmgfw.efi PCAT/bootmgr PCAT/bootvhd.dll; do
		echo "this is $file" >$boot/$file
	done
	echo 'this is winload.efi' >tree/Windows/System32/winload.efi
	echo '; for 16-bit app support' >tree/Windows/win.ini
	slipway bcdedit /createstore $config/SYSTEM
	slipway reg add "$config/SYSTEM\\Select" /v Current /t REG_DWORD /d 1
	slipway reg add "$config/SYSTEM\\ControlSet001\\Services\\stornvme" \
		/v Start /t REG_DWORD /d 3
	wimlib-imagex capture tree install.wim 'Windows 11' --no-acls
	echo server >tree/server
	wimlib-imagex append tree install.wim Server --no-acls
	rm -r tree
	printf '%s\n' '[disk]' 'layout = gpt' '[image]' 'file = install.wim' '[vhd]' \
		'path = \vhd\win.vhdx' 'size = 100M' '[boot]' 'system = windows' >answer.ini
	slipway deploy answer.ini --target disk.img --size 600M --progress none
	sed 's/vhdx/vhd/' answer.ini >golden.ini
	printf '[vhd]\npath = \\vhd\\child.vhd\nparent = \\vhd\\win.vhd\n' >>golden.ini
	slipway deploy golden.ini --target golden.img --size 600M --progress none
	sed 's/win\.vhdx/windows.vhdx/' answer.ini >nvme.ini
	slipway deploy nvme.ini --target nvme.img --size 600M --progress none
	sed 's/gpt/mbr/' nvme.ini >sda.ini
	slipway deploy sda.ini --target sda.img --size 600M --progress none
	slipway vdisk create win.vhd 100M --type dynamic
	slipway partition create win.vhd --mbr type=data
	slipway format win.vhd@1
	slipway partition create sdb.img --mbr --size 80M type=0c
	slipway format sdb.img@1 /FS:FAT32
	echo driver >driver.sys
	mkdir -p run/slipway tftp/pxelinux.cfg tftp/grub dir
	echo log >run/slipway/deploy.log
	for file in pxelinux.cfg/default:syslinux.cfg grub/grub.cfg:grub.cfg; do
		sed 's/@MEDIUM@/none/' "$ROOT/boot/${file#*:}" >"tftp/${file%:*}"
	done
	cp answer.ini tftp
	cp install.wim linux.wim
	make_boot_files medium linux
}

# A copy of the bench to work in, and what documents call by names that a machine
# has: its devices and folders.
fresh_bench() { # FOLDER
	rm -rf "$1"
	cp -r --sparse=always "$BENCH" "$1" && cd "$1" || return
}

on_the_bench() { # reads an example
	sed -e "s|/dev/nvme0n1|$PWD/nvme.img|g" -e "s|/dev/sdX|$PWD/sdX|g" \
		-e "s|/dev/sda|$PWD/sda.img|g" -e "s|/dev/sdb|$PWD/sdb.img|g" -e "s|/srv/tftp|$PWD/tftp|g" \
		-e "s|/run/slipway|$PWD/run/slipway|g" -e 's| DIR$| dir|'
}
