#!/bin/bash
# Starts a machine from a deployed disk by UEFI without Secure Boot (the
# stand-in boot manager is not signed) and waits for what it must say.
# usage: tests/boot/windows.sh NAME DISK REGEX [FORMAT]
set -eu
cd "$(dirname "$0")/../.."
: "${O:=out}"
case $O in /*) ;; *) O=$PWD/$O ;; esac
. tests/boot/qemu.sh

name=$1 disk=$2 expect=$3 format=${4:-raw}
dir=$O/boot-tests/$name
rm -rf "$dir"
mkdir -p "$dir"

die() {
	echo "$name: $*" >&2
	tail -n 25 "$dir/serial.log" >&2 || :
	exit 1
}

trap 'qemu_stop' EXIT
trap 'exit 1' HUP INT TERM
qemu_start "$dir" uefi -no-reboot -net none \
	-drive "if=none,id=d,format=$format,cache=unsafe,file=$disk" \
	-device "nvme,drive=d,serial=WIN0001,bootindex=0"
qemu_wait 'standin: (token|FAILED)' 200 || die "the stand-in did not end"
grep -aqE "$expect" "$dir/serial.log" || die "nothing like '$expect' was said"
sed -n 's/^standin: //p' "$dir/serial.log" | tr -d '\r'
echo "$name: after $qemu_seconds s" | tee "$dir/time"
