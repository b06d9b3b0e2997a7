# What the tests of virtual disks inside of volumes share: `load vdisk_volume`.
# shellcheck shell=bash

# p.EXT, of the TYPE, c.EXT on it and d.EXT on that; each holds its name at its
# own MiB. What d.EXT reads as is in want.raw, what c.EXT does in c.raw.
make_chain() { # EXT [TYPE]
	truncate -s 8M s.raw
	printf p | dd of=s.raw conv=notrunc status=none
	if [ "${2:-dynamic}" = fixed ]; then
		slipway vdisk convert s.raw "p.$1" --type fixed --progress none
	else
		slipway vdisk create "p.$1" 8M --type dynamic --block-size 1M
		slipway vdisk create "t.$1" --parent "p.$1" --source s.raw
		slipway vdisk merge "t.$1" --progress none
	fi
	local name parent=p at=1
	for name in c d; do
		printf '%s' "$name" | dd of=s.raw bs=1M seek=$at conv=notrunc \
			status=none
		slipway vdisk create "$name.$1" --parent "$parent.$1" \
			--source s.raw --block-size 1M
		cp s.raw $name.raw
		parent=$name at=4
	done >/dev/null
	mv d.raw want.raw
	rm s.raw
}

# A volume in a partition with the chain in its folder \v.
make_volume() { # FS EXT
	rm -f v.img
	slipway partition create v.img --mbr --size 120M type=data
	slipway format v.img@1 "/FS:$1" /Y >/dev/null
	for file in p c d; do
		slipway copy /P "$file.$2" "v.img@1:\\v\\$file.$2"
	done
}

sound() {
	run -0 slipway chkdsk v.img@1
	assert_output_has "no problems"
}

# A disk in the volume reads as a raw file.
reads_as() { # FILE RAW
	slipway vdisk convert "v.img@1:$1" r.raw --format raw --progress none
	cmp -n "$(stat -c %s "$2")" r.raw "$2"
	rm r.raw
}

# Fails with the words, and not a byte of the volume is another.
refused() { # WORDS COMMAND...
	local words=$1 before
	shift
	before=$(sha256sum <v.img)
	run -1 slipway vdisk "$@"
	assert_output_has "$words"
	[ "$(sha256sum <v.img)" = "$before" ]
}
