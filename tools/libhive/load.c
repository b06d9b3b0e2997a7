// SPDX-License-Identifier: MIT
//
// Loads a hive into a tree (regf specifications of M. Suhanov and libregf).
//
// All bins are walked first and each cell in use is marked. A reference must hit
// a mark and takes it away, security descriptors excepted: so no cell belongs to
// two owners, there are no loops, and the tree is never bigger than the file.

#include <stdlib.h>
#include <string.h>

#include "hive_priv.h"

struct security_cell {
	uint32_t offset, index;
};

struct loader {
	struct hive *hive;
	const uint8_t *bins;
	uint32_t size;
	uint32_t minor;
	uint8_t *marks;             // a bit for each 8 bytes
	struct security_cell *cells; // in order of their offsets
	size_t cell_count, cell_capacity;
	struct err *err;
};

static uint64_t file_offset(uint32_t cell)
{
	return (uint64_t)HIVE_HEADER_SIZE + cell;
}

static bool marked(const struct loader *l, uint32_t offset)
{
	return offset % 8 == 0 && offset < l->size &&
	       l->marks[offset / 64] >> (offset / 8 % 8) & 1;
}

static le32 read_le32(const uint8_t *p)
{
	le32 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

// --- Header and bins ---------------------------------------------------------

uint32_t hive_header_checksum(const uint8_t *header)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < HIVE_CHECKSUMMED; i += 4)
		sum ^= get_le32(read_le32(header + i));
	return sum == UINT32_MAX ? UINT32_MAX - 1 : sum ? sum : 1;
}

bool hive_is_dirty(const void *data, size_t size)
{
	const struct hive_header_disk *h = data;

	return size >= sizeof(*h) && !memcmp(h->signature, "regf", 4) &&
	       (get_le32(h->sequence1) != get_le32(h->sequence2) ||
		get_le32(h->checksum) != hive_header_checksum(data));
}

static int check_header(const struct hive_header_disk *h, size_t size,
			struct err *err)
{
	static const char what[] = "hive header";
	uint32_t bins;

	if (size < HIVE_HEADER_SIZE)
		return err_corrupt(err, what, 0, "the file is cut short");
	if (memcmp(h->signature, "regf", 4))
		return err_corrupt(err, what, 0, "no registry hive");
	if (get_le32(h->checksum) != hive_header_checksum((const uint8_t *)h))
		return err_corrupt(err, what, 0x1fc, "wrong checksum");
	if (get_le32(h->major) != 1 || get_le32(h->minor) < 2 ||
	    get_le32(h->minor) > 6)
		return err_set(err, -ENOTSUP, what, 0x14,
			       "version %u.%u is not supported",
			       get_le32(h->major), get_le32(h->minor));
	if (get_le32(h->type) || get_le32(h->format) != 1)
		return err_set(err, -ENOTSUP, what, 0x1c,
			       "a transaction log, or no primary hive file");
	if (get_le32(h->sequence1) != get_le32(h->sequence2))
		return err_set(err, -ENOTSUP, what, 4,
			       "the hive was not closed: its last changes are "
			       "in its logs (.LOG1, .LOG2, .LOG)");
	bins = get_le32(h->bins_size);
	if (!bins || bins % HIVE_BIN_ALIGN || bins > HIVE_MAX_BINS ||
	    bins > size - HIVE_HEADER_SIZE)
		return err_corrupt(err, what, 0x28,
				   "length of bins is %u in a file of %zu",
				   bins, size);
	return 0;
}

// Marks the cells in use of the bin [start, end).
static int mark_cells(struct loader *l, uint32_t start, uint32_t end)
{
	uint32_t off = start + sizeof(struct hive_bin_disk);

	while (off < end) {
		uint32_t raw = get_le32(read_le32(l->bins + off));
		uint32_t len = raw >> 31 ? -raw : raw;

		if (len < 8 || len % 8 || len > end - off)
			return err_corrupt(l->err, "cell", file_offset(off),
					   "its size is 0x%x", raw);
		if (raw >> 31)
			l->marks[off / 64] |= (uint8_t)(1 << off / 8 % 8);
		off += len;
	}
	return 0;
}

