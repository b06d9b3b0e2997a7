// SPDX-License-Identifier: MIT
//
// The file of credentials that mount.cifs(8) describes. A value is all behind
// the
// "=", with its blanks.

#include <string.h>

#include "credentials.h"
#include "disk.h"

#define MAX_SIZE 4096u

static int read_text(const char *path, char **ret, struct err *err)
{
	struct disk *file;
	void *text;
	int r = disk_open_file(path, DISK_READ_ONLY, &file, err);

	if (r)
		return r;
	if (file->size > MAX_SIZE)
		r = err_set(err, -EFBIG, path, ERR_NOWHERE,
			    "that is no file of credentials: it has over %u "
			    "bytes",
			    MAX_SIZE);
	else
		r = disk_read_all(file, &text, err);
	disk_close(file);
	if (!r)
		*ret = text;
	return r;
}

// Returns where the value of a key is to be noted, or NULL.
static const char **find_key(struct net_logon *logon, const char *key)
{
	const struct {
		const char *name;
		const char **place;
	} keys[] = {{"username", &logon->user},
		    {"user", &logon->user},
		    {"password", &logon->password},
		    {"domain", &logon->domain}};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (!strcmp(keys[i].name, key))
			return keys[i].place;
	return NULL;
}

// What is wrong in a line is not repeated: it may be the password.
static int parse_line(const char *path, uint64_t number, char *line,
		      struct net_logon *logon, struct err *err)
{
	char *equals = strchr(line, '=');
	const char **place;

	line[strcspn(line, "\r")] = 0;
	if (!*line || *line == '#')
		return 0;
	if (equals)
		*equals = 0;
	place = equals ? find_key(logon, line) : NULL;
	if (!place)
		return err_bad_text(err, path, number,
				    "this is none of username=, password= and "
				    "domain=");
	*place = equals + 1;
	return 0;
}

int credentials_read(const char *path, struct credentials *ret, struct err *err)
{
	struct credentials c = {0};
	uint64_t number = 0;
	int r = path ? read_text(path, &c.text, err) : 0;

	for (char *line = c.text, *next; line && !r; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		r = parse_line(path, ++number, line, &c.logon, err);
	}
	if (!r && path && !c.logon.user)
		r = err_bad_text(err, path, ERR_NOWHERE,
				 "there is no username= in it");
	if (r)
		credentials_free(&c);
	else
		*ret = c;
	return r;
}

void credentials_free(struct credentials *c)
{
	if (c->logon.password)
		explicit_bzero((char *)(uintptr_t)c->logon.password,
			       strlen(c->logon.password));
	mem_free(c->text);
}
