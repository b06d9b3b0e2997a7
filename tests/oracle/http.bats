# Web servers that others wrote are read as they are, also when they are restarted in
# the middle; those that cannot send parts are refused by name, or read as a whole.
load ../helpers

setup_file() {
	requires nginx python3
	head -c 6000000 /dev/urandom >"$BATS_FILE_TMPDIR/large"
}

setup() {
	cd "$BATS_TEST_TMPDIR"
	mkdir www run
	ln "$BATS_FILE_TMPDIR/large" www/large
	echo hello >'www/a file.txt'
	: >www/empty
	server=
}

teardown() { [ -z "$server" ] || kill "$server" 2>/dev/null || :; }

free_port() {
	python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

wait_for_server() {
	local tries=$((100 * TIMEOUT_SCALE))
	until (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
	http=http://127.0.0.1:$port
}

# Until the command that copies has connections, which wait for more.
wait_for_connections() {
	until [ "$(ss -tnH state established "sport = :$port" | wc -l)" -ge 2 ]; do
		kill -0 "$copy"
		sleep 0.1
	done
}

# Keeps the port of the time before; MORE goes into the configuration.
start_nginx() { # [MORE]
	: "${port:=$(free_port)}"
	cat >nginx.conf <<-END
		daemon off;
		master_process off;
		pid run/pid;
		error_log run/error;
		events { }
		http {
			client_body_temp_path run/body;
			proxy_temp_path run/proxy;
			fastcgi_temp_path run/fastcgi;
			uwsgi_temp_path run/uwsgi;
			scgi_temp_path run/scgi;
			log_format parts '\$request_uri \$status \$http_range';
			access_log run/access parts;
			server {
				listen 127.0.0.1:$port;
				listen [::1]:$port;
				root $PWD/www;
				location /moved/ { return 301 /large; }
				location /none/ { max_ranges 0; alias $PWD/www/; }
				$1
			}
		}
	END
	nginx -p "$PWD" -c nginx.conf >run/out 2>&1 3>&- &
	server=$!
	wait_for_server
}

stop_server() {
	kill "$server"
	wait "$server" || :
	server=
}

@test "nginx: files, blanks in names, redirections, IPv6, no ranges" {
	start_nginx
	for name in large moved/ none/large; do
		run -0 slipway copy "$http/$name" got /Y
		cmp got www/large
	done
	grep -q '^/large 206 bytes=' run/access
	run -0 slipway type "http://localhost:$port/a file.txt"
	[ "$output" = hello ]
	run -0 slipway type "http://[::1]:$port/a%20file.txt"
	[ "$output" = hello ]
	run -0 slipway type "$http/empty"
	[ -z "$output" ]
	run -1 slipway type "$http/nothing"
	assert_output_has "status 404"
	truncate -s 20M www/huge
	run -1 slipway copy "$http/none/huge" got /Y
	assert_output_has "use one that knows ranges"
	cmp got www/large
}

@test "nginx is restarted in the middle; then with another file" {
	start_nginx 'limit_rate 1m;'
	slipway copy "$http/large" got 3>&- &
	copy=$!
	wait_for_connections
	stop_server
	mv run/access run/before || :
	start_nginx
	wait $copy
	cmp got www/large
	grep -q '^/large 206 bytes=' run/access

	stop_server
	start_nginx 'limit_rate 1m;'
	slipway copy "$http/large" other >copied 2>&1 3>&- &
	copy=$!
	wait_for_connections
	stop_server
	rm www/large
	head -c 6000000 /dev/urandom >www/large
	start_nginx
	# not by run: its shell of its own is not whose child this is
	local status=0
	wait $copy || status=$?
	[ "$status" -eq 1 ]
	grep -q 'changed on the server while it was read' copied
	[ ! -e other ]
}

@test "busybox' httpd, and python's, which has no ranges" {
	busybox=$ROOT/.cache/root/bin/busybox
	[ -x "$busybox" ] || skip "packages are not unpacked"
	port=$(free_port)
	"$busybox" httpd -f -p "127.0.0.1:$port" -h www >run/out 2>&1 3>&- &
	server=$!
	wait_for_server
	run -0 slipway copy "$http/large" got
	cmp got www/large
	stop_server
	port=$(free_port)
	python3 -m http.server --bind 127.0.0.1 --directory www "$port" \
		>run/out 2>&1 3>&- &
	server=$!
	wait_for_server
	run -0 slipway copy "$http/large" whole
	cmp whole www/large
	truncate -s 20M www/huge
	run -1 slipway copy "$http/huge" huge
	assert_output_has "use one that knows ranges"
}
