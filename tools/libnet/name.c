// SPDX-License-Identifier: MIT
//
// Names of files on other machines: URLs (RFC 3986) and Windows' UNC paths,
// taken apart once.

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "net_priv.h"

// Returns the length of "word://" at the front of a text, or 0.
static size_t scheme_length(const char *text)
{
	size_t n = 0;

	while (isalnum((unsigned char)text[n]) ||
	       (n && strchr("+-.", text[n]) && text[n]))
		n++;
	return n && isalpha((unsigned char)text[0]) &&
			       !strncmp(text + n, "://", 3)
		       ? n + 3
		       : 0;
}

bool net_is_name(const char *text)
{
	return !strncmp(text, "\\\\", 2) || scheme_length(text);
}

size_t net_server_length(const char *name)
{
	size_t n = scheme_length(name);

	if (!n)
		n = 2;
	n += strcspn(name + n, "/\\");
	return name[n] ? n + 1 : n;
}

static int bad(const char *text, struct err *err, const char *why)
{
	return err_set(err, -EINVAL, text, ERR_NOWHERE, "%s", why);
}

// --- The server -------------------------------------------------------------

static int parse_port(const char *text, const char *digits, size_t size,
		      struct net_name *ret, struct err *err)
{
	uint32_t port = 0;

	for (size_t i = 0; i < size && port < 65536; i++) {
		if (!isdigit((unsigned char)digits[i]))
			return bad(text, err, "the port is no number");
		port = port * 10 + (uint32_t)(digits[i] - '0');
	}
	if (!port || port > 65535)
		return bad(text, err, "a port is a number of 1 to 65535");
	ret->port = (uint16_t)port;
	ret->has_port = true;
	return 0;
}

// Letters of names and addresses; in brackets those of IPv6 with a zone too.
static bool is_host(const char *s, size_t size, bool in_brackets)
{
	for (size_t i = 0; i < size; i++)
		if (!isalnum((unsigned char)s[i]) && !strchr("-._", s[i]) &&
		    !(in_brackets && strchr(":%", s[i])))
			return false;
	return size;
}

// "host", "host:port", "[v6]", "[v6]:port"; the port behind `mark`, which is an
// @ in Windows' paths.
static int parse_server(const char *text, const char *s, size_t size, char mark,
			struct net_name *ret, struct err *err)
{
	bool in_brackets = size && s[0] == '[';
	const char *end = s + size, *host = s + in_brackets, *after;

	// It would be in messages, logs and lists of processes.
	if (mark == ':' && memchr(s, '@', size))
		return bad(text, err,
			   "a user or password in the address is not taken");
	after = memchr(s, in_brackets ? ']' : mark, size);
	if (!after && in_brackets)
		return bad(text, err, "the \"]\" of the address is missing");
	if (!after)
		after = end;
	if (!is_host(host, (size_t)(after - host), in_brackets))
		return bad(text, err, "that is no name or address of a server");
	if ((size_t)(after - host) >= sizeof(ret->host))
		return bad(text, err, "the server's name is too long");
	memcpy(ret->host, host, (size_t)(after - host));
	ret->host[after - host] = 0;
	after += in_brackets;
	if (after == end)
		return 0;
	if (*after != mark)
		return bad(text, err, "that is no name or address of a server");
	return parse_port(text, after + 1, (size_t)(end - after) - 1, ret, err);
}

// --- Paths ------------------------------------------------------------------

static bool has_control(const char *s)
{
	while (*s && !iscntrl((unsigned char)*s))
		s++;
	return *s;
}

// What may stand in a request's target as it is.
static bool is_target_letter(char c)
{
	return isalnum((unsigned char)c) ||
	       (c && strchr("-._~!$&'()*+,;=:@/?%[]", c));
}

// Encodes what may not (RFC 3986, 2.1). A % stays: who writes a URL has encoded
// it, and twice would be another file.
static int encode(const char *text, const char *path, char *to, size_t room,
		  struct err *err)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t n = 0;

	for (; *path; path++) {
		unsigned char c = (unsigned char)*path;

		if (*path == '#')
			return bad(text, err,
				   "a # of the file's name is written %23");
		if (n + 4 > room)
			return bad(text, err, "the name is too long");
		if (is_target_letter(*path)) {
			to[n++] = *path;
			continue;
		}
		to[n++] = '%';
		to[n++] = digits[c >> 4];
		to[n++] = digits[c & 15];
	}
	to[n] = 0;
	return 0;
}

