// SPDX-License-Identifier: MIT
//
// Files of SMB and NFS servers, read by the kernel: a mount that has no place
// in any folder (fsopen, fsmount) holds as long as a file of it is open.
// Options go to the kernel one by one, so a password may hold any letter and is
// in no list of processes; see Linux' Documentation/admin-guide/cifs and nfs.

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "net_priv.h"

// Of linux/mount.h, whose other names are libc's too.
#define FSOPEN_CLOEXEC      1u
#define FSCONFIG_SET_FLAG   0u
#define FSCONFIG_SET_STRING 1u
#define FSCONFIG_CMD_CREATE 6u
#define FSMOUNT_CLOEXEC     1u
#define MOUNT_ATTR_RDONLY   1u

#define MAX_LOG 512 // of what the kernel has to say

struct mounting {
	const char *text; // as the user wrote it
	const struct net_name *name;
	const struct net_logon *logon;
	char address[INET6_ADDRSTRLEN];
	char log[MAX_LOG]; // the kernel's last words
	int fd;            // of fsopen
};

// --- The kernel's side ------------------------------------------------------

static int set(struct mounting *m, const char *key, const char *value)
{
	long r = syscall(SYS_fsconfig, m->fd,
			 value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG, key,
			 value, 0);

	return r < 0 ? -errno : 0;
}

// Keeps the last error message that the kernel left: "e cifs: ...".
static void read_log(struct mounting *m)
{
	char line[MAX_LOG];
	ssize_t n;

	m->log[0] = 0;
	while ((n = read(m->fd, line, sizeof(line) - 1)) > 0) {
		line[n] = 0;
		line[strcspn(line, "\n")] = 0;
		if (line[0] == 'e' && line[1] == ' ')
			snprintf(m->log, sizeof(m->log), "%s", line + 2);
	}
}

struct option {
	const char *key, *value; // without a value: a flag
};

// Mounts with these options, up to one without a key. Returns 0 and a
// descriptor of the mount's root, or what the system calls give.
static int mount_once(struct mounting *m, const char *type,
		      const struct option *options, int *ret_root)
{
	long root = -1;
	int r = 0;

	m->fd = (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC);
	if (m->fd < 0)
		return -errno;
	for (; options->key && !r; options++)
		r = set(m, options->key, options->value);
	if (!r && syscall(SYS_fsconfig, m->fd, FSCONFIG_CMD_CREATE, NULL, NULL,
			  0) < 0)
		r = -errno;
	if (!r) {
		root = syscall(SYS_fsmount, m->fd, FSMOUNT_CLOEXEC,
			       MOUNT_ATTR_RDONLY);
		r = root < 0 ? -errno : 0;
	}
	if (r)
		read_log(m);
	close(m->fd);
	if (!r)
		*ret_root = (int)root;
	return r;
}

// --- SMB --------------------------------------------------------------------

// "nobrl": locks are of no use for reading. "noserverino": the inode numbers of
// some servers are not unique.
static int mount_as(struct mounting *m, const struct net_logon *logon,
		    int *ret_root)
{
	char source[2 * NET_MAX_HOST + 4], port[8];
	struct option options[12] = {{"source", source},
				     {"ip", m->address},
				     {"ro", NULL},
				     {"nobrl", NULL},
				     {"noserverino", NULL}};
	size_t n = 5;

	snprintf(source, sizeof(source), "//%s/%s", m->name->host,
		 m->name->share);
	snprintf(port, sizeof(port), "%u", m->name->port);
	if (m->name->has_port)
		options[n++] = (struct option){"port", port};
	options[n++] = (struct option){"user", logon->user ? logon->user : ""};
	if (logon->user)
		options[n++] = (struct option){
			"pass", logon->password ? logon->password : ""};
	if (logon->domain)
		options[n++] = (struct option){"domain", logon->domain};
	return mount_once(m, "cifs", options, ret_root);
}

