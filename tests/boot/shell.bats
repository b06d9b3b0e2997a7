# The environment as somebody who sits before it has it: menu, shell, keys.
load ../helpers

setup() {
	requires qemu-system-x86_64 mcopy
	cd "$ROOT"
	dir=$O/boot-tests/shell-$BATS_TEST_NUMBER
	rm -rf "$dir"
	mkdir -p "$dir"
	. tests/boot/qemu.sh
	. tests/boot/media.bash
}

teardown() {
	[ -z "${qemu_pid:-}" ] || qemu_stop
	rm -f "$dir"/*.img
	screen_text | tail -n 40
}

# Both consoles, as from a medium; the screen is the preferred one.
both_consoles() { # WORDS QEMU-ARGUMENTS...
	local words=$1
	shift
	start_kernel "console=tty0 $words" -net none "$@"
}

# Keys on the machine's keyboard, by QEMU's names.
keys() { # KEY...
	local key
	for key; do
		qemu_command "sendkey $key"
		sleep 0.2
	done
}

# The machine ends by itself: QEMU is told not to start it again.
ends() {
	local tries=$((300 * TIMEOUT_SCALE))
	while kill -0 "$qemu_pid" 2>/dev/null; do
		[ $tries -gt 0 ] || return 1
		tries=$((tries - 1))
		sleep 0.1
	done
	qemu_stop
	qemu_pid=
}

ctrl_c() { printf '\003' >&"$qemu_serial_in"; }

# Types a line on the keyboard that makes the screen's shell say so.
type_word() { # WORD
	local i
	for ((i = 0; i < ${#1}; i++)); do
		keys "${1:i:1}"
	done
	keys ret
}

@test "Ctrl+C ends what runs in the shell and nothing else, on both consoles" {
	both_consoles slipway.medium=none
	qemu_wait 'Choose 1 to' 60
	qemu_item Shell
	qemu_wait '/run/slipway # ' 20
	qemu_type 'sleep 1000; echo "ended with $?"'
	sleep 1
	ctrl_c
	qemu_wait '\^C' 10
	qemu_type 'echo "ended with $?"'
	qemu_wait '^ended with 130' 20
	# the screen's own shell, by its own keyboard
	keys 2 # Shell
	sleep 1
	type_word yes
	qemu_type 'until pidof yes; do sleep 0.2; done; echo it-runs'
	qemu_wait '^it-runs' 20
	keys ctrl-c
	qemu_type 'while pidof yes; do sleep 0.2; done; echo it-ended'
	qemu_wait '^it-ended' 20
	qemu_type 'ls -l /proc/[0-9]*/fd/0 | grep -c /dev/tty1; pidof menu | wc -w'
	qemu_wait '^[1-9]' 10
	# what the shell says of itself, and back to the menu
	run ! grep -aq 'built-in' "$dir/serial.log"
	qemu_type help
	qemu_wait '"exit" goes back to the menu; reboot' 10
	screen_text | grep -q '^  bcdedit '
	qemu_type 'help bcdedit'
	qemu_wait 'usage: bcdedit' 10
	qemu_type exit
	sleep 1
	ctrl_c # the menu lives on
	qemu_item 'Show network'
	qemu_wait 'Press a key to go on' 20
	qemu_type ''
	qemu_item Restart
	qemu_wait 'Now: restart' 20
	ends
}

@test "three keys restart; attached disks are detached and volumes unmounted" {
	truncate -s 80M "$dir/data.img"
	mkfs.ext4 -q "$dir/data.img"
	both_consoles "slipway.medium=none slipway.shell" \
		-drive "if=virtio,format=raw,file=$dir/data.img"
	qemu_wait '/run/slipway # ' 60
	qemu_type 'modprobe ext4; until [ -e /dev/vda ]; do sleep 0.2; done; mount /dev/vda /mnt'
	qemu_type 'slipway vdisk create /mnt/a.vhd 8M --type dynamic && slipway vdisk attach /mnt/a.vhd'
	qemu_wait '^/dev/ublkb0' 30
	qemu_type 'yes token | head -c 2097152 >/dev/ublkb0; echo wrote'
	qemu_wait '^wrote' 20
	keys ctrl-alt-delete
	qemu_wait 'Now: restart' 20
	ends
	# clean, not replayed
	run -0 e2fsck -n "$dir/data.img"
	assert_output_has ': clean, '
	debugfs -R "dump /a.vhd $dir/a.vhd" "$dir/data.img"
	slipway vdisk check "$dir/a.vhd"
	slipway vdisk convert "$dir/a.vhd" "$dir/a.img" --format raw --progress none
	head -c 2M "$dir/a.img" | cmp - <(yes token | head -c 2M)
}

