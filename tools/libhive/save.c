// SPDX-License-Identifier: MIT
//
// Lays a tree out as a fresh hive (regf specifications of M. Suhanov and
// libregf). Cells follow one another; a bin is 4096 bytes, or as many as one
// bigger cell needs, and its unused tail is one free cell.

#include <string.h>

#include "hive_priv.h"

// With its cell's size and four bytes before them, these fill a bin of one page
// (32 + 4 + 4 + 507 * 8 = 4096): Windows splits its lists there too.
#define LIST_MAX 507u // pairs of a leaf list that fit a bin of 4096 bytes

struct saver {
	const struct hive *hive;
	uint8_t *file;         // header and bins
	uint8_t *bins;         // in it
	size_t size, capacity; // of bins
	size_t used;           // end of the last cell
	uint32_t *security;    // cell of each descriptor
	uint32_t *references;  // to each descriptor
	uint32_t *order;       // descriptors in use, by their first use
	size_t order_count;
	struct err *err;
};

// --- Cells -------------------------------------------------------------------

// What is left of a bin is one free cell: a bin has no gaps. Less than a cell
// is never left, as all sizes are multiples of 8.
static void free_tail(struct saver *s)
{
	if (s->used < s->size)
		store_le32(s->bins + s->used, (uint32_t)(s->size - s->used));
}

static int add_bin(struct saver *s, size_t cell)
{
	size_t len =
		round_up(cell + sizeof(struct hive_bin_disk), HIVE_BIN_ALIGN);
	struct hive_bin_disk *bin;

	if (len > HIVE_MAX_BINS - s->size)
		return err_set(s->err, -EFBIG, "hive", ERR_NOWHERE,
			       "it would pass 2 GiB");
	if (s->size + len > s->capacity) {
		size_t capacity = (s->size + len) * 2;
		uint8_t *file =
			mem_resize(s->file, HIVE_HEADER_SIZE + capacity, 1);

		if (!file)
			return err_nomem(s->err);
		s->file = file;
		s->bins = file + HIVE_HEADER_SIZE;
		s->capacity = capacity;
	}
	free_tail(s);
	memset(s->bins + s->size, 0, len);
	bin = (void *)(s->bins + s->size);
	memcpy(bin->signature, "hbin", 4);
	bin->offset = to_le32((uint32_t)s->size);
	bin->size = to_le32((uint32_t)len);
	// a second copy of the header's time, for a header that is damaged
	if (!s->size)
		bin->written = to_le64(s->hive->written);
	s->used = s->size + sizeof(*bin);
	s->size += len;
	return 0;
}

// Makes a cell with room for `len` bytes, all zero.
static int new_cell(struct saver *s, size_t len, uint32_t *ret)
{
	size_t cell = round_up(len + 4, 8);
	int r;

	if (cell > s->size - s->used) {
		r = add_bin(s, cell);
		if (r)
			return r;
	}
	store_le32(s->bins + s->used, -(uint32_t)cell);
	*ret = (uint32_t)s->used;
	s->used += cell;
	return 0;
}

// Returns the data of a cell; good until the next cell is made.
static uint8_t *cell_data(const struct saver *s, uint32_t cell)
{
	return s->bins + cell + 4;
}

static int new_cell_with(struct saver *s, const void *data, size_t len,
			 uint32_t *ret)
{
	int r = new_cell(s, len, ret);

	if (!r)
		memcpy(cell_data(s, *ret), data, len);
	return r;
}

// --- Names -------------------------------------------------------------------

// As Windows does: the short form where every character fits it.
static bool is_8bit(const le16 *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (get_le16(name[i]) > 0xff)
			return false;
	return true;
}

static size_t name_size(const le16 *name, size_t len)
{
	return is_8bit(name, len) ? len : len * 2;
}

static void put_name(uint8_t *p, const le16 *name, size_t len)
{
	if (!is_8bit(name, len)) {
		memcpy(p, name, len * 2);
		return;
	}
	for (size_t i = 0; i < len; i++)
		p[i] = name[i].b[0];
}

// --- Values ------------------------------------------------------------------

