# shellcheck shell=bash
# One QEMU machine without KVM, for tests to drive: source this file, then
#   qemu_start FOLDER bios|uefi|secureboot ARGUMENTS...
#   qemu_wait REGEX SECONDS	until the serial line has said it
#   qemu_type TEXT		a line typed on the serial line
#   qemu_item NAME		that item of the menu, chosen by its number there
#   qemu_command TEXT		to QEMU's monitor
#   qemu_stop			screenshot, then the end of this very process
# FOLDER keeps serial.log, qemu.log and screen.png. TIMEOUT_SCALE multiplies
# every limit; QEMU_MEMORY (MB) and QEMU_CPUS change the machine. It has one
# processor unless a test needs more: what starts a machine keeps only one busy,
# and each further one costs a third of the time for the waiting of the others.

: "${TIMEOUT_SCALE:=1}"
OVMF=${OVMF:-/usr/share/OVMF}

qemu_firmware() { # FOLDER bios|uefi|secureboot
	firmware_args=()
	[ "$2" != bios ] || return 0
	code=OVMF_CODE_4M.fd vars=OVMF_VARS_4M.fd
	if [ "$2" = secureboot ]; then
		code=OVMF_CODE_4M.ms.fd vars=OVMF_VARS_4M.ms.fd
		firmware_args+=(-machine smm=on -global
			"driver=cfi.pflash01,property=secure,value=on")
	fi
	[ -e "$1/vars.fd" ] || cp "$OVMF/$vars" "$1/vars.fd"
	firmware_args+=(
		-drive "if=pflash,format=raw,unit=0,readonly=on,file=$OVMF/$code"
		-drive "if=pflash,format=raw,unit=1,file=$1/vars.fd"
	)
}

qemu_start() { # FOLDER FIRMWARE ARGUMENTS...
	qemu_again=("$@")
	qemu_memory=${QEMU_MEMORY:-512} qemu_cpus=${QEMU_CPUS:-1}
	qemu_dir=$1
	qemu_firmware "$1" "$2"
	shift 2
	(cd "$qemu_dir" && rm -f serial.log serial.in serial.out monitor &&
		mkfifo serial.in serial.out monitor)
	# both ends of each pipe are held here, so that no open waits
	exec {qemu_monitor}<>"$qemu_dir/monitor" \
		{qemu_serial_in}<>"$qemu_dir/serial.in" \
		{qemu_serial_out}<>"$qemu_dir/serial.out"
	qemu-system-x86_64 -machine q35 -accel tcg,thread=multi -cpu max \
		-m "$qemu_memory" -smp "$qemu_cpus" \
		-display none -monitor stdio "${firmware_args[@]}" \
		-chardev "pipe,id=line,path=$qemu_dir/serial,logfile=$qemu_dir/serial.log" \
		-serial chardev:line "$@" \
		<"$qemu_dir/monitor" >"$qemu_dir/qemu.log" 2>&1 3>&- &
	qemu_pid=$!
	cat "$qemu_dir/serial.out" >/dev/null 2>&1 3>&- &
	qemu_drain=$!
	qemu_started=$EPOCHREALTIME
}

# With several threads QEMU 7.2 now and then runs an instruction that the
# kernel has patched away since (Linux patches itself through int3), and the
# kernel stops with "Oops: int3". A host that is too busy for its machine loses
# ticks until Linux takes the timer for broken ("8254 timer not connected"), and
# when no other way to it works either, stops. Neither says anything about what
# is tested: the machine starts again, at most twice, and it is told.
qemu_faulted() {
	grep -aqsE "Oops: int3|IO-APIC \\+ timer doesn't work" \
		"$qemu_dir/serial.log" || return 1
	[ "${qemu_faults:-0}" -lt 2 ] || return 1
	qemu_faults=$((${qemu_faults:-0} + 1))
	qemu_stop
	mv "$qemu_dir/serial.log" "$qemu_dir/serial.fault.$qemu_faults.log"
	echo "the emulator failed its machine, which starts again" >&2
	QEMU_MEMORY=$qemu_memory QEMU_CPUS=$qemu_cpus qemu_start "${qemu_again[@]}"
}

# Sets qemu_seconds to the time since the start. Looking more often takes from the
# machine what it needs to get there.
qemu_wait() { # REGEX SECONDS
	local fifths=$(($2 * TIMEOUT_SCALE * 5))
	until grep -aqE "$1" "$qemu_dir/serial.log" 2>/dev/null; do
		[ "$fifths" -gt 0 ] || return 1
		qemu_faulted || kill -0 "$qemu_pid" 2>/dev/null || return 1
		fifths=$((fifths - 1))
		sleep 0.2
	done
	qemu_seconds=$(awk -v a="$qemu_started" -v b="$EPOCHREALTIME" \
		'BEGIN { printf "%.1f", b - a }')
}

qemu_type() { # TEXT
	printf '%s\r' "$1" >&"$qemu_serial_in"
}

qemu_item() { # NAME
	local number
	number=$(sed 's/\x1b\[[0-9;]*[a-zA-Z]//g' "$qemu_dir/serial.log" |
		grep -aoE "^   [1-9]  $1 " | tail -n 1 | cut -c 4)
	[ -n "$number" ] || return
	qemu_type "$number"
}

qemu_command() { # TEXT
	printf '%s\n' "$1" >&"$qemu_monitor"
}

qemu_shot() { # NAME
	qemu_command "screendump $qemu_dir/$1.png -f png"
	local tries=30
	until [ -s "$qemu_dir/$1.png" ] || [ $tries -eq 0 ]; do
		tries=$((tries - 1))
		sleep 0.1
	done
}

qemu_stop() {
	if kill -0 "$qemu_pid" 2>/dev/null; then
		rm -f "$qemu_dir/screen.png"
		qemu_shot screen
		qemu_command quit
		for _ in 1 2 3 4 5 6 7 8 9 10; do
			kill -0 "$qemu_pid" 2>/dev/null || break
			sleep 0.2
		done
		kill -KILL "$qemu_pid" 2>/dev/null || :
	fi
	wait "$qemu_pid" 2>/dev/null || :
	kill "$qemu_drain" 2>/dev/null || :
	wait "$qemu_drain" 2>/dev/null || :
	exec {qemu_monitor}>&- {qemu_serial_in}>&- {qemu_serial_out}>&-
	rm -f "$qemu_dir/monitor" "$qemu_dir/serial.in" "$qemu_dir/serial.out"
	return 0
}
