# shellcheck shell=bash
# A Samba and an NFS server of the test's own, on ports of the loopback address,
# with all that they keep in a folder: `load ../shares`, then serve_smb and
# serve_nfs, and stop_shares at the end.

free_port() {
	python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

wait_port() { # PORT
	local tries=$((200 * TIMEOUT_SCALE))
	until (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}

# Shares FOLDER as "open", for guests, and as "closed", for this user with a
# password. Sets smb_port.
serve_smb() { # FOLDER PASSWORD
	local at=$BATS_TEST_TMPDIR/smb
	smb_port=$(free_port)
	mkdir -p "$at/private" "$at/state"
	cat >"$at/smb.conf" <<-END
		[global]
		server role = standalone server
		smb ports = $smb_port
		interfaces = 127.0.0.1
		bind interfaces only = yes
		private dir = $at/private
		lock directory = $at/state
		state directory = $at/state
		cache directory = $at/state
		pid directory = $at/state
		ncalrpc dir = $at/state/ncalrpc
		passdb backend = tdbsam:$at/private/passdb.tdb
		map to guest = Bad User
		guest account = $(id -un)
		disable netbios = yes
		load printers = no
		[open]
		path = $1
		guest ok = yes
		[closed]
		path = $1
		valid users = $(id -un)
	END
	printf '%s\n%s\n' "$2" "$2" |
		smbpasswd -c "$at/smb.conf" -s -a "$(id -un)" >/dev/null 2>&1
	smbd --foreground --debug-stdout \
		-s "$at/smb.conf" >"$at/log" 2>&1 3>&- &
	smb_pid=$!
	wait_port "$smb_port"
}

# Exports FOLDER as /srv/images. Sets nfs_port. Opening files by their handles,
# as the server does, takes root.
serve_nfs() { # FOLDER
	local at=$BATS_TEST_TMPDIR/nfs
	nfs_port=$(free_port)
	mkdir -p "$at"
	cat >"$at/ganesha.conf" <<-END
		NFS_CORE_PARAM {
			NFS_Port = $nfs_port; Bind_addr = 127.0.0.1; Protocols = 4;
			Enable_NLM = false; Enable_RQUOTA = false;
			Enable_UDP = false;
		}
		NFSV4 { Graceless = true; RecoveryBackend = fs; RecoveryRoot = $at; }
		NFS_KRB5 { Active_krb5 = false; }
		EXPORT {
			Export_Id = 1; Path = $1; Pseudo = /srv/images;
			Access_Type = RO; Squash = None; SecType = sys;
			FSAL { Name = VFS; }
		}
	END
	ganesha.nfsd -F -f "$at/ganesha.conf" -L "$at/log" -p "$at/pid" \
		>"$at/out" 2>&1 3>&- &
	nfs_pid=$!
	wait_port "$nfs_port"
}

stop_shares() {
	for pid in ${smb_pid:-} ${nfs_pid:-}; do
		kill "$pid" 2>/dev/null || :
	done
}