static int save_big_data(struct saver *s, const struct hive_value *v,
			 uint32_t *ret)
{
	uint32_t count = (v->size + HIVE_BIG_SEGMENT - 1) / HIVE_BIG_SEGMENT;
	struct hive_db_disk db = {"db", to_le16((uint16_t)count), {{0}}};
	uint32_t list, segment;
	int r;

	// the record counts its segments in 16 bits
	if (count > UINT16_MAX)
		return err_set(s->err, -EFBIG, "hive", ERR_NOWHERE,
			       "a value of %u bytes", v->size);
	r = new_cell(s, count * 4, &list);
	if (r)
		return r;
	db.list = to_le32(list);
	for (uint32_t i = 0; !r && i < count; i++) {
		uint32_t off = i * HIVE_BIG_SEGMENT, n = v->size - off;

		if (n > HIVE_BIG_SEGMENT)
			n = HIVE_BIG_SEGMENT;
		r = new_cell_with(s, v->data + off, n, &segment);
		if (!r)
			store_le32(cell_data(s, list) + i * 4, segment);
	}
	return r ? r : new_cell_with(s, &db, sizeof(db), ret);
}

static int save_value(struct saver *s, const struct hive_value *v,
		      uint32_t *ret)
{
	size_t size = name_size(v->name, v->name_len);
	struct hive_vk_disk vk = {.signature = "vk"};
	uint32_t cell, data = 0;
	int r;

	// Another cell may move the bins, so this one is filled in when all
	// that belongs to it is there.
	r = new_cell(s, sizeof(vk) + size, &cell);
	if (r)
		return r;
	vk.name_size = to_le16((uint16_t)size);
	vk.data_size = to_le32(v->size);
	vk.type = to_le32(v->type);
	// The default value has no name: nothing to say of how that is stored.
	vk.flags =
		to_le16(v->flags | (is_8bit(v->name, v->name_len) && v->name_len
					    ? HIVE_VALUE_NAME_8BIT
					    : 0));
	if (v->size <= 4) {
		vk.data_size = to_le32(v->size | HIVE_DATA_IN_PLACE);
		if (v->size)
			memcpy(vk.data.b, v->data, v->size);
	} else {
		if (v->size > HIVE_BIG_SEGMENT &&
		    s->hive->minor >= HIVE_BIG_FROM)
			r = save_big_data(s, v, &data);
		else
			r = new_cell_with(s, v->data, v->size, &data);
		if (r)
			return r;
		vk.data = to_le32(data);
	}
	memcpy(cell_data(s, cell), &vk, sizeof(vk));
	put_name(cell_data(s, cell) + sizeof(vk), v->name, v->name_len);
	*ret = cell;
	return 0;
}

static int save_values(struct saver *s, const struct hive_key *key,
		       struct hive_nk_disk *nk)
{
	uint32_t list, value, max_name = 0, max_data = 0;
	int r;

	if (key->flags & HIVE_KEY_PREDEFINED)
		nk->values = to_le32(key->handle);
	if (!key->value_count)
		return 0;
	r = new_cell(s, key->value_count * 4, &list);
	for (size_t i = 0; !r && i < key->value_count; i++) {
		const struct hive_value *v = &key->values[i];

		if (v->name_len * 2u > max_name)
			max_name = v->name_len * 2u;
		if (v->size > max_data)
			max_data = v->size;
		r = save_value(s, v, &value);
		if (!r)
			store_le32(cell_data(s, list) + i * 4, value);
	}
	if (r)
		return r;
	nk->values = to_le32((uint32_t)key->value_count);
	nk->value_list = to_le32(list);
	// RegQueryInfoKey gives these out, and programs make their buffers by
	// them: too small ones fail with "more data".
	nk->max_value_name = to_le32(max_name);
	nk->max_value_data = to_le32(max_data);
	return 0;
}

// --- Security descriptors ----------------------------------------------------

static void count_references(struct saver *s, const struct hive_key *key)
{
	// In the order of their first use, so that the same tree always gives
	// the same bytes.
	if (!s->references[key->security]++)
		s->order[s->order_count++] = key->security;
	for (size_t i = 0; i < key->subkey_count; i++)
		count_references(s, key->subkeys[i]);
}

// The descriptors in use, in a ring. Windows frees one when its count of keys
// reaches zero, so a count too low takes it from under a key.
static int save_security(struct saver *s)
{
	const struct hive *hive = s->hive;
	uint32_t first = HIVE_NIL, last = HIVE_NIL;
	struct hive_sk_disk *sk;
	int r;

	count_references(s, hive->root);
	for (size_t n = 0; n < s->order_count; n++) {
		uint32_t i = s->order[n], cell;
		const struct hive_security *d = &hive->security[i];

		r = new_cell(s, sizeof(*sk) + d->size, &cell);
		if (r)
			return r;
		s->security[i] = cell;
		if (first == HIVE_NIL)
			first = last = cell;
		sk = (void *)cell_data(s, cell);
		memcpy(sk->signature, "sk", 2);
		sk->previous = to_le32(last);
		sk->references = to_le32(s->references[i]);
		sk->size = to_le32(d->size);
		memcpy(sk + 1, d->data, d->size);
		sk = (void *)cell_data(s, last);
		sk->next = to_le32(cell);
		last = cell;
	}
	sk = (void *)cell_data(s, last);
	sk->next = to_le32(first);
	sk = (void *)cell_data(s, first);
	sk->previous = to_le32(last);
	return 0;
}

