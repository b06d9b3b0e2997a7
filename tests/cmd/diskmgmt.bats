# diskmgmt: driven in a terminal, its screen compared; what it leaves.

load ../helpers

setup_file() {
	requires tmux
	cd "$BATS_FILE_TMPDIR"
	slipway partition create d.img --gpt --size 4G type=efi,size=100M \
		type=msr,size=16M type=data,size=2G,name=Windows
	slipway format d.img@1 /fs:fat32 /q /v:SYSTEM
	slipway format d.img@3 /fs:ntfs /q /v:Windows
	slipway vdisk create 'd.img@3:\base.vhdx' 100M
	slipway vdisk create 'd.img@3:\child.vhdx' --parent 'd.img@3:\base.vhdx'
	slipway partition create e.img --mbr --size 1G type=07,size=300M,active
}

setup() {
	cd "$BATS_TEST_TMPDIR"
	cp --sparse=always "$BATS_FILE_TMPDIR"/[de].img .
	export SLIPWAY_LETTERS=$BATS_TEST_TMPDIR/letters
}

teardown() {
	tmux -S socket kill-server 2>/dev/null || :
}

# Starts it in a terminal of that size, with more settings, on both disks.
start() { # COLUMNS ROWS [NAME=VALUE...]
	local size="-x $1 -y $2"
	shift 2
	# shellcheck disable=SC2086 # words are meant
	tmux -u -S socket -f /dev/null new-session -d $size \
		"env LC_ALL=C.UTF-8 $* sh"
	keys 'stty -g >before; slipway=; PS1=; clear' Enter
	keys "'$SLIPWAY' diskmgmt --disk d.img --disk e.img; stty -g >after; echo left \$?" Enter
	shows 'Enter: actions'
}

keys() { tmux -S socket send-keys "$@"; }
type_text() { tmux -S socket send-keys -l "$1"; }
screen() { tmux -S socket capture-pane -p | sed "s|$PWD/||"; }

# Waits until the screen has the words.
shows() { # WORDS
	local tries=$((100 * TIMEOUT_SCALE))
	until screen | grep -qF -- "$1"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || {
			printf 'missing: %s\n' "$1"
			screen
			return 1
		}
		sleep 0.05
	done
}

left() {
	shows 'left'
	cmp before after
}

@test "the picture, in UTF-8 and in ASCII" {
	start 80 24
	screen | sed -n 2,11p >screen
	diff - screen <<-'END'
		►Disk 0  4 GB, GPT  d.img
		 ▀▀▀▀▀▀▀▀▀│▀▀▀▀▀▀▀▀▀│▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀│─────────────────────────────
		 SYSTEM   │Reserved │Windows                     │Free ░░░░░░░░░░░░░░░░░░░░░░░░
		 100 MB   │16 MB    │2 GB NTFS                   │1930 MB ░░░░░░░░░░░░░░░░░░░░░
		    \base.vhdx  100 MB, fixed
		       └ \child.vhdx  100 MB, differencing
		 Disk 1  1 GB, MBR  e.img
		 ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀│────────────────────────────────────────────────────────
		 Active               │Free ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
		 300 MB RAW           │723 MB ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
	END
	keys q
	left
	keys clear Enter "LC_ALL=C NO_COLOR=1 '$SLIPWAY' diskmgmt --disk e.img" Enter
	shows '>Disk 0'
	screen | sed -n 3,5p >screen
	diff - screen <<-'END'
		 S====================|--------------------------------------------------------
		 Active               |Free ...................................................
		 300 MB RAW           |723 MB .................................................
	END
}

@test "lines of DiskPart are shown, done, logged and saved" {
	start 100 30
	keys Right Right Right a
	shows 'assign letter=C'
	keys Enter
	shows 'Do it? y: yes   n: no'
	keys y
	shows 'Done. Press a key.'
	keys Enter
	shows 'C: Windows'
	[ "$(slipway subst | grep -c C:)" = 1 ]
	# a partition: its size, and what is asked for is what is there then
	keys Right c Down
	type_text 500
	keys Down Down
	type_text Data
	shows 'create partition primary size=500'
	keys Enter y
	shows 'Done. Press a key.'
	keys Enter
	shows 'D: Data'
	run -0 slipway partition list d.img
	assert_output_has 'Partition 4    Primary             500 MB'
	# what it holds is lost: not without the word
	keys d
	shows 'What it holds is lost.'
	keys Enter
	type_text yes
	keys Enter
	shows 'Done. Press a key.'
	keys Enter L
	shows 'delete partition'
	keys s C-u
	type_text saved.txt
	keys Enter
	shows 'saved as saved.txt'
	keys q
	left
	tr -d '\r' <saved.txt >saved
	diff - saved <<-'END'
		select disk 0
		select partition 3
		assign letter=C
		select disk 0
		create partition primary size=500
		format fs=ntfs label="Data" quick
		assign
		select disk 0
		select partition 4
		delete partition
	END
	# and it is a script
	cp --sparse=always "$BATS_FILE_TMPDIR/d.img" .
	SLIPWAY_LETTERS=$PWD/others run -0 slipway diskpart /s saved.txt --disk d.img
}

@test "virtual disks: attached below their file, checked; what fails is said whole" {
	start 80 24
	keys Down Down Down
	shows 'd.img@3:\child.vhdx'
	keys a Enter y
	shows 'Done. Press a key.'
	keys Enter
	shows 'attached: disk 2'
	shows 'Disk 2  100 MB, no table'
	keys u
	shows 'detach vdisk'
	keys y
	shows 'Done. Press a key.'
	keys Enter k
	shows 'slipway vdisk check'
	keys y
	shows 'Done. Press a key.'
	keys Enter r
	type_text yes
	keys Enter
	shows 'Done. Press a key.'
	keys Enter e C-u Enter y
	shows 'It failed; what follows it was not run.'
	keys Enter q
	left
}

@test "another size; a signal leaves the terminal as it was found" {
	start 80 24
	tmux -S socket resize-window -x 110 -y 35
	shows 'Q: leave'
	for _ in $(seq 40); do
		! screen | sed -n 3p | grep -q '^.\{105\}' || break
		sleep 0.05
	done
	screen | sed -n 3p | grep -q '^.\{105\}'
	tmux -S socket resize-window -x 60 -y 20
	shows '►Disk 0'
	for signal in TERM HUP ABRT; do
		pkill_own "$signal"
		left
		rm after
		keys clear Enter "'$SLIPWAY' diskmgmt --disk e.img; stty -g >after; echo left" Enter
		shows 'Enter: actions'
	done
	keys C-c
	left
}

# The one that this terminal's shell has started.
pkill_own() { # SIGNAL
	local shell
	shell=$(tmux -S socket display-message -p '#{pane_pid}')
	kill -"$1" "$(ps -o pid= --ppid "$shell" | tail -n 1)"
}

@test "bars as text; no terminal" {
	run -0 slipway diskmgmt --bars --ascii --disk e.img
	assert_output_has " Disk 0  1 GB, MBR  $PWD/e.img"
	assert_output_has " S====================|-------"
	[[ $output != *$'\033'* ]]
	run -2 slipway diskmgmt --disk e.img </dev/null
	assert_output_has "it needs a terminal; --bars shows the disks as text"
	run -2 slipway diskmgmt e.img
	run -2 slipway diskmgmt --bars --sector-size 7 --disk e.img
	run -1 slipway diskmgmt --bars --disk none.img
}
