// SPDX-License-Identifier: MIT
//
// The GUID partition table: both copies, read and written. UEFI 2.10, section
// 5.3.

#include <string.h>

#include "part_priv.h"

#define GPT_WHAT "GPT"

// A header after it was checked: places are LBAs, `last` is inclusive.
struct gpt_header {
	uint64_t lba, alternate, first, last, entries_lba;
	uint32_t count, entry_size, entries_crc;
	struct guid disk_id;
};

static uint64_t entries_sectors(uint64_t count, uint64_t size, uint32_t sector)
{
	return (count * size + sector - 1) / sector;
}

uint64_t gpt_entries_size(const struct part_table *t)
{
	return entries_sectors(t->slots, t->entry_size, t->sector_size) *
	       t->sector_size;
}

// Over as many bytes as the header says it has, with the checksum's own field
// as 0 (5.3.2): later revisions may be longer.
static uint32_t header_crc(const uint8_t *sector, uint32_t size)
{
	static const uint8_t zero[4];
	uint32_t crc = crc32_update(0, sector, 0x10);

	crc = crc32_update(crc, zero, sizeof(zero));
	return crc32_update(crc, sector + 0x14, size - 0x14);
}

// Returns true when [a, a + n), which lies on the disk, and [first, last] have
// an LBA in common.
static bool touches(uint64_t a, uint64_t n, uint64_t first, uint64_t last)
{
	return a <= last && a + n > first;
}

// A header that was made when the disk was larger: the place of the backup, and with
// it the end of what is usable, is gone. Such a table can be mended when no partition
// lies there.
static bool is_of_larger(const struct gpt_header *h, uint64_t lbas)
{
	return h->lba == 1 && h->alternate >= lbas && h->last < h->alternate;
}

static int check_layout(const struct gpt_header *h, uint64_t lbas,
			uint32_t sector_size, uint64_t where, struct err *err)
{
	uint64_t n;

	if (!h->count || h->count > PART_MAX_SLOTS)
		return err_corrupt(err, GPT_WHAT, where, "it has %u entries",
				   h->count);
	// 128 bytes times a power of two; what is behind the known 128 is not
	// ours to read.
	if (h->entry_size < sizeof(struct gpt_entry_disk) ||
	    h->entry_size > PART_MAX_ENTRY_SIZE ||
	    !is_power_of_two(h->entry_size))
		return err_corrupt(err, GPT_WHAT, where,
				   "its entries are of %u bytes",
				   h->entry_size);
	n = entries_sectors(h->count, h->entry_size, sector_size);
	// A valid checksum says that the header is whole, not that it was made
	// with sense. If the usable part held the table, a partition could be
	// laid over it.
	if (h->first > h->last || h->first < 2 ||
	    (h->last >= lbas && !is_of_larger(h, lbas)))
		return err_corrupt(err, GPT_WHAT, where,
				   "its usable part leaves the disk");
	if (h->entries_lba < 2 || !range_ok(h->entries_lba, n, lbas) ||
	    touches(h->entries_lba, n, h->lba, h->lba) ||
	    touches(h->entries_lba, n, h->first, h->last))
		return err_corrupt(err, GPT_WHAT, where,
				   "its entries lie in a wrong place");
	if (h->lba >= h->first && h->lba <= h->last)
		return err_corrupt(err, GPT_WHAT, where,
				   "its header lies among the partitions");
	return 0;
}

static int header_decode(const uint8_t *sector, uint32_t sector_size,
			 uint64_t lba, uint64_t lbas, struct gpt_header *ret,
			 struct err *err)
{
	uint64_t where = lba * sector_size;
	struct gpt_header_disk d;
	struct gpt_header h;
	uint32_t size;
	int r;

