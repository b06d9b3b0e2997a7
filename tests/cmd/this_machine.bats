# What nobody named is not touched on an ordinary host: a command takes the
# machine's own store, system partition and firmware in the environment alone, or
# when it is told to.
load ../helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
	unshare --map-root-user --mount true || skip "no namespaces here"
}

# Runs slipway where /run/slipway/environment holds the text; the machine's real
# devices are out of sight.
marked() { # TEXT WORDS...
	# shellcheck disable=SC2016 # for the inner shell
	unshare --map-root-user --mount sh -c '
		mount -t tmpfs none /run && mount -t tmpfs none /sys/block &&
		mkdir /run/slipway && printf "%s" "$1" >/run/slipway/environment &&
		shift && exec "$@"' sh "$1" "$SLIPWAY" "${@:2}"
}

words="this is not Slipway's environment"

@test "bcdedit has no store that nobody named" {
	for verb in '' /enum '/timeout 3' "/import $PWD/x" "/export $PWD/x"; do
		[[ $verb != /import* ]] ||
			slipway bcdedit /createstore x
		# shellcheck disable=SC2086 # several words are meant
		run -1 slipway bcdedit $verb
		assert_output_has "$words"
		rm -f x
	done
}

@test "the mark is this start's own" {
	id=$(cat /proc/sys/kernel/random/boot_id)
	for text in '' "${id%?}" 'yes' "x$id"$'\n' \
		00000000-0000-0000-0000-000000000000$'\n'; do
		run -1 marked "$text" bcdedit
		assert_output_has "$words"
	done
	run -1 marked "$id"$'\n' bcdedit
	assert_output_has "no system partition with a boot store"
	run -1 marked '' bcdedit --this-machine
	assert_output_has "no system partition with a boot store"
}

@test "bcdboot neither finds a system partition for a file nor enters it" {
	slipway partition create d.img --gpt --size 60M type=data
	slipway format d.img@1
	echo x >x
	slipway copy x 'd.img@1:\Windows\x' /P
	cp d.img before
	run -1 slipway bcdboot 'd.img@1:\Windows'
	assert_output_has "$words"
	for place in 'd.img@1:\Windows' "$PWD/d.img@1:\\Windows"; do
		run -1 slipway bcdboot "$place" --this-machine
		[[ $output != *"$words"* ]]
		assert_output_has 'name the system partition with /s'
	done
	# a folder of variables stands for another machine: its disks are not here
	mkdir vars
	run -1 slipway bcdboot 'd.img@1:\Windows' --efivars vars
	[[ $output != *" any of "* ]]
	cmp d.img before
}

# Deploys by a rule on a machine that was started by BIOS, or UEFI.
started_by() { # bios|uefi WORDS...
	# shellcheck disable=SC2016 # for the inner shell
	unshare --map-root-user --mount sh -c '
		mount -t tmpfs none /sys/block && mount -t tmpfs none /sys/firmware &&
		{ [ "$1" = bios ] || mkdir /sys/firmware/efi; } &&
		shift && exec "$@"' sh "$1" "$SLIPWAY" deploy "${@:2}"
}

@test "a layout is what the machine starts by, unless the disk is another's" {
	answer() { # LINE-OF-DISK...
		printf '%s\n' '[disk]' 'bus = nvme' "$@" '[image]' 'file = x.wim' \
			'[vhd]' 'path = \x.vhd' 'size = 2M' '[boot]' \
			'system = windows' >a.ini
	}
	answer 'layout = mbr'
	run -1 started_by uefi a.ini --this-machine
	assert_output_has 'a.ini:3: layout = mbr is for a BIOS'
	run -1 started_by bios a.ini --this-machine
	assert_output_has 'no disk matches'
	answer 'layout = gpt'
	run -1 started_by bios a.ini --this-machine
	assert_output_has 'layout = gpt is for UEFI'
	run -1 started_by uefi a.ini --this-machine
	assert_output_has 'no disk matches'
	# an ordinary host says nothing about the machine that the disk is for
	run -1 started_by bios a.ini
	assert_output_has 'no disk matches'
	run -1 started_by bios a.ini --this-machine --target x.img --size 10M
	assert_output_has 'x.wim'
	answer 'layout = gpt' 'other-machine = yes'
	run -1 started_by bios a.ini --this-machine
	assert_output_has 'no disk matches'
	answer 'efi-size = 300M'
	run -1 started_by bios a.ini --this-machine
	assert_output_has 'as this machine was started by BIOS'
	run -1 started_by uefi a.ini --this-machine
	assert_output_has 'no disk matches'
}
