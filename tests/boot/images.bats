# Images where they are: a machine takes its answer file and image from a web server
# that cuts connections in the middle, and reads images on Windows shares, of an NFS
# server and by TFTP, all in one start.
load ../helpers
load ../http
load ../shares

setup() {
	requires qemu-system-x86_64 python3 wimlib-imagex smbd ganesha.nfsd mcopy
	[ "$(id -u)" = 0 ] || skip "an NFS server needs root"
	cd "$ROOT"
	dir=$O/boot-tests/images
	rm -rf "$dir"
	mkdir -p "$dir/www"
	. tests/boot/qemu.sh
	. tests/boot/media.bash
	id=$(new_id)
	mkdir -p "$dir/tree/sbin" "$dir/tree/folder"
	echo init >"$dir/tree/sbin/init"
	head -c 7000000 /dev/urandom >"$dir/tree/folder/random"
	seq 90000 >"$dir/tree/numbers"
	wimlib-imagex capture "$dir/tree" "$dir/www/small.wim" Small --no-acls \
		--compress=XPRESS >/dev/null
	serve_http "$dir/www"
	serve_smb "$dir/www" 'p,a=s "w'
	serve_nfs "$dir/www"
}

teardown() {
	[ -z "${qemu_pid:-}" ] || qemu_stop
	stop_http
	cp "$BATS_TEST_TMPDIR/nfs/log" "$dir/nfs.log"
	stop_shares
	screen_text | tail -n 40
}

# What the machine does with each image on a share: says how it reads.
start_script() {
	cat <<-END
		exec >/dev/ttyS0 2>&1
		sums='$(cd "$dir/tree" && sha256sum folder/random numbers)'
		printf 'username=%s\npassword=%s\n' $(id -un) 'p,a=s "w' >/tmp/logon
		printf 'username=%s\npassword=%s\n' $(id -un) wrong >/tmp/wrong
		try() { # NAME IMAGE SWITCHES...
			name=\$1 image=\$2
			shift 2
			rm -f /tmp/d.img
			slipway partition create /tmp/d.img --size 60M --mbr type=data
			slipway dism /Apply-Image "/ImageFile:\$image" /Index:1 \\
				'/ApplyDir:/tmp/d.img@1:\\' --replace "\$@" >/dev/null
			echo "\$sums" | while read -r sum file; do
				now=\$(slipway type "/tmp/d.img@1:/\$file" | sha256sum)
				[ "\$sum" = "\${now%% *}" ] || echo "\$file differs"
				echo "\$name \$file read"
			done
		}
		smb='\\\\10.0.2.2@$smb_port'
		nfs=nfs://10.0.2.2:$nfs_port/srv/images
		try guest "\$smb\\open\\small.wim"
		try user smb://10.0.2.2:$smb_port/closed/small.wim \\
			/Credentials:/tmp/logon
		try nfs "\$nfs/small.wim"
		try tftp tftp://10.0.2.2/small.wim
		type="slipway type"
		\$type "\$smb\\closed\\small.wim"
		\$type "\$smb\\none\\small.wim"
		\$type "\$smb\\open\\none.wim"
		\$type "\$smb\\open\\.\\small.wim\\x"
		slipway dism /Get-ImageInfo "/ImageFile:\$smb\\closed\\small.wim" \\
			/Credentials:/tmp/wrong
		\$type "\$nfs/none.wim"
		\$type "nfs://10.0.2.2:$nfs_port/other/small.wim"
		\$type '\\\\10.0.2.2@1\\open\\small.wim'
		grep -E 'cifs|nfs' /proc/mounts
		ps | grep -F 'p,a=s' | grep -v grep
		echo script-\$((40 + 2))-ended
	END
}

@test "images come by http with breaks, by SMB, NFS and TFTP, in one start" {
	start_script >"$dir/startnet.sh"
	make_medium "$dir/medium.img" "$id" "$dir/startnet.sh"
	make_answer "$dir/www/answer.ini"
	truncate -s 350M "$dir/disk.img"
	start_kernel "slipway.medium=$id slipway.trust=network \
slipway.answer=http://10.0.2.2:$http_port/drop/answer.ini" \
		-drive "file=$dir/medium.img,if=virtio,format=raw,readonly=on" \
		-drive "file=$dir/disk.img,if=virtio,format=raw" \
		-device virtio-net-pci,netdev=n -netdev "user,id=n,tftp=$dir/www"
	qemu_wait 'script-42-ended' 120
	screen_text >"$dir/text"
	for name in guest user nfs tftp; do
		grep -q "^$name folder/random read" "$dir/text"
		grep -q "^$name numbers read" "$dir/text"
	done
	run ! grep -q differs "$dir/text"
	grep -q 'lets nobody in without a user' "$dir/text"
	grep -q '10.0.2.2 has no share called none' "$dir/text"
	grep -q 'but none.wim is not in it' "$dir/text"
	grep -q "refuses the user $(id -un)" "$dir/text"
	grep -q 'exports no folder /other' "$dir/text"
	grep -q 'nothing answers at its port 1' "$dir/text"
	run ! grep -qE '^(//|10.0.2.2|[^ ]* /[^ ]* (cifs|nfs))' "$dir/text"
	run ! grep -qF 'p,a=s' "$dir/text"

	qemu_wait 'Now: poweroff|deployment failed|FAILED' 120
	grep -q "image 1 of http://10.0.2.2:$http_port/drop/small.wim" "$dir/text" ||
		screen_text | grep -q "drop/small.wim"
	[ "$(grep -c '^/drop/small.wim' "$http_log")" -gt 4 ]
	qemu_stop # who writes to the disk has its lock
	for file in folder/random numbers; do
		slipway type "$dir/disk.img@3:/a.vhd@1:/$file" |
			cmp - "$dir/tree/$file"
	done
}
