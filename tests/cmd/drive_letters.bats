# A path of Windows with a drive letter, wherever a command takes a path.
load ../helpers
load refuses

setup() {
	cd "$BATS_TEST_TMPDIR"
	export SLIPWAY_LETTERS=$BATS_TEST_TMPDIR/letters
	head -c 70000 /dev/urandom >file
}

# One line a path that a command takes.
paths_of_commands() {
	cat <<-'END'
		copy file @@
		copy @@ out
		xcopy tree @@
		xcopy @@ out /I
		dir @@
		type @@
		reg query @@
		reg add @@ /v a
		reg delete @@ /f
		reg export BCD @@
		reg export @@ out
		reg import @@ BCD
		reg import file @@
		reg copy @@ BCD
		bcdedit /store @@
		bcdedit /store BCD /export @@
		bcdedit /store BCD /import @@
		bcdedit /createstore @@
		bcdboot @@
		bcdboot @@ /s x.vhd
		bcdboot x.vhd:\w /s @@
		bootrec /fixmbr @@
		bootrec /fixboot @@
		bootrec /scanos @@
		bootrec /rebuildbcd @@ /s x.vhd
		bootsect /nt60 @@
		chkdsk @@
		format @@
		partition list @@
		partition create @@ --gpt
		partition create @@ --gpt --size 5M
		vdisk create @@ 5M
		vdisk create out.vhd --parent @@
		vdisk info @@
		vdisk check @@
		vdisk convert @@ out
		vdisk convert x.vhd @@
		vdisk expand @@ 10M
		vdisk compact @@
		vdisk merge @@
		vdisk attach @@
		vdisk reparent @@ --parent x.vhd
		vdisk reparent x.vhd --parent @@
		dism /Get-ImageInfo /ImageFile:@@
		dism /List-Image /ImageFile:@@ /Index:1
		dism /Apply-Image /ImageFile:@@ /Index:1 /ApplyDir:tree
		dism /Apply-Image /ImageFile:w.wim /Index:1 /ApplyDir:@@
		deploy @@
		deploy a.ini --target @@
		deploy a.ini --target @@ --size 90M
		deploy --start-next @@ --this-machine
	END
}

@test "a drive letter is an error that says how a place is written" {
	requires wimlib-imagex
	slipway vdisk create x.vhd 30M
	slipway format x.vhd
	slipway bcdedit /createstore BCD
	mkdir tree
	cp file tree
	wimlib-imagex capture tree w.wim >wim.log
	printf '[image]\nfile = x\n[vhd]\npath = \\x.vhd\nsize = 2M\n[boot]\nsystem = linux\n' >a.ini
	while read -r line; do
		for odd in 'C:\x\y' 'c:/x'; do
			words=()
			for word in $line; do words+=("${word//@@/"$odd"}"); done
			want=1
			[ "${words[0]}" != xcopy ] || want=4
			refuses $want "${words[@]}"
			assert_output_has "$odd: there are no drive letters"
			assert_output_has 'DISK@PARTITION:\PATH, such as /dev/sda@3:\Windows'
		done
	done < <(paths_of_commands)
}

make_volumes() {
	slipway partition create d.img --gpt --size 40M type=data,size=20M type=data
	slipway format d.img@1 /FS:FAT /V:FIRST
	slipway format d.img@2 /V:second
}

@test "subst: a letter stands for a volume, a folder and a disk, in every command" {
	make_volumes
	run -0 slipway subst
	[ -z "$output" ]
	run -0 slipway subst v: d.img@2
	run -0 slipway subst W: "$PWD/d.img@1"
	run -0 slipway copy file 'V:\a\b.bin' /P
	slipway type 'd.img@2:\a\b.bin' | cmp - file
	run -0 slipway subst F: 'V:\a'
	slipway type 'f:/b.bin' | cmp - file
	run -0 slipway subst D: d.img
	run -0 slipway subst
	[ "$output" = "D:\\: => $PWD/d.img
F:\\: => $PWD/d.img@2:\\a\\
V:\\: => $PWD/d.img@2
W:\\: => $PWD/d.img@1" ]
	run -0 slipway copy 'V:\a\b.bin' W:
	slipway type 'D:@1:\b.bin' | cmp - file
	run -0 slipway dir V:
	assert_output_has ' Directory of V:\'
	run -0 slipway dir /B F:
	[ "$output" = b.bin ]
	run -0 slipway xcopy 'V:\' 'W:\all\' /S
	slipway type 'W:\all\a\b.bin' | cmp - file
	run -0 slipway chkdsk V:
	run -0 slipway chkdsk 'W:\'
	run -0 slipway partition list D:
	run -0 slipway format 'W:\' /FS:FAT /Q /Y
	run -0 slipway dir /B W:
	[ -z "$output" ]
	run -0 slipway bcdedit /createstore 'V:\BCD'
	run -0 slipway reg query 'V:\BCD\Objects'
	run -0 slipway bcdedit /store 'V:\BCD' /create /d x /application osloader
	set_device() { slipway bcdedit /store 'V:\BCD' /set "$(grep -o '{.*}' <<<"$created")" device "$1"; }
	created=$output
	run -0 set_device partition=W:
	run -0 slipway bcdedit /store 'V:\BCD' /enum all
	letters=$output
	run -0 set_device partition=d.img@1
	run -0 slipway bcdedit /store 'V:\BCD' /enum all
	[ "$output" = "$letters" ]
	run -0 set_device 'vhd=[v:]\w.vhdx'
	run -1 set_device partition=D:
	assert_output_has 'this is no partition'
	run -1 set_device 'vhd=[X:]\w.vhdx'
	assert_output_has 'X: there are no drive letters but those that subst shows'
}

@test "subst: what is taken, gone, a file or a folder of the host is refused" {
	make_volumes
	mkdir folder
	slipway copy file 'd.img@2:\x'
	slipway subst V: d.img@2
	run -1 slipway subst V: d.img@1
	assert_output_has "V: it stands for $PWD/d.img@2 already"
	run -87 slipway dism V:
	assert_output_has 'V: no such operation'
	run -1 slipway bcdboot V: /s d.img@1
	assert_output_has ' V: name the Windows folder, such as V:\Windows'
	run -1 slipway subst X: 'V:\x'
	assert_output_has 'no virtual disk'
	run -1 slipway subst X: 'V:\none'
	run -1 slipway subst X: folder
	run -2 slipway subst X d.img
	run -2 slipway subst X:
	run -2 slipway subst /D
	mv d.img e.img
	run -1 slipway dir 'V:\'
	assert_output_has "its letter stands for $PWD/d.img@2, which is not there; subst V: /D"
	run -0 slipway subst V: /D
	run -1 slipway subst V: /D
	run -1 slipway dir 'V:\'
	assert_output_has 'there are no drive letters'
	printf 'nonsense\n' >letters
	run -1 slipway dir 'V:\'
	assert_output_has 'table of drive letters'
}

@test "subst: letters given at once are all there" {
	head -c 4096 /dev/zero >d.img
	for letter in A B C D E F G H; do
		slipway subst $letter: d.img &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do wait "$pid"; done
	run -0 slipway subst
	[ "${#lines[@]}" -eq 8 ]
}

@test "subst: a folder in /tmp that others may write to says nothing" {
	[ "$(id -u)" -ne 0 ] || skip "of root it is /run"
	unset SLIPWAY_LETTERS
	mkdir -p run/slipway
	chmod 777 run/slipway
	XDG_RUNTIME_DIR=$PWD/run run -1 slipway subst
	assert_output_has "not this user's alone"
}