// Without a user: as nobody, then as the guest that some servers want named.
static int mount_smb(struct mounting *m, int *ret_root)
{
	static const struct net_logon nobody = {0}, guest = {.user = "guest"};
	int r;

	if (m->logon && m->logon->user)
		return mount_as(m, m->logon, ret_root);
	r = mount_as(m, &nobody, ret_root);
	return r == -EACCES || r == -EPERM ? mount_as(m, &guest, ret_root) : r;
}

static int explain_smb(const struct mounting *m, int r, struct err *err)
{
	const struct net_name *name = m->name;
	bool has_user = m->logon && m->logon->user;

	switch (r) {
	case -ENOENT:
	case -ENODEV:
	case -ENXIO:
		return err_set(err, -ENOENT, m->text, ERR_NOWHERE,
			       "%s has no share called %s", name->host,
			       name->share);
	case -EACCES:
	case -EPERM:
		return err_set(err, -EACCES, m->text, ERR_NOWHERE,
			       has_user ? "%s refuses the user %s: is the "
					  "name, the password or the domain "
					  "wrong, or may that user not read "
					  "the share?"
					: "%s lets nobody in without a user "
					  "and a password%s",
			       name->host, has_user ? m->logon->user : "");
	case -EKEYEXPIRED:
		return err_set(err, -EACCES, m->text, ERR_NOWHERE,
			       "the password of %s has expired",
			       has_user ? m->logon->user : "guest");
	case -EOPNOTSUPP:
	case -EPROTONOSUPPORT:
		return err_set(err, -ENOTSUP, m->text, ERR_NOWHERE,
			       "%s speaks no SMB of 2.1 or newer", name->host);
	default:
		return err_set(err, r, m->text, ERR_NOWHERE,
			       "the share %s of %s cannot be used: %s%s%s",
			       name->share, name->host, strerror(-r),
			       m->log[0] ? "; " : "", m->log);
	}
}

// --- NFS --------------------------------------------------------------------

// Mounts the folder that the file lies in. "soft": a server that is gone ends
// in an error, where a hard mount waits for ever; safe, as nothing is written.
// "nolock": version 3 would want a daemon for locks.
static int mount_nfs(struct mounting *m, int *ret_root)
{
	// What 4.2 has more (holes) images have not, and not every server that
	// offers it can do it.
	static const char *const versions[] = {"4.1", "4.2", "4.0", "3"};
	bool is_v6 = strchr(m->name->host, ':');
	char source[NET_MAX_NAME + NET_MAX_HOST + 4], port[8];
	int r = -EPROTONOSUPPORT;

	snprintf(source, sizeof(source), "%s%s%s:%.*s", is_v6 ? "[" : "",
		 m->name->host, is_v6 ? "]" : "",
		 (int)(strrchr(m->name->path, '/') - m->name->path),
		 m->name->path);
	snprintf(port, sizeof(port), "%u", m->name->port);
	for (size_t i = 0; i < 4; i++) {
		bool is_3 = versions[i][0] == '3';
		struct option options[] = {
			{"source", source},
			{"vers", versions[i]},
			{"addr", m->address},
			{"proto", is_v6 ? "tcp6" : "tcp"},
			{"port", port},
			{"soft", NULL},
			{"timeo", "100"},
			{"retrans", "6"},
			{"sec", "sys"},
			{is_3 ? "nolock" : NULL, NULL},
			{"mountproto", is_v6 ? "tcp6" : "tcp"},
			{m->name->has_port ? "mountport" : NULL, port},
			{NULL, NULL}};

		r = mount_once(m, "nfs", options, ret_root);
		if (r != -EPROTONOSUPPORT && r != -EINVAL && r != -EOPNOTSUPP)
			break;
	}
	return r;
}

