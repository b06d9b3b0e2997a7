// SPDX-License-Identifier: MIT
//
// Who logs on to a share, from a file: on the command line others could read
// it.

#ifndef CREDENTIALS_H
#define CREDENTIALS_H

#include "net.h"

struct credentials {
	struct net_logon logon; // points into text
	char *text;
};

// Reads lines "username=x", "password=x", "domain=x", as mount.cifs does;
// others, but comments with "#" and empty ones, are errors. A path of NULL
// gives nobody. Returns 0, -EBADMSG with the line, -EFBIG over 4 KiB, -ENOMEM,
// or as disk_open_file. Free with credentials_free.
int credentials_read(const char *path, struct credentials *ret,
		     struct err *err);

// Frees; the password is wiped before. What is all zero is fine.
void credentials_free(struct credentials *c);

#endif
