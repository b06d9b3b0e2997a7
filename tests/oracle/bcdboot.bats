# bcdboot: boot files and stores from a Windows on NTFS, or in a VHD on NTFS,
# onto system partitions; read back by mtools and by hivex.

load ../helpers
load windows_tree
bats_require_minimum_version 1.5.0

setup() {
	requires wimlib-imagex mcopy hivexget fsck.fat qemu-img
	export LC_ALL=C.UTF-8
	cd "$BATS_TEST_TMPDIR"
}

@test "UEFI: files, fallback, a store with what Windows calls itself" {
	make_tree
	make_disk gpt efi
	run -0 slipway bcdboot 'd.img@2:\Windows' /s d.img@1 /v
	assert_output_has 'Boot files successfully created.'
	[ "$(files)" = '::/EFI/Boot/bootx64.efi
::/EFI/Microsoft/Boot/BCD
::/EFI/Microsoft/Boot/Fonts/segoe.ttf
::/EFI/Microsoft/Boot/Resources/bootres.dll
::/EFI/Microsoft/Boot/bootmgfw.efi
::/EFI/Microsoft/Boot/de-DE/bootmgfw.efi.mui
::/EFI/Microsoft/Boot/memtest.efi' ]
	[ "$(content EFI/Boot/bootx64.efi)" = 'this is EFI/bootmgfw.efi' ]
	run -0 slipway bcdedit /sysstore d.img@1 /enum osloader
	assert_output_has 'description             Windows 11 Pro'
	assert_output_has 'path                    \Windows\system32\winload.efi'
	assert_output_has "partition=gpt:"
	mcopy -i s.img ::EFI/Microsoft/Boot/BCD BCD
	[ "$(hivexget BCD '\Objects\{9dea862c-5cdd-4e70-acc1-f32b344d4795}\Elements\12000002' Element)" = '\EFI\Microsoft\Boot\bootmgfw.efi' ]
}

@test "BIOS and both: boot manager in the root, its own store" {
	make_tree
	make_disk mbr 0c
	run -0 slipway bcdboot 'd.img@2:\Windows' /s d.img@1
	[ "$(files)" = '::/BOOTNXT
::/Boot/BCD
::/Boot/Fonts/segoe.ttf
::/Boot/Resources/bootres.dll
::/Boot/bootvhd.dll
::/Boot/de-DE/bootmgr.exe.mui
::/Boot/memtest.exe
::/bootmgr' ]
	run -0 slipway bcdedit /sysstore d.img@1 /enum all
	assert_output_has 'path                    \Windows\system32\winload.exe'
	assert_output_has 'path                    \boot\memtest.exe'
	assert_output_has 'partition=mbr:'
	run -0 slipway bcdboot 'd.img@2:\Windows' /s d.img@1 /f all /c
	[ "$(files | grep -c 'BCD$')" -eq 2 ]
	run -2 slipway bcdboot 'd.img@2:\Windows' /s d.img@1 /f coreboot
	run -1 slipway bcdboot 'd.img@2:\Windows' /s d.img@2 /f UEFI
	assert_output_has 'NTFS'
}

@test "the template's settings, and those of another loader" {
	make_tree
	make_template
	make_disk gpt efi
	slipway bcdboot 'd.img@2:\Windows' /s d.img@1 >/dev/null
	run -0 slipway bcdedit /sysstore d.img@1 /enum osloader /v
	assert_output_has 'nx                      OptOut'
	assert_output_has 'hypervisorlaunchtype    Auto'
	assert_output_has 'path                    \Windows\system32\winload.efi'
	[[ $output != *46000010* ]]
	run -0 slipway bcdedit /sysstore d.img@1 /enum '{globalsettings}'
	assert_output_has 'highestmode             Yes'
	slipway bcdedit /sysstore d.img@1 /set testsigning on
	slipway bcdedit /sysstore d.img@1 /set path '\elsewhere'
	run -0 slipway bcdboot 'd.img@2:\Windows' /s d.img@1 /m '{default}' /addlast
	run -0 slipway bcdedit /sysstore d.img@1 /enum osloader
	[ "$(grep -c '^testsigning *Yes' <<<"$output")" -eq 2 ]
	[ "$(grep -c 'winload.efi' <<<"$output")" -eq 1 ]
	run -1 slipway bcdboot 'd.img@2:\Windows' /s d.img@1 /m '{memdiag}'
}

@test "a template that is broken is told of, and none is missed" {
	make_tree
	make_disk gpt efi
	run -0 slipway bcdboot 'd.img@2:\Windows' /s d.img@1
	[[ $output != *warning* ]]
	make_template
	t=tree/Windows/System32/config/BCD-Template
	printf 'none' | dd of=$t bs=1 seek=4100 conv=notrunc status=none
	make_disk gpt efi
	run -0 slipway bcdboot 'd.img@2:\Windows' /s d.img@1
	assert_output_has 'bcdboot: \Windows\System32\config\BCD-Template: warning: the template is broken ('
	assert_output_has '); the store gets our own settings in its place'
	run -0 slipway bcdedit /sysstore d.img@1 /enum osloader
	assert_output_has 'path                    \Windows\system32\winload.efi'
}

@test "a Windows in a VHD: looked for on its volume, or on all" {
	make_tree
	make_disk gpt efi
	slipway partition create h.img --gpt --size 400M type=efi,size=64M type=data
	slipway format h.img@1 /FS:FAT32 >/dev/null
	mkdir -p host/vhd
	qemu-img convert -O vpc -o subformat=fixed d.img host/vhd/w.vhd
	wimlib-imagex capture host h.wim --no-acls --quiet
	slipway dism /Apply-Image /ImageFile:h.wim /Index:1 '/ApplyDir:h.img@2:\' \
		--progress none >/dev/null
	run -0 slipway bcdboot 'h.img@2:\vhd\w.vhd@2:\Windows' /s h.img@1 /f all
	for store in 'EFI\Microsoft\Boot' Boot; do
		run -0 slipway bcdedit /store "h.img@1:\\$store\\BCD" /enum osloader
		assert_output_has 'device                  vhd=[gpt:'
		assert_output_has ']\vhd\w.vhd,locate=custom:12000002'
		assert_output_has ']\vhd\w.vhd,locate=custom:22000002'
	done
	run -0 slipway bcdboot 'h.img@2:\vhd\w.vhd@2:\Windows' /s h.img@1 /vhdlocate /c
	run -0 slipway bcdedit /sysstore h.img@1 /enum osloader
	assert_output_has 'device                  vhd=[locate]\vhd\w.vhd,locate=custom:12000002'
	run -1 slipway bcdboot 'd.img@2:\Windows' /s h.img@1 /vhdlocate
}

@test "without bootvhd.dll the BIOS cannot boot from a VHD: refused" {
	make_tree
	rm tree/Windows/Boot/PCAT/bootvhd.dll
	make_disk gpt efi
	slipway partition create h.img --gpt --size 400M type=efi,size=64M type=data
	slipway format h.img@1 /FS:FAT32 >/dev/null
	mkdir host
	qemu-img convert -O vpc -o subformat=fixed d.img host/w.vhd
	wimlib-imagex capture host h.wim --no-acls --quiet
	slipway dism /Apply-Image /ImageFile:h.wim /Index:1 '/ApplyDir:h.img@2:\' \
		--progress none >/dev/null
	run -1 slipway bcdboot 'h.img@2:\w.vhd@2:\Windows' /s h.img@1 /f BIOS
	assert_output_has bootvhd.dll
	run -0 slipway dir h.img@1 /B
	[ -z "$output" ]
}

@test "the boot manager that the firmware trusts" {
	requires python3
	make_tree
	make_disk gpt efi
	old='Microsoft Windows Production PCA 2011' new='Windows UEFI CA 2023'
	database "$old" "$new" >both
	database "$new" >new
	database "$old" >old
	database 'Some Linux' >none
	boot() { slipway bcdboot 'd.img@2:\Windows' /s d.img@1 "$@"; }
	run -1 boot --firmware-db none
	assert_output_has 'trusts neither'
	run -1 boot --firmware-db old --firmware-dbx old
	run -1 boot --firmware-db old /bootex
	assert_output_has 'does not trust'
	run -1 boot --firmware-db w.wim
	[ -z "$(files)" ]
	boot --firmware-db both
	files >/dev/null
	[ "$(content EFI/Boot/bootx64.efi)" = 'this is EFI/bootmgfw.efi' ]
	boot --firmware-db both --firmware-dbx old
	files | tee list
	[ "$(content EFI/Boot/bootx64.efi)" = 'this is EFI_EX/bootmgfw_EX.efi' ]
	[ "$(content EFI/Microsoft/Boot/bootmgfw.efi)" = 'this is EFI_EX/bootmgfw_EX.efi' ]
	[ "$(content EFI/Microsoft/Boot/Fonts/segoe.ttf)" = 'this is Fonts_EX/segoe_EX.ttf' ]
	[ "$(content EFI/Microsoft/Boot/memtest.efi)" = 'this is EFI/memtest.efi' ]
	! grep _EX list
	printf '\47\0\0\0' | cat - old >efivarfs-old
	boot --firmware-db efivarfs-old
	files >/dev/null
	[ "$(content EFI/Boot/bootx64.efi)" = 'this is EFI/bootmgfw.efi' ]
	boot /bootex
	files >/dev/null
	[ "$(content EFI/Boot/bootx64.efi)" = 'this is EFI_EX/bootmgfw_EX.efi' ]
	run -2 boot --firmware-dbx old
}

@test "bootrec finds Windows on a volume and in a VHD, and rebuilds the store" {
	make_tree
	make_disk gpt efi
	mkdir -p tree/some/vhds
	qemu-img convert -O vpc -o subformat=fixed d.img tree/some/vhds/w.vhd
	echo "no disk" >tree/some/x.vhdx
	ln -s some/vhds tree/way # what it leads to is told once
	ln -s . tree/some/vhds/round
	slipway partition create h.img --gpt --size 500M type=efi,size=64M type=data
	slipway format h.img@1 /FS:FAT32 >/dev/null
	wimlib-imagex capture tree h.wim --no-acls --quiet
	slipway dism /Apply-Image /ImageFile:h.wim /Index:1 '/ApplyDir:h.img@2:\' \
		--progress none >/dev/null
	run -0 slipway bootrec /scanos h.img
	[ "$output" = 'Total identified Windows installations: 2
[1]  h.img@2:\Windows  Windows 11 Pro
[2]  h.img@2:\some\vhds\w.vhd@2:\Windows  Windows 11 Pro
The operation completed successfully.' ]
	run -1 slipway bootrec /rebuildbcd h.img /s h.img@1 </dev/null
	assert_output_has 'nothing was added to the store'
	[[ $output != *successfully* ]]
	run -0 slipway bootrec /rebuildbcd h.img /s h.img@1 < <(printf 'N\nY\n')
	run -0 slipway bcdedit /sysstore h.img@1 /enum osloader
	[ "$(grep -c ^identifier <<<"$output")" -eq 1 ]
	[[ $output != *vhd=* ]]
	run -0 slipway bootrec /rebuildbcd h.img /s h.img@1 /y /f ALL
	run -0 slipway bcdedit /sysstore h.img@1
	[ "$(grep -c ^identifier <<<"$output")" -eq 3 ]
	assert_output_has 'vhd=[gpt:'
	run -2 slipway bootrec /rebuildbcd h.img
	run -2 slipway bootrec /fix
	run -1 slipway bootrec /scanos h.wim
	run -1 slipway bootrec /scanos none
}