// Takes "." and ".." out of a path that begins with "/" (RFC 3986, 5.2.4); some
// servers refuse them.
static void remove_dots(char *path)
{
	size_t end = strcspn(path, "?"), at = 0, to = 0;

	while (at < end) {
		size_t n = 1 + strcspn(path + at + 1, "/?");
		bool is_last = at + n == end;

		if (n == 2 && path[at + 1] == '.') {
			if (is_last)
				path[to++] = '/';
		} else if (n == 3 && !strncmp(path + at, "/..", 3)) {
			while (to && path[--to] != '/')
				;
			if (is_last)
				path[to++] = '/';
		} else {
			memmove(path + to, path + at, n);
			to += n;
		}
		at += n;
	}
	memmove(path + to, path + end, strlen(path + end) + 1);
}

// Copies a path of folders and a file, with "/" between them, without "..".
static int copy_path(const char *text, const char *path, char *to, size_t room,
		     struct err *err)
{
	size_t n = 0;

	for (const char *part = path; *part;) {
		size_t len = strcspn(part, "/\\");

		if (len == 2 && !strncmp(part, "..", 2))
			return bad(text, err, "\"..\" leads out of it");
		if (n + len + 2 > room)
			return bad(text, err, "the name is too long");
		if (len && !(len == 1 && *part == '.')) {
			to[n++] = '/';
			memcpy(to + n, part, len);
			n += len;
		}
		part += len + (part[len] != 0);
	}
	to[n] = 0;
	if (!n)
		return bad(text, err, "the name of a file is missing");
	return 0;
}

static int parse_http(const char *text, const char *path, struct net_name *ret,
		      struct err *err)
{
	int r;

	if (*path != '/' || !path[1])
		return bad(text, err, "the name of a file is missing");
	r = encode(text, path, ret->path, sizeof(ret->path), err);
	if (!r)
		remove_dots(ret->path);
	return r;
}

// "/share/dir/file", of either separator.
static int parse_share(const char *text, const char *path, struct net_name *ret,
		       struct err *err)
{
	size_t n = *path ? strcspn(path + 1, "/\\") : 0;

	if (!n || n >= sizeof(ret->share))
		return bad(text, err,
			   "the share is missing: \\\\SERVER\\SHARE\\FILE");
	memcpy(ret->share, path + 1, n);
	ret->share[n] = 0;
	return copy_path(text, path + 1 + n, ret->path, sizeof(ret->path), err);
}

static int parse_tftp(const char *text, const char *path, struct net_name *ret,
		      struct err *err)
{
	if (*path != '/' || !path[1])
		return bad(text, err, "the name of a file is missing");
	if (strlen(path + 1) > TFTP_MAX_NAME)
		return bad(text, err, "the name is too long");
	strcpy(ret->path, path);
	return 0;
}

static int parse_nfs(const char *text, const char *path, struct net_name *ret,
		     struct err *err)
{
	int r = copy_path(text, path, ret->path, sizeof(ret->path), err);

	if (!r && strrchr(ret->path, '/') == ret->path)
		return bad(text, err,
			   "the exported folder is missing: "
			   "nfs://SERVER/EXPORT/FILE");
	return r;
}

// --- The whole --------------------------------------------------------------

static const struct kind {
	const char *scheme;
	enum net_kind kind;
	uint16_t port;
	int (*parse)(const char *text, const char *path, struct net_name *ret,
		     struct err *err);
} kinds[] = {
	{"http://", NET_HTTP, 80, parse_http},
	{"smb://", NET_SMB, 445, parse_share},
	{"nfs://", NET_NFS, 2049, parse_nfs},
	{"tftp://", NET_TFTP, 69, parse_tftp},
};

static const struct {
	const char *scheme, *why;
} refused[] = {
	{"https://", "there is no TLS here: serve the file by http:// too, or "
		     "from a share, or download it and name the copy"},
	{"ftp://", "FTP is not spoken here: put the file on a web server "
		   "(http://) or a share"},
	{"cifs://", "a share is written \\\\SERVER\\SHARE\\FILE or "
		    "smb://SERVER/SHARE/FILE"},
	{"file://", "a file of this machine is written without file://"},
};

