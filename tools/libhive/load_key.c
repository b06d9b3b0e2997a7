// SPDX-License-Identifier: MIT
//
// Loads keys with their values, class names and security descriptors, all of a
// hive or what leads to one key (regf specifications of M. Suhanov and libregf).

#include <stdlib.h>
#include <string.h>

#include "load_priv.h"

static int load_name(struct loader *l, const uint8_t *bytes, uint32_t size,
		     bool is_8bit, uint32_t cell, le16 **ret, uint16_t *ret_len)
{
	uint32_t len = is_8bit ? size : size / 2;
	le16 *name;

	// Cut off, it would be another name, perhaps that of a key beside it.
	if (!is_8bit && size % 2)
		return err_corrupt(l->err, "name", hive_file_offset(cell),
				   "half a character at its end");
	name = mem_array(len, sizeof(*name));
	if (!name)
		return err_nomem(l->err);
	for (uint32_t i = 0; is_8bit && i < len; i++)
		name[i] = to_le16(bytes[i]);
	if (!is_8bit)
		memcpy(name, bytes, size);
	*ret = name;
	*ret_len = (uint16_t)len;
	return 0;
}

// --- Values ------------------------------------------------------------------

static int load_big_data(struct loader *l, uint32_t cell, uint32_t size,
			 uint8_t *data)
{
	const struct hive_db_disk *db;
	const uint8_t *bytes, *list;
	uint32_t len, list_len, count, done = 0;
	int r;

	r = hive_cell_take_signed(l, cell, sizeof(*db), "db", "big data",
				  &bytes, &len);
	if (r)
		return r;
	db = (const void *)bytes;
	count = get_le16(db->count);
	// All segments but the last are full, so their number follows from the
	// size; they do not say themselves how full they are.
	if (count != (size + HIVE_BIG_SEGMENT - 1) / HIVE_BIG_SEGMENT)
		return err_corrupt(l->err, "big data", hive_file_offset(cell),
				   "%u segments for %u bytes", count, size);
	r = hive_cell_take(l, get_le32(db->list), count * 4, "big data's list",
			   &list, &list_len);
	for (uint32_t i = 0; !r && i < count; i++) {
		uint32_t n = size - done;

		if (n > HIVE_BIG_SEGMENT)
			n = HIVE_BIG_SEGMENT;
		r = hive_cell_take(l, load_le32(list + i * 4), n,
				   "big data's segment", &bytes, &len);
		if (!r)
			memcpy(data + done, bytes, n);
		done += n;
	}
	return r;
}

static int keep_data(struct loader *l, const uint8_t *bytes, uint32_t size,
		     struct hive_value *v)
{
	v->data = l->lends ? (uint8_t *)bytes : mem_dup(bytes, size);
	if (!v->data)
		return err_nomem(l->err);
	v->size = size;
	v->lent = l->lends;
	return 0;
}

// Is data of that size in segments? Other programs keep it in one cell in every
// version, which is then larger than any record of segments.
static bool is_big_data(struct loader *l, uint32_t cell, uint32_t size)
{
	const uint8_t *bytes;
	uint32_t len;

	return size > HIVE_BIG_SEGMENT && l->minor >= HIVE_BIG_FROM &&
	       (hive_cell_look(l, cell, sizeof(struct hive_db_disk), "big data",
			       &bytes, &len) ||
		len < size);
}

static int load_data(struct loader *l, const struct hive_vk_disk *vk,
		     uint32_t cell, struct hive_value *v)
{
	uint32_t size = get_le32(vk->data_size);
	bool in_place = size & HIVE_DATA_IN_PLACE;
	const uint8_t *bytes = NULL;
	uint32_t len;
	int r;

	size &= ~HIVE_DATA_IN_PLACE;
	// Up to four bytes lie where the offset would be ("Data size").
	if (in_place ? size > 4 : size > l->size)
		return err_corrupt(l->err, "value", hive_file_offset(cell),
				   "data of %u bytes", size);
	if (!size)
		return 0;
	if (!in_place && is_big_data(l, get_le32(vk->data), size)) {
		v->data = mem_alloc(size);
		if (!v->data)
			return err_nomem(l->err);
		v->size = size;
		return load_big_data(l, get_le32(vk->data), size, v->data);
	}
	r = in_place ? 0
		     : hive_cell_take(l, get_le32(vk->data), size,
				      "value's data", &bytes, &len);
	return r ? r : keep_data(l, in_place ? vk->data.b : bytes, size, v);
}

