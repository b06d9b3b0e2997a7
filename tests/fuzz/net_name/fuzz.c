// SPDX-License-Identifier: MIT
//
// Names of files on other machines: taken apart, joined to a base, and where a
// redirection leads; what goes into a request is one word.

#include <string.h>

#include "libnet/net_priv.h"

#define CHECK(c)                                                               \
	do {                                                                   \
		if (!(c))                                                      \
			__builtin_trap();                                      \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_name(const struct net_name *n, int r)
{
	CHECK(!r || r == -EINVAL || r == -ENOTSUP);
	if (r)
		return;
	CHECK(n->port && *n->host && n->path[0] == '/');
	CHECK(strlen(n->host) < NET_MAX_HOST);
	for (const char *s = n->path; *s && n->kind == NET_HTTP; s++)
		CHECK(*s > ' ' && *s < 0x7f);
	CHECK((n->kind != NET_SMB && n->kind != NET_NFS) ||
	      !strstr(n->path, "/../"));
	CHECK(n->kind != NET_NFS || strrchr(n->path, '/') != n->path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct net_name base, n;
	char *text = mem_alloc(size + 1), *joined;

	CHECK(text);
	memcpy(text, data, size);
	CHECK(!net_is_name(text) || net_server_length(text) <= strlen(text));
	check_name(&n, net_name_parse(text, &n, NULL));
	CHECK(!net_name_parse("http://h:1/a/b?c", &base, NULL));
	if (strlen(text) < NET_MAX_NAME)
		check_name(&n, net_name_follow(&base, text, &n, NULL));
	if (net_is_name(text)) {
		CHECK(!net_join(text, "x", &joined, NULL));
		CHECK(net_is_name(joined));
		mem_free(joined);
	}
	mem_free(text);
	return 0;
}
