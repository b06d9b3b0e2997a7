# A path of Windows with a drive letter, wherever a command takes a path.
load ../helpers
load refuses

setup() {
	cd "$BATS_TEST_TMPDIR"
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
