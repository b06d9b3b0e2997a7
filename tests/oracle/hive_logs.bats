# A hive that a Windows left open, its log entries shared out over both logs in
# every way and numbered anew: what Windows itself recovered from it is the judge.

load ../helpers
bats_require_minimum_version 1.5.0

@test "every split gives what Windows recovered" {
	requires hivexml xz python3
	requires_samples
	cd "$BATS_TEST_TMPDIR"
	for f in NewDirtyHive NewDirtyHive.LOG1 NewDirtyHive.LOG2 \
		RecoveredHive_Windows10; do
		xz -dc "$SLIPWAY_SAMPLES/regf/yarp-NewDirtyHive1/$f.xz" >$f
	done
	seen() { hivexml "$1" | sed -E 's/<byte_run [^>]*>//g'; }
	seen RecoveredHive_Windows10 >want.xml
	for first in 287 4294967295; do
		for split in 0 1 2 3 4; do
			for order in 0 1; do
				"$BATS_TEST_DIRNAME/hive_resplit.py" NewDirtyHive* \
					h $first $((first % 40)) $split $order
				run -0 slipway reg compare h \
					RecoveredHive_Windows10 /s
				# and saved, with another value on top, hivex sees it
				slipway reg add h /v x /d x /f >/dev/null
				slipway reg delete h /v x /f >/dev/null
				[ "$(echo h*)" = h ]
				diff <(seen h | sed '/root="1"/,/mtime/s/<mtime>.*//') \
					<(sed '/root="1"/,/mtime/s/<mtime>.*//' want.xml)
			done
		done
	done
}
