# The codecs of WIM images: what we compress at each level wimlib's library
# decompresses, and we what it compressed. The program is that of `make bench`.

load ../helpers
bats_require_minimum_version 1.5.0

setup_file() {
	export JUDGE=$BATS_FILE_TMPDIR/codec
	gcc -std=c11 -D_GNU_SOURCE -O1 -no-pie -I"$ROOT/tools/include" -I"$ROOT/tests" \
		-o "$JUDGE" "$ROOT/tests/bench/codec.c" \
		"$O/obj/libcodec.a" "$O/obj/libbase.a"
	cd "$BATS_FILE_TMPDIR"
	# programs, text, what does not compress, runs, and a chunk that is not full
	{
		head -c 700000 "$SLIPWAY"
		seq 1 40000
		head -c 100000 /dev/urandom
		head -c 300000 /dev/zero
		cat "$ROOT"/tests/oracle/*.bats
		printf end
	} >content
}

setup() {
	requires wimlib-imagex
	cd "$BATS_FILE_TMPDIR"
}

@test "XPRESS both ways, as wimlib's library has it" {
	for chunk in 4096 16384 65536; do
		"$JUDGE" content xpress $chunk 1
	done
}

@test "LZX both ways, as wimlib's library has it" {
	for chunk in 32768 65536 131072 524288 2097152; do
		"$JUDGE" content lzx $chunk 1
	done
}

@test "LZMS both ways, as wimlib's library has it" {
	for chunk in 32768 131072 4194304; do
		"$JUDGE" content lzms $chunk 1
	done
}