static int walk_bins(struct loader *l)
{
	uint32_t off = 0;
	int r;

	while (off < l->size) {
		const struct hive_bin_disk *bin = (const void *)(l->bins + off);
		uint32_t len = get_le32(bin->size);

		if (memcmp(bin->signature, "hbin", 4) ||
		    get_le32(bin->offset) != off)
			return err_corrupt(l->err, "hive bin",
					   file_offset(off),
					   "no bin where one must begin");
		if (!len || len % HIVE_BIN_ALIGN || len > l->size - off)
			return err_corrupt(l->err, "hive bin",
					   file_offset(off),
					   "its size is 0x%x", len);
		r = mark_cells(l, off, off + len);
		if (r)
			return r;
		off += len;
	}
	return 0;
}

// --- Cells -------------------------------------------------------------------

// Finds the data of a cell in use that has at least `least` bytes.
static int look_at(struct loader *l, uint32_t offset, uint32_t least,
		   const char *what, const uint8_t **ret, uint32_t *ret_len)
{
	uint32_t len;

	if (!marked(l, offset))
		return err_corrupt(l->err, what, file_offset(offset),
				   "not a cell in use, or used twice");
	len = -get_le32(read_le32(l->bins + offset)) - 4;
	if (len < least)
		return err_corrupt(l->err, what, file_offset(offset),
				   "%u bytes where %u are needed", len, least);
	*ret = l->bins + offset + 4;
	*ret_len = len;
	return 0;
}

// As look_at, and the cell now has an owner.
static int take(struct loader *l, uint32_t offset, uint32_t least,
		const char *what, const uint8_t **ret, uint32_t *ret_len)
{
	int r = look_at(l, offset, least, what, ret, ret_len);

	if (!r)
		l->marks[offset / 64] &= (uint8_t)~(1 << offset / 8 % 8);
	return r;
}

static int take_signed(struct loader *l, uint32_t offset, uint32_t least,
		       const char *signature, const char *what,
		       const uint8_t **ret, uint32_t *ret_len)
{
	int r = take(l, offset, least, what, ret, ret_len);

	if (!r && memcmp(*ret, signature, 2))
		return err_corrupt(l->err, what, file_offset(offset),
				   "its signature is not \"%s\"", signature);
	return r;
}

