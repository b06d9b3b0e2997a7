# One door for writing into a place in a volume: whatever the command, a volume
# that sleeps or is not sound is left as it is, and a sound one is written to.
load ../helpers

setup_file() {
	WORK=$(mktemp -d "${TMPDIR:-/tmp}/doors-XXXXXX")
	export WORK
	cd "$WORK"
	requires wimlib-imagex
	slipway partition create d.img --mbr --size 80M \
		type=0e,size=30M type=data
	slipway format d.img@1 /FS:FAT
	slipway format d.img@2
	slipway vdisk create x.vhd 6M
	slipway partition create x.vhd --mbr type=data,active
	slipway format x.vhd@1
	slipway bcdedit /createstore 'x.vhd@1:\BCD'
	echo loader >loader
	slipway copy loader 'x.vhd@1:\Windows\System32\winload.exe' /P /Y
	slipway vdisk create p.vhd 6M
	for n in 1 2; do
		slipway copy x.vhd "d.img@$n:\\v\\x.vhd" /P
		slipway copy p.vhd "d.img@$n:\\v\\p.vhd"
		slipway vdisk create "d.img@$n:\\v\\c.vhd" \
			--parent "d.img@$n:\\v\\p.vhd"
		slipway copy loader "d.img@$n:\\v\\victim.bin"
		slipway copy loader "d.img@$n:\\v\\other.bin"
	done
	mv d.img sound.img
	mkdir tree
	echo text >tree/text
	wimlib-imagex capture tree w.wim --no-acls >/dev/null
	slipway bcdedit /createstore BCD
	slipway reg export BCD x.reg /y
	cat >a.ini <<-'END'
		[disk]
		wipe = yes
		[image]
		file = w.wim
		[vhd]
		path = \x.vhd
		size = 2M
		[boot]
		system = linux
		[finish]
		action = shell
	END
}

teardown_file() { rm -rf "$WORK"; }

setup() {
	cd "$WORK"
	cp sound.img d.img
}

# Every command that writes, once through a virtual disk in the volume and once
# into the volume; N is the volume's number, a line each.
commands() { # N
	sed "s/VOL/d.img@$1:/g" <<-'END'
		copy loader VOL\v\x.vhd@1:\f
		copy loader VOL\f
		copy loader VOL\v\victim.bin /Y
		format VOL\v\x.vhd@1 /Y
		dism /Apply-Image /ImageFile:w.wim /Index:1 /ApplyDir:VOL\v\x.vhd@1:\ --replace
		partition create VOL\v\x.vhd --wipe --mbr type=data
		vdisk create VOL\v\n.vhd 4M
		vdisk create VOL\v\n.vhd --parent VOL\v\x.vhd
		vdisk expand VOL\v\x.vhd 7M
		vdisk compact VOL\v\c.vhd
		vdisk merge VOL\v\c.vhd
		vdisk reparent VOL\v\c.vhd --parent VOL\v\p.vhd
		vdisk reset VOL\v\c.vhd
		vdisk check VOL\v\x.vhd --repair
		vdisk attach VOL\v\x.vhd
		reg add VOL\v\x.vhd@1:\BCD\Objects\New /f
		reg delete VOL\v\x.vhd@1:\BCD\Objects /f
		reg copy BCD\Objects VOL\v\x.vhd@1:\BCD\Copied /s /f
		reg import x.reg VOL\v\x.vhd@1:\BCD
		reg export BCD VOL\x.reg /y
		bcdedit /store VOL\v\x.vhd@1:\BCD /timeout 3
		bcdedit /createstore VOL\v\x.vhd@1:\New
		bcdedit /store BCD /export VOL\v\x.vhd@1:\Exported
		bcdedit /import BCD /store VOL\v\x.vhd@1:\BCD
		bcdboot VOL\v\x.vhd@1:\Windows /s VOL\v\x.vhd@1 /f BIOS
		bootsect /nt60 VOL\v\x.vhd@1
		bootsect /nt60 VOL\v\x.vhd@1 /mbr
		bootrec /fixmbr VOL\v\x.vhd
		bootrec /fixboot VOL\v\x.vhd
		bootrec /rebuildbcd VOL\v\x.vhd /s VOL\v\x.vhd@1 /y
		deploy a.ini --target VOL\v\x.vhd
	END
}

