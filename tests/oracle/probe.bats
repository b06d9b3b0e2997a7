# What is on a disk: wipefs judges. Whatever it names, no command takes for blank.

bats_require_minimum_version 1.5.0

load ../helpers

setup() {
	requires wipefs python3
	cd "$BATS_TEST_TMPDIR"
}

# What wipefs finds in an image, in one line.
theirs() { wipefs -n "$1" 2>/dev/null | awk 'NR > 1 { print $3 }' | sort -u | xargs; }

# Runs a command that must refuse IMAGE with the words, and change nothing.
refuses() { # IMAGE WORDS COMMAND...
	local image=$1 words=$2
	shift 2
	run -1 slipway "$@"
	assert_output_has "$words"
	cmp "$image" before.img
}

@test "each thing that wipefs names is named, kept, and gone after --wipe" {
	mkdir all
	python3 "$ROOT/tests/oracle/probe.py" all >list
	[ "$(wc -l <list)" -gt 110 ]
	while IFS='|' read -r kind wipefs name; do
		image=all/$kind.img
		[ -z "$wipefs" ] || grep -qw -- "$wipefs" <<<"$(theirs "$image")"
		ln -f "$image" before.img
		cp --sparse=always "$image" d.img
		case $name in
		GPT | MBR) holds=$name ;;
		*) holds="$name at byte" ;;
		esac
		refuses d.img "it holds $holds" partition create d.img --gpt type=data
		slipway partition create d.img --gpt --wipe type=data
		[ "$(theirs d.img | sed 's/PMBR//; s/dos//' | xargs)" = gpt ]
		rm d.img "$image"
	done <list
}

@test "volumes of others are not formatted over, and dir says what they are" {
	mkdir all
	python3 "$ROOT/tests/oracle/probe.py" all >list
	while IFS='|' read -r kind _ name; do
		case $name in
		BitLocker | exFAT | ReFS | HPFS | APFS | HFS* | ext? | XFS | btrfs | LUKS | \
			UDF | swap | F2FS | 'ISO 9660') ;;
		*) continue ;;
		esac
		image=all/$kind.img
		cp --sparse=always "$image" before.img
		refuses "$image" "it holds $name at byte" format "$image"
		words="this is $name; only FAT and NTFS are read"
		[ "$name" != BitLocker ] || words='this is encrypted by BitLocker'
		refuses "$image" "$words" dir "$image"
		refuses "$image" "${words%;*}" type "$image:\\x"
	done <list
}

@test "what the tools of others make" {
	requires mkfs.ext4 mkfs.minix mkfs.bfs mkswap mkfs.cramfs xorriso sfdisk
	mkdir tree
	seq 9999 >tree/x
	for make in 'mkfs.ext4 -q' 'mkfs.ext4 -q -O journal_dev -b 4096' mkfs.minix mkfs.bfs mkswap; do
		rm -f d.img
		truncate -s 64M d.img
		$make d.img >/dev/null 2>&1
		[ -n "$(theirs d.img)" ]
		cp --sparse=always d.img before.img
		refuses d.img "it holds" partition create d.img --gpt type=data
		refuses d.img "it holds" format d.img
	done
	mkfs.cramfs tree d.img
	cp d.img before.img
	refuses d.img "it holds cramfs" partition create d.img --gpt type=data
	xorriso -as mkisofs -quiet -o d.img tree 2>/dev/null
	cp d.img before.img
	refuses d.img "it holds ISO 9660" partition create d.img --gpt type=data
	for label in sun sgi; do
		rm d.img
		truncate -s 64M d.img
		echo "label: $label" | sfdisk -q d.img
		[ -n "$(theirs d.img)" ]
		cp --sparse=always d.img before.img
		refuses d.img "it holds" partition create d.img --gpt type=data
	done
}

@test "any byte of a sparse disk is data" {
	python3 - <<-'EOF'
		import random
		random.seed(9)
		for i in range(60):
		    size = random.choice([1 << 20, 9 << 20, 300 << 20, 5 << 30]) // 512 * 512
		    with open(f'{i}.img', 'wb') as f:
		        f.truncate(size)
		        f.seek(random.randrange(size))
		        f.write(bytes([random.randrange(1, 256)]))
	EOF
	for i in $(seq 0 59); do
		run -1 slipway partition create "$i.img" --mbr type=07
		assert_output_has 'it holds'
	done
}