// --- Keys --------------------------------------------------------------------

// "Hash leaf". Windows looks at the hash before the name: a key with a wrong
// one is listed, and never found.
static uint32_t name_hash(const struct hive_key *key)
{
	uint32_t h = 0;

	for (size_t i = 0; i < key->name_len; i++)
		h = h * 37 + utf16_upcase(get_le16(key->name[i]));
	return h;
}

// Fills in the entry of a subkey in its leaf list.
static void put_entry(const struct saver *s, uint32_t list, size_t index,
		      const struct hive_key *key, uint32_t cell)
{
	uint32_t minor = s->hive->minor;
	uint8_t *p = cell_data(s, list) + sizeof(struct hive_list_disk) +
		     index * (minor < HIVE_FAST_FROM ? 4 : 8);

	store_le32(p, cell);
	if (minor >= HIVE_HASH_FROM)
		store_le32(p + 4, name_hash(key));
	else if (minor >= HIVE_FAST_FROM)
		for (size_t i = 0; i < 4 && i < key->name_len; i++)
			// no hint for a name beyond Latin-1: the reader then
			// compares all of it
			p[4 + i] = key->name[i].b[1] ? 0 : key->name[i].b[0];
}

static int new_list(struct saver *s, const char *signature, size_t count,
		    size_t step, uint32_t *ret)
{
	struct hive_list_disk list = {
		{(uint8_t)signature[0], (uint8_t)signature[1]},
		to_le16((uint16_t)count)};
	int r = new_cell(s, sizeof(list) + count * step, ret);

	if (!r)
		memcpy(cell_data(s, *ret), &list, sizeof(list));
	return r;
}

static int new_leaf(struct saver *s, size_t count, uint32_t *ret)
{
	uint32_t minor = s->hive->minor;

	return new_list(s,
			minor < HIVE_FAST_FROM   ? "li"
			: minor < HIVE_HASH_FROM ? "lf"
						 : "lh",
			count, minor < HIVE_FAST_FROM ? 4 : 8, ret);
}

static int save_key(struct saver *s, const struct hive_key *key,
		    uint32_t parent, uint32_t cell);

static int new_key(struct saver *s, const struct hive_key *key, uint32_t *ret)
{
	return new_cell(s,
			sizeof(struct hive_nk_disk) +
				name_size(key->name, key->name_len),
			ret);
}

// Saves the subkeys [from, from + count) and a leaf list of them.
static int save_leaf(struct saver *s, const struct hive_key *key, uint32_t cell,
		     size_t from, size_t count, uint32_t *ret)
{
	uint32_t list, sub;
	int r = new_leaf(s, count, &list);

	for (size_t i = 0; !r && i < count; i++) {
		const struct hive_key *k = key->subkeys[from + i];

		r = new_key(s, k, &sub);
		if (r)
			break;
		put_entry(s, list, i, k, sub);
		r = save_key(s, k, cell, sub);
	}
	if (!r)
		*ret = list;
	return r;
}

static int save_lists(struct saver *s, const struct hive_key *key,
		      uint32_t cell, uint32_t *ret)
{
	size_t leaves = (key->subkey_count + LIST_MAX - 1) / LIST_MAX;
	uint32_t index, leaf;
	int r;

	if (leaves == 1)
		return save_leaf(s, key, cell, 0, key->subkey_count, ret);
	if (leaves > UINT16_MAX)
		return err_set(s->err, -EFBIG, "hive", ERR_NOWHERE,
			       "%zu subkeys of one key", key->subkey_count);
	r = new_list(s, "ri", leaves, 4, &index);
	for (size_t i = 0; !r && i < leaves; i++) {
		size_t n = key->subkey_count - i * LIST_MAX;

		r = save_leaf(s, key, cell, i * LIST_MAX,
			      n < LIST_MAX ? n : LIST_MAX, &leaf);
		if (!r)
			store_le32(cell_data(s, index) +
					   sizeof(struct hive_list_disk) +
					   i * 4,
				   leaf);
	}
	if (!r)
		*ret = index;
	return r;
}

