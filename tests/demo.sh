#!/usr/bin/env bash
# The demonstration: a blank disk becomes a machine that boots natively from a
# VHD, in QEMU, with Secure Boot on. Everything that it shows has happened.
set -eu
cd "$(dirname "$0")/.."
: "${O:=out}"
case $O in /*) ;; *) O=$PWD/$O ;; esac
export O
dir=$O/demo
rm -rf "$dir"
mkdir -p "$dir"
. tests/boot/chain.sh

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
	bold=$'\e[1m' green=$'\e[32m' red=$'\e[31m' dim=$'\e[2m' plain=$'\e[0m'
	live=yes
else
	bold='' green='' red='' dim='' plain='' live=no
fi
begun=$EPOCHREALTIME

since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }'; }

step() { # WORDS
	step_name=$1
	step_begun=$EPOCHREALTIME
	[ $live = no ] || printf '  %s… %s%s' "$dim" "$step_name" "$plain"
}

draw() { # PERCENT
	[ $live = yes ] || return 0
	local filled=$(($1 * 30 / 100)) bar='' i
	for ((i = 0; i < 30; i++)); do
		if ((i < filled)); then bar+=█; else bar+=░; fi
	done
	printf '\r\e[K  %s… %-46s%s %s%s%s %3d%%' "$dim" "$step_name" "$plain" \
		"$green" "$bar" "$plain" "$1"
}

done_step() { # [RESULT]
	local seconds
	seconds=$(since "$step_begun")
	[ $live = no ] || printf '\r\e[K'
	printf '  %s✓%s %-36s %s%-34s %6s s%s\n' "$green" "$plain" \
		"$step_name" "$dim" "${1:-}" "$seconds" "$plain"
}

failed() { # WORDS
	[ $live = no ] || printf '\r\e[K'
	printf '  %s✗ %s%s\n' "$red" "$1" "$plain"
	echo "  the machine's last words ($qemu_dir/serial.log):"
	tail -n 20 "$qemu_dir/serial.log" | sed 's/^/    /'
	exit 1
}

# Waits for REGEX and meanwhile draws the percentage that the machine last
# said after WORDS.
follow() { # REGEX SECONDS WORDS
	local tenths=$(($2 * TIMEOUT_SCALE * 5)) percent
	until grep -aqE "$1" "$qemu_dir/serial.log" 2>/dev/null; do
		! grep -aqsE 'FAILED' "$qemu_dir/serial.log" ||
			failed "$step_name"
		[ $tenths -gt 0 ] || failed "$step_name"
		qemu_faulted || kill -0 "$qemu_pid" 2>/dev/null ||
			failed "$step_name"
		percent=$(tr '\r' '\n' 2>/dev/null <"$qemu_dir/serial.log" |
			grep -aoE "$3[^%]*[ (]([0-9]+)%" | tail -n 1 | grep -oE '[0-9]+%$' | tr -d %) || :
		draw "${percent:-0}"
		tenths=$((tenths - 1))
		sleep 0.2
	done
}

trap 'qemu_stop 2>/dev/null; rm -f "$dir/guest.wim"' EXIT
trap 'exit 1' HUP INT TERM

printf '\n  %sSlipway: from a blank disk to native VHD boot%s\n' "$bold" "$plain"
printf '  UEFI with Secure Boot on, factory keys, %s MB of memory, no KVM\n\n' \
	"$CHAIN_MEMORY"
step "image captured, stick written"
chain_prepare "${1:-lzx}"
wim=$(stat -c %s "$dir/guest.wim")
done_step "$((wim >> 20)) MB WIM"

step "machine starts from the stick"
chain_deploy
follow 'Deploying' 120 nothing
done_step
step "disk, VHD, image applied by all cores"
follow 'deployment finished' 900 'Applying image'
done_step "$(grep -aoE '[0-9]+ files, [0-9]+ folders, [0-9]+ MB' \
	"$qemu_dir/serial.log" | tail -n 1)"
qemu_shot deployed
step "restarted, the stick taken out"
for _ in $(seq 100); do kill -0 "$qemu_pid" 2>/dev/null || break; sleep 0.1; done
qemu_stop
done_step

step "firmware, disk, VHD: its system runs"
chain_boot
follow 'guest: started' 120 nothing
done_step "$(grep -aoE 'root file system is .*' "$qemu_dir/serial.log" |
	tr -d '\r' | sed 's/root file system is/root:/')"
step "every file checked by the guest"
follow 'guest: (all|token)' 600 nothing
follow "guest: token $token" 30 nothing
done_step "$(grep -aoE 'all [0-9]+ files match' "$qemu_dir/serial.log")"
qemu_shot guest
qemu_stop

printf '\n  %sThe machine booted natively from \\vhd\\guest.vhd.%s Token of this run: %s\n' \
	"$bold" "$plain" "$token"
printf '  %s s in all; logs and screens in %s\n\n' "$(since "$begun")" "${dir#"$PWD"/}"