	memcpy(&d, sector, sizeof(d));
	if (memcmp(d.magic, GPT_MAGIC, sizeof(d.magic)))
		return err_corrupt(err, GPT_WHAT, where, "there is no header");
	size = get_le32(d.header_size);
	if (size < sizeof(d) || size > sector_size)
		return err_corrupt(err, GPT_WHAT, where,
				   "its header says it has %u bytes", size);
	if (header_crc(sector, size) != get_le32(d.header_crc))
		return err_corrupt(err, GPT_WHAT, where,
				   "its header's checksum is wrong");
	// 1.0 is the only revision up to now; another major one may lay its
	// fields out anew.
	if (get_le32(d.revision) >> 16 != GPT_REVISION >> 16)
		return err_corrupt(err, GPT_WHAT, where,
				   "its revision is 0x%08x",
				   get_le32(d.revision));
	// One of the four tests of 5.3.2. It catches a header that came here
	// with an image of a disk of another size.
	if (get_le64(d.my_lba) != lba)
		return err_corrupt(err, GPT_WHAT, where,
				   "its header belongs elsewhere");
	h = (struct gpt_header){
		.lba = lba,
		.alternate = get_le64(d.alternate_lba),
		.first = get_le64(d.first_usable),
		.last = get_le64(d.last_usable),
		.entries_lba = get_le64(d.entries_lba),
		.count = get_le32(d.entry_count),
		.entry_size = get_le32(d.entry_size),
		.entries_crc = get_le32(d.entries_crc),
		.disk_id = d.disk_id,
	};
	r = check_layout(&h, lbas, sector_size, where, err);
	if (!r)
		*ret = h;
	return r;
}

// Reads a header and its entries. *ret_entries is new memory.
static int read_copy(struct disk *dev, uint64_t lba, struct gpt_header *ret,
		     uint8_t **ret_entries, struct err *err)
{
	uint8_t sector[PART_MAX_SECTOR];
	struct gpt_header h;
	uint8_t *entries;
	size_t size;
	int r;

	r = disk_read(dev, lba * dev->sector_size, sector, dev->sector_size,
		      err);
	if (!r)
		r = header_decode(sector, dev->sector_size, lba,
				  dev->size / dev->sector_size, &h, err);
	if (r)
		return r;
	size = (size_t)h.count * h.entry_size;
	entries = mem_alloc(size);
	if (!entries)
		return err_nomem(err);
	r = disk_read(dev, h.entries_lba * dev->sector_size, entries, size,
		      err);
	if (!r && crc32_update(0, entries, size) != h.entries_crc)
		r = err_corrupt(err, GPT_WHAT, h.entries_lba * dev->sector_size,
				"its entries' checksum is wrong");
	if (r) {
		mem_free(entries);
		return r;
	}
	*ret = h;
	*ret_entries = entries;
	return 0;
}

static int decode_name(const le16 *units, char *name, size_t size,
		       struct err *err)
{
	size_t n = 0;
	char *s;

	// a name that fills its field has no NUL
	while (n < 36 && get_le16(units[n]))
		n++;
	s = utf16_to_utf8(units, n);
	if (!s)
		return err_nomem(err);
	memcpy(name, s, strlen(s) + 1);
	mem_free(s);
	return 0;
}

static int decode_entry(const struct gpt_header *h, uint32_t i,
			const struct gpt_entry_disk *d, struct part_table *t,
			struct err *err)
{
	uint64_t first = get_le64(d->first), last = get_le64(d->last);
	struct part p = {.number = i + 1,
			 .start = first * t->sector_size,
			 .size = (last - first + 1) * t->sector_size,
			 .type = d->type,
			 .id = d->id,
			 .attributes = get_le64(d->attributes)};
	int r;

	if (first > last || first < h->first || last > h->last ||
	    last >= t->disk_size / t->sector_size)
		return err_corrupt(err, GPT_WHAT,
				   h->entries_lba * t->sector_size +
					   (uint64_t)i * h->entry_size,
				   "partition %u leaves the usable part of the "
				   "disk",
				   i + 1);
	r = decode_name(d->name, p.name, sizeof(p.name), err);
	return r ? r : part_table_insert(t, &p, err);
}

// Turns checked entries into the partitions of a table.
static int decode_entries(const struct gpt_header *h, const uint8_t *entries,
			  struct part_table *t, struct err *err)
{
	for (uint32_t i = 0; i < h->count; i++) {
		struct gpt_entry_disk d;
		struct err why = {0};
		int r;

		memcpy(&d, entries + (size_t)i * h->entry_size, sizeof(d));
		// an unused entry, whatever else it holds (5.3.3)
		if (guid_is_zero(&d.type))
			continue;
		r = decode_entry(h, i, &d, t, &why);
		if (r)
			r = part_leave_out(t, r, &why, err);
		if (r)
			return r;
	}
	return 0;
}

struct copy {
	int r; // 0, or -EBADMSG
	struct gpt_header h;
	uint8_t *entries;
	struct err err;
};

// Reads both copies; the backup where it belongs, else where the primary says:
// on a disk that grew it is still in its old place. Returns 0 when each is good
// or corrupt, else the error.
static int read_copies(struct disk *dev, struct copy *primary,
		       struct copy *backup, struct err *err)
{
	uint64_t lbas = dev->size / dev->sector_size;

