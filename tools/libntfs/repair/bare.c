// SPDX-License-Identifier: MIT
//
// The records of the system's own files, by which all else is found and changed: one
// that cannot be read, that is another file's, or whose content lies where it cannot,
// is written anew, bare. What it leads to is made anew by the rules for that, as its
// content is the same on every volume ($AttrDef, $UpCase), follows from the files
// (folders, $Bitmap), or is looked for ($Secure).

#include <string.h>

#include "repair.h"
#include "../encode/attr.h"
#include "../encode/index.h"
#include "../encode/record.h"

struct bare_file {
	uint16_t flags;      // of the record, beside IN_USE
	uint32_t attributes; // beside hidden and system
	const char *loss;    // what is gone with it for good
};

// Nothing but a name, for those that are not here.
static const struct bare_file files[NTFS_REC_FREE] = {
	[NTFS_REC_VOLUME] = {0, 0, "the volume's label"},
	[NTFS_REC_ROOT] = {NTFS_RF_DIRECTORY, NTFS_FA_DIRECTORY,
			   "the root folder's times and descriptor"},
	[NTFS_REC_BADCLUS] = {0, 0, "which clusters the disk cannot hold"},
	[NTFS_REC_SECURE] = {NTFS_RF_VIEW_INDEX, NTFS_FA_VIEW_INDEX, NULL},
	[NTFS_REC_EXTEND] = {NTFS_RF_DIRECTORY, NTFS_FA_DIRECTORY, NULL},
};

struct bare {
	struct ntfs_repair *r;
	struct ntfs *n;
	struct repair_scan scan; // of what all other files have
	uint64_t time;
};

// --- Whether one is needed ---------------------------------------------------

// What no other file has, and all of it can be read.
static bool is_its_own(struct bare *k, const struct ntfs_runs *runs)
{
	for (size_t i = 0; i < runs->count; i++) {
		const struct ntfs_run *run = &runs->items[i];

		for (uint64_t j = 0; run->lcn != NTFS_HOLE && j < run->len; j++)
			if (check_bit(k->scan.claims, run->lcn + j))
				return false;
	}
	return true;
}

// Where the content of these three must lie, nobody else may know.
static bool is_in_place(struct bare *k, uint64_t number,
			const struct ntfs_runs *runs)
{
	const struct ntfs_info *info = &k->n->info;
	uint64_t bytes = runs->clusters * info->cluster_size;

	if (!runs->count)
		return false;
	switch (number) {
	case NTFS_REC_MFTMIRR:
		return runs->items[0].lcn == k->n->mftmirr_lcn &&
		       runs->items[0].len * info->cluster_size >=
			       NTFS_MFT_MIRROR * info->record_size;
	case NTFS_REC_BOOT:
		return runs->items[0].lcn == 0 &&
		       runs->items[0].len * info->cluster_size >=
			       NTFS_BOOT_FILE_SIZE;
	default:
		return !runs->has_holes && bytes >= (info->clusters + 7) / 8 &&
		       is_its_own(k, runs);
	}
}

static bool is_placed(uint64_t number)
{
	return number == NTFS_REC_MFTMIRR || number == NTFS_REC_BOOT ||
	       number == NTFS_REC_BITMAP;
}

static bool is_broken(const struct ntfs_record *rec)
{
	struct ntfs_attr a = {0};
	unsigned broken = 0;

	while (ntfs_repair_next(rec, &a, &broken))
		;
	return broken;
}

// A bitmap that has a list of attributes is left to the rest of the repair.
static bool has_content(struct bare *k, const struct ntfs_record *rec)
{
	struct ntfs_attr a = {0};
	unsigned broken = 0;
	bool good = false;

	if (!is_placed(rec->number))
		return true;
	if (is_broken(rec))
		return false;
	while (!good && ntfs_repair_next(rec, &a, &broken)) {
		struct ntfs_runs runs = {0};

		if (a.type == NTFS_AT_ATTRIBUTE_LIST)
			return true;
		if (a.type != NTFS_AT_DATA || a.name_len || a.resident ||
		    a.first_vcn)
			continue;
		good = !a.flags &&
		       !ntfs_repair_hide(k->r, ntfs_repair_runs(k->n, &a, &runs,
								&good, NULL)) &&
		       good && a.last_vcn + 1 == runs.clusters &&
		       a.size <= a.allocated && a.valid <= a.size &&
		       is_in_place(k, rec->number, &runs);
		ntfs_runs_done(&runs);
	}
	return good;
}

static bool has_name(const struct ntfs_record *rec)
{
	const char *wanted = ntfs_check_system_name(rec->number);
	struct ntfs_attr a = {0};
	unsigned broken = 0;

	while (ntfs_repair_next(rec, &a, &broken)) {
		struct ntfs_file_name name;

		if (a.type == NTFS_AT_FILE_NAME && a.resident &&
		    !ntfs_file_name_decode(a.value, a.value_len, 0, &name,
					   NULL) &&
		    ntfs_name_is(name.name, name.name_len, wanted))
			return true;
	}
	return false;
}

