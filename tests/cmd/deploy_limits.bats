#!/usr/bin/env bats
# What Windows does not start from is refused by deploy, with the target as it was,
# and what it may not start from is said.

bats_require_minimum_version 1.5.0
load ../helpers
load windows_registry

setup_file() {
	requires python3
	cd "$BATS_FILE_TMPDIR"
	for most in '' 1 3; do make_system_hive "SYSTEM$most" "$most"; done
	make_wim <<-'END'
		tree = [folder("Windows", [folder("Boot", [
		    folder("EFI", [file("bootmgfw.efi", b"MZ" + bytes(4000))])])])]
		for name, major, minor, edition in (
		        ("vista", 6, 0, "Business"), ("seven", 6, 1, "Enterprise"),
		        ("home", 6, 1, "HomePremium"), ("eight", 6, 2, "Professional"),
		        ("ten", 10, 0, "Professional"), ("server", 6, 1, "ServerStandard")):
		    wim(name + ".wim", tree, xml="<WINDOWS><EDITIONID>%s</EDITIONID><VERSION>"
		        "<MAJOR>%d</MAJOR><MINOR>%d</MINOR><BUILD>1</BUILD></VERSION></WINDOWS>"
		        % (edition, major, minor))
		template = open("SYSTEM", "rb").read()
		for name, data in ("whole", template), ("broken", template[:4100] + b"none" + template[4104:]):
		    wim(name + ".wim", [folder("Windows", [
		        folder("Boot", [folder("EFI", [file("bootmgfw.efi", b"MZ" + bytes(4000))])]),
		        folder("System32", [folder("config", [file("BCD-Template", data)])])])])
		for name in "SYSTEM", "SYSTEM1", "SYSTEM3", None:
		    data = open(name, "rb").read() if name else bytes(9000)
		    wim("registry%s.wim" % (name or "SYSTEM-broken")[6:], [folder("WINDOWS", [
		        folder("Boot", [folder("EFI", [file("bootmgfw.efi", b"MZ" + bytes(4000))])]),
		        folder("system32", [folder("Config", [file("SYSTEM", data)])])])])
	END
	truncate -s 64M target.img
}

setup() { cd "$BATS_FILE_TMPDIR"; }

answer() { # IMAGE, the systems on standard input
	{
		printf '%s\n' '[disk]' 'efi-size = 34M' 'msr-size = 1M' '[image]' \
			"file = $1.wim" '[boot]' 'system = windows'
		cat
	} >answer.ini
}

one() { # IMAGE PATH
	printf '[vhd]\npath = %s\nsize = 8M\n' "$2" | answer "$1"
}

try() { # STATUS
	run -"$1" slipway deploy answer.ini --target target.img --dry-run
}

assert_no_warning() {
	case $output in *warning*) echo "$output" >&2; return 1 ;; esac
}

@test "a VHDX, and Windows 7" {
	one seven '\w.vhdx'
	try 1
	assert_output_has 'deploy: \w.vhdx: image 1 is Windows 6.1'
	assert_output_has 'cannot start from a VHDX'
	for good in 'seven .vhd' 'server .vhd' 'eight .vhdx' 'ten .vhd' 'ten .vhdx'; do
		one "${good% *}" "\\w${good#* }"
		try 0
		assert_no_warning
	done
}

@test "a VHD, and what is older than Windows 7" {
	one vista '\w.vhd'
	try 1
	assert_output_has 'cannot start from a VHD'
	echo '[partition]' | answer vista
	try 0
}

@test "an edition of Windows 7 that does not start from VHDs" {
	one home '\w.vhd'
	try 0
	assert_output_has 'deploy: \w.vhd: warning: Windows 7 starts from a VHD as Enterprise, Ultimate or a server'
	echo '[partition]' | answer home
	try 0
	assert_no_warning
}

@test "a path in 14 folders, and one in 15" {
	one ten '\1\2\3\4\5\6\7\8\9\a\b\c\d\e\w.vhd'
	try 0
	one ten '\1\2\3\4\5\6\7\8\9\a\b\c\d\e\f\w.vhd'
	try 1
	assert_output_has 'answer.ini:8: path lies in 15 folders'
	assert_output_has '14 at most (error 0xc000000f)'
}

@test "a chain of three that is started" {
	chain() {
		printf '%s\n' '[vhd]' 'path = \a.vhd' 'size = 8M' '[vhd]' 'path = \b.vhd' \
			'parent = \a.vhd' "$@"
	}
	chain | answer ten
	try 0
	assert_no_warning
	chain '[vhd]' 'path = \c.vhd' 'parent = \b.vhd' | answer ten
	try 0
	assert_output_has 'deploy: \c.vhd: warning: it is a chain of 3 virtual disks'
	assert_output_has 'HKLM\SYSTEM\CurrentControlSet\Services\FsDepends\Parameters, VirtualDiskMaxTreeDepth'
	# one that is only a parent for others to come is nobody's trouble yet
	chain 'menu = yes' '[vhd]' 'path = \c.vhd' 'parent = \b.vhd' 'menu = no' |
		answer ten
	try 0
	assert_no_warning
}

@test "how long a chain may be is what the image's own registry says" {
	chain() { # IMAGE COUNT
		{
			printf '%s\n' '[vhd]' 'path = \1.vhd' 'size = 8M'
			for ((n = 2; n <= $2; n++)); do
				printf '%s\n' '[vhd]' "path = \\$n.vhd" \
					"parent = \\$((n - 1)).vhd" "description = $n"
			done
		} | answer "$1"
		try 0
	}
	for image in registry registry-broken; do
		chain $image 2
		assert_no_warning
		chain $image 3
		assert_output_has 'from 2 at most, unless its registry allows more'
	done
	chain registry1 2
	assert_output_has 'deploy: \2.vhd: warning: it is a chain of 2 virtual disks; this Windows starts from 1 at most, as its registry says'
	chain registry3 3
	assert_no_warning
	chain registry3 4
	assert_output_has 'deploy: \4.vhd: warning: it is a chain of 4 virtual disks; this Windows starts from 3 at most'
}

@test "a broken BCD-Template in the image" {
	one whole '\w.vhd'
	try 0
	assert_no_warning
	one broken '\w.vhd'
	try 0
	assert_output_has 'broken.wim: warning: \Windows\System32\config\BCD-Template: the template is broken ('
	assert_output_has '); the store gets our own settings in its place'
}
