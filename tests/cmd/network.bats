# Files of other machines: every command that reads a file reads a web server's,
# and an answer file's images may lie there.
load ../helpers
load ../http

setup_file() {
	requires python3 wimlib-imagex
	cd "$BATS_FILE_TMPDIR"
	mkdir -p tree/folder www/images
	echo hello >tree/hello.txt
	head -c 6000000 /dev/urandom >tree/folder/random
	seq 100000 >tree/folder/numbers
	wimlib-imagex capture tree www/small.wim Small --no-acls \
		--compress=LZX >/dev/null
	: >www/empty
	slipway vdisk create www/disk.vhd 40M --type dynamic >/dev/null
	slipway partition create www/disk.vhd --mbr type=data >/dev/null
	slipway format www/disk.vhd@1 /V:Disk >/dev/null
	slipway copy tree/hello.txt 'www/disk.vhd@1:\hello.txt' >/dev/null
	slipway vdisk create www/child.vhd --parent www/disk.vhd >/dev/null
}

setup() {
	cd "$BATS_TEST_TMPDIR"
	cp -r "$BATS_FILE_TMPDIR/www" .
	answer small.wim
	serve_http www
}

teardown() { stop_http; }

answer() { # IMAGE
	printf '%s\n' '[disk]' 'seed = 01234567-89ab-cdef-0123-456789abcdef' \
		'efi-size = 40M' '[image]' "file = $1" '[vhd]' \
		'path = \vhd\guest.vhd' 'size = 100M' '[boot]' 'system = linux' \
		>www/answer.ini
}

deploy() { # ANSWER IMAGE SWITCHES...
	local answer=$1 target=$2
	shift 2
	make_boot_files medium linux
	slipway deploy "$answer" --target "$target" --size 300M \
		--boot-files medium --progress none "$@"
}

# Both disks hold the same system; where it came from is noted on each.
assert_same_system() { # IMAGE IMAGE
	rm -f a.vhd b.vhd
	slipway copy "$1@3:\\vhd\\guest.vhd" a.vhd
	slipway copy "$2@3:\\vhd\\guest.vhd" b.vhd
	cmp a.vhd b.vhd
}

@test "copy and type read files of a web server, and write none" {
	run -0 slipway copy "$http/small.wim" got.wim
	cmp got.wim www/small.wim
	run -0 slipway copy "$http/drop/small.wim" dropped.wim
	cmp dropped.wim www/small.wim
	run -0 slipway copy "$http/moved/small.wim?a=b" moved.wim
	cmp moved.wim www/small.wim
	run -0 slipway copy "$http/busy/small.wim" busy.wim
	cmp busy.wim www/small.wim
	run -0 slipway type "$http/empty"
	[ -z "$output" ]
	run -0 slipway copy "$http/small.wim" "$http/answer.ini?a+b" ./
	cmp small.wim www/small.wim
	cmp answer.ini www/answer.ini
	run ! slipway copy got.wim "$http/new.wim"
	assert_output_has "read, not written"
	run ! slipway xcopy "$http/images" there
	assert_output_has "cannot be listed"
	run ! slipway dir "$http/images"
	assert_output_has "cannot be listed"
	run -1 slipway format "$http/disk.vhd@1" /FS:NTFS
	assert_output_has "read, not written"
	run -1 slipway vdisk create "$http/new.vhd" 10M
	assert_output_has "read, not written"
}

@test "an address goes on inside of a web server's disk, also of a child" {
	run -0 slipway type "$http/disk.vhd@1:\\hello.txt"
	[ "$output" = hello ]
	run -0 slipway type "$http/child.vhd@1:/hello.txt"
	[ "$output" = hello ]
	run -0 slipway dir "$http/disk.vhd@1:\\"
	assert_output_has hello.txt
	run -0 slipway chkdsk "$http/disk.vhd@1"
	run -1 slipway type "$http/disk.vhd@2:\\hello.txt"
	assert_output_has "no partition 2"
}

@test "what cannot be read says why, and what to do" {
	run -1 slipway type "$http/none"
	assert_output_has "no such file (status 404)"
	run -1 slipway copy "$http/changed/small.wim" changed
	assert_output_has "changed on the server"
	truncate -s 20M www/large
	run -1 slipway copy "$http/whole/large" large
	assert_output_has "use one that knows ranges"
	run -0 slipway type "$http/whole/answer.ini"
	assert_output_has small.wim
	run -1 slipway type https://127.0.0.1/x
	assert_output_has "there is no TLS here"
	run -1 slipway type ftp://127.0.0.1/x
	assert_output_has "FTP is not spoken here"
	run -1 slipway type http://a:b@127.0.0.1/x
	assert_output_has "user or password"
	run -1 slipway type '\\127.0.0.1\share'
	assert_output_has 'name of a file is missing'
	stop_http
	wait "$http_pid" || :
	run -1 slipway type "$http/small.wim"
	assert_output_has "nothing answers at its port"
}

