#!/bin/bash
# Starts a machine fifty times with a blank disk on USB and one with data on NVMe,
# which the same rule means: one or the other or both come late, behind hubs, by
# sticks that are slow, in every order. Each start must end with the rule refused
# and nothing written. Then once with a stick that never shows its disk.
# usage: tests/soak.sh [STARTS [SEED]]
set -u
cd "$(dirname "$0")/.."
: "${O:=out}"
case $O in /*) ;; *) O=$PWD/$O ;; esac
. tests/boot/qemu.sh
. tests/boot/media.bash
. tests/boot/late.bash
starts=${1:-50}
RANDOM=${2:-1}
dir=$O/soak
rm -rf "$dir"
mkdir -p "$dir"
trap 'qemu_stop 2>/dev/null; rm -f "$dir"/*.img' EXIT
trap 'exit 1' HUP INT TERM

# What comes late comes within the quiet time after the medium was found.
when() { # NUMBER
	local times=(start start 0.2 0.5 0.9 1.3)
	echo "${times[$1 % ${#times[@]}]}"
}

late_prepare
failed=0
for ((n = 1; n <= starts; n++)); do
	nvme=$(when $RANDOM) usb=$(when $RANDOM) hubs=$((RANDOM % 5))
	delay=$((RANDOM % 7))
	late_start "$nvme" "$usb" "$hubs" "$delay"
	if late_refused; then
		result=refused
	else
		result=FAILED
		failed=$((failed + 1))
		cp "$dir/serial.log" "$dir/failed-$n.log"
		late_prepare
	fi
	echo "$n: NVMe at $nvme, USB at $usb behind $hubs hubs, delay $delay s:" \
		"$result"
done

# Two minutes, then it is named.
late_start start start 0 1000
if qemu_wait 'FAILED.*deployment' 400 && qemu_stop && is_unchanged "$dir/data.img" &&
	screen_text | grep 'it has shown no disk yet, so which disks there are'; then
	echo "a stick that never shows its disk: refused"
else
	failed=$((failed + 1))
fi
echo "$((starts + 1 - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
