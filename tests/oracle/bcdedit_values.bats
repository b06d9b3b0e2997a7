# bcdedit: each element that it knows is set and shown; what it shows of
# stores by Windows, set again, gives the same store.

load ../helpers
bats_require_minimum_version 1.5.0

setup() { cd "$BATS_TEST_TMPDIR"; }

edit() { slipway bcdedit /store s.bcd "$@"; }

# Sets every element of a kind of entry, from the help's own list.
set_all() { # KIND ID
	slipway bcdedit '/?' types "$1" | sed -n 's/^  //p' >types
	[ "$(wc -l <types)" -gt 1 ]
	while read -r name format values; do
		case $format in
		BOOL) value=on ;;
		INTEGER) value=$(sed 's/.*[0-9]=//' <<<"$values") ;;
		INTEGERS) value=7 ;;
		STRING) value='\text' ;;
		DEVICE) value=boot ;;
		*) value='{bootmgr}' ;;
		esac
		edit /set "$2" "$name" "${value:-3}" >/dev/null ||
			{ echo "$1 $name" >&2; return 1; }
	done <types
	edit /enum "$2" >shown
	while read -r name _; do
		grep -q "^$name " shown || { echo "$name is not shown" >&2; return 1; }
	done <types
}

@test "every element of every kind of entry is set and shown by its name" {
	slipway bcdedit /createstore s.bcd >/dev/null
	for id in bootmgr memdiag ntldr ramdiskoptions; do
		edit /create "{$id}" >/dev/null
	done
	for type in osloader resume; do
		edit /create /application $type | grep -o '{.*}' >$type
	done
	set_all bootmgr '{bootmgr}'
	set_all memdiag '{memdiag}'
	set_all ntldr '{ntldr}'
	set_all devobject '{ramdiskoptions}'
	set_all osloader "$(cat osloader)"
	set_all resume "$(cat resume)"
}

@test "what is shown of a store by Windows, set again, gives the same bytes" {
	requires_samples
	for f in "$SLIPWAY_SAMPLES"/bcd/*.BCD; do
		cp "$f" s.bcd
		chmod u+w s.bcd
		edit /timeout 30 # the same hive, laid out by us
		edit /set '{bootmgr}' timeout 30
		edit /enum all /v >shown
		cp s.bcd before
		id='' args=()
		while IFS= read -r line; do
			case $line in
			"identifier "*) flush; id=${line##* } ;;
			[a-z]*)
				flush
				args=("${line%% *}" "$(sed 's/^[^ ]* *//' <<<"$line")") ;;
			" "*) args+=("$(sed 's/^ *//' <<<"$line")") ;;
			*) flush ;;
			esac
		done <shown
		flush
		# but for what lies behind the end of a string
		slipway reg compare before s.bcd /s >differences || [ $? -eq 2 ]
		sed -n 's/^[<>] [^\]*//p' differences | sort | uniq -u | diff /dev/null -
	done
}

flush() { # sets what was gathered
	if [ ${#args[@]} -gt 1 ] && [ -n "${args[1]}" ]; then
		edit /set "$id" "${args[@]}" >/dev/null || {
			echo "$id ${args[*]}" >&2
			return 1
		}
	fi
	args=()
}