@test "a share is refused where it cannot be read, with what to do" {
	[ "$(id -u)" != 0 ] || ! grep -q cifs /proc/filesystems ||
		skip "this kernel reads shares"
	for name in '\\127.0.0.1\share\x.wim' smb://127.0.0.1/share/x.wim \
		nfs://127.0.0.1/export/x.wim; do
		run -1 slipway type "$name"
		assert_output_has "mount the share yourself"
	done
}

@test "an image is shown, and applied, as the file itself is" {
	run -0 slipway dism /Get-ImageInfo "/ImageFile:$http/small.wim"
	assert_output_has "Name : Small"
	for image in www/small.wim "$http/drop/small.wim"; do
		rm -f d.img
		slipway partition create d.img --size 60M --mbr type=data
		slipway format d.img@1 /V:X >/dev/null
		run -0 slipway dism /Apply-Image "/ImageFile:$image" /Index:1 \
			'/ApplyDir:d.img@1:\' --replace
		for f in hello.txt folder/random folder/numbers; do
			slipway type "d.img@1:/$f" |
				cmp - "$BATS_FILE_TMPDIR/tree/$f"
		done
	done
}

@test "names of images are relative to where the answer file came from" {
	run -0 deploy "$PWD/www/answer.ini" file.img
	run -0 deploy "$http/answer.ini" url.img
	assert_output_has "image 1 of $http/small.wim"
	assert_same_system file.img url.img
	cp www/answer.ini fetched.ini
	run -0 deploy fetched.ini from.img --origin "$http/drop/a.ini?b=c"
	assert_output_has "image 1 of $http/drop/small.wim"
	assert_same_system file.img from.img
	run -1 deploy fetched.ini no.img --origin nfs:///x/a.ini
	assert_output_has "nfs:///x/small.wim"
	[ ! -e no.img ]
}

@test "an image may be at any address; drive letters are none" {
	slipway partition create stick.img --size 60M --mbr type=data
	slipway format stick.img@1 /FS:FAT32 >/dev/null
	slipway copy www/small.wim 'stick.img@1:\images\install.wim' /P
	answer "$PWD"'/stick.img@1:\images\install.wim'
	run -0 deploy www/answer.ini address.img
	answer '..\stick.img@1:\images\install.wim'
	run -0 deploy www/answer.ini relative.img
	assert_same_system address.img relative.img
	answer 'C:\images\install.wim'
	run -1 deploy www/answer.ini no.img
	assert_output_has "no drive letters"
}

@test "a logon needs a user, and its password is not shown" {
	answer "$http/small.wim"
	printf '%s\n' '[network]' 'username = "Install;er"' 'domain = EXAMPLE' \
		'password = "s3cret ;word"' >>www/answer.ini
	run -0 deploy www/answer.ini d.img
	[[ $output != *s3cret* ]]
	answer '\\127.0.0.1\share\x.wim'
	printf '%s\n' '[network]' 'password = s3cret' >>www/answer.ini
	run -1 deploy www/answer.ini d.img
	assert_output_has "has a password and no username"
	[[ $output != *s3cret* ]]
	printf '%s\n' 'username = x' 'passwort = s3cret' >>www/answer.ini
	run -1 deploy www/answer.ini d.img
	[[ $output != *s3cret* ]]
}

@test "credentials come from a file, and what is wrong in it is not shown" {
	image=/ImageFile:$http/small.wim
	printf '# a comment\r\nusername=x\r\npassword=a=b c\r\n\r\n' >good
	run -0 slipway dism /Get-ImageInfo "$image" /Credentials:good
	printf 'username=x\ns3cret\n' >bad
	run ! slipway dism /Get-ImageInfo "$image" /Credentials:bad
	assert_output_has "bad:2: "
	[[ $output != *s3cret* ]]
	printf 'password=s3cret\n' >bad
	run ! slipway dism /Get-ImageInfo "$image" /Credentials:bad
	assert_output_has "no username="
	[[ $output != *s3cret* ]]
	head -c 5000 /dev/zero >bad
	run ! slipway dism /Get-ImageInfo "$image" /Credentials:bad
	assert_output_has "over 4096 bytes"
	run ! slipway dism /Get-ImageInfo "$image" /Credentials:missing
	assert_output_has missing
}
