#!/usr/bin/env bash
# Runs the named tiers and ends with one line: N passed, N failed, N skipped.
# usage: tests/run.sh TIER...
# TIER: unit cmd fuzz-replay lint analysis fault (or fault-programs alone) oracle boot
set -u
cd "$(dirname "$0")/.."
: "${O:=out}"
export O
export ASAN_OPTIONS=allocator_may_return_null=1
passed=0 failed=0 skipped=0
results=$(mktemp -d)
log=$results/log
memory=
trap 'rm -rf "$results" ${memory:+"$memory"}' EXIT

note() { # RESULT NAME
	case $1 in
	pass) passed=$((passed + 1)) ;;
	skip) skipped=$((skipped + 1)); echo "SKIP $2: $(tail -n 1 "$log")" ;;
	fail) failed=$((failed + 1)); echo "FAIL $2"; tail -n 40 "$log" ;;
	esac
}

# A program's verdict is its exit status; 77 is a skip, which CI forbids for a
# missing judge (the tests themselves decide that, see tests/helpers.bash).
verdict() { # STATUS NAME
	case $1 in
	0) note pass "$2" ;;
	77) note skip "$2" ;;
	*) note fail "$2" ;;
	esac
}

# Runs COMMAND TEST for each test, on so many cores. Leaves a list of the tests,
# each with the files its output (.log), its exit status (.status) and the
# seconds it took (.seconds) are in.
run_each() { # CORES COMMAND TEST...
	local cores=$1 command=$2 t number=0
	shift 2
	for t; do
		echo "$t $results/$((number += 1))"
	done >"$results/list"
	# shellcheck disable=SC2016 # expanded by the inner shell
	xargs -P "$cores" -L 1 sh -c '
		start=$(date +%s)
		'"$command"' "$0" >"$1.log" 2>&1 </dev/null
		echo $? >"$1.status"
		echo $(($(date +%s) - start)) "$(basename "$0")" >"$1.seconds"
		' <"$results/list"
}

programs() { # TIER
	local tests t number
	mapfile -t tests < <(find tests/"$1" -mindepth 2 -name "*.c" | LC_ALL=C sort)
	tests=("${tests[@]#tests/}")
	tests=("${tests[@]%.c}")
	run_each "$(nproc)" '' "${tests[@]/#/$O/san/}"
	while read -r t number; do
		log=$number.log
		verdict "$(cat "$number.status" || echo 1)" "${t#"$O/san/"}.c"
	done <"$results/list"
	log=$results/log
}

# The files of a tier: first those that take longest, so that no core ends with
# a long one while the others have nothing left to do.
longest_first() { # FOLDER
	local first file
	case $1 in
	boot) first='deploy boot several deploy_menu deployed deployed_uefi
		vdisk_attach shell windows' ;;
	cmd) first='vdisk_volume vdisk_volume_change vdisk_corrupt doors' ;;
	fault) first='build_steps make_file' ;;
	oracle) first='vhd vdisk_odd apply vhd_sizes' ;;
	*) first= ;;
	esac
	for file in $first; do
		echo "tests/$1/$file.bats"
	done
	for file in tests/"$1"/*.bats; do
		case " ${first//[[:space:]]/ } " in
		*" $(basename "$file" .bats) "*) ;;
		*) echo "$file" ;;
		esac
	done
}

# Commands flush what they write, and most of a test was waiting for the disk.
# What tests make lies in memory where there is plenty: the two largest files'
# need 4.5 GB at once. Unit programs and machines always work on the disk.
make_in_memory() { # CORES
	local room=$((($1 + 2) * 2 << 20)) free
	for free in "$(df --output=avail /dev/shm 2>/dev/null | tail -n 1)" \
		"$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)"; do
		[ "${free:-0}" -ge "$room" ] || return 0
	done
	# what a container may take, of which /proc says nothing
	free=$(cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes \
		2>/dev/null | awk '/^[0-9]+$/ { printf "%.0f", $1 / 1024; exit }')
	[ "${free:-$room}" -ge "$room" ] || return 0
	[[ $(findmnt -no OPTIONS --target /dev/shm) != *noexec* ]] || return 0
	memory=$(mktemp -d /dev/shm/slipway-XXXXXX) && chmod 755 "$memory" &&
		export TMPDIR=$memory
}

# A machine that starts keeps half a gigabyte, and one core busy for three quarters of
# its time: half as many again as there are cores, but at most six. Each may then be
# half as fast.
bats_tier() { # FOLDER
	local cores t number status p s f files
	local TIMEOUT_SCALE=${TIMEOUT_SCALE:-1} TMPDIR=${TMPDIR:-/tmp}
	export TMPDIR
	cores=$(nproc)
	if [ "$1" = boot ]; then
		[ "$cores" -le 4 ] || cores=4
		cores=$((cores + cores / 2))
		export TIMEOUT_SCALE=$((TIMEOUT_SCALE * 2))
	else
		make_in_memory "$cores"
	fi
	mapfile -t files < <(longest_first "$1")
	run_each "$cores" 'bats --tap' "${files[@]}"
	while read -r t number; do
		status=$(cat "$number.status" || echo 1)
		p=$(grep -c '^ok ' "$number.log")
		s=$(grep -c '^ok .*# skip' "$number.log")
		f=$(grep -c '^not ok ' "$number.log")
		# bats that dies before its first test must not look like success
		[ "$status" -ne 0 ] && [ "$f" -eq 0 ] && f=1
		passed=$((passed + p - s)) skipped=$((skipped + s))
		failed=$((failed + f))
		grep '^ok .*# skip' "$number.log" | sed 's/^ok [0-9]* /SKIP /'
		[ "$f" -eq 0 ] || {
			echo "FAIL $t"
			grep -v '^ok ' "$number.log"
		}
	done <"$results/list"
	rm -rf ${memory:+"$memory"}
	memory=
}

# Which tests of the tier took longest, in seconds.
slowest() {
	sort -rn "$results"/*.seconds 2>/dev/null | head -n 5 |
		awk '{ printf "%s%s %s", n++ ? ", " : "; ", $2, $1 }'
	rm -f "$results"/*.seconds
}

for tier in "$@"; do
	start=$(date +%s)
	case $tier in
	unit) programs unit ;;
	fault-programs) programs fault ;;
	fault)
		programs fault
		bats_tier fault
		;;
	fuzz-replay)
		for t in tests/fuzz/*/fuzz.c; do
			[ -e "$t" ] || continue
			d=$(dirname "$t")
			find "$d" -path '*/seeds/*' -o -path '*/crashers/*' |
				LC_ALL=C sort | xargs -r \
				"$O/san/fuzz/$(basename "$d")" >"$log" 2>&1
			[ $? -eq 0 ] && note pass "$d" || note fail "$d"
		done
		;;
	lint)
		for t in tests/lint/*.sh; do
			"$t" >"$log" 2>&1 </dev/null
			verdict $? "$t"
		done
		;;
	analysis)
		for t in clang analyze valgrind; do
			make --no-print-directory "$t" >"$log" 2>&1 </dev/null
			verdict $? "make $t"
		done
		;;
	cmd | oracle | boot) bats_tier "$tier" ;;
	*) echo "tests/run.sh: $tier: no such tier" >&2; exit 2 ;;
	esac
	echo "-- $tier: $(($(date +%s) - start)) s$(slowest)"
done
# A fuzz replay without a single program is caught by lint, not here.
if [ "$skipped" -gt 0 ]; then
	echo "$passed passed, $failed failed, $skipped skipped"
else
	echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ]
