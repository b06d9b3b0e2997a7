# The codecs alone, in memory and on one core, against wimlib's library: pieces from
# all over the test image. Sourced by run.sh, whose helpers it uses.
# shellcheck shell=bash

codec_program() { # OUTPUT
	gcc -std=c11 -D_GNU_SOURCE -O2 -no-pie -Itools/include -Itests -o "$1" \
		tests/bench/codec.c "$O/obj/libcodec.a" "$O/obj/libbase.a"
}

codec_sample() {
	local tree i
	tree=$(dirname "$(tests/image/make.sh lzx)")/tree
	tar --sort=name -cf "$dir/all.tar" -C "$tree" .
	for ((i = 0; i < 24; i++)); do
		dd if="$dir/all.tar" bs=1M skip=$((i * 23)) count=1 status=none
	done >"$dir/sample"
	rm "$dir/all.tar"
}

bench_codec() {
	codec_program "$dir/codec"
	codec_sample
	for kind in "xpress 32768" "lzx 32768" "lzx 2097152" "lzms 131072" \
		"lzms 67108864"; do
		# shellcheck disable=SC2086 # codec and chunk size
		taskset -c 0 "$dir/codec" "$dir/sample" $kind $((ROUNDS * 3))
	done
}
