# shellcheck shell=bash
# A web server of the test's own: `load ../http`, then serve_http FOLDER, and
# stop_http at the end. Sets http_port; what was asked for is in $http_log.

serve_http() { # FOLDER
	http_log=$BATS_TEST_TMPDIR/http.log
	python3 "$ROOT/tests/http_server.py" "$1" >"$http_log" 2>&1 3>&- &
	http_pid=$!
	http_port=
	for _ in $(seq $((100 * TIMEOUT_SCALE))); do
		http_port=$(sed -n 's/^port //p' "$http_log")
		[ -z "$http_port" ] || break
		sleep 0.1
	done
	[ -n "$http_port" ]
	http=http://127.0.0.1:$http_port
}

stop_http() {
	[ -z "${http_pid:-}" ] || kill "$http_pid" 2>/dev/null || :
}