// Whether the MFT's bitmap says that a record is in use.
static bool is_counted(struct bare *k, uint64_t number)
{
	uint8_t byte = 0;
	struct disk *d;

	if (ntfs_repair_hide(k->r,
			     ntfs_open_stream(k->n, NTFS_REC_MFT,
					      NTFS_AT_BITMAP, NULL, &d, NULL)))
		return false;
	if (number / 8 < d->size)
		(void)ntfs_repair_hide(k->r, disk_read(d, number / 8, &byte, 1,
						       NULL));
	disk_close(d);
	return byte >> number % 8 & 1;
}

// Another's record has another number, and its name. Before version 3 there were no
// $Secure and $Extend; what is reserved may be free.
static bool is_needed(struct bare *k, uint64_t number, uint8_t *data,
		      bool *ret_odd)
{
	const struct ntfs_record_disk *h = (const void *)data;
	bool is_zero = mem_is_zero(data, k->n->info.record_size);
	struct ntfs_record rec;

	if (k->n->info.major < 3 &&
	    (number == NTFS_REC_SECURE || number == NTFS_REC_EXTEND)) {
		*ret_odd = false;
		return false;
	}
	if (!ntfs_repair_decode(data, k->n->info.record_size, number, &rec,
				ret_odd))
		return !is_zero || ntfs_check_system_name(number) ||
		       is_counted(k, number);
	if (get_le16(h->usa_offset) >= sizeof(*h) &&
	    get_le32(h->number) != number &&
	    !(ntfs_check_system_name(number) && has_name(&rec)))
		return true;
	if (!ntfs_check_system_name(number))
		return rec.base || is_broken(&rec);
	if (!(rec.flags & NTFS_RF_IN_USE) || rec.base)
		return true;
	return !has_content(k, &rec);
}

// --- One that is bare --------------------------------------------------------

struct record {
	uint8_t *data;
	uint32_t used;
	uint16_t next_id;
};

static uint8_t *put_value(struct record *rec, uint32_t type, const char *name,
			  uint32_t size)
{
	le16 units[NTFS_MAX_ASCII];
	struct ntfs_attr_form form = {
		.type = type, .id = rec->next_id++, .name = units};
	uint8_t *at = rec->data + rec->used;

	if (name)
		form.name_len = (uint8_t)ntfs_ascii_units(name, units);
	rec->used += ntfs_resident_size(form.name_len, size);
	return ntfs_encode_resident(at, &form, size, type == NTFS_AT_FILE_NAME);
}

static void put_piece(struct bare *k, struct record *rec, const char *name,
		      const struct ntfs_runs *runs, uint64_t size)
{
	uint32_t cluster = k->n->info.cluster_size, len = 0;
	bool is_hole = runs->count == 1 && runs->items[0].lcn == NTFS_HOLE;
	le16 units[NTFS_MAX_ASCII];
	struct ntfs_attr_form form = {
		.type = NTFS_AT_DATA, .id = rec->next_id++, .name = units};
	struct ntfs_piece piece = {.clusters = runs->clusters,
				   .allocated = runs->clusters * cluster,
				   .size = size,
				   .valid = is_hole ? 0 : size};
	uint8_t *at = rec->data + rec->used, *p;
	uint64_t before = 0;

	if (name)
		form.name_len = (uint8_t)ntfs_ascii_units(name, units);
	p = at + ntfs_runs_offset(form.name_len, false);
	for (size_t i = 0; i < runs->count; i++) {
		len += ntfs_encode_run(p + len, runs->items[i].lcn,
				       runs->items[i].len, before);
		before = runs->items[i].lcn;
	}
	p[len++] = 0;
	rec->used += ntfs_encode_piece(at, &form, &piece, len);
}

static void put_standard(struct bare *k, struct record *rec, uint64_t number)
{
	uint32_t attributes = NTFS_ATTR_HIDDEN | NTFS_ATTR_SYSTEM |
			      (files[number].attributes & NTFS_FA_VIEW_INDEX);
	struct ntfs_standard_disk s = {.created = to_le64(k->time),
				       .modified = to_le64(k->time),
				       .changed = to_le64(k->time),
				       .accessed = to_le64(k->time),
				       .attributes = to_le32(attributes)};
	struct ntfs_stat mft;

	if (!ntfs_repair_hide(k->r, ntfs_stat(k->n, NTFS_REC_MFT, &mft, NULL)))
		s.security_id = to_le32(mft.security_id);
	memcpy(put_value(rec, NTFS_AT_STANDARD_INFORMATION, NULL, sizeof(s)),
	       &s, sizeof(s));
}

