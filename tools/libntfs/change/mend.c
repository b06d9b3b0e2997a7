// SPDX-License-Identifier: MIT
//
// What the check found, and a change need not stop at, mended before it: what a
// power cut left of changes before (writable.c tells when it is that), folders'
// entries that are behind their files, the boot sector's copy. All are changes
// like others: kept until the next sync, and written with it in the same order.
//
// No file is deleted. One that no folder leads to, be it new or removed, is named
// again where it was; when that folder is gone, or has another of that name, it is
// put into \found.000, as Windows' own check does.

#include <stdio.h>
#include <string.h>

#include "change.h"

struct mend {
	struct ntfs_change *c;
	struct ntfs_found found;
	uint64_t clusters, records, entries;
	bool copy;
};

static int refresh(struct mend *m, uint64_t number, struct err *err)
{
	struct change_file f;
	int r = ntfs_change_load(m->c, number, &f, err);

	if (!r)
		r = ntfs_folder_refresh(&f, err);
	ntfs_change_done(&f);
	m->entries++;
	return r;
}

// The dirty flag's record is written with each sync, and is never in the cache.
static int renew_mirror(struct mend *m, uint64_t number, struct err *err)
{
	struct ntfs_record rec;
	int r;

	if (number == NTFS_REC_VOLUME)
		return 0;
	r = ntfs_record_read(m->c->n, number, &rec, err);
	if (r)
		return r;
	r = ntfs_record_put(m->c, number, rec.data,
			    number ? STAGE_CHANGED : STAGE_MFT, err);
	mem_free(rec.data);
	return r;
}

static int renew_copy(struct mend *m, struct err *err)
{
	uint64_t at = m->c->n->info.size;
	struct ntfs_boot_disk boot;
	int r;

	if (!range_ok(at, sizeof(boot), m->c->base->size))
		return 0;
	r = disk_read(m->c->cache, 0, &boot, sizeof(boot), err);
	m->copy = true;
	return r ? r
		 : ntfs_cache_write(m->c, m->c->cache, at, &boot, sizeof(boot),
				    STAGE_FRESH, err);
}

// A cut while $MFTMirr was moved leaves a boot sector that leads to its old place.
static int lead_to_mirror(struct mend *m, uint64_t lcn, struct err *err)
{
	struct ntfs_change *c = m->c;
	uint64_t at = lcn * c->n->info.cluster_size;
	uint32_t size = c->n->info.record_size;
	uint8_t *record = mem_alloc(size);
	struct ntfs_boot_disk boot;
	int r = record ? 0 : err_nomem(err);

	for (uint32_t i = 0; !r && i < c->mirrored; i++) {
		r = disk_read(c->n->mft, (uint64_t)i * size, record, size, err);
		if (!r)
			r = ntfs_cache_write(c, c->cache, at + i * size, record,
					     size, STAGE_FRESH, err);
	}
	mem_free(record);
	if (!r)
		r = disk_read(c->base, 0, &boot, sizeof(boot), err);
	if (r)
		return r;
	boot.mftmirr_lcn = to_le64(lcn);
	c->n->mftmirr_lcn = lcn;
	return ntfs_cache_write(c, c->cache, 0, &boot, sizeof(boot), STAGE_MFT,
				err);
}

static int find_mirror(struct mend *m, struct err *err)
{
	const struct change_attr *a;
	struct change_file f;
	int r = ntfs_change_load(m->c, NTFS_REC_MFTMIRR, &f, err);

	a = r ? NULL : ntfs_change_find(&f, NTFS_AT_DATA, NULL);
	if (a) // begin.c has seen that it is one run
		r = lead_to_mirror(m, a->runs.items[0].lcn, err);
	ntfs_change_done(&f);
	return r ? r : renew_copy(m, err);
}

static int free_record(struct mend *m, const struct ntfs_problem *p,
		       struct err *err)
{
	m->records++;
	return p->rule != NTFS_RULE_RECORD_ORPHAN
		       ? ntfs_bits_set(m->c, &m->c->mft.bits, p->record, 1,
				       false, err)
		       : ntfs_record_give(m->c, p->record,
					  STAGE_FREED_EXTENSIONS, err);
}

// A cut while the MFT grew leaves its new records marked behind its end.
static int clear_end(struct mend *m, struct err *err)
{
	struct ntfs_bits all = m->c->mft.bits;
	uint64_t end = all.count;

	all.count = all.now->size * 8;
	return ntfs_bits_set(m->c, &all, end, all.count - end, false, err);
}

