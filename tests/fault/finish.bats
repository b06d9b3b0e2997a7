# The N-th write or flush of each command that writes through a VHDX fails, up to
# the very last ones, which come when the disk is finished: none may say that all
# went well when it did not.

load ../helpers
load each_failure

choose=in_steps
kept() { true; }

setup() {
	requires strace
	cd "$BATS_TEST_TMPDIR"
}

# d.vhdx: an NTFS and a FAT volume with a file, a store and a hive.
make_disk() {
	echo content >x
	slipway vdisk create d.vhdx 64M --type dynamic --block-size 1M
	slipway partition create d.vhdx --mbr size=30M,type=data type=0c
	slipway format d.vhdx@1 /FS:NTFS
	slipway format d.vhdx@2 /FS:FAT32
	slipway bcdedit /createstore "d.vhdx@1:\\BCD"
	slipway bcdedit /store "d.vhdx@1:\\BCD" /create '{bootmgr}'
	slipway bcdedit /createstore h
	slipway copy h "d.vhdx@2:\\H"
}

# The disk was closed in order.
finished() { slipway vdisk check "${1:-d.vhdx}" >check.out; }

@test "format, partition, bootsect" {
	mkdir base && cd base && make_disk >/dev/null && cd ..
	whole() { finished && slipway chkdsk d.vhdx@1 | grep -q 'is NEW'; }
	each_failure format d.vhdx@1 /FS:NTFS /V:NEW /Y
	whole() { finished && [ -z "$(slipway dir "d.vhdx@2:\\" |
		grep -w H)" ]; }
	each_failure format d.vhdx@2 /FS:FAT32 /V:NEW /Y
	whole() { finished && slipway partition list d.vhdx | grep -q GPT; }
	each_failure partition create d.vhdx --gpt --wipe type=data
	slipway vdisk convert base/d.vhdx code.raw --format raw --progress none
	slipway bootsect /nt60 code.raw@1 /mbr >/dev/null
	whole() { finished && slipway vdisk convert d.vhdx now.raw --format raw \
		--progress none && cmp now.raw ../code.raw; }
	each_failure bootsect /nt60 d.vhdx@1 /mbr
}

@test "copy, bcdedit, reg" {
	mkdir base && cd base && make_disk >/dev/null && cd ..
	whole() { finished && [ "$(slipway type "d.vhdx@1:\\x")" = content ]; }
	each_failure copy x "d.vhdx@1:\\x"
	whole() { finished && [ "$(slipway type "d.vhdx@2:\\x")" = content ]; }
	each_failure copy x "d.vhdx@2:\\x"
	whole() { finished && slipway bcdedit /store "d.vhdx@1:\\BCD" |
		grep -q 'timeout *77'; }
	each_failure bcdedit /store "d.vhdx@1:\\BCD" /timeout 77
	whole() { finished && slipway reg query "d.vhdx@2:\\H\\K" |
		grep -q there; }
	each_failure reg add "d.vhdx@2:\\H\\K" /v n /d there
}

@test "dism" {
	requires wimlib-imagex
	mkdir base tree && cd base && make_disk >/dev/null
	head -c 100000 /dev/urandom >../tree/f
	wimlib-imagex capture ../tree i.wim --compress=fast >/dev/null
	cd ..
	whole() { finished && slipway chkdsk d.vhdx@1 >/dev/null &&
		slipway type "d.vhdx@1:\\f" | cmp - ../tree/f; }
	each_failure dism /Apply-Image /ImageFile:i.wim /Index:1 \
		/ApplyDir:d.vhdx@1 --replace --progress none
}

@test "vdisk" {
	mkdir base && cd base
	{
		make_disk
		slipway vdisk convert d.vhdx s.raw --format raw --progress none
		slipway vdisk create c.vhdx --parent d.vhdx
		slipway copy x "c.vhdx@1:\\y"
		slipway vdisk convert c.vhdx c.raw --format raw --progress none
	} >/dev/null
	cd ..
	reads() { # DISK RAW
		finished "$1" && rm -f now.raw &&
			slipway vdisk convert "$1" now.raw --format raw \
				--progress none && cmp now.raw "$2"
	}
	whole() { reads n.vhdx s.raw; }
	each_failure vdisk convert s.raw n.vhdx --type dynamic --progress none
	each_failure vdisk create n.vhdx --parent d.vhdx --source s.raw
	whole() { finished n.vhdx; }
	each_failure vdisk create n.vhdx 20M
	whole() { reads d.vhdx c.raw && [ ! -e c.vhdx ]; }
	each_failure vdisk merge c.vhdx --progress none
	whole() { reads c.vhdx s.raw; }
	each_failure vdisk reset c.vhdx
	rm base/c.vhdx
	whole() { finished && slipway vdisk info d.vhdx | grep -q 73400320; }
	each_failure vdisk expand d.vhdx 70M
	whole() { reads d.vhdx s.raw; }
	each_failure vdisk compact d.vhdx --progress none
}