	if (lbas < 3)
		return err_corrupt(err, GPT_WHAT, 0, "the disk is too small");
	primary->r = read_copy(dev, 1, &primary->h, &primary->entries,
			       &primary->err);
	if (primary->r && primary->r != -EBADMSG)
		return err_pass(err, primary->r, &primary->err);
	backup->r = read_copy(dev, lbas - 1, &backup->h, &backup->entries,
			      &backup->err);
	if (backup->r == -EBADMSG && !primary->r && primary->h.alternate > 1 &&
	    primary->h.alternate < lbas - 1) {
		backup->err = (struct err){0};
		backup->r = read_copy(dev, primary->h.alternate, &backup->h,
				      &backup->entries, &backup->err);
	}
	return backup->r && backup->r != -EBADMSG
		       ? err_pass(err, backup->r, &backup->err)
		       : 0;
}

// Both can be good and differ: cut off between the two, or written by a tool
// that knows only one. The primary counts (5.3.2), and the backup is told as
// broken.
static bool same_content(const struct gpt_header *a, const struct gpt_header *b)
{
	return a->first == b->first && a->last == b->last &&
	       a->count == b->count && a->entry_size == b->entry_size &&
	       a->entries_crc == b->entries_crc &&
	       guid_equal(&a->disk_id, &b->disk_id);
}

// Where a written table will lie: the backup at the end of the disk, which may
// have grown or shrunk since, the primary entries where they are. What is left
// between them is usable.
static void set_measures(struct part_table *t, const struct gpt_header *h,
			 bool from_primary)
{
	uint64_t lbas = t->disk_size / t->sector_size;
	uint64_t n = entries_sectors(h->count, h->entry_size, t->sector_size);
	uint64_t first = h->first, entries = 2;

	if (from_primary && h->entries_lba < h->first)
		entries = h->entries_lba;
	if (first < entries + n)
		first = entries + n;
	t->style = PART_GPT;
	t->disk_id = h->disk_id;
	t->first_usable = first * t->sector_size;
	t->last_usable = lbas > n + 1 ? (lbas - n - 1) * t->sector_size : 0;
	t->slots = h->count;
	t->entry_size = h->entry_size;
	t->entries = entries * t->sector_size;
}

int gpt_read(struct disk *dev, struct part_table *t, struct err *err)
{
	struct copy primary = {0}, backup = {0};
	const struct copy *use = &primary;
	int r = read_copies(dev, &primary, &backup, err);

	if (r)
		goto out;
	if (primary.r)
		use = &backup;
	if (use->r) {
		r = err_pass(err, primary.r, &primary.err);
		goto out;
	}
	t->primary_broken = primary.r;
	t->backup_broken = backup.r ||
			   (!primary.r && !same_content(&primary.h, &backup.h));
	t->grown = !primary.r &&
		   primary.h.alternate < dev->size / dev->sector_size - 1;
	t->shrunk = !primary.r &&
		    is_of_larger(&primary.h, dev->size / dev->sector_size);
	set_measures(t, &use->h, use == &primary);
	r = decode_entries(&use->h, use->entries, t, err);
out:
	mem_free(primary.entries);
	mem_free(backup.entries);
	return r;
}

int gpt_find_backup(struct disk *dev, uint64_t *ret, struct err *err)
{
	struct copy primary = {0};
	uint64_t lbas = dev->size / dev->sector_size;

	if (lbas >= 3)
		primary.r = read_copy(dev, 1, &primary.h, &primary.entries,
				      &primary.err);
	mem_free(primary.entries);
	if (primary.r && primary.r != -EBADMSG)
		return err_pass(err, primary.r, &primary.err);
	*ret = primary.h.alternate < lbas ? primary.h.alternate : 0;
	return 0;
}

int gpt_find_lost(struct disk *dev, uint32_t sector_size, uint64_t *ret_at,
		  struct guid *ret_id, struct err *err)
{
	uint64_t lbas = dev->size / sector_size;
	uint64_t places[2] = {1, lbas - 1};
	struct disk *view;
	int r = disk_slice(dev, 0, dev->size, &view, err);