static int load_value(struct loader *l, uint32_t cell, struct hive_value *v)
{
	const struct hive_vk_disk *vk;
	const uint8_t *bytes;
	uint32_t len;
	uint16_t flags;
	int r;

	r = hive_cell_take_signed(l, cell, sizeof(*vk), "vk", "value", &bytes,
				  &len);
	if (r)
		return r;
	vk = (const void *)bytes;
	if (get_le16(vk->name_size) > len - sizeof(*vk))
		return err_corrupt(l->err, "value", hive_file_offset(cell),
				   "its name leaves the cell");
	flags = get_le16(vk->flags);
	// how the name is stored is chosen anew when the hive is saved
	v->flags = flags & ~HIVE_VALUE_NAME_8BIT;
	v->type = get_le32(vk->type);
	r = load_name(l, bytes + sizeof(*vk), get_le16(vk->name_size),
		      flags & HIVE_VALUE_NAME_8BIT, cell, &v->name,
		      &v->name_len);
	return r ? r : load_data(l, vk, cell, v);
}

static int load_values(struct loader *l, const struct hive_nk_disk *nk,
		       struct hive_key *key)
{
	uint32_t count = get_le32(nk->values), len;
	const uint8_t *list;
	int r;

	// Such a key (Perflib's languages) leads on to a handle, whose number
	// is where others count their values.
	if (key->flags & HIVE_KEY_PREDEFINED) {
		key->handle = count;
		return 0;
	}
	if (!count)
		return 0;
	// each has a cell, of at least 8 bytes
	if (count > l->size / 8)
		return err_corrupt(l->err, "key", ERR_NOWHERE, "%u values",
				   count);
	r = hive_cell_take(l, get_le32(nk->value_list), count * 4,
			   "list of values", &list, &len);
	if (r)
		return r;
	key->values = mem_array(count, sizeof(*key->values));
	if (!key->values)
		return err_nomem(l->err);
	key->value_capacity = count;
	for (uint32_t i = 0; !r && i < count; i++)
		r = load_value(l, load_le32(list + i * 4),
			       &key->values[key->value_count++]);
	return r;
}

// --- Security descriptors ----------------------------------------------------

static int add_security(struct loader *l, uint32_t cell, size_t pos)
{
	struct hive *hive = l->hive;
	const struct hive_sk_disk *sk;
	const uint8_t *bytes;
	struct hive_security *s;
	uint32_t len;
	int r;

	r = hive_cell_take_signed(l, cell, sizeof(*sk), "sk",
				  "security descriptor", &bytes, &len);
	if (r)
		return r;
	sk = (const void *)bytes;
	if (get_le32(sk->size) > len - sizeof(*sk))
		return err_corrupt(l->err, "security descriptor",
				   hive_file_offset(cell),
				   "it leaves its cell");
	if (hive->security_count == HIVE_MAX_SECURITY)
		return err_set(l->err, -EFBIG, "security descriptor",
			       hive_file_offset(cell), "over %u of them",
			       HIVE_MAX_SECURITY);
	if (mem_grow((void **)&hive->security, hive->security_count,
		     &hive->security_capacity, sizeof(*hive->security)) ||
	    mem_grow((void **)&l->cells, l->cell_count, &l->cell_capacity,
		     sizeof(*l->cells)))
		return err_nomem(l->err);
	s = &hive->security[hive->security_count];
	s->size = get_le32(sk->size);
	s->data = mem_dup(bytes + sizeof(*sk), s->size);
	if (!s->data)
		return err_nomem(l->err);
	memmove(&l->cells[pos + 1], &l->cells[pos],
		(l->cell_count - pos) * sizeof(*l->cells));
	l->cells[pos].offset = cell;
	l->cells[pos].index = (uint32_t)hive->security_count++;
	l->cell_count++;
	return 0;
}

// Keys share their descriptors, so these cells are the only ones with many
// owners: the first key takes it, the others find it here.
static int load_security(struct loader *l, uint32_t cell, uint32_t *ret)
{
	size_t low = 0, high = l->cell_count;
	int r;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (l->cells[mid].offset < cell)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == l->cell_count || l->cells[low].offset != cell) {
		r = add_security(l, cell, low);
		if (r)
			return r;
	}
	*ret = l->cells[low].index;
	return 0;
}

// --- Keys --------------------------------------------------------------------

