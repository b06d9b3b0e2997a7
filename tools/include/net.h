// SPDX-License-Identifier: MIT
//
// libnet: files that lie on other machines, as disks for reading. What a user
// writes:
//
//     http://server[:port]/images/install.wim    a web server's (HTTP/1.1)
//     \\server\share\images\install.wim          a Windows share's (SMB), also
//     smb://server[:port]/share/images/...       and \\server@port\share\...
//     nfs://server[:port]/export/images/...      an NFS server's
//     tftp://server[:port]/images/...            a TFTP server's
//
//     struct disk *file;
//     net_open("http://10.0.0.1/install.wim", NULL, &file, &err);
//     disk_read(file, 0, sector, 512, &err);
//     disk_close(file);
//
// A server is a name, an IPv4 address, or an IPv6 address in brackets. In the
// path of a URL, blanks and letters that are not ASCII may stand as they are;
// "%", "#" and "?" that are part of a name are written %25, %23, %3F.
//
// HTTP: RFC 9110 and RFC 9112. The file is read by ranges (RFC 9110, 14), over a
// few connections that are kept; what is read in order is fetched ahead, at most
// 8 MiB of it. 12 MiB of what was read last are kept. A connection that drops, or
// a server that restarts, is tried again from the byte that is missing. That the
// file is still the same is seen by its ETag, date and length, with each answer.
// A server that cannot send ranges is refused, but for files of up to 12 MiB,
// which are read as a whole. There is no TLS (https:// is refused), no proxy and
// no logging on. Nothing proves that the bytes are the server's: what is read must
// carry its own proof (the hashes of a WIM tell damage, not a forger).
//
// SMB and NFS: the kernel reads them, by a mount that no folder shows and that
// ends with the disk. That takes root and the kernel's cifs and nfs modules, as in
// the environment. SMB is 2.1 or newer, the newest that both know; NFS is 4.1, 4.2,
// 4.0, or 3. What is on a share is read without locks.
//
// TFTP (RFC 1350, with the options of RFC 2348, 2349, 7440) cannot read parts of a
// file: all of it is fetched into memory when it is opened, if it has at most half
// of that.
//
// A machine that has no address on any network yet is waited for, 30 seconds.
//
// Threads: several may read a disk at once; it has a few of its own, so it is
// opened after a fork, not before.

#ifndef NET_H
#define NET_H

#include "disk.h"

// Who logs on to a share; each may be NULL. Without a user: nobody (a share for
// guests). They are handed to the kernel and to nobody else.
struct net_logon {
	const char *user, *domain, *password;
};

// How long is waited for what, milliseconds.
struct net_patience {
	unsigned address; // until this machine has one
	unsigned connect; // for a server's answer to one attempt
	unsigned silent;  // while a connection that is open says nothing
	unsigned broken;  // in which no byte came, by any number of attempts
};

// What is waited when nothing else is said: 30 s, 10 s, 30 s, 60 s.
extern const struct net_patience net_usual_patience;

// Tells whether a text names something on another machine: "word://" or "\\\\"
// begins it. That it is well formed is for net_open to say.
bool net_is_name(const char *text);

// Returns how many bytes at the front of such a name say which server it is: with
// the "//" and the separator behind the server, if there is one.
size_t net_server_length(const char *name);

// Makes the name of a file that `name`, relative, means in a file that `base`
// names: from http://h/a/b.ini and c.wim, http://h/a/c.wim. Both kinds of
// separators stand in either. *ret is new memory, free with mem_free.
// Returns 0 or -ENOMEM.
MUST_CHECK
int net_join(const char *base, const char *name, char **ret, struct err *err);

// Opens a file for reading. `logon` may be NULL; shares of SMB alone know one.
// Returns 0, -EINVAL for a name that is malformed, -ENOTSUP for another kind of
// name (https://, ftp://), a server without ranges, and a share that this
// kernel or user cannot reach, -ENOENT when there is no such server, share or
// file, -EACCES when it is not given to this user, -EISDIR for a folder, -ENETDOWN
// when this machine has no address, -ELOOP after 5 redirections, -EBADMSG and
// -EFBIG for an answer that is none or over a limit, -EIO for another refusal,
// -ENOMEM, or what connect(2) and mount(2) give. Reading it returns also -ESTALE when
// the file was changed on the server, and -ETIMEDOUT.
MUST_CHECK
int net_open(const char *name, const struct net_logon *logon, struct disk **ret,
	     struct err *err);

// As net_open for http://, with another patience than the usual one.
MUST_CHECK
int net_http_open(const char *url, const struct net_patience *patience,
		  struct disk **ret, struct err *err);

#endif
