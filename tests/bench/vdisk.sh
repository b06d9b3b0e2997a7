# shellcheck shell=bash
# vdisk convert and create against qemu-img and fallocate; read by run.sh.

# 3 GB of data in pieces of 1 to 64 MB, with holes as large between them and
# zeroes that are written out.
convert_data() {
	local i at=0
	truncate -s 6G "$dir/disk.raw"
	for ((i = 0; at < 6000; i++)); do
		local size=$((1 + i * 37 % 64))
		openssl enc -aes-128-ctr -nosalt -K $i -iv 0 </dev/zero \
			2>/dev/null | dd of="$dir/disk.raw" bs=1M seek=$at \
			count=$size iflag=fullblock conv=notrunc status=none
		[ $((i % 8)) -ne 0 ] || dd if=/dev/zero of="$dir/disk.raw" \
			bs=1M seek=$((at + size)) count=$((size / 2)) \
			conv=notrunc status=none
		at=$((at + size * 2))
	done
	truncate -s 6G "$dir/disk.raw"
}

no_target() { rm -f "$dir/target" "$dir/target.vhd"; }

# Prints "SECONDS PEAK-KB ALLOCATED-MB" of the best round.
convert_run() { # COMMAND...
	local result
	result=$(best_of no_target "$@")
	echo "$result $(($(stat -c %b "$dir/target") >> 11))"
}

convert_pair() { # NAME QEMU-OPTIONS SOURCE QEMU-SOURCE-FORMAT OUR-OPTIONS
	local name=$1 theirs=$2 source=$3 from=$4 ours=$5
	local s kb mb their_s their_kb their_mb
	cat "$dir/$source" >/dev/null
	# shellcheck disable=SC2086 # options are words
	read -r s kb mb <<<"$(convert_run "$O/bin/slipway" vdisk convert \
		"$dir/$source" "$dir/target" $ours --progress none)"
	# By default qemu-img leaves its result in the page cache; ours is flushed.
	# shellcheck disable=SC2086
	read -r their_s their_kb their_mb <<<"$(convert_run qemu-img convert \
		-t writeback -f $from $theirs "$dir/$source" "$dir/target")"
	echo "convert $name: slipway $s s ($mb MB allocated, memory" \
		"$((kb >> 10)) MB), qemu-img $their_s s ($their_mb MB," \
		"$((their_kb >> 10)) MB): ratio $(ratio "$their_s" "$s")," \
		"at least 1 is wanted, 1.5 aimed at; load $(load)"
}

load() { cut -d ' ' -f 1 /proc/loadavg; }

bench_convert() {
	convert_data
	convert_pair "raw to dynamic VHD" "-O vpc" disk.raw raw \
		"--format vhd --type dynamic"
	qemu-img convert -f raw -O vhdx "$dir/disk.raw" "$dir/disk.vhdx"
	convert_pair "VHDX to raw" "-O raw" disk.vhdx vhdx "--format raw"
	rm "$dir/disk.vhdx"
	qemu-img convert -f raw -O vpc "$dir/disk.raw" "$dir/disk.vhd"
	convert_pair "dynamic to fixed VHD" "-O vpc -o subformat=fixed" \
		disk.vhd vpc "--format vhd --type fixed"
	rm -f "$dir"/disk.* "$dir/target"
}

# Where there is no room for 100 GB, as much is taken as there is.
bench_create() {
	local ours theirs mb size=100
	mb=$(df --output=avail -B 1M "$dir" | tail -n 1)
	[ "$mb" -gt 101000 ] || size=$((mb / 2 >> 10))
	read -r ours _ <<<"$(best_of no_target "$O/bin/slipway" vdisk create \
		"$dir/target.vhd" ${size}G)"
	mb=$(($(stat -c %b "$dir/target.vhd") >> 11))
	read -r theirs _ <<<"$(best_of no_target fallocate -l ${size}G \
		"$dir/target")"
	no_target
	echo "create fixed VHD of $size GB: slipway $ours s ($mb MB allocated)," \
		"fallocate $theirs s: no longer is wanted; load $(load)"
}
