# Extended boot records with several partitions: mmls lists them all, sfdisk says
# what it leaves out; the numbers are Linux' (block/partitions/msdos.c).

bats_require_minimum_version 1.5.0

load ../helpers

setup() {
	requires mmls sfdisk python3
	cd "$BATS_TEST_TMPDIR"
}

# The disk of "Digital Forensics Tool Testing" 1 in small, its table made anew.
make_disk() { # FILE [second]
	python3 - "$@" <<-'EOF'
		import struct, sys
		d = bytearray(160 << 20)
		def entry(lba, i, kind, start, size):
		    struct.pack_into('<B3sB3sII', d, lba * 512 + 446 + 16 * i, 0, b'',
		                     kind, b'', start, size)
		    d[lba * 512 + 510:lba * 512 + 512] = b'\x55\xaa'
		entry(0, 0, 4, 63, 52353)
		entry(0, 1, 5, 157248, 155232)
		entry(157248, 0, 4, 63, 52353)
		if len(sys.argv) > 2:
		    entry(157248, 1, 4, 52479, 52353)
		entry(157248, 2, 5, 104832, 50400)
		entry(262080, 0, 6, 63, 50337)
		open(sys.argv[1], 'wb').write(d)
	EOF
}

# Numbers of logical partitions, and starts and sizes, in their order.
ours() { slipway partition list "$1" | awk '$3 == "Logical" { print $2 }'; }
theirs() { mmls "$1" | awk '/DOS FAT/ { print $3 + 0, $5 + 0 }'; }

@test "a second partition in an extended boot record has its number" {
	make_disk d.img second
	[ "$(ours d.img | xargs)" = '5 6 7' ]
	[ "$(theirs d.img | wc -l)" = 4 ]
	# each is where mmls says: a label there is found by its number
	n=5
	theirs d.img | tail -n +2 | while read -r start size; do
		truncate -s $((size * 512)) v.img
		mkfs.fat -n "PART$n" v.img >/dev/null
		echo "$n" >x
		mcopy -o -i v.img x ::X
		dd if=v.img of=d.img bs=512 seek="$start" conv=notrunc status=none
		[ "$(slipway type "d.img@$n:\\x")" = "$n" ]
		n=$((n + 1))
	done
	run sfdisk -d d.img
	assert_output_has 'gnoring extra data in partition table'
}

@test "with one in each, sfdisk agrees" {
	make_disk d.img
	run -0 sfdisk -d d.img
	[ "$(grep -c '^d.img[5-9]' <<<"$output")" = "$(ours d.img | wc -l)" ]
}