# Each is refused, says WORDS, and the image is the same.
assert_all_refused() { # N WORDS
	local line written
	cp d.img before
	written=$(stat -c %y d.img)
	while read -r line; do
		read -ra words <<<"$line"
		run slipway "${words[@]}" </dev/null
		if [ "$status" -lt 1 ] || [ "$status" = 2 ] || [[ $output != *"$2"* ]]; then
			echo "$line: $status: $output" >&2
			return 1
		fi
		# all of it is read again only when something was written, and
		# at the end
		[ "$(stat -c %y d.img)" = "$written" ] || cmp d.img before || {
			echo "$line" >&2
			return 1
		}
	done < <(commands "$1")
	cmp d.img before
}

# Breaks a file's record, or FAT chain: what names it is still there.
break_volume() { # N
	python3 - "$1" <<-'END'
		import sys
		data = bytearray(open("d.img", "rb").read())
		if sys.argv[1] == "2":
		    name = "victim.bin".encode("utf-16-le")
		    at = data.rfind(name)
		    while data[at & ~1023 :][:4] != b"FILE":
		        at = data.rfind(name, 0, at)
		    at &= ~1023
		    data[at : at + 1024] = bytes(1024)
		else: # two files begin in the same cluster
		    one, two = data.find(b"VICTIM  BIN"), data.find(b"OTHER   BIN")
		    data[one + 26 : one + 28] = data[two + 26 : two + 28]
		open("d.img", "wb").write(data)
	END
}

@test "a volume on which a Windows sleeps is left alone by every command" {
	printf 'HIBR and more' >hiber
	slipway copy hiber 'd.img@2:\hiberfil.sys'
	assert_all_refused 2 'sleeps on it'
	run -1 slipway bootsect /nt60 d.img@2
	assert_output_has 'sleeps on it'
	run -1 slipway bootrec /fixboot d.img@2
	cmp d.img before
	run -0 slipway bootsect /nt60 d.img@2 /force
}

@test "so is one that is not sound, NTFS and FAT" {
	for n in 2 1; do
		cp sound.img d.img
		break_volume $n
		assert_all_refused $n 'corrupt: '
	done
}

# Commands that write to a volume N without a machine or a Windows.
each_writes() { # N [WORDS-THAT-ARE-SAID]
	local line
	cp d.img ready.img
	while read -r line; do
		case $line in
		*attach* | deploy* | bcdboot* | *rebuildbcd*) continue ;;
		# in FAT a file keeps its size
		*"vdisk "[cemr]*) [ "$1" = 2 ] || continue ;;
		esac
		read -ra words <<<"$line"
		run slipway "${words[@]}" </dev/null
		[ "$status" = 0 ] && [[ $output == *"${2:-}"* ]] || {
			echo "$line: $output" >&2
			return 1
		}
		cp ready.img d.img
	done < <(commands "$1")
}

# The state of a volume as its last user leaves it who had no time to close it.
mark_dirty() { # N
	python3 - "$1" <<-'END'
		import struct, sys
		data = bytearray(open("d.img", "rb").read())
		start = struct.unpack_from("<I", data, 446 + 16 * int(sys.argv[1]) - 8)
		volume = start[0] * 512
		if sys.argv[1] == "1": # FAT16: Linux' mark
		    data[volume + 0x25] |= 1
		else: # $Volume, record 3, and its mirror: $VOLUME_INFORMATION's flags
		    cluster = 512 * data[volume + 13]
		    for where in 0x30, 0x38:
		        place, = struct.unpack_from("<Q", data, volume + where)
		        at = volume + place * cluster + 3 * 1024
		        at += struct.unpack_from("<H", data, at + 20)[0]
		        while data[at] != 0x70:
		            at += struct.unpack_from("<I", data, at + 4)[0]
		        at += struct.unpack_from("<H", data, at + 20)[0]
		        data[at + 10] |= 1
		open("d.img", "wb").write(data)
	END
}

@test "one that is merely marked as dirty is written to, and that is said" {
	mark_dirty 1
	each_writes 1 'it was not shut down properly; it was checked and is sound'
	mark_dirty 2
	each_writes 2 'it was not closed in order'
}

@test "a dirty one that is not sound is refused" {
	for n in 2 1; do
		cp sound.img d.img
		mark_dirty $n
		break_volume $n
		assert_all_refused $n 'corrupt: '
	done
}

@test "and a sound one is written to by each of them" {
	each_writes 2
}
