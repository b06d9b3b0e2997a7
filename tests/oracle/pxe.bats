# The configurations that slipway-pxe(7) shows, as dnsmasq understands them and a
# machine's firmware meets them: in a network of their own, of two ends.

load ../helpers
load ../cmd/examples

setup() {
	requires dnsmasq python3 ip unshare nsenter
	unshare -n true || skip "a network of its own is not allowed here"
	cd "$BATS_TEST_TMPDIR"
	mkdir tftp
	for file in lpxelinux.0 bootx64.efi; do
		echo "this is $file" >tftp/$file
	done
	blocks "$ROOT/tools/man/slipway-pxe.7" blocks
	unshare -n sleep 300 3>&- &
	server=$!
	unshare -n sleep 300 3>&- &
	client=$!
	# until each is in its own
	for pid in $server $client; do
		until [ "$(readlink /proc/$pid/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; do
			sleep 0.1
		done
	done
	at $server ip link add s type veth peer name c
	at $server ip link set c netns $client
	at $server ip addr add 192.168.1.2/24 dev s
	at $client ip addr add 192.168.1.77/24 dev c
	at $server ip link set s up
	at $client ip link set c up
}

teardown() {
	for pid in ${dnsmasq:-} ${server:-} ${client:-}; do
		kill $pid
	done
	cat dnsmasq.log
}

at() { # PROCESS COMMAND...: in its network
	nsenter -n -t "$@"
}

# Starts dnsmasq with the block of the page that has such a line.
serves() { # LINE
	grep -lx -- "$1" blocks/* >found
	[ "$(wc -l <found)" -eq 1 ]
	sed "s|/srv/tftp|$PWD/tftp|" "$(cat found)" >conf
	dnsmasq --test -C conf
	nsenter -n -t $server dnsmasq -k -C conf --pid-file= --user=root --log-dhcp \
		--log-facility=- --dhcp-leasefile="$PWD/leases" >dnsmasq.log 2>&1 3>&- &
	dnsmasq=$!
	for _ in $(seq 100); do
		! grep -q 'TFTP root is' dnsmasq.log || return 0
		sleep 0.1
	done
	return 1
}

# What a machine of each kind is told, and one that does not start by PXE: "none".
told() { # ARCHITECTURE ANSWER [proxy]
	run -0 at $client python3 "$ROOT/tests/oracle/pxe_client.py" c 192.168.1.77 \
		"$1" ${3:-}
	echo "$1: $output"
	[ "$output" = "$2" ]
}

@test "addresses, files and TFTP by dnsmasq" {
	serves 'dhcp-range=192.168.1.100,192.168.1.200,12h'
	told 0 "lpxelinux.0: this is lpxelinux.0"
	told 7 "bootx64.efi: this is bootx64.efi"
	told 9 "bootx64.efi: this is bootx64.efi"
	told none "an address"
}

@test "beside a router: only machines that start by PXE are answered" {
	serves 'dhcp-ignore=tag:!pxe'
	told 0 "lpxelinux.0: this is lpxelinux.0"
	told 7 "bootx64.efi: this is bootx64.efi"
	told none "nothing"
}

@test "beside a router, for a BIOS: files without addresses" {
	serves 'dhcp-range=192.168.1.0,proxy'
	told 0 "lpxelinux.0: this is lpxelinux.0" proxy
	told none "nothing" proxy
}
