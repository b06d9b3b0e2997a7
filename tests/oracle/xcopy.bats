# What xcopy writes, strangers read; what strangers wrote, it reads: mtools, ntfs-3g's
# tools and 7z, wimlib's capture of the volume.

load ../helpers

setup() {
	cd "$BATS_TEST_TMPDIR"
	mkdir -p tree/sub/deep 'tree/Long Folder Name'
	for i in $(seq 40); do
		head -c $((i * i * 40)) /dev/urandom >"tree/sub/deep/File number $i.dat"
	done
	echo umlaut >'tree/Long Folder Name/Grüße aus Köln.txt'
	: >tree/empty
	find tree -type f -exec touch -d '2021-02-03 04:05:06 UTC' {} +
}

@test "a FAT volume: mtools read and write it" {
	requires mkfs.fat mcopy fsck.fat
	truncate -s 40M v.img
	mkfs.fat -F 16 v.img >/dev/null
	slipway xcopy tree 'v.img:\tree' /e /i /q
	fsck.fat -n v.img
	mcopy -s -Q -n -m -i v.img ::/tree by_mtools >/dev/null
	diff -r tree by_mtools
	[ "$(TZ=UTC stat -c %Y by_mtools/sub/deep/File*1.dat | sort -u)" = 1612325106 ]
	mcopy -s -i v.img tree/sub ::/theirs
	slipway xcopy 'v.img:\theirs' ours /e /i /q
	diff -r tree/sub ours
}

@test "an NTFS volume by mkntfs: 7z and wimlib read it" {
	requires mkntfs ntfsfix wimlib-imagex 7z
	truncate -s 60M n.img
	mkntfs -q -F n.img >/dev/null 2>&1
	slipway xcopy tree 'n.img:\tree' /e /i /q
	# again, over what is there
	slipway xcopy tree 'n.img:\tree' /e /y /q
	ntfsfix -n n.img >/dev/null
	run -0 slipway chkdsk n.img
	7z x -tntfs -oby7z n.img tree >/dev/null
	diff -r tree by7z/tree
	wimlib-imagex capture n.img w.wim >/dev/null 2>&1
	wimlib-imagex apply w.wim 1 by_wimlib >/dev/null 2>&1
	diff -r tree by_wimlib/tree
	[ "$(stat -c %Y by_wimlib/tree/sub/deep/File*1.dat | sort -u)" = 1612325106 ]
	# what they wrote, out again
	slipway xcopy 'n.img:\' out /e /i /q
	diff -r by_wimlib out
}
