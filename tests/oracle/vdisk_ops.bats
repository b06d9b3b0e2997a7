# Virtual disks that were expanded, compacted, merged, reset and given another
# parent: qemu-img and libvhdi read what we say is in them.

load ../helpers
load vdisk_judges

setup() {
	cd "$BATS_TEST_TMPDIR"
}

teardown() {
	! mountpoint -q mnt || fusermount -u mnt
}

judge_ours() { # FILE RAW
	slipway vdisk check "$1"
	slipway vdisk convert "$1" ours.raw --format raw --progress none
	cmp "$2" ours.raw
	rm ours.raw
}

judge_all() { # RAW BASE CHILD...
	judge_ours "${@: -1}" "$1"
	judge_chain "$@"
}

judge() { # FILE RAW
	judge_ours "$1" "$2"
	judge_qemu "$1" "$2"
	[ ! -w /dev/fuse ] || judge_libvhdi "$1" "$2"
}

# A raw file with data in some places, from SIZE and a seed.
make_raw() { # FILE SIZE SEED
	truncate -s "$2" "$1"
	python3 - "$1" "$2" "$3" <<-'END'
	import random, sys
	path, size, seed = sys.argv[1], int(sys.argv[2]), sys.argv[3]
	random.seed(seed)
	with open(path, "r+b") as f:
	    for _ in range(12):
	        n = min(size, random.randrange(1, 300) * 512)
	        f.seek(random.randrange(0, (size - n) // 512 + 1) * 512)
	        f.write(random.randbytes(n))
	END
}

@test "expanded disks of every kind read as before, and zeroes behind" {
	requires qemu-img vhdimount fusermount python3
	for format in vhd vhdx; do
		for type in fixed dynamic; do
			for size in 1536 5000192; do
				make_raw x.raw $size $type$size
				slipway vdisk convert x.raw x.$format \
					--type $type --progress none
				for more in 512 3000320; do
					size=$((size + more))
					slipway vdisk expand x.$format ${size}B
					truncate -s $size x.raw
					judge x.$format x.raw
				done
				rm x.$format x.raw
			done
		done
	done
}

# Blocks of 512 KiB: 128 entries fill a sector of the table, so that it has to
# grow again and again, over the blocks behind it.
@test "a table that grows over blocks loses none" {
	requires qemu-img vhdimount fusermount python3
	make_raw x.raw 20000256 table
	slipway vdisk create x.vhd 20000256 --type dynamic --block-size 512K
	slipway vdisk create c.vhd --parent x.vhd --source x.raw
	slipway vdisk merge c.vhd --progress none
	for size in 70000128 300000256 1200000512; do
		slipway vdisk expand x.vhd $size
		truncate -s $size x.raw
		judge_qemu x.vhd x.raw
		slipway vdisk check x.vhd
	done
	head -c 70000128 x.raw >y.raw
	slipway vdisk convert x.vhd z.raw --format raw --progress none
	cmp -n 70000128 z.raw y.raw
}

@test "compacted disks read as before, in less room" {
	requires qemu-img vhdimount fusermount python3
	for format in vhd vhdx; do
		for seed in 1 2 3; do
			size=$((70000128 + seed * 512))
			make_raw x.raw $size $seed
			# every block has content, then most have none
			tr '\0' '\1' <x.raw >full.raw
			slipway vdisk convert full.raw p.$format --type dynamic \
				--progress none
			slipway vdisk create c.$format --parent p.$format \
				--source x.raw
			slipway vdisk merge c.$format --progress none
			before=$(stat -c %s p.$format)
			slipway vdisk compact p.$format --progress none
			[ $format = vhdx ] ||
				[ "$(stat -c %s p.$format)" -lt "$before" ]
			judge p.$format x.raw
			rm p.$format ./*.raw
		done
	done
}

@test "what qemu-img made is expanded and compacted" {
	requires qemu-img vhdimount fusermount python3
	for options in vpc:subformat=dynamic,force_size \
		vpc:subformat=fixed,force_size \
		vhdx:subformat=dynamic,block_size=1048576 vhdx:subformat=fixed; do
		format=${options%%:*}
		name=x.${format/vpc/vhd}
		make_raw x.raw 20000256 "$options"
		qemu-img convert -f raw -O "$format" -o "${options#*:}" x.raw $name
		slipway vdisk expand $name 50000384
		truncate -s 50000384 x.raw
		judge $name x.raw
		slipway vdisk compact $name --progress none
		judge $name x.raw
		rm $name x.raw
	done
}

@test "merged, reset and reparented chains are composed by libvhdi" {
	requires vhdimount fusermount qemu-img
	requires_pyvhdi
	for format in vhd vhdx; do
		make_raw 0.raw 9000448 0
		slipway vdisk convert 0.raw 0.$format --type dynamic --progress none
		for i in 1 2 3; do
			cp 0.raw $i.raw
			make_raw $i.raw 9000448 $format$i
			slipway vdisk create $i.$format --source $i.raw \
				--parent $((i - 1)).$format
		done
		judge_all 3.raw {0,1,2,3}.$format
		slipway vdisk compact 3.$format --progress none
		judge_all 3.raw {0,1,2,3}.$format
		slipway vdisk merge 3.$format --progress none
		judge_all 3.raw {0,1,2}.$format
		mkdir moved
		mv 1.$format moved/base.$format
		slipway vdisk reparent moved/base.$format --parent 0.$format
		slipway vdisk convert moved/base.$format y.raw --format raw \
			--progress none
		cmp y.raw 1.raw
		rm y.raw
		mv moved/base.$format .
		slipway vdisk reparent base.$format --parent 0.$format
		slipway vdisk reparent 2.$format --parent base.$format
		judge_all 3.raw {0,base,2}.$format
		cp 2.$format kept
		slipway vdisk reset 2.$format
		slipway vdisk convert 2.$format y.raw --format raw \
			--progress none
		cmp y.raw 1.raw
		# libvhdi 20210425 misreads a child in VHDX without blocks
		[ $format = vhdx ] || judge_all 1.raw {0,base,2}.$format
		mv kept 2.$format
		slipway vdisk merge 2.$format --depth 2 --progress none
		judge 0.$format 3.raw
		rm -r moved ./*.raw ./*.$format
	done
}

@test "Windows' own disks are expanded, compacted and reset" {
	requires qemu-img vhdimount fusermount
	requires_samples
	for name in ntfs-dynamic.vhd ntfs-dynamic.vhdx fat-parent.vhd \
		fat-parent.vhdx ntfs-fixed.vhd ntfs-fixed.vhdx; do
		xz -dc "$SLIPWAY_SAMPLES/${name##*.}/$name.xz" >"$name"
		slipway vdisk convert "$name" x.raw --format raw --progress none
		size=$(($(stat -c %s x.raw) + 70000128))
		truncate -s $size x.raw
		slipway vdisk expand "$name" $size
		judge "$name" x.raw
		rm x.raw "$name"
	done
	for ext in vhd vhdx; do
		for name in fat-parent fat-differential; do
			xz -dc "$SLIPWAY_SAMPLES/$ext/$name.$ext.xz" >$name.$ext
		done
		slipway vdisk convert fat-differential.$ext x.raw --format raw \
			--progress none
		slipway vdisk compact fat-differential.$ext --progress none
		slipway vdisk convert fat-differential.$ext y.raw --format raw \
			--progress none
		cmp x.raw y.raw
		slipway vdisk merge fat-differential.$ext --progress none
		judge fat-parent.$ext x.raw
		rm ./*.raw ./*.$ext
	done
}