// The keys of a list that are loaded: all, or the one that is next on the path.
struct wanted {
	struct hive_key *key; // whose they are
	unsigned depth;       // of it
	enum loading how;     // each of them
	const le16 *name;     // LOAD_WAY
	size_t name_len;
};

// Tells whether the key in a cell has the wanted name.
static bool is_wanted(struct loader *l, uint32_t cell, const struct wanted *w)
{
	const struct hive_nk_disk *nk;
	const uint8_t *bytes;
	uint32_t len, size;

	if (hive_cell_look(l, cell, sizeof(*nk), "key", &bytes, &len))
		return false;
	nk = (const void *)bytes;
	size = get_le16(nk->name_size);
	bytes += sizeof(*nk);
	// A damaged key has no name that could be looked for. The rest of the
	// hive is not judged when a part is loaded.
	if (memcmp(nk->signature, "nk", 2) || size > len - sizeof(*nk))
		return false;
	if (!(get_le16(nk->flags) & HIVE_KEY_NAME_8BIT))
		return !utf16_casecmp((const void *)bytes, size / 2, w->name,
				      w->name_len);
	if (size != w->name_len)
		return false;
	for (uint32_t i = 0; i < size; i++)
		if (utf16_upcase(bytes[i]) !=
		    utf16_upcase(get_le16(w->name[i])))
			return false;
	return true;
}

static int add_subkeys(struct loader *l, const uint8_t *entries, uint32_t count,
		       size_t step, const struct wanted *w)
{
	struct hive_key *key = w->key;
	int r = 0;

	for (uint32_t i = 0; !r && i < count; i++) {
		uint32_t cell = load_le32(entries + i * step);
		struct hive_key **place;

		if (w->how == LOAD_WAY &&
		    (key->subkey_count || !is_wanted(l, cell, w)))
			continue;
		if (mem_grow((void **)&key->subkeys, key->subkey_count,
			     &key->subkey_capacity, sizeof(*place)))
			return err_nomem(l->err);
		place = &key->subkeys[key->subkey_count];
		*place = NULL;
		r = hive_load_key(l, cell, key, w->depth + 1, w->how, place);
		key->subkey_count += *place != NULL;
	}
	return r;
}

static int load_list(struct loader *l, uint32_t cell, bool may_be_index,
		     const struct wanted *w)
{
	static const char what[] = "list of subkeys";
	const struct hive_list_disk *list;
	const uint8_t *bytes, *entries;
	uint32_t len, count, step;
	int r;

	r = hive_cell_take(l, cell, sizeof(*list), what, &bytes, &len);
	if (r)
		return r;
	list = (const void *)bytes;
	entries = bytes + sizeof(*list);
	count = get_le16(list->count);
	step = !memcmp(bytes, "lf", 2) || !memcmp(bytes, "lh", 2) ? 8 : 4;
	if (count * step > len - sizeof(*list))
		return err_corrupt(l->err, what, hive_file_offset(cell),
				   "%u entries leave the cell", count);
	if (step == 8 || !memcmp(bytes, "li", 2))
		return add_subkeys(l, entries, count, step, w);
	// A list of lists has leaves below it alone ("Index root"), so this
	// goes no deeper than two.
	if (memcmp(bytes, "ri", 2) || !may_be_index)
		return err_corrupt(l->err, what, hive_file_offset(cell),
				   "its signature is unknown or out of place");
	for (uint32_t i = 0; !r && i < count; i++)
		r = load_list(l, load_le32(entries + i * step), false, w);
	return r;
}

static int by_name(const void *a, const void *b)
{
	const struct hive_key *x = *(const struct hive_key *const *)a;
	const struct hive_key *y = *(const struct hive_key *const *)b;

	return utf16_casecmp(x->name, x->name_len, y->name, y->name_len);
}

// Puts subkeys in order where the list was not; no two may have one name.
// Windows may look by halving, in order of capitals: what is out of order can
// be listed there and not opened. Saving mends it.
static int sort_subkeys(struct loader *l, struct hive_key *key, uint32_t cell)
{
	bool sorted = true;

	for (size_t i = 1; sorted && i < key->subkey_count; i++)
		sorted = by_name(&key->subkeys[i - 1], &key->subkeys[i]) < 0;
	if (sorted)
		return 0;
	qsort(key->subkeys, key->subkey_count, sizeof(*key->subkeys), by_name);
	for (size_t i = 1; i < key->subkey_count; i++)
		if (!by_name(&key->subkeys[i - 1], &key->subkeys[i]))
			return err_corrupt(l->err, "key",
					   hive_file_offset(cell),
					   "two subkeys of one name");
	return 0;
}

