# Big hives, against hivexsh and reglookup: one key read, one value set, the
# whole loaded and saved. Sourced by run.sh, whose helpers it uses.
# shellcheck shell=bash

hive_maker() {
	musl-gcc -std=c11 -D_GNU_SOURCE -O2 -Itools/include -static \
		-o "$dir/hive_make" tests/bench/hive_make.c \
		"$O/obj/libhive.a" "$O/obj/libbase.a"
}

# The file that is changed: hivexsh writes in place, we replace.
fresh_hive() { cp "$dir/big" "$dir/hive"; }

hive_line() { # WHAT OURS-COMMAND... -- NAME THEIRS-COMMAND...
	local what=$1 mine=()
	shift
	while [ "$1" != -- ]; do
		mine+=("$1")
		shift
	done
	local name=$2
	shift 2
	read -r ours kb <<<"$(best_of fresh_hive "${mine[@]}")"
	read -r theirs their_kb <<<"$(best_of fresh_hive "$@")"
	echo "hive of $megabytes MB, $what: slipway $ours s ($((kb >> 10)) MB)," \
		"$name $theirs s ($((their_kb >> 10)) MB):" \
		"$(ratio "$theirs" "$ours") times as fast"
}

bench_hive() {
	hive_maker
	printf 'cd Deep\nlsval\n' >"$dir/read"
	printf 'cd Deep\nsetval 1\nx\nstring:y\ncommit\n' >"$dir/write"
	for megabytes in 100 400; do
		"$dir/hive_make" "$megabytes" "$dir/big" >/dev/null
		hive_line 'one key read' "$O/bin/slipway" reg query "$dir/hive\\Deep" \
			-- hivexsh hivexsh -f "$dir/read" "$dir/hive"
		hive_line 'one key read' "$O/bin/slipway" reg query "$dir/hive\\Deep" \
			-- reglookup reglookup -H -p /Deep/level/level "$dir/hive"
		[ "$megabytes" -gt 100 ] || hive_line 'all keys read' "$O/bin/slipway" reg query "$dir/hive" /s \
			-- reglookup reglookup -H "$dir/hive"
		hive_line 'one value set' "$O/bin/slipway" reg add "$dir/hive\\Deep" \
			/v x /d y /f -- hivexsh hivexsh -w "$dir/hive" -f "$dir/write"
	done
}
