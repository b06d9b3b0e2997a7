# Hives that were not closed, with their logs beside them: found whatever the case
# of their names, on the host and in volumes; missing, ambiguous or not wanted.

load ../helpers
bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR"
	slipway bcdedit /createstore before >/dev/null
	slipway reg add 'before\A' /v old /d 1 >/dev/null
	for i in $(seq 100); do # to be several pages of 4096 bytes
		printf '[HKLM\\b\\A\\key %s]\n"v"="a value of some length"\n' "$i"
	done | cat <(printf 'REGEDIT4\n\n') - >f.reg
	slipway reg import f.reg before /as 'HKLM\b' >/dev/null
	cp before after
	slipway reg add 'after\A' /v new /d 2 >/dev/null
	slipway reg add 'after\A\key 99' /v v /d 3 /f >/dev/null
}

dirty() { "$BATS_TEST_DIRNAME/hive_dirty.py" before after "$@"; }

# The key reads as with the logs.
is_complete() { # HIVE
	slipway reg compare "$1\\A" 'after\A' /s
}

@test "logs in another case, in either order, from the hive's number or later" {
	for first in 7 8 300; do
		dirty NTUSER.DAT $first ntuser.dat.LOG1 ntuser.dat.LOG2
		run -0 is_complete NTUSER.DAT
		rm ntuser.dat.LOG*
		dirty NTUSER.DAT $first Ntuser.Dat.log2 NTUSER.DAT.log1
		run -0 is_complete NTUSER.DAT
		rm Ntuser.Dat.log2 NTUSER.DAT.log1
	done
	for log in LOG1 LOG2 LOG; do
		dirty SYSTEM 7 SYSTEM.$log
		run -0 is_complete SYSTEM
		rm SYSTEM.$log
	done
	dirty SYSTEM 6 SYSTEM.LOG2 # from before the hive was written
	run -1 slipway reg query 'SYSTEM\A'
	assert_output_has 'none of its logs (.LOG1, .LOG2, .LOG) continues it; --ignore-logs'
}

@test "of names that differ in case alone the hive's own, or none" {
	dirty h 7 h.LOG1
	printf garbage >H.log1
	run -0 is_complete h
	mv h.LOG1 h.Log1
	cp h kept
	run -1 slipway reg query 'h\A'
	assert_output_has 'h.LOG1: there are several files of this name'
	run -1 slipway reg add 'h\A' /v more /d x /f
	cmp h kept
	mv H.log1 h.log1.old
	run -0 is_complete h
	mkdir H.LOG2 # a log that cannot be read is not one that is missing
	run -1 slipway reg query 'h\A'
	assert_output_has 'H.LOG2: the log cannot be read'
}

@test "a change is put on top of what the logs hold, and they are gone" {
	dirty NTUSER.DAT 7 ntuser.dat.LOG1 NTUSER.dat.Log2
	run -0 slipway reg add 'NTUSER.DAT\A' /v more /d x
	run -0 ls
	[ "$(grep -ci ntuser <<<"$output")" -eq 1 ]
	slipway reg add 'after\A' /v more /d x
	run -0 is_complete NTUSER.DAT
}

@test "a hive that a link leads to: its logs lie beside it, not beside the link" {
	mkdir -p backup/config
	dirty h 7 h.LOG1
	mv h h.LOG1 backup/config
	ln -s config backup/folder
	ln -s backup/folder/h link
	ln -s "$PWD/link" absolute
	run -0 is_complete link
	run -0 is_complete absolute
	printf garbage >link.LOG1 # not its log
	printf garbage >absolute.log1
	run -0 is_complete link
	run -0 slipway reg add 'absolute\A' /v old /d 1 /f
	[ -L absolute ] && [ -L link ]
	[ "$(ls backup/config)" = h ]
	[ "$(cat link.LOG1 absolute.log1)" = garbagegarbage ]
	run -0 is_complete backup/config/h
}