static int explain_nfs(const struct mounting *m, int r, struct err *err)
{
	int folder = (int)(strrchr(m->name->path, '/') - m->name->path);

	switch (r) {
	case -ENOENT:
	case -ENOTDIR:
		return err_set(err, -ENOENT, m->text, ERR_NOWHERE,
			       "%s exports no folder %.*s: showmount -e, or "
			       "its /etc/exports, tells which",
			       m->name->host, folder, m->name->path);
	case -EACCES:
	case -EPERM:
		return err_set(err, -EACCES, m->text, ERR_NOWHERE,
			       "%s does not export %.*s to this machine's "
			       "address",
			       m->name->host, folder, m->name->path);
	default:
		return err_set(err, r, m->text, ERR_NOWHERE,
			       "%.*s of %s cannot be used: %s%s%s", folder,
			       m->name->path, m->name->host, strerror(-r),
			       m->log[0] ? "; " : "", m->log);
	}
}

// --- Opening ----------------------------------------------------------------

// Asks the kernel whether it can do this at all, before anybody is called.
static int check_kernel(const struct mounting *m, const char *type,
			struct err *err)
{
	int fd = (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC);

	if (fd >= 0) {
		close(fd);
		return 0;
	}
	return err_set(err, -ENOTSUP, m->text, ERR_NOWHERE,
		       "%s here: mount the share yourself, and name the file "
		       "in the folder where it is then",
		       errno == EPERM || errno == EACCES
			       ? "only root can read from shares"
			       : "the kernel cannot read from such shares");
}

// Finds the server's address, as the kernel resolves no names, and that
// something answers at its port: a mount would wait long for a server that is
// not there, and say less.
static int find_server(struct mounting *m, struct err *err)
{
	const struct sockaddr_in6 *v6;
	const struct sockaddr_in *v4;
	struct net_peer peer;
	int fd, r = net_peer_find(m->name->host, m->name->port, SOCK_STREAM,
				  &net_usual_patience, m->text, &peer, &fd,
				  err);

	if (r)
		return r;
	close(fd);
	v4 = (const struct sockaddr_in *)&peer.address;
	v6 = (const struct sockaddr_in6 *)&peer.address;
	if (peer.address.ss_family == AF_INET)
		inet_ntop(AF_INET, &v4->sin_addr, m->address,
			  sizeof(m->address));
	else
		inet_ntop(AF_INET6, &v6->sin6_addr, m->address,
			  sizeof(m->address));
	return 0;
}

// Opens the file by the mount's descriptor, which is not needed afterwards.
static int open_below(const struct mounting *m, int root, const char *path,
		      struct disk **ret, struct err *err)
{
	size_t room = strlen(path) + 32;
	char *full = mem_alloc(room);
	struct err why = {0};
	struct stat st;
	int r;

	if (!full)
		return err_nomem(err);
	snprintf(full, room, "/proc/self/fd/%d%s", root, path);
	if (!stat(full, &st) && S_ISDIR(st.st_mode))
		r = err_set(&why, -EISDIR, m->text, ERR_NOWHERE,
			    "this is a folder; a file is needed");
	else
		r = disk_open_file(full, DISK_READ_ONLY | DISK_UNLOCKED, ret,
				   &why);
	mem_free(full);
	if (r == -ENOENT || r == -ENOTDIR)
		return err_set(err, -ENOENT, m->text, ERR_NOWHERE,
			       "%s gives what was asked for, but %s is not in "
			       "it",
			       m->name->host, path + 1);
	return r ? err_set(err, r, m->text, ERR_NOWHERE, "%s",
			   why.why[0] ? why.why : strerror(-r))
		 : 0;
}

int net_share_open(const char *text, const struct net_name *name,
		   const struct net_logon *logon, struct disk **ret,
		   struct err *err)
{
	bool is_smb = name->kind == NET_SMB;
	struct mounting m = {.text = text, .name = name, .logon = logon};
	int root, r = check_kernel(&m, is_smb ? "cifs" : "nfs", err);

	if (!r)
		r = find_server(&m, err);
	if (r)
		return r;
	r = is_smb ? mount_smb(&m, &root) : mount_nfs(&m, &root);
	if (r)
		return is_smb ? explain_smb(&m, r, err)
			      : explain_nfs(&m, r, err);
	r = open_below(&m, root, is_smb ? name->path : strrchr(name->path, '/'),
		       ret, err);
	close(root);
	return r;
}
