#!/bin/bash
# Makes the image that is deployed as Windows: folders, names and boot files as
# Windows has them, real Windows programs (of Debian's libwine), the stand-in as
# its boot manager, awkward names, and the list of hashes that the stand-in
# checks the volume against. Captured by wimlib-imagex (LZX).
#
# usage: tests/standin/image.sh     prints the path of the WIM
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/../.."
. build/lib.sh

here=tests/standin
mkdir -p "$CACHE"
# tests that run at once may want it at once
exec 9>"$CACHE/images.lock"
flock 9
manager=$($here/make.sh)
stamp=$(cat $here/image.sh "$manager" | sha256sum | cut -c 1-16)
dir=$CACHE/standin-image/$stamp
wim=$dir/windows.wim
tree=$dir/tree
[ ! -e "$wim" ] || { echo "$wim"; exit 0; }

fetch() { # PACKAGE
	mkdir -p "$CACHE/image-debs"
	ls "$CACHE/image-debs/$1"_*.deb >/dev/null 2>&1 ||
		(cd "$CACHE/image-debs" && APT_CONFIG=$CACHE/apt/apt.conf \
			apt-get -qq download "$1")
	dpkg-deb -x "$CACHE/image-debs/$1"_*.deb "$tmp/wine"
	pe=$tmp/wine/usr/lib/x86_64-linux-gnu/wine/x86_64-windows
}

boot_files() { # \Windows\Boot
	mkdir -p "$1/EFI" "$1/Fonts" "$1/Resources" "$1/PCAT"
	cp "$manager" "$1/EFI/bootmgfw.efi"
	cp "$pe/winebus.sys" "$1/EFI/bootmgr.efi"
	cp "$pe/mountmgr.sys" "$1/EFI/memtest.efi"
	cp "$pe/hal.dll" "$1/Resources/bootres.dll"
	cp "$pe/ksecdd.sys" "$1/PCAT/bootvhd.dll"
	for language in de-DE en-US ja-JP qps-ploc; do
		mkdir -p "$1/EFI/$language" "$1/Resources/$language"
		for name in bootmgfw.efi bootmgr.efi memtest.efi; do
			echo "$language $name" >"$1/EFI/$language/$name.mui"
		done
		echo "$language" >"$1/Resources/$language/bootres.dll.mui"
	done
	for font in chs_boot jpn_boot malgun_boot meiryon_boot msyh_boot \
		segmono_boot segoen_slboot segoe_slboot wgl4_boot; do
		{ echo $font; head -c 40000 "$pe/gdi32.dll"; } >"$1/Fonts/$font.ttf"
	done
}

# The smaller programs, and those that a start of Windows needs.
system_files() { # \Windows
	mkdir -p "$1/System32/config" "$1/System32/drivers" "$1/SysWOW64" \
		"$1/WinSxS/amd64_stand-in_31bf3856ad364e35_10.0.1.1_none_0"
	find "$pe" -type f -size -250k -name '*.dll' | sort |
		xargs cp -t "$1/System32"
	find "$pe" -type f -size -200k | sort | xargs cp -t "$1/System32"
	cp "$pe/kernel32.dll" "$pe/ntdll.dll" "$1/System32"
	cp "$pe/ntoskrnl.exe" "$1/System32/ntoskrnl.exe"
	cp "$pe/ntoskrnl.exe" "$1/System32/winload.efi"
	cp "$pe/winebus.sys" "$1/System32/winresume.efi"
	mv "$1/System32"/*.sys "$1/System32/drivers"
	for hive in BCD-Template DEFAULT SAM SECURITY SOFTWARE SYSTEM; do
		{ echo "regf $hive"; head -c 100000 "$pe/advapi32.dll"; } \
			>"$1/System32/config/$hive"
	done
	for name in kernel32 ntdll msvcrt ole32; do
		[ ! -e "$1/System32/$name.dll" ] || ln "$1/System32/$name.dll" \
			"$1/WinSxS/amd64_stand-in_31bf3856ad364e35_10.0.1.1_none_0"
	done
	head -c 12000000 /dev/zero | cat - "$pe/gdi32.dll" \
		>"$1/System32/mostly-zeroes.dat"
}

user_files() { # TOP
	user="$1/Users/Jörg Müller"
	mkdir -p "$user/Desktop" "$user/AppData/Local/Temp" \
		"$1/Program Files (x86)/Common Files" "$1/ProgramData" \
		"$1/Users/Public/Documents/日本語 [1]" "$1/Perflogs/empty"
	echo ä >"$user/Desktop/Grüße aus Köln.txt"
	echo 😀 >"$user/Desktop/emoji 😀 name"
	echo п >"$user/Desktop/привет мир"
	echo 日 >"$1/Users/Public/Documents/日本語 [1]/ファイル %20 {a}.txt"
	: >"$user/AppData/Local/Temp/empty"
	echo x >"$user/AppData/Local/Temp/~\$x'y \`z\`;#&=+,.tmp"
	long=$(printf '%0250d' 7 | tr 0 n)
	echo long >"$user/$long.tmp"
	for n in 1 511 512 513 700 4095 4096 4097 32769; do
		head -c $n "$pe/gdi32.dll" >"$user/AppData/size-$n"
	done
	seq 200000 >"$1/Program Files (x86)/Common Files/numbers.txt"
}

make_tmp
fetch libwine
rm -rf "$CACHE/standin-image"
boot_files "$tree/Windows/Boot"
system_files "$tree/Windows"
user_files "$tree"
(cd "$tree" && find . -type f ! -name SHA256SUMS -print0 | sort -z |
	xargs -0 sha256sum >SHA256SUMS)
settle_dates "$tree"
wimlib-imagex capture "$tree" "$wim.new" "Stand-in" "Stand-in for Windows" \
	--compress=LZX --no-acls >"$dir/capture.log" 2>&1
rm -rf "$tree"
mv "$wim.new" "$wim"
echo "$wim"
