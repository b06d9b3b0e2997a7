# What a path means: the same for every command, as a source and as a
# destination.
load ../helpers
load refuses

setup() {
	cd "$BATS_TEST_TMPDIR"
	head -c 70000 /dev/urandom >file
}

@test "what looks like a place is one, or an error" {
	slipway vdisk create x.vhd 5M
	slipway vdisk create p.vhd 5M --type dynamic
	slipway bcdedit /createstore BCD
	mkdir tree
	cp file tree
	printf '[image]\nfile = x\n[vhd]\npath = \\x.vhd\nsize = 2M\n[boot]\nsystem = linux\n' >a.ini
	# shellcheck disable=SC1003 # the backslash is meant
	for odd in 'missing.img@1:\x' missing.img@1 'missing.img:\x' \
		'missing.img:/x' 'missing.img@1\x' '@1' '@1:\x' 'C:\foo' \
		'c:/foo' 'Z:' 'C:foo.vhd' 'C:\foo.vhdx' 'missing@2:\x.vhd' \
		"$PWD/missing.img@1:\\x"; do
		refuses 1 copy file "$odd"
		assert_output_has './'
		refuses 1 copy file "$odd" /Y
		refuses 1 copy "$odd" out
		refuses 1 type "$odd"
		refuses 1 vdisk create "$odd" 5M
		refuses 1 vdisk create "$odd" --parent x.vhd
		refuses 1 vdisk create c.vhd --parent "$odd"
		refuses 1 vdisk convert x.vhd "$odd"
		refuses 1 vdisk convert "$odd" out
		refuses 1 partition create "$odd" --gpt --size 5M
		refuses 1 partition create "$odd" --gpt
		refuses 1 deploy a.ini --target "$odd" --size 90M
		refuses 1 deploy a.ini --target "$odd" --size 90M \
			--dry-run
		refuses 1 reg export BCD "$odd" /y
		refuses 1 reg import "$odd" BCD
		refuses 1 bcdedit /store BCD /export "$odd"
		refuses 1 bcdedit /createstore "$odd"
		refuses 1 bcdedit /import BCD /store "$odd"
		refuses 1 format "$odd"
		refuses 1 chkdsk "$odd"
		refuses 1 dir "$odd"
		refuses 1 bootsect /nt60 "$odd"
	done
	# a name that is not there yet, with the slashes of Windows
	refuses 1 copy file 'sub\new'
	refuses 1 vdisk create 'sub\new.vhd' 5M
	refuses 1 partition create 'sub\new' --gpt --size 5M
	refuses 1 bcdedit /createstore 'sub\new'
}

@test "a host's file of such a name is said with ./" {
	for odd in './missing.img@1:\x' './C:\foo' "$PWD/./@1" './a\b'; do
		run -0 slipway copy file "$odd"
		cmp file "$odd"
		slipway type "$odd" | cmp file -
		run -1 slipway copy file "${odd/.\/}"
		rm "$odd"
		run -0 slipway vdisk create "$odd" 5M
		run -0 slipway partition create "$odd" --gpt type=data
		run -0 slipway partition list "$odd"
		rm "$odd"
	done
	# and behind ./ an address is one all the same
	slipway vdisk create x.vhd 6M
	slipway partition create ./x.vhd --mbr type=data
	slipway format ./x.vhd@1
	run -0 slipway copy file './x.vhd@1:\y'
	run -0 slipway dir 'x.vhd@1:\' /B
	[ "$output" = y ]
}