static int load_name(struct loader *l, const uint8_t *bytes, uint32_t size,
		     bool is_8bit, uint32_t cell, le16 **ret, uint16_t *ret_len)
{
	uint32_t len = is_8bit ? size : size / 2;
	le16 *name;

	if (!is_8bit && size % 2)
		return err_corrupt(l->err, "name", file_offset(cell),
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

	r = take_signed(l, cell, sizeof(*db), "db", "big data", &bytes, &len);
	if (r)
		return r;
	db = (const void *)bytes;
	count = get_le16(db->count);
	if (count != (size + HIVE_BIG_SEGMENT - 1) / HIVE_BIG_SEGMENT)
		return err_corrupt(l->err, "big data", file_offset(cell),
				   "%u segments for %u bytes", count, size);
	r = take(l, get_le32(db->list), count * 4, "big data's list", &list,
		 &list_len);
	for (uint32_t i = 0; !r && i < count; i++) {
		uint32_t n = size - done;

		if (n > HIVE_BIG_SEGMENT)
			n = HIVE_BIG_SEGMENT;
		r = take(l, get_le32(read_le32(list + i * 4)), n,
			 "big data's segment", &bytes, &len);
		if (!r)
			memcpy(data + done, bytes, n);
		done += n;
	}
	return r;
}

static int load_data(struct loader *l, const struct hive_vk_disk *vk,
		     uint32_t cell, struct hive_value *v)
{
	uint32_t size = get_le32(vk->data_size);
	bool in_place = size & HIVE_DATA_IN_PLACE;
	const uint8_t *bytes;
	uint32_t len;
	int r;

	size &= ~HIVE_DATA_IN_PLACE;
	if (in_place ? size > 4 : size > l->size)
		return err_corrupt(l->err, "value", file_offset(cell),
				   "data of %u bytes", size);
	if (!size)
		return 0;
	v->data = mem_alloc(size);
	if (!v->data)
		return err_nomem(l->err);
	v->size = size;
	if (in_place) {
		memcpy(v->data, vk->data.b, size);
		return 0;
	}
	if (size > HIVE_BIG_SEGMENT && l->minor >= HIVE_BIG_FROM)
		return load_big_data(l, get_le32(vk->data), size, v->data);
	r = take(l, get_le32(vk->data), size, "value's data", &bytes, &len);
	if (!r)
		memcpy(v->data, bytes, size);
	return r;
}

static int load_value(struct loader *l, uint32_t cell, struct hive_value *v)
{
	const struct hive_vk_disk *vk;
	const uint8_t *bytes;
	uint32_t len;
	uint16_t flags;
	int r;

	r = take_signed(l, cell, sizeof(*vk), "vk", "value", &bytes, &len);
	if (r)
		return r;
	vk = (const void *)bytes;
	if (get_le16(vk->name_size) > len - sizeof(*vk))
		return err_corrupt(l->err, "value", file_offset(cell),
				   "its name leaves the cell");
	flags = get_le16(vk->flags);
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

	if (!count)
		return 0;
	if (count > l->size / 8)
		return err_corrupt(l->err, "key", ERR_NOWHERE,
				   "%u values", count);
	r = take(l, get_le32(nk->value_list), count * 4, "list of values",
		 &list, &len);
	if (r)
		return r;
	key->values = mem_array(count, sizeof(*key->values));
	if (!key->values)
		return err_nomem(l->err);
	key->value_capacity = count;
	for (uint32_t i = 0; !r && i < count; i++)
		r = load_value(l, get_le32(read_le32(list + i * 4)),
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

	r = take_signed(l, cell, sizeof(*sk), "sk", "security descriptor",
			&bytes, &len);
	if (r)
		return r;
	sk = (const void *)bytes;
	if (get_le32(sk->size) > len - sizeof(*sk))
		return err_corrupt(l->err, "security descriptor",
				   file_offset(cell), "it leaves its cell");
	if (hive->security_count == HIVE_MAX_SECURITY)
		return err_set(l->err, -EFBIG, "security descriptor",
			       file_offset(cell), "over %u of them",
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

static int load_key(struct loader *l, uint32_t cell, struct hive_key *parent,
		    unsigned depth, struct hive_key **place);

static int add_subkeys(struct loader *l, const uint8_t *entries,
		       uint32_t count, size_t step, struct hive_key *key,
		       unsigned depth)
{
	int r = 0;

	for (uint32_t i = 0; !r && i < count; i++) {
		struct hive_key **place;

		if (mem_grow((void **)&key->subkeys, key->subkey_count,
			     &key->subkey_capacity, sizeof(*place)))
			return err_nomem(l->err);
		place = &key->subkeys[key->subkey_count];
		*place = NULL;
		r = load_key(l, get_le32(read_le32(entries + i * step)), key,
			     depth + 1, place);
		key->subkey_count += *place != NULL;
	}
	return r;
}

static int load_list(struct loader *l, uint32_t cell, bool may_be_index,
		     struct hive_key *key, unsigned depth)
{
	static const char what[] = "list of subkeys";
	const struct hive_list_disk *list;
	const uint8_t *bytes, *entries;
	uint32_t len, count, step;
	int r;

	r = take(l, cell, sizeof(*list), what, &bytes, &len);
	if (r)
		return r;
	list = (const void *)bytes;
	entries = bytes + sizeof(*list);
	count = get_le16(list->count);
	step = !memcmp(bytes, "lf", 2) || !memcmp(bytes, "lh", 2) ? 8 : 4;
	if (count * step > len - sizeof(*list))
		return err_corrupt(l->err, what, file_offset(cell),
				   "%u entries leave the cell", count);
	if (step == 8 || !memcmp(bytes, "li", 2))
		return add_subkeys(l, entries, count, step, key, depth);
	if (memcmp(bytes, "ri", 2) || !may_be_index)
		return err_corrupt(l->err, what, file_offset(cell),
				   "its signature is unknown or out of place");
	for (uint32_t i = 0; !r && i < count; i++)
		r = load_list(l, get_le32(read_le32(entries + i * step)),
			      false, key, depth);
	return r;
}

static int by_name(const void *a, const void *b)
{
	const struct hive_key *x = *(const struct hive_key *const *)a;
	const struct hive_key *y = *(const struct hive_key *const *)b;

	return utf16_casecmp(x->name, x->name_len, y->name, y->name_len);
}

// Puts subkeys in order where the list was not; no two may have one name.
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
			return err_corrupt(l->err, "key", file_offset(cell),
					   "two subkeys of one name");
	return 0;
}

static int load_subkeys(struct loader *l, const struct hive_nk_disk *nk,
			uint32_t cell, struct hive_key *key, unsigned depth)
{
	uint32_t count = get_le32(nk->subkeys);
	int r;

	if (!count)
		return 0;
	if (depth >= HIVE_MAX_DEPTH)
		return err_set(l->err, -EFBIG, "key", file_offset(cell),
			       "over %u levels of keys", HIVE_MAX_DEPTH);
	r = load_list(l, get_le32(nk->subkey_list), true, key, depth);
	if (r)
		return r;
	if (key->subkey_count != count)
		return err_corrupt(l->err, "key", file_offset(cell),
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

	if (!size || get_le32(nk->class_name) == HIVE_NIL)
		return 0;
	r = take(l, get_le32(nk->class_name), size, "class name", &bytes, &len);
	if (r)
		return r;
	key->class_name = mem_dup(bytes, size);
	if (!key->class_name)
		return err_nomem(l->err);
	key->class_size = (uint16_t)size;
	return 0;
}

// Loads a key; *place gets it as soon as it is there, also when what it holds
// turns out to be corrupt, so that it is freed with the tree.
static int load_key(struct loader *l, uint32_t cell, struct hive_key *parent,
		    unsigned depth, struct hive_key **place)
{
	const struct hive_nk_disk *nk;
	struct hive_key *key;
	const uint8_t *bytes;
	uint32_t len;
	uint16_t flags;
	int r;

	r = take_signed(l, cell, sizeof(*nk), "nk", "key", &bytes, &len);
	if (r)
		return r;
	nk = (const void *)bytes;
	if (get_le16(nk->name_size) > len - sizeof(*nk))
		return err_corrupt(l->err, "key", file_offset(cell),
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
	if (!r)
		r = load_security(l, get_le32(nk->security), &key->security);
	if (!r)
		r = load_values(l, nk, key);
	return r ? r : load_subkeys(l, nk, cell, key, depth);
}

static void decode_header(const struct hive_header_disk *h, struct hive *hive)
{
	hive->minor = get_le32(h->minor);
	hive->sequence = get_le32(h->sequence1);
	hive->written = get_le64(h->written);
	memcpy(hive->file_name, h->file_name, sizeof(h->file_name));
	memcpy(hive->resource_ids, h->rm_id, 16);
	memcpy(hive->resource_ids + 16, h->log_id, 16);
	memcpy(hive->resource_ids + 32, h->tm_id, 16);
	hive->flags = get_le32(h->flags);
	hive->reorganized = get_le64(h->reorganized);
}

int hive_load(const void *data, size_t size, struct hive **ret, struct err *err)
{
	const struct hive_header_disk *h = data;
	struct loader l = {.err = err};
	int r = check_header(h, size, err);

	if (r)
		return r;
	l.bins = (const uint8_t *)data + HIVE_HEADER_SIZE;
	l.size = get_le32(h->bins_size);
	l.minor = get_le32(h->minor);
	l.marks = mem_alloc(l.size / 64);
	l.hive = mem_alloc(sizeof(*l.hive));
	if (!l.marks || !l.hive) {
		r = err_nomem(err);
		goto out;
	}
	decode_header(h, l.hive);
	r = walk_bins(&l);
	if (!r)
		r = load_key(&l, get_le32(h->root), NULL, 1, &l.hive->root);
out:
	mem_free(l.cells);
	mem_free(l.marks);
	if (r)
		hive_free(l.hive);
	else
		*ret = l.hive;
	return r;
}
