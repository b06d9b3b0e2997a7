// SPDX-License-Identifier: MIT
//
// One file: its names, its streams' sizes and clusters, and what its attributes
// must have in common.

#include <string.h>

#include "check.h"

struct file_check {
	struct check *c;
	const struct ntfs_file *f;
	uint64_t number;
	struct check_record *mine;
	unsigned names, win32, dos;          // of each kind
	uint64_t win32_parents, dos_parents; // sums, to be equal
	bool has_standard, has_index, has_data, is_encrypted;
	uint32_t ea_size, ea_packed, ea_need;
	bool has_ea_info, has_ea;
};

uint64_t ntfs_check_name_hash(uint64_t file, const struct ntfs_file_name *name)
{
	uint64_t h = 0xcbf29ce484222325u; // FNV-1a, on units

	h = (h ^ file) * 0x100000001b3u;
	h = (h ^ name->parent) * 0x100000001b3u;
	h = (h ^ name->name_space) * 0x100000001b3u;
	for (size_t i = 0; i < name->name_len; i++)
		h = (h ^ get_le16(name->name[i])) * 0x100000001b3u;
	h ^= h >> 29;
	h *= 0xbf58476d1ce4e5b9u;
	return h ^ h >> 32;
}

uint32_t ntfs_check_times(uint64_t created, uint64_t modified, uint64_t changed)
{
	uint64_t h = created * 0xbf58476d1ce4e5b9u;

	h = (h ^ h >> 31 ^ modified) * 0x94d049bb133111ebu;
	h = (h ^ h >> 31 ^ changed) * 0xbf58476d1ce4e5b9u;
	return (uint32_t)(h >> 32);
}

static uint64_t reference(const struct file_check *k)
{
	return k->number | (uint64_t)k->mine->sequence << NTFS_SEQUENCE_SHIFT;
}

static void check_name(struct file_check *k, const struct ntfs_attr *a)
{
	struct ntfs_file_name name;
	struct err e = {0};

	k->names++;
	if (ntfs_file_name_decode(a->value, a->value_len, k->number, &name,
				  &e)) {
		ntfs_check_problem(k->c, k->number, NTFS_RULE_FILE_NAME,
				   "%s: %s", e.what, e.why);
		return;
	}
	if (a->value_len !=
	    sizeof(struct ntfs_file_name_disk) + 2u * name.name_len)
		ntfs_check_problem(k->c, k->number, NTFS_RULE_FILE_NAME,
				   "A name of %u units takes %u bytes",
				   name.name_len, a->value_len);
	for (size_t i = 0; i < name.name_len; i++) {
		uint16_t unit = get_le16(name.name[i]);

		if (!unit || unit == '/' || unit == '\\') {
			ntfs_check_problem(
				k->c, k->number, NTFS_RULE_FILE_NAME,
				"A name holds a character that cannot "
				"be in one");
			break;
		}
	}
	if (name.name_space == NTFS_NS_DOS && name.name_len > 12)
		ntfs_check_problem(k->c, k->number, NTFS_RULE_FILE_NAME,
				   "A short name has %u units", name.name_len);
	if (name.name_space == NTFS_NS_WIN32) {
		k->win32++;
		k->win32_parents += name.parent;
	} else if (name.name_space == NTFS_NS_DOS) {
		k->dos++;
		k->dos_parents += name.parent;
	}
	k->mine->names += ntfs_check_name_hash(reference(k), &name);
	k->mine->names_left++;
	k->mine->parent = ntfs_ref_record(name.parent);
}

static void check_standard(struct file_check *k, const struct ntfs_attr *a)
{
	const uint32_t known = NTFS_ATTR_KNOWN | NTFS_FA_INTERNAL;
	const struct ntfs_standard_disk *h = (const void *)a->value;

	k->has_standard = true;
	if (!a->resident || a->value_len < NTFS_STANDARD_SHORT)
		return;
	k->mine->attributes = get_le32(h->attributes);
	if (k->mine->attributes & ~known)
		ntfs_check_find(k->c, NTFS_HARMLESS, k->number,
				NTFS_RULE_FILE_ATTRIBUTES,
				"The file's attributes %08x have bits that "
				"NTFS does not know",
				(unsigned)k->mine->attributes);
	k->mine->times = ntfs_check_times(get_le64(h->created),
					  get_le64(h->modified),
					  get_le64(h->changed));
	if (a->value_len >= sizeof(*h))
		k->mine->security_id = get_le32(h->security_id);
}