size_t ntfs_repair_system_name(uint64_t number, uint64_t time,
			       uint8_t ret[REPAIR_MAX_SYSTEM_NAME])
{
	const char *name = ntfs_check_system_name(number);
	struct ntfs_file_name_disk h = {
		.parent =
			to_le64(NTFS_REC_ROOT | (uint64_t)NTFS_REC_ROOT
							<< NTFS_SEQUENCE_SHIFT),
		.created = to_le64(time),
		.modified = to_le64(time),
		.changed = to_le64(time),
		.accessed = to_le64(time),
		.attributes = to_le32(NTFS_ATTR_HIDDEN | NTFS_ATTR_SYSTEM |
				      files[number].attributes),
		.name_space = NTFS_NS_BOTH,
	};
	le16 units[NTFS_MAX_ASCII];

	if (!name)
		return 0;
	h.name_len = (uint8_t)ntfs_ascii_units(name, units);
	memcpy(ret, &h, sizeof(h));
	memcpy(ret + sizeof(h), units, 2u * h.name_len);
	return sizeof(h) + 2u * h.name_len;
}

static void put_name(struct bare *k, struct record *rec, uint64_t number)
{
	uint8_t name[REPAIR_MAX_SYSTEM_NAME];
	size_t size = ntfs_repair_system_name(number, k->time, name);

	if (size)
		memcpy(put_value(rec, NTFS_AT_FILE_NAME, NULL, (uint32_t)size),
		       name, size);
}

static void put_folder(struct bare *k, struct record *rec)
{
	uint8_t *value = put_value(rec, NTFS_AT_INDEX_ROOT, "$I30",
				   NTFS_ROOT_NODE + NTFS_EMPTY_NODE);

	ntfs_encode_root(value, NTFS_AT_FILE_NAME, NTFS_COLLATE_FILE_NAME,
			 k->n->info.index_size, k->n->info.cluster_size);
	ntfs_encode_node(value + NTFS_ROOT_NODE,
			 sizeof(struct ntfs_index_header_disk), NTFS_EMPTY_NODE,
			 NTFS_EMPTY_NODE, 0);
	ntfs_encode_last_entry(value + NTFS_ROOT_NODE +
				       sizeof(struct ntfs_index_header_disk),
			       NULL);
}

// --- Its content, where nothing else can be read without it ------------------

static int add_run(struct ntfs_runs *runs, uint64_t lcn, uint64_t bytes,
		   uint32_t cluster, struct err *err)
{
	return ntfs_runs_add(runs, lcn, (bytes + cluster - 1) / cluster, err);
}

// Free clusters, in one run if there is one, else the first ones.
static int take_room(struct bare *k, uint64_t want, struct ntfs_runs *runs)
{
	uint64_t clusters = k->n->info.clusters, first = 0;

	for (uint64_t i = 0; i <= clusters; i++) {
		if (i < clusters && !check_bit(k->scan.claims, i)) {
			if (i + 1 - first >= want)
				return ntfs_runs_add(runs, first, want,
						     k->r->err);
			continue;
		}
		first = i + 1;
	}
	for (uint64_t i = 0; i < clusters && runs->clusters < want; i++) {
		int r = check_bit(k->scan.claims, i)
				? 0
				: ntfs_runs_add(runs, i, 1, k->r->err);

		if (r)
			return r;
	}
	return runs->clusters < want || runs->count > 16
		       ? err_set(k->r->err, -ENOSPC, "$Bitmap", ERR_NOWHERE,
				 "the volume has no room for a new one")
		       : 0;
}

// Which clusters are used is set in every round.
static int place(struct bare *k, uint64_t number, struct ntfs_runs *runs,
		 uint64_t *size)
{
	const struct ntfs_info *info = &k->n->info;
	uint32_t cluster = info->cluster_size;

	switch (number) {
	case NTFS_REC_MFTMIRR:
		*size = NTFS_MFT_MIRROR * info->record_size;
		*size = *size < cluster ? cluster : *size;
		return add_run(runs, k->n->mftmirr_lcn, *size, cluster,
			       k->r->err);
	case NTFS_REC_BOOT:
		*size = NTFS_BOOT_FILE_SIZE;
		return add_run(runs, 0, *size, cluster, k->r->err);
	default:
		*size = round_up((info->clusters + 7) / 8, 8);
		return take_room(k, (*size + cluster - 1) / cluster, runs);
	}
}

