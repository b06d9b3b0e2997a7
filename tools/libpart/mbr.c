// SPDX-License-Identifier: MIT
//
// The MBR and its chain of extended boot records; the protective MBR of a GPT.
// UEFI 2.10, section 5.2. An extended boot record holds one logical partition,
// placed relative to the record, and a link to the next record, placed relative
// to the extended partition. Records with more partitions, which Windows and
// Linux read, are read, and not written.

#include <string.h>

#include "part_priv.h"

#define MBR_WHAT "MBR"

// --- Reading -----------------------------------------------------------------

// 5 and 15 by DOS and Windows; 0x85 is Linux' own, which Windows leaves alone.
static bool is_extended(uint8_t type)
{
	return type == PART_MBR_EXTENDED || type == PART_MBR_EXTENDED_LBA ||
	       type == 0x85;
}

// With either 0 the entry is unused, whatever else it holds: tools clear one or
// the other.
bool mbr_is_used(const struct mbr_entry_disk *e)
{
	return e->type && get_le32(e->size);
}

// A file system's boot sector ends with the same mark, and has code or text
// where the table would be. Taken for a table, it would show partitions that
// are not there.
bool mbr_is_volume(const struct mbr_disk *m)
{
	const uint8_t *b = m->code;
	unsigned sector = b[11] | b[12] << 8;

	if (!memcmp(b + 3, "NTFS    ", 8) || !memcmp(b + 3, "EXFAT   ", 8) ||
	    !memcmp(b + 3, "-FVE-FS-", 8))
		return true;
	return (b[0] == 0xeb || b[0] == 0xe9) && is_power_of_two(sector) &&
	       sector >= 512 && sector <= 4096 && is_power_of_two(b[13]) &&
	       (b[14] || b[15]) && (b[16] == 1 || b[16] == 2) && b[21] >= 0xf0;
}

// UEFI 5.2.3 has one entry alone in a protective MBR. Others beside it make a
// hybrid one, by which old systems see some partitions of a GPT too.
enum mbr_kind mbr_classify(const struct mbr_disk *m, uint64_t sectors)
{
	unsigned used = 0, protective = 0;
	bool sane = true;

	if (get_le16(m->magic) != MBR_MAGIC)
		return MBR_NONE;
	for (int i = 0; i < 4; i++) {
		const struct mbr_entry_disk *e = &m->entries[i];

		// No table has another value here; Linux goes by this too.
		if (e->boot != 0 && e->boot != 0x80)
			return MBR_NONE;
		if (!mbr_is_used(e))
			continue;
		used++;
		protective += e->type == PART_MBR_PROTECTIVE;
		sane &= range_ok(get_le32(e->start), get_le32(e->size),
				 sectors);
	}
	// Some sticks have both in one sector. A table whose entries lie on the
	// disk is taken for one.
	if (mbr_is_volume(m) && (!used || !sane))
		return MBR_NONE;
	if (!protective)
		return MBR_PLAIN;
	return used > 1 ? MBR_HYBRID : MBR_PROTECTIVE;
}

// Makes a partition of an entry that lies relative to `base`, inside [low,
// high); all in bytes.
static int decode_entry(const struct mbr_entry_disk *e, uint64_t base,
			uint64_t low, uint64_t high, uint32_t sector_size,
			struct part *ret, struct err *err)
{
	struct part p = {
		.start = base + (uint64_t)get_le32(e->start) * sector_size,
		.size = (uint64_t)get_le32(e->size) * sector_size,
		.mbr_type = e->type,
		.active = e->boot == 0x80,
	};

	if (p.start < low || !range_ok(p.start, p.size, high))
		return err_corrupt(err, MBR_WHAT, base,
				   "a partition from %llu to %llu leaves its "
				   "place",
				   (unsigned long long)p.start,
				   (unsigned long long)(p.start + p.size));
	*ret = p;
	return 0;
}

// Nothing but the links bounds a chain, so a record may come up once.
static int chain_add(struct mbr_chain *chain, uint64_t at, struct err *err)
{
	for (size_t i = 0; i < chain->count; i++)
		if (chain->at[i] == at)
			return err_corrupt(err, MBR_WHAT, at,
					   "the chain of extended boot records "
					   "runs in a circle");
	if (chain->count == PART_MAX_LOGICAL)
		return err_set(err, -EFBIG, MBR_WHAT, at,
			       "there are over %d logical partitions",
			       PART_MAX_LOGICAL);
	chain->at[chain->count++] = at;
	return 0;
}