static int save_subkeys(struct saver *s, const struct hive_key *key,
			uint32_t cell, struct hive_nk_disk *nk)
{
	uint16_t max_name = 0, max_class = 0;
	uint32_t list;
	int r;

	if (!key->subkey_count)
		return 0;
	for (size_t i = 0; i < key->subkey_count; i++) {
		const struct hive_key *k = key->subkeys[i];

		if (k->name_len * 2u > max_name)
			max_name = (uint16_t)(k->name_len * 2u);
		if (k->class_size > max_class)
			max_class = k->class_size;
	}
	r = save_lists(s, key, cell, &list);
	if (r)
		return r;
	nk->subkeys = to_le32((uint32_t)key->subkey_count);
	nk->subkey_list = to_le32(list);
	nk->max_subkey_name = to_le16(max_name);
	nk->max_subkey_class = to_le32(max_class);
	return 0;
}

static int save_key(struct saver *s, const struct hive_key *key,
		    uint32_t parent, uint32_t cell)
{
	size_t size = name_size(key->name, key->name_len);
	struct hive_nk_disk nk = {
		.signature = "nk",
		.written = to_le64(key->written),
		.access = to_le32(key->access),
		.parent = to_le32(parent),
		.subkey_list = to_le32(HIVE_NIL),
		// volatile keys live in memory only and never reach a file
		.volatile_list = to_le32(HIVE_NIL),
		.value_list = to_le32(HIVE_NIL),
		.security = to_le32(s->security[key->security]),
		.class_name = to_le32(HIVE_NIL),
		.virtual_flags = to_le16(key->virtual_flags),
		.name_size = to_le16((uint16_t)size),
		.class_size = to_le16(key->class_size),
	};
	uint32_t class_cell;
	int r;

	nk.flags = to_le16(key->flags | (is_8bit(key->name, key->name_len)
						 ? HIVE_KEY_NAME_8BIT
						 : 0));
	if (key->class_size) {
		r = new_cell_with(s, key->class_name, key->class_size,
				  &class_cell);
		if (r)
			return r;
		nk.class_name = to_le32(class_cell);
	}
	r = save_values(s, key, &nk);
	if (!r)
		r = save_subkeys(s, key, cell, &nk);
	if (r)
		return r;
	memcpy(cell_data(s, cell), &nk, sizeof(nk));
	put_name(cell_data(s, cell) + sizeof(nk), key->name, key->name_len);
	return 0;
}

// --- The file ----------------------------------------------------------------

static void put_header(const struct hive *hive, uint32_t root, size_t bins,
		       uint8_t *p)
{
	struct hive_header_disk h = {
		// closed: equal numbers, so no log is looked for
		.signature = "regf",
		.sequence1 = to_le32(hive->sequence),
		.sequence2 = to_le32(hive->sequence),
		.written = to_le64(hive->written),
		.major = to_le32(1),
		.minor = to_le32(hive->minor),
		.format = to_le32(1),
		.root = to_le32(root),
		.bins_size = to_le32((uint32_t)bins),
		.cluster = to_le32(1),
		.flags = to_le32(hive->flags),
		.guid_mark = "rmtm",
		.reorganized = to_le64(hive->reorganized),
	};

	memcpy(h.file_name, hive->file_name, sizeof(h.file_name));
	memcpy(h.rm_id, hive->resource_ids, 16);
	memcpy(h.log_id, hive->resource_ids + 16, 16);
	memcpy(h.tm_id, hive->resource_ids + 32, 16);
	memcpy(p, &h, sizeof(h));
	// last, as it covers all the rest
	h.checksum = to_le32(hive_header_checksum(p));
	memcpy(p, &h, sizeof(h));
}

int hive_save(const struct hive *hive, void **ret, size_t *ret_size,
	      struct err *err)
{
	struct saver s = {.hive = hive, .err = err};
	uint32_t root;
	int r;

	// what was not loaded would be gone
	if (hive->is_part)
		return err_set(err, -EINVAL, "hive", ERR_NOWHERE,
			       "only a part of it was loaded");
	s.security = mem_array(hive->security_count, sizeof(*s.security));
	s.references = mem_array(hive->security_count, sizeof(*s.references));
	s.order = mem_array(hive->security_count, sizeof(*s.order));
	if (!s.security || !s.references || !s.order) {
		r = err_nomem(err);
		goto out;
	}
	r = new_key(&s, hive->root, &root);
	if (!r)
		r = save_security(&s);
	if (!r)
		r = save_key(&s, hive->root, HIVE_NIL, root);
	if (r)
		goto out;
	free_tail(&s);
	memset(s.file, 0, HIVE_HEADER_SIZE);
	put_header(hive, root, s.size, s.file);
	*ret = s.file;
	*ret_size = HIVE_HEADER_SIZE + s.size;
	s.file = NULL;
out:
	mem_free(s.file);
	mem_free(s.order);
	mem_free(s.references);
	mem_free(s.security);
	return r;
}