@test "a path that is a virtual disk is opened as one" {
	for ext in vhd vhdx; do
		for type in fixed dynamic; do
			rm -f ./*.vhd*
			slipway vdisk create x.$ext 8M --type $type
			run -0 slipway format x.$ext /V:Whole
			run -0 slipway chkdsk x.$ext
			run -0 slipway copy file "x.$ext:\\f"
			run -0 slipway bootsect /nt60 x.$ext
			run -0 slipway dir "x.$ext" /B
			[ "$output" = f ]
			run -1 slipway partition create x.$ext --mbr type=data
			assert_output_has NTFS
			run -0 slipway vdisk check x.$ext
			slipway vdisk info x.$ext | grep -i "^Type: *$type"
			slipway vdisk convert x.$ext x.raw
			run -0 slipway chkdsk x.raw
			assert_output_has 'Volume label is Whole.'
			# and one that lies in another
			slipway vdisk create o.$ext 40M
			slipway format o.$ext
			slipway copy x.$ext "o.$ext:\\in.$ext"
			run -0 slipway format "o.$ext:\\in.$ext" /Y /V:In
			run -0 slipway chkdsk "o.$ext:\\in.$ext"
			assert_output_has 'Volume label is In.'
			run -0 slipway chkdsk o.$ext
			run -1 slipway format "o.$ext:\\" # holds a file
			assert_output_has 'it holds NTFS'
			slipway copy file "o.$ext:\\plain"
			run -1 slipway format "o.$ext:\\plain" /Y
			assert_output_has 'file or folder in a volume'
			run -3 slipway chkdsk "o.$ext:\\plain"
			rm x.raw
		done
	done
}

@test "a new disk is what its name says" {
	for name in p.vhd p.VHDX p.avhdx p.img p disk.raw; do
		slipway partition create $name --gpt --size 9M type=data
		run -0 slipway partition list $name
		case $name in
		*.vhd) slipway vdisk info $name | grep 'Format: *VHD$' ;;
		*.VHDX | *.avhdx)
			slipway vdisk info $name | grep 'Format: *VHDX$'
			slipway vdisk info $name | grep 'Type: *fixed'
			;;
		*) [ "$(stat -c %s $name)" = 9437184 ] ;;
		esac
	done
	slipway partition create q.vhdx --gpt --size 9M --sector-size 4096 \
		type=data
	slipway vdisk info q.vhdx | grep 'Sector size: *4096'
	run -0 slipway partition list q.vhdx
	run -1 slipway partition create q.vhd --gpt --size 9M --sector-size 4096
	run -1 slipway vdisk create q.vhd 9M --sector-size 4096
	[ ! -e q.vhd ]
	run -1 slipway partition create p.vhd --wipe --gpt --sector-size 4096
	assert_output_has 'sectors of 512 bytes'
}

@test "another program's kind of disk is refused by name" {
	printf '[image]\nfile = x\n[vhd]\npath = \\x.vhd\nsize = 2M\n[boot]\nsystem = linux\n' >a.ini
	slipway vdisk create x.vhd 5M
	for end in qcow2 QCOW2 vmdk vdi qed wim esd iso vhds img.gz; do
		for c in "vdisk create n.$end 5M" \
			"vdisk create n.$end 5M --format vhd" \
			"vdisk create n.$end --parent x.vhd" \
			"vdisk convert x.vhd n.$end" \
			"vdisk convert x.vhd n.$end --format raw" \
			"partition create n.$end --gpt --size 5M" \
			"deploy a.ini --target n.$end --size 90M"; do
			# shellcheck disable=SC2086 # several words are meant
			refuses 1 $c
			assert_output_has 'another kind'
		done
	done
	run -0 slipway copy x.vhd n.iso # a file is a file
	for format in qcow2 vmdk vdi qed; do
		requires qemu-img
		qemu-img create -q -f $format f.img 10M
		for c in "partition list f.img" \
			"partition create f.img --gpt --wipe" \
			"format f.img /Y" "format f.img@1" "dir f.img" \
			"dir f.img:/" "chkdsk f.img" "vdisk convert f.img o.vhd" \
			"vdisk info f.img" "vdisk attach f.img" \
			"bootrec /fixmbr f.img" "bootsect /nt60 f.img" \
			"deploy a.ini --target f.img"; do
			# shellcheck disable=SC2086
			refuses 1 $c
			assert_output_has 'another kind'
		done
		run -0 slipway copy f.img g.img
		rm f.img g.img
	done
}

@test "a pipe, socket or device is refused as an input, not waited for" {
	mkfifo pipe
	python3 -c 'import socket
socket.socket(socket.AF_UNIX).bind("socket")'
	slipway vdisk create x.vhd 5M
	for odd in pipe socket /dev/zero; do
		for c in "copy $odd out" "type $odd" "vdisk info $odd" \
			"vdisk convert $odd o.vhd" "vdisk check $odd" \
			"vdisk create c.vhd --parent $odd" "chkdsk $odd" \
			"format $odd" "dir $odd" "partition list $odd" \
			"dism /Get-ImageInfo /ImageFile:$odd" "deploy $odd" \
			"reg query $odd" "reg import $odd $odd" \
			"bcdedit /store $odd" "bcdedit /import $odd /store BCD"; do
			# shellcheck disable=SC2086
			refuses 1 $c
		done
	done
}

@test "a size without a unit is not taken for bytes when it cannot be" {
	for size in 25600 512 102400 2097152; do
		refuses 2 vdisk create x.vhd $size
		assert_output_has "write ${size}M"
		refuses 2 partition create x.img --gpt --size $size
		refuses 2 deploy a.ini --target x.img --size $size
	done
	run -0 slipway vdisk create x.vhd 1024K
	run -0 slipway vdisk create y.vhd 5242880 --type expandable
	slipway vdisk info y.vhd | grep 'Type: *dynamic'
	refuses 2 vdisk expand x.vhd 2048
}

@test "a child that is made on the host keeps no path of the host" {
	for ext in vhd vhdx; do
		mkdir -p base child
		slipway vdisk create base/p.$ext 5M --type dynamic
		slipway vdisk create child/c.$ext --parent base/p.$ext
		slipway vdisk create child/d.$ext --parent child/c.$ext
		slipway vdisk reparent child/d.$ext --parent child/c.$ext
		for c in c d; do
			for coding in UTF-16LE UTF-16BE; do
				python3 - "$PWD" child/$c.$ext $coding <<-'END'
					import sys
					path = sys.argv[1].encode(sys.argv[3])
					assert path not in open(sys.argv[2], "rb").read()
				END
			done
		done
		run -0 slipway vdisk info child/d.$ext
		assert_output_has '..\base\p.'
		assert_output_has '.\c.'
	done
}
