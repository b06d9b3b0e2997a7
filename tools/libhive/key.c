// SPDX-License-Identifier: MIT
//
// Finding, adding and removing keys of a hive's tree.

#include <string.h>

#include "hive_priv.h"

// Subkeys are kept in order of their names in capitals, as they lie in a hive.
bool hive_subkey_search(const struct hive_key *key, const le16 *name,
			size_t len, size_t *pos)
{
	size_t low = 0, high = key->subkey_count;

	while (low < high) {
		size_t mid = (low + high) / 2;
		const struct hive_key *k = key->subkeys[mid];
		int c = utf16_casecmp(k->name, k->name_len, name, len);

		if (!c) {
			*pos = mid;
			return true;
		}
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	*pos = low;
	return false;
}

int hive_text_units(const char *text, le16 **ret, size_t *ret_len,
		    struct err *err)
{
	int r = utf16_from_utf8(text, ret, ret_len);

	if (r == -ENOMEM)
		return err_nomem(err);
	if (r)
		return err_set(err, -EINVAL, text, ERR_NOWHERE,
			       "not UTF-8 text");
	return 0;
}

// Returns the units of the part of a path that begins at `from`.
static size_t part_len(const le16 *path, size_t len, size_t from)
{
	size_t end = from;

	while (end < len && get_le16(path[end]) != '\\')
		end++;
	return end - from;
}

int hive_key_find(const struct hive_key *key, const char *path,
		  struct hive_key **ret, struct err *err)
{
	// the tree is the caller's; const only says that nothing changes here
	struct hive_key *k = (struct hive_key *)key;
	size_t len, pos;
	le16 *units;
	int r = hive_text_units(path, &units, &len, err);

	if (r)
		return r;
	for (size_t at = 0, n; at < len; at += n + 1) {
		n = part_len(units, len, at);
		if (!hive_subkey_search(k, units + at, n, &pos)) {
			r = -ENOENT;
			break;
		}
		k = k->subkeys[pos];
	}
	mem_free(units);
	if (!r)
		*ret = k;
	return r;
}

static int insert(struct hive *hive, struct hive_key *parent, const le16 *name,
		  size_t len, size_t pos, struct err *err)
{
	struct hive_key *key = mem_alloc(sizeof(*key));

	if (!key)
		return err_nomem(err);
	key->name = mem_dup(name, len * sizeof(*name));
	if (!key->name ||
	    mem_grow((void **)&parent->subkeys, parent->subkey_count,
		     &parent->subkey_capacity, sizeof(struct hive_key *))) {
		hive_key_free(key);
		return err_nomem(err);
	}
	key->name_len = (uint16_t)len;
	key->parent = parent;
	// every key needs one, or Windows cannot open it
	key->security = parent->security;
	key->written = hive->now;
	if (hive->now)
		parent->written = hive->now;
	memmove(&parent->subkeys[pos + 1], &parent->subkeys[pos],
		(parent->subkey_count - pos) * sizeof(struct hive_key *));
	parent->subkeys[pos] = key;
	parent->subkey_count++;
	return 0;
}

static unsigned depth_of(const struct hive_key *key)
{
	unsigned depth = 0;

	for (; key; key = key->parent)
		depth++;
	return depth;
}

int hive_key_child(struct hive *hive, struct hive_key *parent, const le16 *name,
		   size_t len, struct hive_key **ret, struct err *err)
{
	size_t pos;
	int r;

	if (!len || len > HIVE_MAX_KEY_NAME)
		return err_set(err, -EINVAL, "key", ERR_NOWHERE,
			       "a name of %zu characters", len);
	if (!hive_subkey_search(parent, name, len, &pos)) {
		// Deeper keys could be saved here and not be opened by Windows.
		if (depth_of(parent) >= HIVE_MAX_DEPTH)
			return err_set(err, -EFBIG, "key", ERR_NOWHERE,
				       "over %u levels of keys",
				       HIVE_MAX_DEPTH);
		r = insert(hive, parent, name, len, pos, err);
		if (r)
			return r;
	}
	*ret = parent->subkeys[pos];
	return 0;
}

static int add_parts(struct hive *hive, struct hive_key *key, const le16 *path,
		     size_t len, struct hive_key **ret, struct err *err)
{
	for (size_t at = 0, n; at < len; at += n + 1) {
		int r;

		n = part_len(path, len, at);
		r = hive_key_child(hive, key, path + at, n, &key, err);
		if (r)
			return r;
	}
	*ret = key;
	return 0;
}

int hive_key_add(struct hive *hive, struct hive_key *key, const char *path,
		 struct hive_key **ret, struct err *err)
{
	struct hive_key *added = key;
	le16 *units;
	size_t len;
	int r = hive_text_units(path, &units, &len, err);

	if (r)
		return r;
	r = add_parts(hive, key, units, len, &added, err);
	mem_free(units);
	if (!r && ret)
		*ret = added;
	return r;
}

void hive_key_remove(struct hive *hive, struct hive_key *key)
{
	struct hive_key *parent = key->parent;
	size_t pos = 0;

	if (!parent)
		return;
	while (parent->subkeys[pos] != key)
		pos++;
	parent->subkey_count--;
	memmove(&parent->subkeys[pos], &parent->subkeys[pos + 1],
		(parent->subkey_count - pos) * sizeof(struct hive_key *));
	if (hive->now)
		parent->written = hive->now;
	hive_key_free(key);
}

char *hive_key_name(const struct hive_key *key)
{
	return utf16_to_utf8(key->name, key->name_len);
}