@test "a start script that restarts ends there: no answer file after it" {
	id=$(new_id)
	printf 'echo before\nreboot\necho behind\n' >"$dir/startnet.sh"
	make_answer "$dir/answer.ini"
	make_medium "$dir/medium.img" "$id" "$dir/startnet.sh" "$dir/answer.ini"
	both_consoles "slipway.medium=$id" \
		-drive "if=virtio,format=raw,file=$dir/medium.img"
	qemu_wait 'Now: restart' 90
	ends
	screen_text | grep -qx before
	run ! grep -qE 'behind|Deploying' <(screen_text)
	# the identity is in the log, not on the screen
	screen_text | grep -qE 'Medium +/dev/vda$'
	run ! grep -q "$id" <(screen_text)
}

@test "Ctrl+C breaks an unattended deployment off: words, then the menu" {
	id=$(new_id)
	printf 'sleep 1000\n' >"$dir/startnet.sh"
	make_answer "$dir/answer.ini"
	make_medium "$dir/medium.img" "$id" "$dir/startnet.sh" "$dir/answer.ini"
	both_consoles "slipway.medium=$id" \
		-drive "if=virtio,format=raw,file=$dir/medium.img"
	qemu_wait 'running the start script' 90
	ctrl_c # this console is not the preferred one
	sleep 2
	run ! grep -q 'Choose 1 to' <(screen_text)
	keys ctrl-c
	qemu_wait 'FAILED.*broken off with Ctrl.C' 20
	qemu_wait 'Choose 1 to' 20
	run ! grep -q 'Deploying' <(screen_text)
}

# What stands on the screen, line by line, as the machine itself has it there.
screen_lines() {
	qemu_type 'fold -w 80 /dev/vcs1; echo end-of-screen'
	qemu_wait '^end-of-screen' 20
	screen_text | sed '/^end-of-screen/q' | tail -n 26
}

@test "the list of disks: what each holds, in 80 columns, until a key" {
	slipway partition create --size 64M "$dir/windows.img" --gpt type=data
	slipway format "$dir/windows.img@1"
	echo hive >"$dir/hive"
	slipway copy "$dir/hive" "$dir/windows.img@1:\Windows\System32\config\SYSTEM" /P
	truncate -s 64M "$dir/blank.img"
	make_data "$dir/data.img"
	id=$(new_id)
	make_medium "$dir/medium.img" "$id"
	both_consoles "slipway.medium=$id" \
		-drive "if=virtio,format=raw,file=$dir/windows.img" \
		-drive "if=virtio,format=raw,file=$dir/blank.img" \
		-drive "if=none,id=d,format=raw,file=$dir/data.img" \
		-device nvme,drive=d,serial=PRECIOUS-0123456789A \
		-drive "if=virtio,format=raw,readonly=on,file=$dir/medium.img"
	qemu_wait 'Choose 1 to' 60
	keys 4
	sleep 3
	qemu_shot list
	qemu_item Shell
	qemu_wait '/run/slipway # ' 20
	run screen_lines
	assert_output_has '/dev/vda            64 MB  virtio  Windows, GPT'
	assert_output_has '/dev/vdb            64 MB  virtio  blank'
	assert_output_has '/dev/nvme0n1       350 MB  nvme    ext'
	assert_output_has 'QEMU NVMe Ctrl, serial PRECIOUS-0123456789A'
	assert_output_has 'in use: start medium, mounted at /run/medium'
	assert_output_has 'Sizes are by powers of 1024'
	assert_output_has 'Press a key to go on'
}

@test "keyboards: by the kernel line, by the menu, unknown ones" {
	both_consoles "slipway.medium=none slipway.keyboard=de"
	qemu_wait 'Choose 1 to' 60
	keys 2 # Shell
	sleep 1
	# z and y have changed places, and - is where / is on a US keyboard
	keys e c h o spc y slash semicolon apostrophe alt_r-q spc shift-less \
		shift-7 r u n shift-7 1 ret
	qemu_item Shell
	qemu_wait '/run/slipway # ' 20
	qemu_type 'until [ -s /run/1 ]; do sleep 0.2; done; cat /run/1'
	qemu_wait '^z-öä@' 20
	qemu_type exit
	sleep 1
	qemu_item Keyboard
	qemu_wait 'It is de\. Which one' 20
	screen_text | grep -q 'fr-ch     French (Switzerland)'
	qemu_type none
	qemu_wait 'none: no such layout' 20
	sleep 1
	qemu_item Keyboard
	sleep 1
	qemu_type ru
	qemu_wait 'keyboard of this machine is now: ru' 20
	# the running shell of the screen has it at once; Alt+Shift changes
	keys e c h o spc y alt-shift y alt-shift spc shift-dot slash r u n slash 2 ret
	sleep 1
	qemu_item Shell
	sleep 1
	qemu_type 'until [ -e /run/2 ]; do sleep 0.2; done; cat /run/2'
	qemu_wait '^yн' 20
}
