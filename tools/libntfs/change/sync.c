// SPDX-License-Identifier: MIT
//
// Writing what was changed. Between two of these steps the device flushes:
//
//     the content of files is there already, in clusters that were free
//     0  the volume's dirty flag is set; once, $LogFile is reset
//     1  bitmaps: what the new state uses is marked beside what the old one does
//     2  index blocks, attribute lists: at places that nothing leads to
//     3  record 0, when the MFT has grown
//     4  new extension records
//     5  $Secure, whose new descriptors the new files name; $ObjId and $Reparse,
//        when they gain entries of new files
//     6  new files, then new folders from the deepest up: each leads to what is
//        there
//     7  the base records of files that were there before, then of folders: the
//        one write by which a file's content, or all of a folder's entries,
//        become the new ones; a file is renewed before what it made needless is
//        removed beside it; at last files that have lost one of several names
//     8  records that nothing leads to any more are freed: folders from the top
//        down, then files, so that no entry is of a file that is gone
//     9  $ObjId and $Reparse, which have lost the entries of freed files
//    10  bitmaps: what only the old state used is free
//    11  the dirty flag is cleared, unless a rename goes on (rename.c), or files
//        are put in batches (put.c)
//
// The mirror of one of the first records is written right after the record itself,
// with no flush between: ntfs-3g does not open a volume on which the two differ in
// any of their used bytes, so that moment should be short. No order of writes
// avoids it: they are two places, which no device writes in one step, and a volume
// that is changed must carry the flag, which is in record 3. In that moment the
// record itself always has the flag (put_volume; records 0 and 1 change between
// steps 0 and 11), so that the next change of ours mends it as any other cut.
// ntfsfix mends it too.
//
// A power cut before step 7 leaves the old state, with clusters and records
// marked that nothing leads to. In step 7 each file and each folder is the old
// or the new one: either leads only to what is whole, since step 8 has not
// begun. A folder may be a step ahead of a file: a removed file has lost its
// entry and not yet its record, a changed one has old sizes and times in its
// entry, as Windows itself may leave them. None of it lets two files have one
// cluster: step 10 comes after all else.
//
// We count on the write of a file record to take effect wholly or not at all.
// Disks with sectors of 4096 bytes see to that; on others the two sectors of a
// record carry a number by which one half is known (Linux-NTFS documentation,
// "Fixup"): the file is then broken, not wrong, as after such a cut on any NTFS.

#include <string.h>

#include "change.h"
#include "../encode/record.h"
#include "../read/log.h"

#define MAX_WRITE 65536u
#define LOG_PIECE (1u << 20)

// --- The dirty flag ----------------------------------------------------------

static struct ntfs_volume_information_disk *
find_information(const struct ntfs_record *rec)
{
	struct ntfs_attr a = {0};

	while (ntfs_attr_next(rec, &a, NULL) > 0)
		if (a.type == NTFS_AT_VOLUME_INFORMATION && a.resident &&
		    a.value_len >= sizeof(struct ntfs_volume_information_disk))
			return (void *)(uintptr_t)a.value;
	return NULL;
}

// To the device, past the cache: no operation changes that record. While one of
// the two is behind, the record itself has the flag.
static int put_volume(struct ntfs_change *c, uint8_t *data, bool dirty,
		      struct err *err)
{
	uint32_t size = c->n->info.record_size;
	uint64_t off = (uint64_t)NTFS_REC_VOLUME * size;
	uint64_t mirror = c->n->mftmirr_lcn * c->n->info.cluster_size + off;
	uint8_t *before = mem_alloc(size);
	struct disk *mft = NULL;
	int r = before ? ntfs_runs_base(c, &c->mft.runs, off + size, &mft, err)
		       : err_nomem(err);

	if (!r)
		r = disk_read(mft, off, before, size, err);
	if (!r)
		ntfs_encode_usa(data, size, before);
	if (!r)
		r = dirty ? disk_write(mft, off, data, size, err)
			  : disk_write(c->base, mirror, data, size, err);
	if (!r)
		r = dirty ? disk_write(c->base, mirror, data, size, err)
			  : disk_write(mft, off, data, size, err);
	if (!r)
		r = disk_flush(c->base, err);
	disk_close(mft);
	mem_free(before);
	return r;
}

static int mark_dirty(struct ntfs_change *c, bool dirty, struct err *err)
{
	struct ntfs_volume_information_disk *v;
	struct ntfs_record rec;
	uint16_t flags;
	int r = ntfs_record_read(c->n, NTFS_REC_VOLUME, &rec, err);

	if (r)
		return r;
	v = find_information(&rec);
	if (!v) {
		r = err_corrupt(err, "$Volume", ERR_NOWHERE,
				"it has no information");
	} else {
		flags = get_le16(v->flags) & (uint16_t)~NTFS_VF_DIRTY;
		v->flags = to_le16(dirty ? flags | NTFS_VF_DIRTY : flags);
		r = put_volume(c, rec.data, dirty, err);
	}
	mem_free(rec.data);
	return r;
}

