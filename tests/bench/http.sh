# shellcheck shell=bash
# A web server's file against the same file here, and against curl; part of run.sh.

http_server() { # FOLDER
	http_port=$(python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
	cat >"$dir/nginx.conf" <<-END
		daemon off;
		master_process off;
		pid $dir/nginx.pid;
		error_log $dir/nginx.log;
		events { }
		http {
			access_log off;
			sendfile on;
			client_body_temp_path $dir/nginx.body;
			proxy_temp_path $dir/nginx.proxy;
			fastcgi_temp_path $dir/nginx.fastcgi;
			uwsgi_temp_path $dir/nginx.uwsgi;
			scgi_temp_path $dir/nginx.scgi;
			server { listen 127.0.0.1:$http_port; root $1; }
		}
	END
	nginx -p "$dir" -c nginx.conf >/dev/null 2>&1 &
	http_pid=$!
	until (: <"/dev/tcp/127.0.0.1/$http_port") 2>/dev/null; do
		kill -0 $http_pid
		sleep 0.1
	done
}

bench_http() {
	wim=$(tests/image/make.sh lzx)
	case $wim in /*) ;; *) wim=$PWD/$wim ;; esac
	cat "$wim" >/dev/null
	http_server "${wim%/*}"
	url=http://127.0.0.1:$http_port/${wim##*/}
	apply=("$O/bin/slipway" dism /Apply-Image /Index:1
		"/ApplyDir:$dir/volume:\\" --progress none)
	read -r here here_kb <<<"$(best_of blank "${apply[@]}" "/ImageFile:$wim")"
	read -r there there_kb <<<"$(best_of blank "${apply[@]}" "/ImageFile:$url")"
	echo "apply lzx by http: $there s ($((there_kb >> 10)) MB), from the file" \
		"$here s ($((here_kb >> 10)) MB): ratio $(ratio "$here" "$there")," \
		"at least 0.95 is wanted"
	read -r ours _ <<<"$(best_of no_target "$O/bin/slipway" copy "$url" "$dir/target")"
	read -r theirs _ <<<"$(best_of no_target curl -s -o "$dir/target" "$url")"
	echo "copy by http: slipway $ours s, curl $theirs s:" \
		"ratio $(ratio "$theirs" "$ours"), at least 1 is wanted"
	kill $http_pid
}
