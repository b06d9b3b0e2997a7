// SPDX-License-Identifier: MIT
//
// Names of files on other machines, taken apart, followed and joined.

#include "libnet/net_priv.h"
#include "test.h"

static const struct {
	const char *text;
	enum net_kind kind;
	const char *host;
	unsigned port;
	const char *share, *path;
} names[] = {
	{"http://h/a", NET_HTTP, "h", 80, "", "/a"},
	{"HTTP://10.0.2.2:8080/a/b.wim", NET_HTTP, "10.0.2.2", 8080, "",
	 "/a/b.wim"},
	{"http://[fe80::1%25eth0]:81/a", NET_HTTP, "fe80::1%25eth0", 81, "",
	 "/a"},
	{"http://h/My Images/\xc3\xa4\\x", NET_HTTP, "h", 80, "",
	 "/My%20Images/%C3%A4%5Cx"},
	{"http://h/a%20b?c=/../d", NET_HTTP, "h", 80, "", "/a%20b?c=/../d"},
	{"http://h/./a/../../b/c/..", NET_HTTP, "h", 80, "", "/b/"},
	{"http://h/a/.", NET_HTTP, "h", 80, "", "/a/"},
	{"http://h/.../a", NET_HTTP, "h", 80, "", "/.../a"},
	{"\\\\server\\share\\dir\\x y.wim", NET_SMB, "server", 445, "share",
	 "/dir/x y.wim"},
	{"\\\\server@4450\\share$\\x.wim", NET_SMB, "server", 4450, "share$",
	 "/x.wim"},
	{"\\\\server/share/dir\\.\\\\x", NET_SMB, "server", 445, "share",
	 "/dir/x"},
	{"smb://server:1/share/x", NET_SMB, "server", 1, "share", "/x"},
	{"nfs://10.0.0.1/srv/images/x.wim", NET_NFS, "10.0.0.1", 2049, "",
	 "/srv/images/x.wim"},
	{"nfs://[::1]:65535//srv//x.wim", NET_NFS, "::1", 65535, "",
	 "/srv/x.wim"},
	{"tftp://h/a b/c", NET_TFTP, "h", 69, "", "/a b/c"},
};

static const struct {
	const char *text;
	int result;
} bad[] = {
	{"https://h/a", -ENOTSUP},
	{"ftp://h/a", -ENOTSUP},
	{"gopher://h/a", -ENOTSUP},
	{"file:///a", -ENOTSUP},
	{"http://", -EINVAL},
	{"http:///a", -EINVAL},
	{"http://h", -EINVAL},
	{"http://h/", -EINVAL},
	{"http://h?x", -EINVAL},
	{"http://h:/a", -EINVAL},
	{"http://h:0/a", -EINVAL},
	{"http://h:65536/a", -EINVAL},
	{"http://h:99999999999999999999/a", -EINVAL},
	{"http://h:8x/a", -EINVAL},
	{"http://u:p@h/a", -EINVAL},
	{"http://h h/a", -EINVAL},
	{"http://[::1/a", -EINVAL},
	{"http://[::1]x/a", -EINVAL},
	{"http://h/a#b", -EINVAL},
	{"http://h/a\nb", -EINVAL},
	{"http://h/a\x7f", -EINVAL},
	{"\\\\", -EINVAL},
	{"\\\\server", -EINVAL},
	{"\\\\server\\share", -EINVAL},
	{"\\\\server\\share\\", -EINVAL},
	{"\\\\server\\share\\..\\x", -EINVAL},
	{"\\\\.\\PhysicalDrive0", -EINVAL},
	{"\\\\?\\C:\\x", -EINVAL},
	{"smb://server/", -EINVAL},
	{"tftp:///x", -EINVAL},
	{"tftp://h/", -EINVAL},
	{"nfs://server/x.wim", -EINVAL},
	{"nfs://server/a/../x", -EINVAL},
};

