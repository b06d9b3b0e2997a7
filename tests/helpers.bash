# What all bats files share: `load ../helpers`.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
: "${O:=out}"
case $O in /*) ;; *) O=$ROOT/$O ;; esac
: "${SLIPWAY:=$O/bin/slipway}"
case $SLIPWAY in /*) ;; *) SLIPWAY=$ROOT/$SLIPWAY ;; esac
: "${SLIPWAY_SAMPLES:=$ROOT/../shared/samples}"
: "${TIMEOUT_SCALE:=1}"
# Letters that this machine has, and images that it has mounted, are no test's.
export SLIPWAY_LETTERS=${BATS_TEST_TMPDIR:-${BATS_FILE_TMPDIR:-/tmp}}/.letters
export SLIPWAY_MOUNTS=${BATS_TEST_TMPDIR:-${BATS_FILE_TMPDIR:-/tmp}}/.mounts
bats_require_minimum_version 1.5.0
PATH=$PATH:/usr/sbin:/sbin

# A judge that is not installed: a skip at home, a failure in CI.
requires() {
	for tool; do
		command -v "$tool" >/dev/null && continue
		if [ "${CI:-}" = true ]; then
			echo "$tool is not installed" >&2
			return 1
		fi
		skip "$tool is not installed"
	done
}

# Sample files are on developers' machines only.
requires_samples() {
	[ -d "$SLIPWAY_SAMPLES" ] || skip "the folder of sample files is not there"
}

slipway() { "$SLIPWAY" "$@"; }

# shellcheck source=boot_files.bash
. "$ROOT/tests/boot_files.bash"

# Makes WIM files by the Python lines on standard input, see wim_maker.py.
make_wim() {
	{
		echo 'from wim_maker import *'
		cat
	} | PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$ROOT/tests python3 -
}

# Fails with both texts unless $output holds the words.
assert_output_has() {
	case $output in
	*"$1"*) ;;
	*)
		printf 'expected: %s\nin: %s\n' "$1" "$output" >&2
		return 1
		;;
	esac
}