	if (r)
		return r;
	view->sector_size = sector_size;
	*ret_at = 0;
	for (int i = 0; lbas >= 3 && i < 2 && !*ret_at && !r; i++) {
		struct copy c = {0};

		r = read_copy(view, places[i], &c.h, &c.entries, &c.err);
		mem_free(c.entries);
		if (!r) {
			*ret_at = places[i] * sector_size;
			*ret_id = c.h.disk_id;
		} else if (r == -EBADMSG) {
			r = 0;
		} else {
			err_pass(err, r, &c.err);
		}
	}
	disk_close(view);
	return r;
}

// --- Writing -----------------------------------------------------------------

static int encode_entry(const struct part *p, uint32_t sector_size,
			struct gpt_entry_disk *ret, struct err *err)
{
	le16 *units;
	size_t n;
	int r = utf16_from_utf8(p->name, &units, &n);

	if (r == -ENOMEM)
		return err_nomem(err);
	if (!r && n > 36) {
		mem_free(units);
		r = -EINVAL;
	}
	if (r)
		return err_set(err, r, GPT_WHAT, ERR_NOWHERE,
			       "the name of partition %u cannot be one",
			       p->number);
	*ret = (struct gpt_entry_disk){
		.type = p->type,
		.id = p->id,
		.first = to_le64(p->start / sector_size),
		.last = to_le64((p->start + p->size) / sector_size - 1),
		.attributes = to_le64(p->attributes),
	};
	memcpy(ret->name, units, n * sizeof(*units));
	mem_free(units);
	return 0;
}

static int encode_entries(const struct part_table *t, uint8_t **ret,
			  struct err *err)
{
	uint8_t *entries = mem_alloc((size_t)gpt_entries_size(t));

	if (!entries)
		return err_nomem(err);
	for (size_t i = 0; i < t->count; i++) {
		const struct part *p = &t->parts[i];
		struct gpt_entry_disk d;
		int r = encode_entry(p, t->sector_size, &d, err);

		if (r) {
			mem_free(entries);
			return r;
		}
		memcpy(entries + (size_t)(p->number - 1) * t->entry_size, &d,
		       sizeof(d));
	}
	*ret = entries;
	return 0;
}

static int write_copy(const struct part_table *t, struct disk *dev,
		      const uint8_t *entries, bool is_primary, struct err *err)
{
	uint64_t lbas = t->disk_size / t->sector_size;
	uint64_t size = gpt_entries_size(t);
	uint64_t at = is_primary ? t->entries
				 : (lbas - 1) * t->sector_size - size;
	uint8_t sector[PART_MAX_SECTOR] = {0};
	struct gpt_header_disk d = {
		.revision = to_le32(GPT_REVISION),
		.header_size = to_le32(sizeof(d)),
		.my_lba = to_le64(is_primary ? 1 : lbas - 1),
		.alternate_lba = to_le64(is_primary ? lbas - 1 : 1),
		.first_usable = to_le64(t->first_usable / t->sector_size),
		.last_usable = to_le64(t->last_usable / t->sector_size - 1),
		.disk_id = t->disk_id,
		.entries_lba = to_le64(at / t->sector_size),
		.entry_count = to_le32(t->slots),
		.entry_size = to_le32(t->entry_size),
		.entries_crc =
			to_le32(crc32_update(0, entries,
					     (size_t)t->slots * t->entry_size)),
	};
	int r;

	memcpy(d.magic, GPT_MAGIC, sizeof(d.magic));
	memcpy(sector, &d, sizeof(d));
	d.header_crc = to_le32(header_crc(sector, sizeof(d)));
	memcpy(sector, &d, sizeof(d));
	r = disk_write(dev, at, entries, (size_t)size, err);
	if (!r)
		r = disk_write(dev, get_le64(d.my_lba) * t->sector_size, sector,
			       t->sector_size, err);
	return r ? r : disk_flush(dev, err);
}

// The copy that is not read now goes first, so that one is always good: the
// backup, or the primary where only the backup was left.
int gpt_write(const struct part_table *t, struct disk *dev, struct err *err)
{
	struct copy primary = {0}, backup = {0};
	bool primary_first;
	uint8_t *entries = NULL;
	int r = encode_entries(t, &entries, err);

	if (r)
		return r;
	r = read_copies(dev, &primary, &backup, err);
	if (r)
		goto out;
	primary_first = primary.r && !backup.r;
	r = write_copy(t, dev, entries, primary_first, err);
	if (!r)
		r = write_copy(t, dev, entries, !primary_first, err);
out:
	mem_free(primary.entries);
	mem_free(backup.entries);
	mem_free(entries);
	return r;
}
