# Start scripts and answer files that come over the network are used when the
# kernel line says what they must be, or that nobody cares.
load ../helpers

setup() {
	requires qemu-system-x86_64 python3
	cd "$ROOT"
	dir=$O/boot-tests/network-$BATS_TEST_NUMBER
	rm -rf "$dir"
	mkdir -p "$dir/served"
	. tests/boot/qemu.sh
	. tests/boot/media.bash
	token=$(new_id)
	printf 'echo ran-%s\nman bcdboot\n' $token >"$dir/served/startnet.sh"
	printf '[disk]\nother-machine = yes\nbus = nvme\n[image]\nfile = x.wim\n[vhd]\npath = \\a.vhd\nsize = 1M\n[boot]\nsystem = linux\n' \
		>"$dir/served/answer.ini"
	serve
}

teardown() {
	[ -z "${qemu_pid:-}" ] || qemu_stop
	kill "$server"
	screen_text | tail -n 30
}

# A web server on the loopback address; sets `url` as the machine sees it.
serve() {
	python3 -u -m http.server --bind 127.0.0.1 --directory "$dir/served" 0 \
		>"$dir/http.log" 2>&1 3>&- &
	server=$!
	for _ in $(seq 100); do
		port=$(sed -n 's/.*port \([0-9]*\).*/\1/p' "$dir/http.log")
		[ -z "$port" ] || break
		sleep 0.1
	done
	url=http://10.0.2.2:$port
}

sum() { sha256sum <"$dir/served/$1" | cut -d ' ' -f 1; }

starts() { # WORDS...
	start_kernel "slipway.medium=none $*" -device virtio-net-pci,netdev=n \
		-netdev "user,id=n,tftp=$dir/served"
	qemu_wait 'Choose 1 to' 90
}

@test "http with its sum is used; tftp without a word is not" {
	starts "slipway.startnet=$url/startnet.sh" \
		"slipway.startnet-sha256=$(sum startnet.sh)" \
		"slipway.answer=tftp:///answer.ini"
	grep -aq "^ran-$token" "$dir/serial.log"
	screen_text | grep -q 'bcdboot - make a disk start a Windows' # the manual
	screen_text | grep -q 'FAILED *tftp:///answer.ini is not taken from the network unseen'
	screen_text | grep -q 'slipway.answer-sha256=HEX'
	screen_text | grep -q 'slipway.trust=network'
	run ! grep -q Deploying <(screen_text)
	grep -q 'GET /startnet.sh' "$dir/http.log"
}

@test "tftp is trusted when that is said; http with another sum is not used" {
	starts "slipway.startnet=tftp:///startnet.sh slipway.trust=network" \
		"slipway.answer=$url/answer.ini" \
		"slipway.answer-sha256=$(sum startnet.sh)"
	grep -aq "^ran-$token" "$dir/serial.log"
	screen_text | grep -q 'FAILED *http.*answer.ini is not what slipway.answer-sha256 says'
	screen_text | grep -A 1 'It was not used. Its SHA-256 is' | grep -q "$(sum answer.ini)"
	run ! grep -q Deploying <(screen_text)
}

@test "an answer file by tftp with its sum is done; a sum must be one" {
	starts "slipway.answer=tftp://10.0.2.2/answer.ini" \
		"slipway.answer-sha256=$(sum answer.ini | tr a-f A-F)" \
		"slipway.startnet=$url/startnet.sh slipway.startnet-sha256=12ab"
	screen_text | grep -q 'FAILED *slipway.startnet-sha256=12ab is not a SHA-256'
	run ! grep -aq "^ran-$token" "$dir/serial.log"
	screen_text | grep -q 'Deploying'
	screen_text | grep -q 'no disk matches'
	run ! grep -q 'GET /startnet.sh' "$dir/http.log"
}
