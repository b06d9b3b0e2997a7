# shellcheck shell=bash
# vdisk attach against qemu-nbd and loop in a machine of QEMU's; read by run.sh.
# ATTACH_JOBS, ATTACH_SERVERS and ATTACH_SECONDS choose what is run.

: "${ATTACH_SECONDS:=3}"
: "${ATTACH_SERVERS:=slipway-vhd slipway-ntfs nbd-vhd nbd-vhd-direct slipway-raw loop-raw loop-raw-direct}"
: "${ATTACH_JOBS:=$(echo {randread,randwrite,read,write}-{4k,1m}-{1,32})}"
: "${ATTACH_SIZE:=1G}"

# The programs' disk, the data's disk, and the environment with our script.
attach_disks() {
	local top=$dir/top add=$dir/add module
	mkdir -p "$top"/{dev,proc,sys,tmp,run,data,var} "$add/tools.d"
	ln -s ../run "$top/var/lock"
	for name in fio qemu-nbd losetup; do host_program "$top" $name; done
	mke2fs -q -t ext4 -d "$top" "$dir/tools.img" 300M >/dev/null
	mkdir -p "$dir/data"
	truncate -s "$ATTACH_SIZE" "$dir/data/disk.raw"
	openssl enc -aes-128-ctr -nosalt -K 0 -iv 0 </dev/zero 2>/dev/null |
		dd of="$dir/data/disk.raw" bs=1M iflag=fullblock conv=notrunc \
			count=$(($(stat -c %s "$dir/data/disk.raw") >> 20)) \
			status=none
	"$O/bin/slipway" vdisk convert "$dir/data/disk.raw" \
		"$dir/data/disk.vhd" --type dynamic --progress none
	mke2fs -q -t ext4 -d "$dir/data" "$dir/data.img" 4G >/dev/null
	truncate -s $(($(stat -c %s "$dir/data/disk.vhd") * 5 / 4)) \
		"$dir/ntfs.img"
	"$O/bin/slipway" format "$dir/ntfs.img" /FS:NTFS /Y >/dev/null
	"$O/bin/slipway" copy "$dir/data/disk.vhd" "$dir/ntfs.img:\\disk.vhd" \
		>/dev/null
	rm -rf "$top" "$dir/data"
	module=$(ls .cache/root/lib/modules/*/kernel/drivers/block/nbd.ko.xz)
	xz -dc "$module" >"$add/tools.d/nbd.ko"
	cp tests/bench/attach_guest.sh "$add"
	mkdir "$add/bin"
	strip -o "$add/bin/slipway" "$O/bin/slipway"
	add_archive "$add" "$O/boot/initramfs" "$dir/initramfs"
}

attach_machine() {
	local token line
	token=$(od -An -tx1 -N 8 /dev/urandom | tr -d ' \n')
	mkdir -p "$dir/vm"
	QEMU_MEMORY=1024 QEMU_CPUS=2 qemu_start "$dir/vm" bios \
		-kernel "$O/boot/vmlinuz" \
		-initrd "$dir/initramfs" -net none -no-reboot \
		-append "console=ttyS0 quiet slipway.shell" \
		-drive "file=$dir/tools.img,format=raw,if=virtio,cache=unsafe,readonly=on" \
		-drive "file=$dir/data.img,format=raw,if=virtio,cache=unsafe" \
		-drive "file=$dir/ntfs.img,format=raw,if=virtio,cache=unsafe"
	qemu_wait 'slipway.*# ' 60
	line="sh /attach_guest.sh $token $ROUNDS $ATTACH_SECONDS"
	qemu_type "$line '$ATTACH_SERVERS' '$ATTACH_JOBS'"
	qemu_wait "bench (done|failed.*): $token" 3600 || :
	cp "$dir/vm/serial.log" "$O/bench-attach.log"
	qemu_stop
	grep -aq "bench done: $token" "$O/bench-attach.log" || {
		tail -n 20 "$O/bench-attach.log"
		exit 1
	}
}

# Prints the medians over the rounds of a job: KB a second of both servers, and
# the ratio of those that ran one after the other. The machine's own speed comes
# and goes within a round's time by more than what is compared.
attach_medians() { # OURS PEER JOB
	tr -d '\r' <"$O/bench-attach.log" | awk -v a="$1" -v b="$2" -v j="$3" '
		function median(v, n, i, k, t) {
			for (i = 2; i <= n; i++)
				for (k = i; k > 1 && v[k] < v[k - 1]; k--) {
					t = v[k]; v[k] = v[k - 1]; v[k - 1] = t
				}
			return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
		}
		/^bench / && $3 == j && $2 == a { ours[++n] = $4 }
		/^bench / && $3 == j && $2 == b { theirs[++m] = $4 }
		END {
			for (i = 1; i <= n; i++) ratio[i] = ours[i] / theirs[i]
			printf "%d %d %.2f\n", median(ours, n), \
				median(theirs, m), median(ratio, n)
		}'
}

attach_report() { # OURS PEER WANTED
	local job ours theirs ratio
	case " $ATTACH_SERVERS " in *" $1 "*) ;; *) return ;; esac
	case " $ATTACH_SERVERS " in *" $2 "*) ;; *) return ;; esac
	for job in $ATTACH_JOBS; do
		read -r ours theirs ratio < <(attach_medians "$1" "$2" "$job")
		echo "attach $job: $1 $ours KB/s, $2 $theirs KB/s: ratio" \
			"$ratio, at least $3 is wanted"
	done
}

bench_attach() {
	. tests/boot/qemu.sh
	. tests/programs.sh
	attach_disks
	echo "attach: load before it $(load)"
	attach_machine
	echo "attach: load after it $(load), of which the machine itself is 2"
	attach_report slipway-vhd nbd-vhd 1.3
	attach_report slipway-vhd nbd-vhd-direct 1.3
	attach_report slipway-ntfs nbd-vhd 1.3
	attach_report slipway-raw loop-raw 0.8
	attach_report slipway-raw loop-raw-direct 0.8
	tr -d '\r' <"$O/bench-attach.log" | awk '/^bench .* memory/ && $4 > m {
		m = $4; l = $5 } END { print "attach memory:", m,
		"KB resident,", l, "KB mapped and locked: at most 16384 and the block table are wanted" }'
}