// What a folder's entry repeats of its file.
static bool is_of_entry(enum ntfs_rule rule)
{
	return rule == NTFS_RULE_ENTRY_ATTRIBUTES ||
	       rule == NTFS_RULE_ENTRY_REPARSE ||
	       rule == NTFS_RULE_ENTRY_SIZE || rule == NTFS_RULE_ENTRY_TIMES;
}

static int mend_one(struct mend *m, const struct ntfs_problem *p,
		    struct err *err)
{
	if (p->finding == NTFS_NOTE)
		return renew_copy(m, err);
	if (p->rule == NTFS_RULE_BADCLUS)
		return ntfs_fit_bad(m->c, m->c->n->info.clusters, true, err);
	if (p->rule == NTFS_RULE_BOOT_MFT)
		return find_mirror(m, err);
	if (p->rule == NTFS_RULE_VOLUME_DIRTY)
		return clear_end(m, err);
	if (p->finding == NTFS_HARMLESS)
		return is_of_entry(p->rule) ? refresh(m, p->record, err) : 0;
	if (p->rule == NTFS_RULE_BITMAP_LOST) {
		m->clusters += p->count;
		return ntfs_bits_set(m->c, &m->c->clusters, p->first, p->count,
				     false, err);
	}
	if (p->rule == NTFS_RULE_MFT_BITMAP ||
	    p->rule == NTFS_RULE_RECORD_ORPHAN)
		return free_record(m, p, err);
	if (p->rule == NTFS_RULE_MFT_MIRROR)
		return renew_mirror(m, p->record, err);
	if (p->rule == NTFS_RULE_NAME_ENTRY ||
	    p->rule == NTFS_RULE_FOLDER_NAMES)
		return ntfs_found_restore(&m->found, p->record, err);
	if (p->rule == NTFS_RULE_OBJECT_ID || p->rule == NTFS_RULE_REPARSE)
		return ntfs_views_clean(m->c, err);
	return 0; // a folder without a path, which lacks an entry
}

static void say(const struct mend *m)
{
	struct ntfs_state *s = ntfs_state_of(m->c->n);
	size_t room = sizeof(s->note), used = 0;
	const struct {
		uint64_t count;
		const char *one, *many;
	} parts[] = {
		{m->clusters, "cluster freed", "clusters freed"},
		{m->records, "file record freed", "file records freed"},
		{m->found.named, "file named in its folder again",
		 "files named in their folders again"},
		{m->found.found, "file put into \\found.000",
		 "files put into \\found.000"},
		{m->found.renamed, "file left with the names that folders have",
		 "files left with the names that folders have"},
		{m->entries, "folder entry brought up to date",
		 "folder entries brought up to date"},
		{m->copy, "boot sector's copy written", ""},
	};

	if (s->was_cut)
		used = (size_t)snprintf(s->note, room,
					"it was not closed in order (a power "
					"cut, or ntfsfix), and is mended");
	else if (m->copy)
		used = (size_t)snprintf(s->note, room, "it is mended");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i].count && used < room)
			used += (size_t)snprintf(
				s->note + used, room - used, "%s%llu %s",
				strchr(s->note, ':') ? ", " : ": ",
				(unsigned long long)parts[i].count,
				parts[i].count == 1 ? parts[i].one
						    : parts[i].many);
}

static bool is_wanted(const struct ntfs_state *s, const struct ntfs_problem *p)
{
	return s->was_cut || p->finding == NTFS_NOTE;
}

static int run(struct mend *m, const struct ntfs_problem *p, struct err *err)
{
	ntfs_operation_begin(m->c);
	return ntfs_operation_end(m->c, mend_one(m, p, err));
}

int ntfs_mend(struct ntfs_change *c, struct err *err)
{
	const struct ntfs_state *s = ntfs_state_of(c->n);
	struct mend m = {.c = c, .found = {.c = c}};
	int r = 0;

	for (size_t i = 0; !r && i < s->finding_count; i++) {
		const struct ntfs_problem *p = &s->findings[i];

		if (!is_wanted(s, p))
			continue;
		r = run(&m, p, err);
		if (m.found.lacks_folder) {
			r = ntfs_found_make(&m.found, err);
			if (!r)
				r = run(&m, p, err);
		}
	}
	if (!r)
		say(&m);
	return r;
}