static void check_names(void)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct net_name n = {0};
		struct err err = {0};

		check(net_is_name(names[i].text));
		check_ok(net_name_parse(names[i].text, &n, &err), &err);
		if (strcmp(n.path, names[i].path))
			fprintf(stderr, "%s: %s\n", names[i].text, n.path);
		check_eq(n.kind, names[i].kind);
		check(!strcmp(n.host, names[i].host));
		check_eq(n.port, names[i].port);
		check(!strcmp(n.share, names[i].share));
		check(!strcmp(n.path, names[i].path));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct net_name n = {0};
		struct err err = {0};
		int r = net_name_parse(bad[i].text, &n, &err);

		if (r != bad[i].result)
			fprintf(stderr, "%s\n", bad[i].text);
		check(net_is_name(bad[i].text));
		check_eq(r, bad[i].result);
		check_eq(err.code, r);
	}
}

// What is too long for its place is refused, to the last byte that fits.
static void check_lengths(void)
{
	static char text[3 * NET_MAX_NAME];
	struct net_name n;

	for (size_t len = 250; len < 260; len++) {
		memset(text, 0, sizeof(text));
		strcpy(text, "http://");
		memset(text + 7, 'h', len);
		strcat(text, "/a");
		check_eq(net_name_parse(text, &n, NULL),
			 len < NET_MAX_HOST ? 0 : -EINVAL);
	}
	for (size_t len = NET_MAX_NAME - 10; len < NET_MAX_NAME + 10; len++) {
		memset(text, 0, sizeof(text));
		strcpy(text, "http://h/");
		memset(text + 9, 'a', len);
		check_eq(net_name_parse(text, &n, NULL),
			 len + 4 <= NET_MAX_NAME ? 0 : -EINVAL);
	}
}

static void check_others(void)
{
	static const char *const others[] = {
		"x",           "C:\\x",      "/a//b", "//a/b",
		"x.img@1:\\a", "a:/b",       "://x",  "1a://b",
		"\\a",         "./http://x", ""};

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		check(!net_is_name(others[i]));
	check_eq(net_server_length("http://h:1/a"), 11);
	check_eq(net_server_length("http://h"), 8);
	check_eq(net_server_length("\\\\s@1\\x"), 6);
}

static void check_follow(void)
{
	static const struct {
		const char *base, *location, *path;
		unsigned port;
	} cases[] = {
		{"http://h:81/a/b?c", "d", "/a/d", 81},
		{"http://h:81/a/b?c", "?d", "/a/b?d", 81},
		{"http://h:81/a/b/c", "../d#e", "/a/d", 81},
		{"http://h:81/a/b", "/d", "/d", 81},
		{"http://h:81/a/b", "//x/d", "/d", 80},
		{"http://[::1]:81/a/b", "d", "/a/d", 81},
		{"http://h:81/a/b", "http://x:82/e", "/e", 82},
	};
	struct net_name base, n;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		check_ok(net_name_parse(cases[i].base, &base, NULL), NULL);
		check_ok(net_name_follow(&base, cases[i].location, &n, NULL),
			 NULL);
		check(!strcmp(n.path, cases[i].path));
		check_eq(n.port, cases[i].port);
	}
	check_eq(net_name_follow(&base, "https://x/y", &n, NULL), -ENOTSUP);
	check_eq(net_name_follow(&base, "http://", &n, NULL), -EINVAL);
}

static void check_join(void)
{
	static const char *const cases[][3] = {
		{"http://h/a/b.ini", "c.wim", "http://h/a/c.wim"},
		{"http://h/b.ini?x=/y", "c/d", "http://h/c/d"},
		{"http://h", "c", "http://h/c"},
		{"\\\\s\\t\\b.ini", "c", "\\\\s\\t\\c"},
		{"tftp://h/x/b.ini", "c", "tftp://h/x/c"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *joined;

		check_ok(net_join(cases[i][0], cases[i][1], &joined, NULL),
			 NULL);
		check(!strcmp(joined, cases[i][2]));
		mem_free(joined);
	}
}

int main(void)
{
	check_names();
	check_lengths();
	check_others();
	check_follow();
	check_join();
	return 0;
}
