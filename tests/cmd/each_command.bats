# Every command, whichever there are, with what a person tries first: help, nothing,
# nonsense. Help goes to stdout and is a success; misuse is told on stderr, with 2
# or with what the Windows command of that name returns.

load ../helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
	mkdir empty
	cd empty
	mapfile -t commands < <(slipway --list-commands)
	[ "${#commands[@]}" -ge 16 ]
}

# Nothing comes from a misuse.
teardown() { [ -z "$(ls -A "$BATS_TEST_TMPDIR/empty")" ]; }

misuse_of() { # COMMAND
	case $1 in
	dism) echo 87 ;;
	reg) echo 1 ;;
	chkdsk) echo 3 ;;
	xcopy) echo 4 ;;
	*) echo 2 ;;
	esac
}

wrong() { # WORDS
	printf '%s: %s\nstdout: %s\nstderr: %s\n' "$*" "$status" "$output" "$stderr"
	return 1
}

gives_help() { # WORD...
	run --separate-stderr slipway "$@"
	[ "$status" -eq 0 ] && [ -n "$output" ] && [ -z "$stderr" ] || wrong "$@"
}

is_misuse() { # COMMAND WORD...
	run --separate-stderr slipway "$@" </dev/null
	[ "$status" -eq "$(misuse_of "$1")" ] && [ -n "$stderr" ] &&
		[ -z "$output" ] || wrong "$@"
}

@test "help" {
	for name in "${commands[@]}"; do
		for word in --help -h '/?' '-?'; do
			gives_help "$name" "$word"
			[ "${output#usage: "$name"}" != "$output" ] ||
				[ "${output#usage: slipway "$name"}" != "$output" ] ||
				wrong "$name" "$word"
		done
		text=$output
		gives_help help "$name"
		[ "$output" = "$text" ] || wrong help "$name"
		gives_help "$name" word '/?'
		ln -s "$SLIPWAY" "../$name"
		[ "$("../$name" '/?')" = "$text" ]
	done
	for word in help --help -h '/?' '-?'; do
		gives_help "$word"
		for name in "${commands[@]}"; do
			assert_output_has "  $name "
		done
	done
}

@test "a switch that there is not" {
	for name in "${commands[@]}"; do
		for word in --no-such-switch /nosuchswitch; do
			is_misuse "$name" "$word"
		done
	done
}

@test "nothing" {
	for name in "${commands[@]}"; do
		case $name in
		help) gives_help help ;;
		dir) gives_help dir ;; # the current folder
		subst) slipway subst ;; # the letters that there are
		diskpart) slipway diskpart </dev/null ;; # a prompt
		bcdedit) # this machine's store, which only some machines have
			run slipway bcdedit
			[ "$status" -le 1 ]
			;;
		*) is_misuse "$name" ;;
		esac
	done
}

@test "words without sense" {
	for name in "${commands[@]}"; do
		run --separate-stderr slipway "$name" n:o sense a b c d e f </dev/null
		[ "$status" -ne 0 ] && [ -n "$stderr" ] || wrong "$name"
	done
}

@test "the program itself" {
	is_misuse nonsense
	is_misuse --no-such-switch
	is_misuse help --no-such-switch
	is_misuse help nonsense
	for word in --help '/?' --version --list-commands; do
		gives_help "$word"
		is_misuse "$word" --no-such-switch
		is_misuse "$word" nonsense
	done
	for name in "${commands[@]}"; do
		is_misuse help "$name" --no-such-switch
		is_misuse help "$name" nonsense
	done
	run --separate-stderr slipway
	[ "$status" -eq 2 ]
}