// The tag comes first, wherever the data lies.
static int check_reparse(struct file_check *k, const struct ntfs_attr *a)
{
	uint8_t *data;
	size_t size;
	struct err e = {0};
	le32 tag;
	int r = ntfs_stream_read(k->f, a, 65536, &data, &size, &e);

	if (r)
		return ntfs_check_failed(k->c, k->number, NTFS_RULE_REPARSE, r,
					 &e);
	k->mine->flags |= CR_REPARSE;
	if (size >= 8) {
		memcpy(&tag, data, sizeof(tag));
		k->mine->ea_or_reparse = get_le32(tag);
	}
	mem_free(data);
	return 0;
}

static int check_ea(struct file_check *k, const struct ntfs_attr *a)
{
	uint8_t *data;
	size_t size, off = 0;
	struct err e = {0};
	uint32_t bytes = 0, need = 0;
	struct ea ea;
	int r;

	k->has_ea = true;
	k->ea_size += (uint32_t)a->size;
	r = ntfs_stream_read(k->f, a, 65536, &data, &size, &e);
	if (r)
		return ntfs_check_failed(k->c, k->number, NTFS_RULE_EA, r, &e);
	while (ea_next(data, size, &off, &ea) > 0) {
		bytes += (uint32_t)(NTFS_EA_BARE + ea.name_len + ea.value_len);
		need += ea.flags >> 7;
	}
	mem_free(data);
	if (off != size)
		ntfs_check_problem(k->c, k->number, NTFS_RULE_EA,
				   "The extended attributes are broken at %zu",
				   off);
	k->ea_packed += bytes;
	k->ea_need += need;
	return 0;
}

static void check_ea_info(struct file_check *k, const struct ntfs_attr *a)
{
	const struct ntfs_ea_information_disk *h = (const void *)a->value;

	if (!a->resident || a->value_len < sizeof(*h))
		return;
	k->has_ea_info = true;
	if (!k->mine->ea_or_reparse)
		k->mine->ea_or_reparse = get_le16(h->packed_size);
	k->ea_size -= get_le32(h->size);
	k->ea_packed -= get_le16(h->packed_size);
	k->ea_need -= get_le16(h->need_ea_count);
}

// Sizes against each other and against the clusters that there are.
static void check_sizes(struct file_check *k, const struct ntfs_attr *a,
			const struct ntfs_runs *runs)
{
	uint32_t cluster = k->c->n->info.cluster_size;
	uint64_t real = 0, has_total = a->unit_shift;
	bool holes_fine = a->flags &
			  (NTFS_AF_SPARSE | NTFS_AF_COMPRESSION_MASK);

	for (size_t i = 0; i < runs->count; i++)
		if (runs->items[i].lcn != NTFS_HOLE)
			real += runs->items[i].len * cluster;
	if (runs->clusters * cluster != a->allocated)
		ntfs_check_problem(
			k->c, k->number, NTFS_RULE_STREAM_ALLOCATED,
			"An attribute 0x%x has clusters for %llu bytes, "
			"its allocated size is %llu",
			a->type, (unsigned long long)(runs->clusters * cluster),
			(unsigned long long)a->allocated);
	if (a->size > a->allocated)
		ntfs_check_problem(k->c, k->number, NTFS_RULE_STREAM_SIZE,
				   "The size of an attribute 0x%x is above its "
				   "allocated size",
				   a->type);
	if (a->valid > a->size)
		ntfs_check_problem(
			k->c, k->number, NTFS_RULE_STREAM_VALID,
			"The valid size of an attribute 0x%x is above "
			"its size",
			a->type);
	if (has_total && a->total != real)
		ntfs_check_problem(k->c, k->number, NTFS_RULE_STREAM_TOTAL,
				   "The clusters of an attribute 0x%x are %llu "
				   "bytes, it says %llu",
				   a->type, (unsigned long long)real,
				   (unsigned long long)a->total);
	if (holes_fine != !!a->unit_shift)
		ntfs_check_problem(
			k->c, k->number, NTFS_RULE_STREAM_FLAGS,
			"The compression unit of an attribute 0x%x does "
			"not go with its flags",
			a->type);
	// $BadClus:$Bad is the one stream with holes that is not marked.
	if (runs->has_holes && !holes_fine && k->number != NTFS_REC_BADCLUS)
		ntfs_check_problem(
			k->c, k->number, NTFS_RULE_STREAM_FLAGS,
			"An attribute 0x%x has holes and is not marked "
			"as sparse",
			a->type);
}

