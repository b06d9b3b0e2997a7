#!/bin/bash
# Starts a machine with a BIOS from a disk until the stand-in BOOTMGR has ended
# or a message waits for a key, and prints what the stand-in said and the lines
# on the screen. Fails when neither comes.
# usage: tests/boot/bios/start.sh NAME DISK [key]     key: press it, once
# A DISK whose name ends in .floppy is one.
set -eu
disk=$(realpath "$2")
cd "$(dirname "$0")/../../.."
: "${O:=out}"
case $O in /*) ;; *) O=$PWD/$O ;; esac
. tests/boot/qemu.sh

name=$1 key=${3:-}
dir=$O/boot-tests/$name
rm -rf "$dir"
mkdir -p "$dir"

# The text in the memory of the VGA card: 25 lines of 80 characters, each with a
# byte of its colour.
screen() {
	rm -f "$dir/text"
	qemu_command "pmemsave 0xb8000 4000 \"$dir/text\""
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ "$(stat -c %s "$dir/text" 2>/dev/null)" != 4000 ] || break
		sleep 0.02
	done
	od -An -v -w2 -tu1 "$dir/text" 2>/dev/null |
		awk '{ printf "%c", $1 ? $1 : 32 }' | fold -w 80 |
		sed 's/ *$//; /^$/d' >"$dir/screen.txt"
}

ended() {
	! grep -aqsE '^bootmgr: (token|FAILED)' "$dir/serial.log" || return 0
	screen
	[ "$(grep -c 'Press a key to restart' "$dir/screen.txt")" = "$1" ]
}

wait_end() { # HOW OFTEN THE MESSAGE IS THERE
	local tries=$((100 * TIMEOUT_SCALE))
	until ended "$1"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] && kill -0 "$qemu_pid" || return 1
		sleep 0.1
	done
}

trap 'qemu_stop' EXIT
trap 'exit 1' HUP INT TERM
file="format=raw,cache=unsafe,file=$disk"
case $disk in
*.floppy) drive=(-drive "if=floppy,$file") ;;
*) drive=(-drive "if=none,id=d,$file" -device "ide-hd,drive=d") ;;
esac
QEMU_MEMORY=32 qemu_start "$dir" bios -net none "${drive[@]}"
status=0
wait_end 1 || status=1
if [ -n "$key" ] && [ $status = 0 ]; then
	qemu_command "sendkey ret"
	wait_end 2 || status=1
fi
screen
sed -n 's/\r//; /^bootmgr: /p' "$dir/serial.log"
grep -v '^SeaBIOS\|^Booting from' "$dir/screen.txt" || :
exit $status
