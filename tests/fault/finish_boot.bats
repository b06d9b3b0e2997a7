# The commands that make a machine start, and those that change a store, a hive or a
# virtual disk: the first, the last and one call between of each kind that writes
# fails. Each says so and leaves the old state or the new one.

load ../helpers
load ../oracle/windows_tree
load each_failure

choose=ends_and_middle

setup() {
	requires strace wimlib-imagex
	cd "$BATS_TEST_TMPDIR"
	mkdir base
}

# base/d.img: a system partition, and a Windows; small.
make_windows() { # STYLE TYPE-OF-SYSTEM
	make_tree
	make_disk "$1" "$2"
	mv d.img base
}

store() { slipway bcdedit /sysstore d.img@1 /enum osloader 2>&1; }

sound() { slipway chkdsk d.img@2 >chkdsk.out && system_volume >fsck.out; }

# What is on the system partition is whole; done again, all is done.
again() { # PATH-OF-FILE...
	local path
	for path; do
		! slipway type "d.img@1:$path" >content 2>missing ||
			[ "$(cat content)" = "this is EFI/${path##*[\\]}" ] || return
	done
	slipway bcdboot 'd.img@2:\Windows' /s d.img@1 >again.out && sound &&
		store | grep -q ' Windows 11 Pro$'
}

@test "bcdboot" {
	make_windows gpt efi
	names=('\EFI\Microsoft\Boot\memtest.efi'
		'\EFI\Microsoft\Boot\bootmgfw.efi')
	whole() { store | grep -q ' Windows 11 Pro$' && again "${names[@]}"; }
	kept() { [[ $(store) == *"No such file"* ]] && again "${names[@]}"; }
	each_failure bcdboot 'd.img@2:\Windows' /s d.img@1
	# a store that is there stays, or has the new name
	slipway bcdboot 'base/d.img@2:\Windows' /s base/d.img@1 >/dev/null
	whole() { store | grep -q ' Other$' && again; }
	kept() { store | grep -q ' Windows 11 Pro$' && again; }
	each_failure bcdboot 'd.img@2:\Windows' /s d.img@1 /description Other
}

@test "bootrec" {
	make_windows mbr 0c
	whole() { store | grep -q ' Windows 11 Pro$' && again; }
	kept() { [[ $(store) == *"No such file"* ]] && again; }
	each_failure bootrec /rebuildbcd d.img /s d.img@1 /y
	cp --sparse=always base/d.img old.img
	for words in '/fixmbr d.img' '/fixboot d.img@2' '/fixboot d.img@1'; do
		cp --sparse=always old.img new.img
		# shellcheck disable=SC2086 # words are meant
		slipway bootrec ${words/d.img/new.img}
		whole() { cmp d.img ../new.img; }
		kept() { # it starts as before, or one of two copies is new
			slipway chkdsk d.img@2 && slipway bootrec $words && whole
		}
		# shellcheck disable=SC2086
		each_failure bootrec $words
	done
}

# q.EXT is another parent of the same content; c.EXT changes a byte of it.
@test "vdisk reparent, vdisk check --repair" {
	for ext in vhd vhdx; do
		rm -rf base && mkdir base && cd base
		slipway vdisk create p.$ext 8M --type dynamic
		slipway vdisk create c.$ext --parent p.$ext
		cp p.$ext q.$ext
		cd ..
		parent() { slipway vdisk info c.$ext | grep "relative: .*$1.$ext"; }
		reads() {
			rm -f now.raw
			slipway vdisk check c.$ext && slipway vdisk convert \
				c.$ext now.raw --format raw --progress none
		} >/dev/null
		whole() { parent q && reads; }
		kept() { # the footer of a VHD has a copy, a VHDX a log
			{ parent p || parent q; } &&
				slipway vdisk check c.$ext --repair && reads
		}
		each_failure vdisk reparent c.$ext --parent q.$ext
		# what is repaired: room at the end, the footer, a copy
		head -c 3M /dev/zero >>base/p.$ext
		[ $ext = vhd ] || printf x | dd of=base/p.vhdx bs=1 \
			seek=262145 conv=notrunc status=none
		rm base/c.$ext base/q.$ext
		whole() { slipway vdisk check p.$ext; }
		kept() { slipway vdisk check p.$ext --repair && whole; }
		each_failure vdisk check p.$ext --repair
	done
}

@test "bcdedit and reg import, on the host and inside of a volume" {
	cd base
	slipway bcdedit /createstore h
	slipway bcdedit /store h /create '{bootmgr}'
	slipway bcdedit /store h /timeout 33
	slipway reg add 'h\Old' /v n /d there
	printf '%s\n\n%s\n' REGEDIT4 '[HKEY_LOCAL_MACHINE\H\New]' '"n"="new"' \
		>new.reg
	slipway partition create d.img --mbr size=40M,type=0c type=data --size 60M
	slipway format d.img@1 /FS:FAT32
	slipway format d.img@2 /FS:NTFS
	slipway copy h 'd.img@1:\h'
	slipway copy h 'd.img@2:\h'
	cd ..
	again() { # a change goes on, and leaves a sound volume
		slipway reg add "$hive\\Later" && case $hive in
		*@1*) system_volume ;;
		*@2*) slipway chkdsk d.img@2 ;;
		esac
	}
	for hive in h 'd.img@1:\h' 'd.img@2:\h'; do
		timeout() { slipway bcdedit /store "$hive" | grep "timeout *$1$"; }
		whole() { timeout 77 && again; }
		kept() { timeout 33 && again; }
		each_failure bcdedit /store "$hive" /timeout 77
		has() { slipway reg query "$hive\\$1" 2>&1 | grep "n .*$2"; }
		whole() { has Old there && has New new && again; }
		kept() { has Old there && ! has New new && again; }
		each_failure reg import new.reg "$hive"
	done
} >/dev/null

# A disk that was there is blank, or whole; a new one is whole or not there.
@test "deploy" {
	mkdir -p base/medium/EFI/BOOT base/medium/slipway tree
	seq 20000 >tree/numbers
	wimlib-imagex capture tree base/medium/slipway/small.wim Small --no-acls \
		>/dev/null
	make_boot_files base/medium linux
	make_linux_answer base/medium/slipway/answer.ini 20M
	deployed() {
		slipway chkdsk "$1@3" && slipway type \
			"$1@3:\\vhd\\guest.vhd@1:\\numbers" | cmp - ../tree/numbers
	} >/dev/null
	whole() { deployed a.img; }
	kept() { [ -z "$(ls a.img .a.img* 2>/dev/null)" ]; }
	each_failure deploy medium/slipway/answer.ini --target a.img --size 100M \
		--progress none
	truncate -s 100M base/a.img
	kept() { [ -z "$(wipefs -n a.img)" ] && ! sfdisk -d a.img; } 2>/dev/null
	each_failure deploy medium/slipway/answer.ini --target a.img \
		--progress none
}