static int check_runs(struct file_check *k, const struct ntfs_attr *a)
{
	struct ntfs_runs runs = {0};
	struct err e = {0};
	int r = ntfs_file_runs(k->f, a, &runs, &e);

	if (r) {
		r = ntfs_check_failed(k->c, k->number, NTFS_RULE_RUNS, r, &e);
	} else {
		ntfs_check_mark(k->c, k->number, a, &runs);
		check_sizes(k, a, &runs);
	}
	ntfs_runs_done(&runs);
	return r;
}

// A later piece of a stream must have a first one.
static void check_later_piece(struct file_check *k, const struct ntfs_attr *a)
{
	struct ntfs_attr first;

	if (ntfs_file_find(k->f, a->type, a->name, a->name_len, &first, NULL))
		ntfs_check_problem(k->c, k->number, NTFS_RULE_RUNS,
				   "An attribute 0x%x has no first piece",
				   a->type);
}

static int check_content(struct file_check *k, const struct ntfs_attr *a)
{
	int r = 0;

	if (a->flags & NTFS_AF_ENCRYPTED ||
	    ntfs_name_is(a->name, a->name_len, "$EFS"))
		k->is_encrypted = true;

	switch (a->type) {
	case NTFS_AT_STANDARD_INFORMATION:
		check_standard(k, a);
		break;
	case NTFS_AT_FILE_NAME:
		if (a->resident)
			check_name(k, a);
		break;
	case NTFS_AT_OBJECT_ID:
		k->mine->flags |= CR_OBJECT_ID;
		break;
	case NTFS_AT_REPARSE_POINT:
		r = check_reparse(k, a);
		break;
	case NTFS_AT_DATA:
		if (!a->name_len) {
			k->has_data = true;
			k->mine->size = a->size;
			k->mine->allocated = a->total;
		}
		break;
	case NTFS_AT_INDEX_ROOT:
		if (ntfs_name_is(a->name, a->name_len, "$I30"))
			k->has_index = true;
		break;
	case NTFS_AT_EA:
		r = check_ea(k, a);
		break;
	case NTFS_AT_EA_INFORMATION:
		check_ea_info(k, a);
		break;
	}
	return r || a->resident ? r : check_runs(k, a);
}

// Whoever goes by these would take the file for what it is not.
static void check_kind(struct file_check *k)
{
	uint32_t wrong = k->is_encrypted
				 ? NTFS_ATTR_DIRECTORY
				 : NTFS_ATTR_DIRECTORY | NTFS_ATTR_ENCRYPTED;

	if (!(k->f->records[0].flags & NTFS_RF_DIRECTORY) &&
	    k->mine->attributes & wrong)
		ntfs_check_find(k->c, NTFS_HARMLESS, k->number,
				NTFS_RULE_FILE_ATTRIBUTES,
				"The file's attributes %08x are those of a "
				"folder, or of an encrypted file, which it is "
				"not",
				(unsigned)k->mine->attributes);
}