// A record of a chain: where it is, and up to where the link that led to it said
// that its partitions lie.
struct record {
	uint64_t at, end;
};

static int add_logical(struct part_table *t, const struct part *found,
		       uint64_t ebr, struct err *err)
{
	const struct part *last = t->count ? &t->parts[t->count - 1] : NULL;
	struct part p = *found;

	p.logical = true;
	p.ebr = ebr;
	p.number = last && last->logical ? last->number + 1 : 5;
	return part_table_insert(t, &p, err);
}

// What the `i`-th entry of a record lists. Linux takes every entry with a size
// that is no link for a partition, whatever its type, and what does not fit for
// garbage in the last two (block/partitions/msdos.c); its numbers are ours.
static int read_logical(struct part_table *t, const struct part *extended,
			const struct record *record,
			const struct mbr_entry_disk *e, int i, struct err *err)
{
	uint64_t end = extended->start + extended->size;
	struct part p;
	int r = decode_entry(e, record->at, record->at + t->sector_size, end,
			     t->sector_size, &p, i < 2 ? err : NULL);

	if (i >= 2 && (r || p.start + p.size > record->end))
		return 0;
	return r ? r : add_logical(t, &p, record->at, err);
}

static int read_link(const struct part_table *t, const struct part *extended,
		     const struct record *record,
		     const struct mbr_entry_disk *e, struct record *ret,
		     struct err *err)
{
	uint64_t end = extended->start + extended->size;
	struct part link;
	int r = decode_entry(e, extended->start, extended->start, UINT64_MAX,
			     t->sector_size, &link, err);

	if (r)
		return r;
	// Only the start of a link counts: tools disagree on what its size
	// means, and Linux takes it for no more than a bound.
	if (!range_ok(link.start, t->sector_size, end))
		return err_corrupt(err, MBR_WHAT, record->at,
				   "a link leaves the extended partition");
	*ret = (struct record){link.start, link.start + link.size};
	return 0;
}

// Reads a record. *ret_next is the next one, or at 0.
static int read_ebr(struct disk *dev, const struct part *extended,
		    const struct record *record, struct part_table *t,
		    struct record *ret_next, struct err *err)
{
	struct mbr_disk m;
	int r = disk_read(dev, record->at, &m, sizeof(m), err);

	*ret_next = (struct record){0};
	if (r)
		return r;
	if (get_le16(m.magic) != MBR_MAGIC)
		return err_corrupt(err, MBR_WHAT, record->at,
				   "there is no extended boot record");
	for (int i = 0; i < 4 && !r; i++) {
		const struct mbr_entry_disk *e = &m.entries[i];

		// the type may be 0 here: see read_logical
		if (!get_le32(e->size))
			continue;
		if (!is_extended(e->type))
			r = read_logical(t, extended, record, e, i, err);
		else if (!ret_next->at)
			r = read_link(t, extended, record, e, ret_next, err);
	}
	return r;
}

static int read_chain(struct disk *dev, struct part_table *t,
		      struct mbr_chain *chain, struct err *err)
{
	const struct part *found = part_find_extended(t);
	struct part extended;
	struct record record;
	int r = 0;

	if (!found)
		return 0;
	extended = *found;
	record.at = extended.start;
	record.end = extended.start + extended.size;
	while (record.at && !r) {
		struct record next = {0};

		r = chain_add(chain, record.at, err);
		if (!r)
			r = read_ebr(dev, &extended, &record, t, &next, err);
		record = next;
	}
	return r;
}

int mbr_read(struct disk *dev, const struct mbr_disk *m, struct part_table *t,
	     struct mbr_chain *chain, struct err *err)
{
	struct mbr_chain own = {0};
	struct err why = {0};
	int r;

	t->style = PART_MBR;
	t->mbr_signature = get_le32(m->signature);
	for (unsigned i = 0; i < 4; i++) {
		struct part p;

		if (!mbr_is_used(&m->entries[i]))
			continue;
		r = decode_entry(&m->entries[i], 0, 0, t->disk_size,
				 t->sector_size, &p, &why);
		if (r) {
			r = part_leave_out(t, r, &why, err);
			if (r)
				return r;
			continue;
		}
		p.number = i + 1;
		r = part_table_insert(t, &p, err);
		if (r)
			return r;
	}
	r = read_chain(dev, t, chain ? chain : &own, &why);
	return r ? part_leave_out(t, r, &why, err) : 0;
}

// --- Writing -----------------------------------------------------------------