// Fills the log as it is before its first use: all ones (Linux-NTFS documentation,
// "$LogFile").
static int fill_log(struct ntfs *n, struct err *err)
{
	uint8_t *buf = mem_alloc(LOG_PIECE);
	struct disk *d;
	int r = buf ? ntfs_log_open(n, &d, err) : err_nomem(err);

	if (r) {
		mem_free(buf);
		return r;
	}
	memset(buf, 0xff, LOG_PIECE);
	for (uint64_t off = 0; !r && off < d->size; off += LOG_PIECE) {
		uint64_t left = d->size - off;

		r = disk_write(d, off, buf,
			       left < LOG_PIECE ? (size_t)left : LOG_PIECE,
			       err);
	}
	disk_close(d);
	mem_free(buf);
	return r;
}

static int reset_log(struct ntfs_change *c, struct err *err)
{
	struct ntfs *before;
	int r;

	if (c->log_is_reset)
		return 0;
	r = ntfs_open_mft(c->base, &before, err);
	if (r)
		return r;
	r = fill_log(before, err);
	if (!r)
		r = disk_flush(c->base, err);
	ntfs_close(before);
	c->log_is_reset = !r;
	return r;
}

// --- Stages ------------------------------------------------------------------

// Bitmaps as they are in both states.
static int write_union(struct ntfs_change *c, const struct ntfs_cached *s,
		       struct err *err)
{
	uint8_t data[CHANGE_SECTOR];
	int r = disk_read(c->base, s->off, data, sizeof(data), err);

	for (size_t i = 0; !r && i < sizeof(data); i++)
		data[i] |= s->data[i];
	return r ? r : disk_write(c->base, s->off, data, sizeof(data), err);
}

// Writes sectors that follow each other at once. Returns how many they were in
// *ret.
static int write_run(struct ntfs_change *c, const struct ntfs_cached *list,
		     size_t count, uint8_t *buf, size_t *ret, struct err *err)
{
	size_t n = 0;

	for (; n < count && n < MAX_WRITE / CHANGE_SECTOR; n++) {
		if (list[n].stage != list[0].stage ||
		    list[n].off != list[0].off + n * CHANGE_SECTOR)
			break;
		memcpy(buf + n * CHANGE_SECTOR, list[n].data, CHANGE_SECTOR);
	}
	*ret = n;
	return disk_write(c->base, list[0].off, buf, n * CHANGE_SECTOR, err);
}

static int write_stages(struct ntfs_change *c, const struct ntfs_cached *list,
			size_t count, uint8_t *buf, struct err *err)
{
	size_t bitmaps = 0, i = 0, n;
	int r = 0;

	for (; !r && i < count && list[i].stage == STAGE_BITMAP; i++)
		r = write_union(c, &list[i], err);
	bitmaps = i;
	if (!r)
		r = disk_flush(c->base, err);
	while (!r && i < count) {
		r = write_run(c, list + i, count - i, buf, &n, err);
		i += n;
		if (!r && (i == count || list[i].stage != list[i - 1].stage))
			r = disk_flush(c->base, err);
	}
	for (i = 0; !r && i < bitmaps; i += n)
		r = write_run(c, list + i, bitmaps - i, buf, &n, err);
	return r ? r : disk_flush(c->base, err);
}

static int write_all(struct ntfs_change *c, struct err *err)
{
	struct ntfs_cached *list = NULL;
	size_t count;
	uint8_t *buf = mem_alloc(MAX_WRITE);
	int r = buf ? ntfs_cache_list(c, &list, &count, err) : err_nomem(err);

	if (!r)
		r = disk_flush(c->base, err); // the content of files
	if (!r)
		r = mark_dirty(c, true, err);
	c->is_dirty = true;
	if (!r)
		r = reset_log(c, err);
	if (!r)
		r = write_stages(c, list, count, buf, err);
	if (!r && !c->keeps_dirty) {
		r = mark_dirty(c, false, err);
		c->is_dirty = r;
	}
	mem_free(list);
	mem_free(buf);
	return r;
}

int ntfs_sync(struct ntfs *n, struct err *err)
{
	struct ntfs_change *c = ntfs_change_of(n);
	int r;

	if (!c)
		return err_set(err, -EINVAL, "NTFS volume", ERR_NOWHERE,
			       "it was not readied for changes");
	if (!c->changes && (c->keeps_dirty || !c->is_dirty))
		return disk_flush(c->base, err);
	r = write_all(c, err);
	if (r)
		return r;
	ntfs_cache_clear(c);
	c->changes = 0;
	return 0;
}
