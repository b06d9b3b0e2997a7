// SPDX-License-Identifier: MIT
//
// The hives of a Windows: their files, keys and texts.

#include "service_priv.h"

struct hive_key *service_find_key(const struct hive_key *key, const char *path)
{
	struct hive_key *found;

	return key && !hive_key_find(key, path, &found, NULL) ? found : NULL;
}

int service_get_text(const struct hive_key *key, const char *name, char **ret,
		     struct err *err)
{
	int r = key ? hive_value_get_string(key, name, ret, NULL) : -ENOENT;

	if (r == -ENOENT || r == -EBADMSG)
		*ret = mem_strdup("");
	return (r && r != -ENOENT && r != -EBADMSG) || !*ret ? err_nomem(err)
							     : 0;
}

int service_join(const struct tree *t, const char *folder,
		 const char *const *names, size_t count, char **ret,
		 struct err *err)
{
	char *path = mem_strdup(folder);

	for (size_t i = 0; path && i < count; i++) {
		char *next = tree_path_join(t, path, names[i]);

		mem_free(path);
		path = next;
	}
	*ret = path;
	return path ? 0 : err_nomem(err);
}

int service_hive_path(const struct service *s, const char *name, char **ret,
		      struct err *err)
{
	const char *const names[] = {"System32", "config", name};

	return service_join(s->tree, s->windows, names, 3, ret, err);
}

int service_read_hive(struct service *s, const char *name,
		      struct hive_bytes *ret, struct err *err)
{
	struct err inner = {0};
	char *path;
	int r = service_hive_path(s, name, &path, err);

	if (r)
		return r;
	r = hive_bytes_read(s->tree, path, false, ret, &inner);
	if (r == -ENOENT)
		err_set(err, r, path, ERR_NOWHERE, "there is no such hive");
	else if (r)
		err_pass(err, r, &inner);
	mem_free(path);
	return r;
}

int service_load_hive(struct service *s, const char *name, struct hive **ret,
		      struct err *err)
{
	struct hive_bytes bytes;
	int r = service_read_hive(s, name, &bytes, err);

	if (r)
		return r;
	r = hive_bytes_load(&bytes, ret, err);
	hive_bytes_done(&bytes);
	return r;
}
