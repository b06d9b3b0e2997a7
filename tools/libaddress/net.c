// SPDX-License-Identifier: MIT
//
// Files of other machines as the outermost part of an address: for reading,
// each by itself. The parents of a virtual disk there are looked for on the
// same server.

#include <string.h>

#include "address_priv.h"

struct net_tree {
	struct tree tree; // first
	const struct net_logon *logon;
};

// A name is one file: servers tell nothing better.
static int identify(struct tree *t, const char *path, struct tree_id *ret,
		    struct err *err)
{
	uint8_t sum[SHA1_SIZE];

	// What a child says of its parent opens nothing of this host.
	if (!net_is_name(path))
		return err_set(err, -ENOENT, path, ERR_NOWHERE,
			       "it is not on the child's server");
	sha1_digest(path, strlen(path), sum);
	*ret = (struct tree_id){0};
	memcpy(&ret->file, sum, sizeof(ret->file));
	return 0;
}

static int open_file(struct tree *t, const char *path, unsigned flags,
		     struct disk **ret, struct err *err)
{
	if (flags & DISK_READ_ONLY)
		return net_open(path, ((struct net_tree *)t)->logon, ret, err);
	return err_set(err, -EROFS, path, ERR_NOWHERE,
		       "files of other machines are read, not written: make "
		       "it here, and copy it there by other means");
}

static void close_tree(struct tree *t)
{
	mem_free(t);
}

static const struct tree_ops net_ops = {
	.identify = identify, .open_file = open_file, .close = close_tree};

int address_open_net(const struct net_logon *logon, struct tree **ret,
		     struct err *err)
{
	struct net_tree *t = mem_alloc(sizeof(*t));

	if (!t)
		return err_nomem(err);
	*t = (struct net_tree){
		.tree = {.ops = &net_ops, .kind = "server", .slash = '/'},
		.logon = logon};
	*ret = &t->tree;
	return 0;
}