static const struct kind *find_kind(const char *text)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strncasecmp(text, kinds[i].scheme,
				 strlen(kinds[i].scheme)))
			return &kinds[i];
	return NULL;
}

static int refuse(const char *text, struct err *err)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		if (!strncasecmp(text, refused[i].scheme,
				 strlen(refused[i].scheme)))
			return err_set(err, -ENOTSUP, text, ERR_NOWHERE, "%s",
				       refused[i].why);
	return err_set(err, -ENOTSUP, text, ERR_NOWHERE,
		       "files of other machines are named by http://, smb:// "
		       "(\\\\SERVER\\SHARE), nfs:// and tftp://");
}

int net_name_parse(const char *text, struct net_name *ret, struct err *err)
{
	bool is_unc = !strncmp(text, "\\\\", 2);
	const struct kind *kind = is_unc ? &kinds[1] : find_kind(text);
	const char *server, *path;
	int r;

	if (!kind)
		return refuse(text, err);
	if (has_control(text))
		return bad(text, err, "the name holds a control character");
	server = text + (is_unc ? 2 : strlen(kind->scheme));
	path = server + strcspn(server, kind->kind == NET_HTTP ? "/" : "/\\");
	ret->kind = kind->kind;
	ret->port = kind->port;
	ret->has_port = false;
	ret->share[0] = 0;
	r = parse_server(text, server, (size_t)(path - server),
			 is_unc ? '@' : ':', ret, err);
	return r ? r : kind->parse(text, path, ret, err);
}

// The part of a relative reference that is replaced: RFC 3986, 5.3.
static size_t kept_length(const struct net_name *base, const char *location)
{
	size_t query = strcspn(base->path, "?");

	if (location[0] == '/')
		return 0;
	if (location[0] == '?')
		return query;
	while (query && base->path[query - 1] != '/')
		query--;
	return query;
}

int net_name_follow(const struct net_name *base, const char *location,
		    struct net_name *ret, struct err *err)
{
	char text[2 * NET_MAX_NAME + NET_MAX_HOST + 16];
	bool in_brackets = strchr(base->host, ':');
	const char *open = in_brackets ? "[" : "",
		   *shut = in_brackets ? "]" : "";
	char clean[NET_MAX_NAME];

	// A fragment is for who shows the file, not for the server.
	snprintf(clean, sizeof(clean), "%.*s", (int)strcspn(location, "#"),
		 location);
	if (scheme_length(clean))
		return net_name_parse(clean, ret, err);
	if (!strncmp(clean, "//", 2))
		snprintf(text, sizeof(text), "http:%s", clean);
	else
		snprintf(text, sizeof(text), "http://%s%s%s:%u%.*s%s", open,
			 base->host, shut, base->port,
			 (int)kept_length(base, clean), base->path, clean);
	return net_name_parse(text, ret, err);
}

int net_join(const char *base, const char *name, char **ret, struct err *err)
{
	size_t first = net_server_length(base), n = first;
	bool has_slash = n && strchr("/\\", base[n - 1]);
	char *joined;

	for (size_t i = first; base[i] && base[i] != '?'; i++)
		if (base[i] == '/' || base[i] == '\\')
			n = i + 1;
	joined = mem_alloc(n + 1 + strlen(name) + 1);
	if (!joined)
		return err_nomem(err);
	memcpy(joined, base, n);
	if (!has_slash)
		joined[n++] = '/';
	strcpy(joined + n, name);
	*ret = joined;
	return 0;
}

int net_open(const char *name, const struct net_logon *logon, struct disk **ret,
	     struct err *err)
{
	struct net_name *parts = mem_alloc(sizeof(*parts));
	int r;

	if (!parts)
		return err_nomem(err);
	r = net_name_parse(name, parts, err);
	if (!r && parts->kind == NET_HTTP)
		r = net_http_open(name, &net_usual_patience, ret, err);
	else if (!r && parts->kind == NET_TFTP)
		r = net_tftp_open(name, parts, &net_usual_patience, ret, err);
	else if (!r)
		r = net_share_open(name, parts, logon, ret, err);
	mem_free(parts);
	return r;
}