static int load_subkeys(struct loader *l, const struct hive_nk_disk *nk,
			uint32_t cell, const struct wanted *w)
{
	uint32_t count = get_le32(nk->subkeys);
	struct hive_key *key = w->key;
	int r;

	if (!count)
		return 0;
	if (w->depth >= HIVE_MAX_DEPTH)
		return err_set(l->err, -EFBIG, "key", hive_file_offset(cell),
			       "over %u levels of keys", HIVE_MAX_DEPTH);
	r = load_list(l, get_le32(nk->subkey_list), true, w);
	if (r || w->how == LOAD_WAY)
		return r;
	// Windows asks for subkeys by number, up to the key's count.
	if (key->subkey_count != count)
		return err_corrupt(l->err, "key", hive_file_offset(cell),
				   "%zu subkeys in lists, %u counted",
				   key->subkey_count, count);
	return sort_subkeys(l, key, cell);
}

static int load_class(struct loader *l, const struct hive_nk_disk *nk,
		      struct hive_key *key)
{
	uint32_t size = get_le16(nk->class_size), len;
	const uint8_t *bytes;
	int r;

	// either says that there is none
	if (!size || get_le32(nk->class_name) == HIVE_NIL)
		return 0;
	r = hive_cell_take(l, get_le32(nk->class_name), size, "class name",
			   &bytes, &len);
	if (r)
		return r;
	key->class_name = mem_dup(bytes, size);
	if (!key->class_name)
		return err_nomem(l->err);
	key->class_size = (uint16_t)size;
	return 0;
}

// Loads the one key below that is next on the path, if there is one.
static int follow_path(struct loader *l, const struct hive_nk_disk *nk,
		       uint32_t cell, struct hive_key *key, unsigned depth)
{
	struct wanted w = {key, depth, LOAD_WAY, l->path, 0};

	while (w.name_len < l->path_len &&
	       get_le16(l->path[w.name_len]) != '\\')
		w.name_len++;
	l->path += w.name_len;
	l->path_len -= w.name_len;
	if (l->path_len) { // the backslash
		l->path++;
		l->path_len--;
	}
	return load_subkeys(l, nk, cell, &w);
}

static int load_content(struct loader *l, const struct hive_nk_disk *nk,
			uint32_t cell, struct hive_key *key, unsigned depth,
			enum loading how)
{
	struct wanted w = {key, depth, LOAD_ALL, NULL, 0};
	int r;

	if (how == LOAD_WAY && l->path_len)
		return follow_path(l, nk, cell, key, depth);
	if (how == LOAD_WAY)
		how = l->at_end;
	if (how == LOAD_BARE)
		return 0;
	if (how == LOAD_FOUND)
		w.how = LOAD_BARE;
	r = load_values(l, nk, key);
	return r ? r : load_subkeys(l, nk, cell, &w);
}

int hive_load_key(struct loader *l, uint32_t cell, struct hive_key *parent,
		  unsigned depth, enum loading how, struct hive_key **place)
{
	const struct hive_nk_disk *nk;
	struct hive_key *key;
	const uint8_t *bytes;
	uint32_t len;
	uint16_t flags;
	int r;

	r = hive_cell_take_signed(l, cell, sizeof(*nk), "nk", "key", &bytes,
				  &len);
	if (r)
		return r;
	nk = (const void *)bytes;
	if (get_le16(nk->name_size) > len - sizeof(*nk))
		return err_corrupt(l->err, "key", hive_file_offset(cell),
				   "its name leaves the cell");
	key = mem_alloc(sizeof(*key));
	if (!key)
		return err_nomem(l->err);
	*place = key;
	flags = get_le16(nk->flags);
	key->parent = parent;
	key->flags = flags & ~HIVE_KEY_NAME_8BIT;
	key->virtual_flags = get_le16(nk->virtual_flags);
	key->written = get_le64(nk->written);
	key->access = get_le32(nk->access);
	r = load_name(l, bytes + sizeof(*nk), get_le16(nk->name_size),
		      flags & HIVE_KEY_NAME_8BIT, cell, &key->name,
		      &key->name_len);
	if (!r)
		r = load_class(l, nk, key);
	if (!r && parent && get_le32(nk->security) == HIVE_NIL)
		key->security = parent->security; // others leave it out
	else if (!r)
		r = load_security(l, get_le32(nk->security), &key->security);
	return r ? r : load_content(l, nk, cell, key, depth, how);
}