// Cylinder, head and sector as Windows counts them: 255 heads, 63 sectors, and
// the highest of each for what lies beyond (8 GB). Old BIOSes and boot code
// start by these.
static void encode_chs(uint64_t lba, uint8_t chs[3])
{
	uint64_t c = lba / (255 * 63);
	unsigned h = (unsigned)(lba / 63 % 255), s = (unsigned)(lba % 63 + 1);

	if (c > 1023) {
		c = 1023;
		h = 254;
		s = 63;
	}
	chs[0] = (uint8_t)h;
	chs[1] = (uint8_t)(s | (c >> 8) << 6);
	chs[2] = (uint8_t)c;
}

// `base` is what the start is counted from.
static struct mbr_entry_disk encode_entry(const struct part_table *t,
					  uint8_t type, bool active,
					  uint64_t base, uint64_t start,
					  uint64_t size)
{
	struct mbr_entry_disk e = {
		.boot = active ? 0x80 : 0,
		.type = type,
		.start = to_le32((uint32_t)((start - base) / t->sector_size)),
		.size = to_le32((uint32_t)(size / t->sector_size)),
	};

	encode_chs(start / t->sector_size, e.chs_start);
	encode_chs((start + size) / t->sector_size - 1, e.chs_end);
	return e;
}

// One record of the chain to be written.
struct ebr {
	uint64_t at;
	bool is_old; // the chain on the disk leads to it
	struct mbr_disk m;
};

static void encode_ebr(const struct part_table *t, const struct part *extended,
		       const struct part *p, const struct part *next,
		       struct mbr_disk *m)
{
	*m = (struct mbr_disk){.magic = to_le16(MBR_MAGIC)};
	if (p)
		m->entries[0] = encode_entry(t, p->mbr_type, p->active, p->ebr,
					     p->start, p->size);
	if (next)
		m->entries[1] =
			encode_entry(t, PART_MBR_EXTENDED, false,
				     extended->start, next->ebr,
				     next->start + next->size - next->ebr);
}

// Fills in the chain. Returns how many records it has.
static size_t encode_chain(const struct part_table *t, struct ebr *chain)
{
	const struct part *extended = part_find_extended(t);
	size_t n = 0, i = 0;

	if (!extended)
		return 0;
	while (i < t->count && !t->parts[i].logical)
		i++;
	// The chain begins where the extended partition does, if need be with
	// a record that only leads on.
	if (i == t->count || t->parts[i].ebr != extended->start) {
		chain[n].at = extended->start;
		encode_ebr(t, extended, NULL,
			   i < t->count ? &t->parts[i] : NULL, &chain[n].m);
		n++;
	}
	for (; i < t->count; i++, n++) {
		chain[n].at = t->parts[i].ebr;
		encode_ebr(t, extended, &t->parts[i],
			   i + 1 < t->count ? &t->parts[i + 1] : NULL,
			   &chain[n].m);
	}
	return n;
}

// Writes a sector whose first 512 bytes are `m`, unless they are so already.
static int write_sector(struct disk *dev, uint64_t at, const struct mbr_disk *m,
			struct err *err)
{
	uint8_t sector[PART_MAX_SECTOR];
	int r = disk_read(dev, at, sector, dev->sector_size, err);

	if (r || !memcmp(sector, m, sizeof(*m)))
		return r;
	memcpy(sector, m, sizeof(*m));
	r = disk_write(dev, at, sector, dev->sector_size, err);
	return r ? r : disk_flush(dev, err);
}

// Records that nothing leads to go first, then those that are in use, from the
// last to the first. So at any moment the disk has the old chain, or the new
// one from some record on, and none that leads to rubbish.
static int write_chain(struct disk *dev, struct ebr *chain, size_t n,
		       struct err *err)
{
	int r = 0;

	for (int old = 0; old < 2; old++)
		for (size_t i = n; i-- && !r;)
			if (chain[i].is_old == old)
				r = write_sector(dev, chain[i].at, &chain[i].m,
						 err);
	return r;
}

// Finds out which of the records are in use on the disk. A chain that can't be
// read needs no care.
static int mark_old(struct disk *dev, const struct mbr_disk *m,
		    struct ebr *chain, size_t n, struct err *err)
{
	struct mbr_chain old = {0};
	struct part_table *t;
	struct err ignored = {0};
	int r;