@test "a link in a volume: logs lie beside the hive that it leads to" {
	requires wimlib-imagex
	mkdir -p tree/config tree/other/deep
	dirty h 7 h.LOG1
	cp h h.LOG1 tree/config
	ln -s ../config tree/other/way # so that way/.. is not other
	ln -s .././way/../config/h tree/other/deep/up
	ln -s h tree/config/second
	ln -s config/second tree/link
	echo garbage >tree/link.LOG1 # not its log
	wimlib-imagex capture tree t.wim T --no-acls >/dev/null
	slipway partition create d.img --gpt --size 60M type=data
	slipway dism /Apply-Image /ImageFile:t.wim /Index:1 '/ApplyDir:d.img@1:\' \
		>/dev/null
	run -0 is_complete 'd.img@1:\link'
	run -0 is_complete 'd.img@1:\other\deep\up'
	run -0 slipway reg add 'd.img@1:\link\A' /v old /d 1 /f
	run -0 is_complete 'd.img@1:\config\h'
	run -0 slipway dir 'd.img@1:\' /b
	assert_output_has link.LOG1
	run -0 slipway dir 'd.img@1:\config' /b
	[ "$output" = $'h\nsecond' ]
	run -0 slipway reg add 'd.img@1:\other\deep\up\A' /v old /d 2 /f
	run -0 slipway reg query 'd.img@1:\config\h\A' /v old
	assert_output_has 2
}

@test "in volumes: logs in another case, which a change removes" {
	slipway partition create d.img --gpt --size 300M type=efi,size=100M \
		type=data
	slipway format d.img@1 /FS:FAT32 >/dev/null
	slipway format d.img@2 /FS:NTFS >/dev/null
	dirty h 40 h.LOG1 h.LOG2
	for volume in 1 2; do
		at="d.img@$volume:\\Users\\x"
		slipway copy h "$at\\NTUSER.DAT" /P
		slipway copy h.LOG1 "$at\\ntuser.dat.LOG1"
		slipway copy h.LOG2 "$at\\ntuser.dat.LOG2"
		run -0 is_complete "$at\\NTUSER.DAT"
		run -0 slipway reg add "$at\\NTUSER.DAT\\A" /v old /d 1 /f
		run -0 is_complete "$at\\NTUSER.DAT"
		run -0 slipway dir "$at"
		[ "$(grep -ci ntuser <<<"$output")" -eq 1 ]
	done
	run -0 slipway chkdsk d.img@2
}

@test "without its logs a hive is read when asked for, said loudly, and never changed" {
	dirty h 7 lost
	cp h kept
	for command in 'query h\A' 'export h\A f.reg /y' 'compare h\A before\A /s' \
		'copy h\A before\B /f'; do
		# shellcheck disable=SC2086
		run -1 slipway reg $command
		assert_output_has 'its logs (.LOG1, .LOG2, .LOG), and none is beside it'
		assert_output_has '--ignore-logs'
	done
	run -0 --separate-stderr slipway reg query 'h\A' --ignore-logs
	[[ $stderr == *"h: warning: the hive was not closed"* ]]
	[[ $output == *"old    REG_SZ    1"* ]]
	[[ $output != *new* ]]
	run -0 slipway reg compare 'h\A' 'before\A' /s --ignore-logs
	run -0 slipway reg export 'h\A' f.reg /y --ignore-logs
	slipway bcdedit /createstore other >/dev/null
	run -0 slipway reg import f.reg other /as 'HKLM\h'
	run -0 slipway reg compare 'other\A' 'before\A' /s
	run -1 slipway bcdedit /store h
	assert_output_has '--ignore-logs'
	run -0 slipway bcdedit /store h /enum all --ignore-logs
	assert_output_has 'h: warning: the hive was not closed'
	run -2 slipway bcdedit /store h /timeout 3 --ignore-logs
	run -2 slipway bcdedit /store h /export e --ignore-logs
	[ ! -e e ]
	for command in 'add h\A /v x /d x' 'delete h\A /f' 'import f.reg h' \
		'copy before\A h\B'; do
		# shellcheck disable=SC2086
		run -1 slipway reg $command --ignore-logs
		assert_output_has 'for reading alone'
	done
	cmp h kept
	# a closed hive has nothing to ignore
	run -0 --separate-stderr slipway reg query 'before\A' --ignore-logs
	[ -z "$stderr" ]
}

@test "a half-written hive is read as far as its bins go" {
	dirty h 7 lost
	size=$(stat -c %s h)
	truncate -s $((size - 4096)) h
	run slipway reg query 'h\A' /v old --ignore-logs
	[[ $status -eq 0 || $output == *corrupt* ]]
	# its header counts a bin that was never written
	python3 - <<-'END'
		import struct
		b = bytearray(open('before', 'rb').read())
		bins, = struct.unpack_from('<I', b, 40)
		struct.pack_into('<I', b, 40, bins + 8192)
		struct.pack_into('<I', b, 4, 99)
		open('h', 'wb').write(b + bytes(4096))
	END
	run -1 slipway reg query 'h\A'
	run -0 slipway reg query 'h\A' /v old --ignore-logs
	assert_output_has 'old    REG_SZ    1'
}