// Any file that can be opened has data, be it none. Windows' own, hidden and of the
// system, may have streams alone.
static void check_data(struct file_check *k)
{
	const uint32_t own = NTFS_ATTR_HIDDEN | NTFS_ATTR_SYSTEM;
	const struct ntfs_record *base = &k->f->records[0];

	if (k->has_data || k->has_index || k->number < NTFS_REC_USER ||
	    k->mine->parent == NTFS_REC_EXTEND ||
	    base->flags &
		    (NTFS_RF_DIRECTORY | NTFS_RF_EXTEND | NTFS_RF_VIEW_INDEX) ||
	    (k->mine->attributes & own) == own)
		return;
	ntfs_check_find(k->c, NTFS_HARMLESS, k->number, NTFS_RULE_FOLDER_FLAG,
			"It is no folder, and has no data");
}

// What can be said when all attributes were seen.
static void check_whole(struct file_check *k)
{
	const struct ntfs_record *base = &k->f->records[0];
	struct check *c = k->c;
	const char *name = ntfs_check_misnamed(k->f);

	if (!k->has_standard)
		ntfs_check_problem(c, k->number, NTFS_RULE_STANDARD_INFORMATION,
				   "The file has no standard information");
	check_kind(k);
	check_data(k);
	if (k->names != base->links)
		ntfs_check_problem(c, k->number, NTFS_RULE_LINK_COUNT,
				   "The file has %u names, its record says %u",
				   k->names, base->links);
	if (!k->names &&
	    (k->number < NTFS_REC_RESERVED || k->number >= NTFS_REC_USER)) {
		k->mine->flags |= CR_NAMELESS;
		ntfs_check_problem(c, k->number, NTFS_RULE_FILE_NAME,
				   "The file has no name");
	}
	if (name)
		ntfs_check_problem(c, k->number, NTFS_RULE_FILE_NAME,
				   "The file of the system is not named %s",
				   name);
	if (k->win32 != k->dos || k->win32_parents != k->dos_parents)
		ntfs_check_problem(
			c, k->number, NTFS_RULE_NAME_SPACE,
			"The file has %u long and %u short names that do "
			"not go in pairs",
			k->win32, k->dos);
	if (k->has_index != !!(base->flags & NTFS_RF_DIRECTORY))
		ntfs_check_problem(c, k->number, NTFS_RULE_FOLDER_FLAG,
				   k->has_index ? "A file has a folder's index"
						: "A folder has no index");
	if (k->has_index)
		k->mine->flags |= CR_HAS_INDEX;
	if (k->names - k->dos > 1)
		k->mine->flags |= CR_LINKED;
	if (base->flags & NTFS_RF_DIRECTORY && k->names - k->dos > 1)
		ntfs_check_find(c, NTFS_LEFTOVER, k->number,
				NTFS_RULE_FOLDER_NAMES, "A folder has %u names",
				k->names - k->dos);
	if (k->has_ea != k->has_ea_info ||
	    (k->has_ea && (k->ea_size || k->ea_packed || k->ea_need)))
		ntfs_check_problem(c, k->number, NTFS_RULE_EA,
				   "The extended attributes are not what their "
				   "information says");
}

int ntfs_check_file(struct check *c, const struct ntfs_file *f)
{
	struct file_check k = {.c = c, .f = f, .number = f->records[0].number};
	struct ntfs_attr a = {0};
	struct err e = {0};
	int r;

	k.mine = &c->records[k.number];
	if (k.mine->flags & CR_FOLDER)
		c->result.folders++;
	else
		c->result.files++;
	for (size_t i = 1; i < f->count; i++)
		c->records[f->records[i].number].flags |= CR_CLAIMED;
	while ((r = ntfs_file_next(f, &a, &e)) > 0) {
		r = 0;
		if (!a.resident && a.first_vcn)
			check_later_piece(&k, &a);
		else
			r = check_content(&k, &a);
		if (r)
			return r;
	}
	if (r < 0)
		return ntfs_check_failed(c, k.number, NTFS_RULE_ATTR_HEADER, r,
					 &e);
	check_whole(&k);
	return 0;
}