	if (mbr_classify(m, dev->size / dev->sector_size) != MBR_PLAIN)
		return 0;
	r = part_table_alloc(dev, &t, err);
	if (r)
		return r;
	r = mbr_read(dev, m, t, &old, &ignored);
	part_table_free(t);
	if (r && r != -EBADMSG && r != -EFBIG)
		return err_pass(err, r, &ignored);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < old.count; j++)
			chain[i].is_old |= chain[i].at == old.at[j];
	return 0;
}

// Zeroes the headers of a GPT that an MBR has replaced. Left there, tools would
// offer to restore it, over what the MBR lists.
static int clear_gpt(struct disk *dev, struct err *err)
{
	uint64_t places[2] = {dev->sector_size, (dev->size / dev->sector_size -
						 1) * dev->sector_size};
	char magic[8];
	int r = 0;

	for (int i = 0; i < 2 && !r; i++) {
		r = disk_read(dev, places[i], magic, sizeof(magic), err);
		if (!r && !memcmp(magic, GPT_MAGIC, sizeof(magic)))
			r = disk_zero(dev, places[i], dev->sector_size, err);
	}
	return r ? r : disk_flush(dev, err);
}

static int write_all(const struct part_table *t, struct disk *dev,
		     struct ebr *chain, struct err *err)
{
	struct mbr_disk old, m = {.magic = to_le16(MBR_MAGIC)};
	size_t n = encode_chain(t, chain);
	enum mbr_kind kind;
	int r = disk_read(dev, 0, &old, sizeof(old), err);

	if (!r)
		r = mark_old(dev, &old, chain, n, err);
	if (!r)
		r = write_chain(dev, chain, n, err);
	if (r)
		return r;
	kind = mbr_classify(&old, dev->size / dev->sector_size);
	// Boot code stays, unless it is that of a volume: it would look for its
	// file system here.
	if (kind != MBR_NONE || !mbr_is_volume(&old))
		memcpy(m.code, old.code, sizeof(m.code));
	m.signature = to_le32(t->mbr_signature);
	for (size_t i = 0; i < t->count && !t->parts[i].logical; i++) {
		const struct part *p = &t->parts[i];

		m.entries[p->number - 1] = encode_entry(t, p->mbr_type,
							p->active, 0, p->start,
							p->size);
	}
	r = write_sector(dev, 0, &m, err);
	if (!r && (kind == MBR_PROTECTIVE || kind == MBR_HYBRID))
		r = clear_gpt(dev, err);
	return r;
}

// What the chain that we make can hold.
static int check_chain(const struct part_table *t, struct err *err)
{
	for (size_t i = 0; i + 1 < t->count; i++) {
		const struct part *a = &t->parts[i], *b = a + 1;

		if (a->logical && b->logical && a->ebr == b->ebr)
			return err_set(err, -ENOTSUP, MBR_WHAT, a->ebr,
				       "partitions %u and %u are in one "
				       "extended boot record: such a table is "
				       "read, and not written",
				       a->number, b->number);
	}
	return 0;
}

int mbr_write(const struct part_table *t, struct disk *dev, struct err *err)
{
	struct ebr *chain;
	int r = check_chain(t, err);

	if (r)
		return r;
	chain = mem_array(t->count + 1, sizeof(*chain));
	if (!chain)
		return err_nomem(err);
	r = write_all(t, dev, chain, err);
	mem_free(chain);
	return r;
}

int mbr_write_protective(const struct part_table *t, struct disk *dev,
			 struct err *err)
{
	uint64_t sectors = t->disk_size / t->sector_size - 1;
	struct mbr_disk old, m = {.magic = to_le16(MBR_MAGIC)};
	uint32_t size = sectors > UINT32_MAX ? UINT32_MAX : (uint32_t)sectors;
	int r = disk_read(dev, 0, &old, sizeof(old), err);

	if (r)
		return r;
	if (mbr_classify(&old, sectors + 1) != MBR_NONE || !mbr_is_volume(&old))
		memcpy(m.code, old.code, sizeof(m.code));
	// UEFI 5.2.3 to the letter: not active, one entry of type 0xee from LBA
	// 1 to the end, or all ones where 32 bits do not reach. Firmware may
	// refuse a GPT whose MBR says otherwise, and tools that know only MBRs
	// see a disk that is full.
	m.entries[0] = (struct mbr_entry_disk){
		.chs_start = {0x00, 0x02, 0x00},
		.type = PART_MBR_PROTECTIVE,
		.chs_end = {0xff, 0xff, 0xff},
		.start = to_le32(1),
		.size = to_le32(size),
	};
	return write_sector(dev, 0, &m, err);
}
