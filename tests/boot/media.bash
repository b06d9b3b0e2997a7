# shellcheck shell=bash
# Small media and disks for starts that go straight to kernel and initramfs, as a
# loader on the medium would do it: source this file after qemu.sh, with `dir`
# set to an empty folder.

# shellcheck source=../boot_files.bash
. "${BASH_SOURCE[0]%/*}/../boot_files.bash"

export MTOOLSRC=/dev/null MTOOLS_SKIP_CHECK=1

# Any identity will do: what the loader says is what must be on the medium.
new_id() { od -An -tx1 -N 16 /dev/urandom | tr -d ' \n'; }

# A volume of 64 MB with an identity (or "": an old one, by its label alone), the
# given files in \slipway, and what a small deployment of Linux needs.
make_medium() { # IMAGE ID FILE...
	local image=$1 id=$2 file
	shift 2
	[ -d "$dir/boot-files" ] || make_boot_files "$dir/boot-files" linux
	rm -f "$image"
	truncate -s 64M "$image"
	mformat -i "$image" -v SLIPWAY -h 16 -s 63 -T 131072 ::
	mcopy -s -i "$image" "$dir/boot-files/EFI" "$dir/boot-files/slipway" ::/
	[ -z "$id" ] || echo "$id" | mcopy -i "$image" - "::/slipway/$id.id"
	for file; do
		mcopy -i "$image" "$file" ::/slipway
	done
}

# An image of one small folder.
make_small_wim() { # FILE
	mkdir -p "$dir/tree/sbin"
	echo init >"$dir/tree/sbin/init"
	wimlib-imagex capture "$dir/tree" "$1" Small --no-acls >/dev/null
	rm -r "$dir/tree"
}

# An answer that takes any disk of 300 to 400 MB and wipes it.
make_answer() { # FILE [LINE-OF-RULE...]
	local file=$1 line
	shift
	{
		printf '[disk]\nsize = 300M..400M\nwipe = yes\nefi-size = 40M\n'
		printf 'other-machine = yes\n' # this one starts as by BIOS
		for line; do echo "$line"; done
		printf '[image]\nfile = small.wim\n[vhd]\npath = \\a.vhd\n'
		printf 'size = 60M\n[boot]\nsystem = linux\n'
		printf '[finish]\naction = poweroff\n'
	} >"$file"
}

# A disk that somebody would miss, and its sum.
make_data() { # IMAGE
	rm -f "$1"
	truncate -s 350M "$1"
	mkfs.ext4 -q -L precious "$1"
	sha256sum <"$1" >"$1.sum"
}

is_unchanged() { # IMAGE
	[ "$(sha256sum <"$1")" = "$(cat "$1.sum")" ]
}

# Starts kernel and initramfs with words for the kernel line.
start_kernel() { # WORDS QEMU-ARGUMENTS...
	local words=$1
	shift
	qemu_start "$dir" bios -no-reboot -kernel "$O/boot/vmlinuz" \
		-initrd "${INITRAMFS:-$O/boot/initramfs}" \
		-append "console=ttyS0,115200 quiet loglevel=3 $words" "$@"
}

# Without the colours and the ends of lines that a screen needs.
screen_text() { tr -d '\r' <"$dir/serial.log" | sed 's/\x1b\[[0-9;]*[a-zA-Z]//g'; }

# Waits for words on the screen from where the last ones were.
seen=0
says() { # REGEX SECONDS
	local fifths=$(($2 * TIMEOUT_SCALE * 5)) line
	until line=$(screen_text | tail -n +$((seen + 1)) | grep -nEm 1 "$1"); do
		[ "$fifths" -gt 0 ] || return 1
		fifths=$((fifths - 1))
		sleep 0.2
	done
	seen=$((seen + ${line%%:*}))
}
