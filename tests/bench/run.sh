#!/bin/bash
# Measures against peers in the same run, on the same data, and prints ratios.
# What it says goes to out/bench.txt too. usage: tests/bench/run.sh [NAME...]
# NAME: apply folder solid verify capture http payload prompt convert create attach
#       hive codec   (all)
set -eu
cd "$(dirname "$0")/../.."
: "${O:=out}" "${ROUNDS:=3}"
case $O in /*) ;; *) O=$PWD/$O ;; esac
PATH=$PATH:/usr/sbin:/sbin
dir=$O/bench
mkdir -p "$dir"
trap 'rm -rf "$dir"' EXIT
exec > >(tee "$O/bench.txt") 2>&1

# Prints "SECONDS PEAK-KB" of the best of ROUNDS runs; PREPARE runs before each.
best_of() { # PREPARE COMMAND...
	local prepare=$1 i best=
	shift
	for ((i = 0; i < ROUNDS; i++)); do
		$prepare
		sync
		/usr/bin/time -f '%e %M' -o "$dir/time" "$@" >"$dir/log" 2>&1 || {
			cat "$dir/log" >&2
			exit 1
		}
		read -r seconds kb <"$dir/time"
		best=$(printf '%s\n%s %s\n' "$best" "$seconds" "$kb" |
			grep . | sort -n | head -n 1)
	done
	echo "$best"
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

blank() { rm -f "$dir/volume"; truncate -s 1500M "$dir/volume"; }
formatted() { blank; mkntfs -qQF "$dir/volume" >/dev/null 2>&1; }

bench_apply() {
	for kind in lzx xpress; do
		wim=$(tests/image/make.sh $kind)
		cat "$wim" >/dev/null
		read -r ours kb <<<"$(best_of blank "$O/bin/slipway" dism \
			/Apply-Image "/ImageFile:$wim" /Index:1 \
			"/ApplyDir:$dir/volume:\\" --progress none)"
		read -r theirs their_kb <<<"$(best_of formatted wimlib-imagex \
			apply "$wim" 1 "$dir/volume")"
		echo "apply $kind: slipway $ours s ($((kb >> 10)) MB)," \
			"wimlib-imagex $theirs s ($((their_kb >> 10)) MB):" \
			"ratio $(ratio "$theirs" "$ours"), at least 3 is wanted"
	done
}

bench_payload() {
	kernel=$(stat -c %s "$O/boot/vmlinuz")
	initramfs=$(stat -c %s "$O/boot/initramfs")
	echo "payload: $(((kernel + initramfs) / 1000000)) MB (kernel" \
		"$((kernel / 1000000)), initramfs $((initramfs / 1000000))):" \
		"at most 40 is wanted"
}

# An initramfs that holds busybox alone, and prints a prompt.
busybox_alone() {
	local root=$dir/alone
	rm -rf "$root"
	mkdir -p "$root/bin" "$root/dev"
	cp .cache/root/bin/busybox "$root/bin/"
	cat >"$root/init" <<-'END'
		#!/bin/busybox sh
		/bin/busybox mount -t devtmpfs dev /dev
		echo "prompt here" >/dev/ttyS0
		exec /bin/busybox sleep 100
	END
	chmod 755 "$root/init"
	(cd "$root" && find . | LC_ALL=C sort | cpio -o -H newc --quiet |
		zstd -q -o "$dir/alone.img" -f)
}

seconds_to() { # INITRAMFS REGEX
	local kernel=$O/boot/vmlinuz
	mkdir -p "$dir/vm"
	QEMU_CPUS=2 qemu_start "$dir/vm" bios -net none \
		-kernel "$kernel" -initrd "$1" \
		-append "console=ttyS0,115200 console=tty0 quiet slipway.medium=none"
	qemu_wait "$2" 120 || { qemu_stop; exit 1; }
	echo "$qemu_seconds" >"$dir/seconds"
	qemu_stop
}

bench_prompt() {
	. tests/boot/qemu.sh
	busybox_alone
	for i in $(seq "$ROUNDS"); do
		seconds_to "$dir/alone.img" "prompt here"
		cat "$dir/seconds" >>"$dir/alone.s"
		seconds_to "$O/boot/initramfs" "Choose 1 to"
		cat "$dir/seconds" >>"$dir/ours.s"
	done
	alone=$(sort -n "$dir/alone.s" | head -n 1)
	ours=$(sort -n "$dir/ours.s" | head -n 1)
	echo "prompt: slipway $ours s, busybox alone $alone s:" \
		"ratio $(ratio "$ours" "$alone"), at most 2 is wanted"
}

. tests/bench/vdisk.sh
. tests/bench/attach.sh
. tests/bench/codec.sh
. tests/bench/hive.sh
. tests/bench/http.sh
. tests/bench/wim.sh
[ $# -gt 0 ] || set -- apply folder solid verify capture http payload prompt convert create attach hive codec
for name; do "bench_$name"; done
