# shellcheck shell=bash
# What the tests of copy and xcopy share: a disk with a volume of each kind, and a
# folder with files of one time.

make_files() {
	cd "$BATS_TEST_TMPDIR"
	{
		slipway partition create d.img --gpt --size 200M \
			type=efi,size=80M type=data
		slipway format d.img@1 /FS:FAT32 /V:System
		slipway format d.img@2 /FS:NTFS /V:Windows
	} >/dev/null
	mkdir -p a/b/c a/empty 'a/Long Folder Name'
	for i in 1 2 3; do
		seq $i 2000 >a/f$i.txt
		echo $i >a/b/c/g$i.log
	done
	: >a/none
	echo long >'a/Long Folder Name/A File.ext'
	find a -type f -exec touch -d '2020-01-02 12:34:56 UTC' {} +
}

unchanged() { cmp d.img before.img; }

# On a terminal, where somebody types the words.
typed() { # WORDS COMMAND...
	local words=$1
	shift
	requires script
	printf "$words" | script -qec "$(printf '%q ' "$SLIPWAY" "$@")" /dev/null
}
