# What the tests that fail system calls share: `load each_failure`.
# shellcheck shell=bash disable=SC2154,SC2164,SC2103
# `choose` is in_steps or ends_and_middle.

calls=pwrite64,fdatasync,fsync,fallocate,ftruncate,pwritev,linkat,rename

# The N-th of COUNT calls: the first, one in the middle, the last.
ends_and_middle() { # COUNT
	printf '%s\n' 1 $((($1 + 1) / 2)) "$1" | sort -un
}

# In some twelve steps, and the last four.
in_steps() { # COUNT
	{
		seq 1 $(($1 > 24 ? $1 / 12 : 1)) "$1"
		seq $(($1 > 3 ? $1 - 3 : 1)) "$1"
	} | sort -un
}

# Runs the command with one failing call after the other, each time in a fresh copy
# of base/. `whole` judges what it called done, `kept` what it says has failed: that
# must be the old state or the new one.
each_failure() { # COMMAND...
	local call count n rc total=0
	rm -rf work && cp -r --sparse=always base work && cd work
	strace -f -o ../calls -e "trace=$calls" "$SLIPWAY" "$@" >out
	whole
	cd ..
	for call in ${calls//,/ }; do
		count=$(grep -c " $call(" calls) || continue
		for n in $("$choose" "$count"); do
			rm -rf work && cp -r --sparse=always base work
			cd work
			rc=0
			strace -f -o /dev/null -e "trace=$call" \
				-e "inject=$call:error=EIO:when=$n" \
				"$SLIPWAY" "$@" >out 2>&1 || rc=$?
			judged "$rc" || {
				echo "$*: $call $n of $count failed, exit $rc:"
				cat out
				return 1
			} >&2
			cd ..
			total=$((total + 1))
		done
	done
	[ "$total" -ge 3 ]
}

judged() { # EXIT
	case $1 in
	0) whole ;;
	1) [ -s out ] && { kept || whole; } ;;
	*) return 1 ;;
	esac
}