static int put_content(struct bare *k, struct record *rec, uint64_t number)
{
	const struct ntfs_info *info = &k->n->info;
	struct ntfs_volume_information_disk v = {.major = 3, .minor = 1};
	struct ntfs_runs runs = {0};
	uint64_t size;
	int r = 0;

	if (files[number].flags & NTFS_RF_DIRECTORY) {
		put_folder(k, rec);
		return 0;
	}
	if (number == NTFS_REC_VOLUME) {
		(void)put_value(rec, NTFS_AT_VOLUME_NAME, NULL, 0);
		memcpy(put_value(rec, NTFS_AT_VOLUME_INFORMATION, NULL,
				 sizeof(v)),
		       &v, sizeof(v));
	}
	if (!is_placed(number)) {
		(void)put_value(rec, NTFS_AT_DATA, NULL, 0);
		if (number != NTFS_REC_BADCLUS)
			return 0;
		size = info->clusters * info->cluster_size;
		r = ntfs_runs_add(&runs, NTFS_HOLE, info->clusters, k->r->err);
		if (!r)
			put_piece(k, rec, "$Bad", &runs, size);
	} else {
		r = place(k, number, &runs, &size);
		if (!r)
			put_piece(k, rec, NULL, &runs, size);
	}
	ntfs_runs_done(&runs);
	return r;
}

static void say_bare(struct bare *k, uint64_t number)
{
	const char *name = ntfs_check_system_name(number);
	const char *loss = files[number].loss;

	if (loss)
		ntfs_repair_lose(k->r, number,
				 "%s cannot be read, and is made anew: %s %s "
				 "not known any more",
				 name, loss,
				 number == NTFS_REC_ROOT ? "are" : "is");
	else
		ntfs_repair_say(k->r, number, "%s is made anew",
				name ? name : "the system's record");
	k->r->is_bare |= (uint16_t)(1u << number);
}

static int write_bare(struct bare *k, uint64_t number, uint8_t *data)
{
	uint32_t size = k->n->info.record_size;
	struct ntfs_record_disk head = {
		.number = to_le32((uint32_t)number),
		.sequence = to_le16((uint16_t)number),
		.links = to_le16(ntfs_check_system_name(number) ? 1 : 0),
		.flags = to_le16(NTFS_RF_IN_USE | files[number].flags),
	};
	struct record rec = {.data = mem_alloc(size),
			     .used = ntfs_record_first(size)};
	int r = rec.data ? 0 : err_nomem(k->r->err);

	if (r)
		return r;
	put_standard(k, &rec, number);
	put_name(k, &rec, number);
	r = put_content(k, &rec, number);
	head.next_attr_id = to_le16(rec.next_id);
	if (!r) {
		ntfs_encode_record(rec.data, size, rec.used, &head);
		ntfs_encode_usa(rec.data, size, data);
		r = disk_write(k->n->mft, number * size, rec.data, size,
			       k->r->err);
	}
	if (!r)
		say_bare(k, number);
	mem_free(rec.data);
	return r;
}

// A header that is wrong in what follows from elsewhere is mended now: nothing is
// changed without these files.
static int mend_header(struct bare *k, uint64_t number, uint8_t *data)
{
	uint32_t size = k->n->info.record_size;

	ntfs_repair_say(k->r, number, "its header is mended");
	ntfs_encode_usa(data, size, data);
	return disk_write(k->n->mft, number * size, data, size, k->r->err);
}

static int look_at(struct bare *k, uint64_t number, uint8_t *data)
{
	uint32_t size = k->n->info.record_size;
	bool odd = false;
	int r = disk_read(k->n->mft, number * size, data, size, k->r->err);

	if (r)
		return r;
	if (is_needed(k, number, data, &odd))
		return write_bare(k, number, data);
	return odd && memcmp(data, "FILE", 4) == 0
		       ? mend_header(k, number, data)
		       : 0;
}

static int scan(struct bare *k)
{
	bool again;
	int err = ntfs_repair_scan(k->r, k->n, &k->scan);

	if (!err)
		err = ntfs_repair_swapped(k->r, k->n, &k->scan, &again);
	if (err || !again)
		return err;
	ntfs_repair_scan_done(&k->scan);
	return ntfs_repair_scan(k->r, k->n, &k->scan);
}

int ntfs_repair_bare(struct ntfs_repair *r)
{
	struct bare k = {.r = r, .time = filetime_now()};
	uint8_t *data;
	int err = ntfs_open_mft(r->over, &k.n, r->err);

	if (err)
		return err;
	data = mem_alloc(k.n->info.record_size);
	err = data ? 0 : err_nomem(r->err);
	if (ntfs_repair_hide(r, ntfs_load_volume(k.n, NULL)))
		k.n->info.major = 3;
	r->skips_bitmap = true;
	if (!err)
		err = scan(&k);
	r->skips_bitmap = false;
	for (uint64_t i = 1; !err && i < NTFS_REC_FREE && i < k.scan.count; i++)
		err = look_at(&k, i, data);
	ntfs_repair_scan_done(&k.scan);
	mem_free(data);
	ntfs_close(k.n);
	return err;
}
