// SPDX-License-Identifier: MIT
//
// The boot sector, from its copy or from what the MFT says of the volume. Which of
// several is right is not seen by itself: one counts as much as the volume that it
// describes is there.

#include <string.h>

#include "repair.h"

#define MAX_CANDIDATES 8u

// What the file records say, found by a boot sector.
struct facts {
	bool is_mft; // record 0 is there, and its runs begin there
	uint32_t
		index_size; // of the root folder; 0: not known, as all of these
	uint64_t clusters;  // of $BadClus:$Bad
	uint64_t mirror;    // where $MFTMirr begins
};

// --- What is there -----------------------------------------------------------

// Reads a record by the boot sector alone: the first of them lie in one run.
static bool read_record(struct ntfs_repair *r, struct ntfs *n, uint64_t number,
			uint8_t *data, struct ntfs_record *ret)
{
	uint64_t off = n->info.mft_lcn * n->info.cluster_size +
		       number * n->info.record_size;
	bool odd;

	return range_ok(off, n->info.record_size, n->dev->size) &&
	       !ntfs_repair_hide(r, disk_read(n->dev, off, data,
					      n->info.record_size, NULL)) &&
	       ntfs_repair_decode(data, n->info.record_size, number, ret,
				  &odd) &&
	       get_le32(((const struct ntfs_record_disk *)(void *)data)
				->allocated) == n->info.record_size;
}

static bool find(const struct ntfs_record *rec, uint32_t type, const char *name,
		 struct ntfs_attr *ret)
{
	struct ntfs_attr a = {0};
	unsigned broken = 0;

	while (ntfs_repair_next(rec, &a, &broken))
		if (a.type == type && ntfs_name_is(a.name, a.name_len, name)) {
			*ret = a;
			return true;
		}
	return false;
}

static uint64_t first_cluster(struct ntfs *n, const struct ntfs_attr *a)
{
	const uint8_t *p = a->runs;
	struct ntfs_run run;
	const char *why;
	int64_t lcn = 0;

	return !a->resident && !a->first_vcn &&
			       ntfs_run_next(n, &p, a->runs + a->runs_len, &lcn,
					     &run, &why) > 0
		       ? run.lcn
		       : NTFS_HOLE;
}

static void gather_facts(struct ntfs_repair *r, struct ntfs *n, uint8_t *data,
			 struct facts *f)
{
	const struct ntfs_index_root_disk *root;
	struct ntfs_record rec;
	struct ntfs_attr a;

	f->is_mft = read_record(r, n, NTFS_REC_MFT, data, &rec) &&
		    find(&rec, NTFS_AT_DATA, "", &a) &&
		    first_cluster(n, &a) == n->info.mft_lcn;
	if (read_record(r, n, NTFS_REC_MFTMIRR, data, &rec) &&
	    find(&rec, NTFS_AT_DATA, "", &a) &&
	    first_cluster(n, &a) != NTFS_HOLE)
		f->mirror = first_cluster(n, &a);
	if (read_record(r, n, NTFS_REC_ROOT, data, &rec) &&
	    find(&rec, NTFS_AT_INDEX_ROOT, "$I30", &a) && a.resident &&
	    a.value_len >= sizeof(*root)) {
		root = (const void *)a.value;
		f->index_size = get_le32(root->block_size);
	}
	if (read_record(r, n, NTFS_REC_BADCLUS, data, &rec) &&
	    find(&rec, NTFS_AT_DATA, "$Bad", &a) && !a.resident)
		f->clusters = a.size / n->info.cluster_size;
}

// Where the mirror is, by the boot sector, must be record 0 too.
static bool is_mirror(struct ntfs_repair *r, struct ntfs *n, uint8_t *data)
{
	uint64_t off = n->mftmirr_lcn * n->info.cluster_size;
	struct ntfs_record rec;
	bool odd;

	return range_ok(off, n->info.record_size, n->dev->size) &&
	       !ntfs_repair_hide(r, disk_read(n->dev, off, data,
					      n->info.record_size, NULL)) &&
	       ntfs_repair_decode(data, n->info.record_size, 0, &rec, &odd) &&
	       rec.flags & NTFS_RF_IN_USE && !rec.base;
}

// Returns how much of a volume a boot sector describes; 0: none.
static unsigned score(struct ntfs_repair *r, const struct ntfs_boot_disk *boot,
		      struct facts *ret)
{
	struct ntfs n = {.dev = r->over};
	struct facts f = {0};
	uint8_t *data;
	bool mirror;

	*ret = f;
	if (ntfs_boot_decode(boot, &n, NULL))
		return 0;
	data = mem_alloc(n.info.record_size);
	if (!data) {
		(void)ntfs_repair_hide(r, -ENOMEM);
		return 0;
	}
	gather_facts(r, &n, data, &f);
	mirror = is_mirror(r, &n, data);
	mem_free(data);
	*ret = f;
	if (!f.is_mft && !mirror)
		return 0;
	return 1 + 4 * f.is_mft + 2 * mirror +
	       2 * (f.index_size == n.info.index_size) +
	       2 * (f.clusters == n.info.clusters) +
	       (f.mirror == n.mftmirr_lcn);
}

// --- Candidates --------------------------------------------------------------

struct candidates {
	struct ntfs_boot_disk boots[MAX_CANDIDATES];
	const char *names[MAX_CANDIDATES];
	unsigned count;
};

static void add(struct candidates *c, const struct ntfs_boot_disk *boot,
		const char *name)
{
	if (c->count == MAX_CANDIDATES)
		return;
	c->names[c->count] = name;
	c->boots[c->count++] = *boot;
}

static int add_copy(struct ntfs_repair *r, struct candidates *c, uint64_t off)
{
	struct ntfs_boot_disk copy;
	int err;

	if (!off || !range_ok(off, sizeof(copy), r->over->size))
		return 0;
	err = disk_read(r->over, off, &copy, sizeof(copy), r->err);
	if (!err && !memcmp(copy.oem, "NTFS    ", sizeof(copy.oem)))
		add(c, &copy, "it is taken from its copy");
	return err;
}

// A volume that is longer than what holds it, cut.
static void add_cut(struct ntfs_repair *r, struct candidates *c)
{
	unsigned count = c->count;

	for (unsigned i = 0; i < count; i++) {
		struct ntfs_boot_disk boot = c->boots[i];
		uint32_t sector = get_le16(boot.sector_size);
		uint64_t room = sector ? r->over->size / sector : 0;

		if (room < 2 || get_le64(boot.sectors) <= room)
			continue;
		boot.sectors = to_le64(room - 1);
		add(c, &boot,
		    "the volume is longer than what holds it: its end is "
		    "cut off");
	}
}

static int gather(struct ntfs_repair *r, struct candidates *c)
{
	struct ntfs_boot_disk boot;
	uint64_t size = r->over->size, sectors;
	uint32_t sector;
	int err = size < sizeof(boot)
			  ? err_corrupt(r->err, "NTFS volume", ERR_NOWHERE,
					"it is too small to be one")
			  : disk_read(r->over, 0, &boot, sizeof(boot), r->err);

	if (err)
		return err;
	add(c, &boot, NULL);
	sector = get_le16(boot.sector_size);
	sectors = get_le64(boot.sectors);
	if (sector && sectors < size / sector)
		err = add_copy(r, c, sectors * sector);
	if (!err)
		err = add_copy(r, c, size - size % 512 - 512);
	if (!err && size % 4096 == 0)
		err = add_copy(r, c, size - 4096);
	add_cut(r, c);
	return err;
}

// --- From the MFT ------------------------------------------------------------

// Sizes of a cluster and a record for which the MFT is where the boot sector says;
// the rest follows from it.
static bool guess(struct ntfs_repair *r, struct ntfs_boot_disk *boot)
{
	static const int8_t records[] = {-10, -12};
	struct facts f;

	memcpy(boot->oem, "NTFS    ", sizeof(boot->oem));
	boot->sector_size = to_le16(512);
	boot->clusters_per_index = -12;
	boot->sectors = to_le64(r->over->size / 512 - 1);
	for (unsigned i = 0; i < 2; i++)
		for (unsigned shift = 0; shift < 8; shift++) {
			boot->sectors_per_cluster = (uint8_t)(1u << shift);
			boot->clusters_per_record = records[i];
			if (score(r, boot, &f) && f.is_mft)
				return true;
		}
	return false;
}

static bool set_index_size(struct ntfs_boot_disk *boot, uint32_t size,
			   uint32_t cluster)
{
	int8_t v = 0;

	if (!is_power_of_two(size) || size < 512 || size > NTFS_MAX_INDEX)
		return false;
	if (size >= cluster) {
		v = (int8_t)(size / cluster);
	} else {
		while (size >> v > 1)
			v++;
		v = (int8_t)-v;
	}
	boot->clusters_per_index = v;
	return true;
}

// Whether the copy where it must be says the same: then it is the file records that
// are wrong.
static bool is_confirmed(struct ntfs_repair *r, const struct ntfs *n,
			 const struct ntfs_boot_disk *boot)
{
	struct ntfs_boot_disk copy;

	return range_ok(n->info.size, sizeof(copy), r->over->size) &&
	       !ntfs_repair_hide(r, disk_read(r->over, n->info.size, &copy,
					      sizeof(copy), NULL)) &&
	       !memcmp(copy.oem, boot->oem, sizeof(copy.oem)) &&
	       get_le64(copy.sectors) == get_le64(boot->sectors) &&
	       get_le64(copy.mftmirr_lcn) == get_le64(boot->mftmirr_lcn) &&
	       copy.clusters_per_index == boot->clusters_per_index;
}

static void apply_facts(struct ntfs_repair *r, struct ntfs_boot_disk *boot)
{
	struct ntfs n = {.dev = r->over};
	uint32_t per;
	struct facts f;

	if (!score(r, boot, &f) || ntfs_boot_decode(boot, &n, NULL) ||
	    is_confirmed(r, &n, boot))
		return;
	per = n.info.cluster_size / get_le16(boot->sector_size);
	if (f.index_size && f.index_size != n.info.index_size &&
	    set_index_size(boot, f.index_size, n.info.cluster_size))
		ntfs_repair_say(r, ERR_NOWHERE,
				"Boot sector: the size of an index block is "
				"set to %u bytes, as the root folder has it",
				f.index_size);
	// A volume that was made longer or cut has it wrong.
	if (f.clusters && f.clusters < n.info.clusters) {
		boot->sectors = to_le64(f.clusters * per);
		ntfs_repair_say(r, ERR_NOWHERE,
				"Boot sector: the volume's size is set to "
				"%llu clusters, as $BadClus has it",
				(unsigned long long)f.clusters);
	}
	if (f.mirror && f.mirror != n.mftmirr_lcn) {
		boot->mftmirr_lcn = to_le64(f.mirror);
		ntfs_repair_say(r, ERR_NOWHERE,
				"Boot sector: the place of the MFT's mirror "
				"is set to cluster %llu",
				(unsigned long long)f.mirror);
	}
}

static void set_fields(struct ntfs_repair *r, struct ntfs_boot_disk *boot)
{
	bool is_wrong = boot->signature[0] != 0x55 ||
			boot->signature[1] != 0xaa || boot->media != 0xf8 ||
			get_le16(boot->reserved_sectors) ||
			get_le16(boot->zero_0x16) || get_le32(boot->zero_0x20);

	if (!is_wrong)
		return;
	boot->signature[0] = 0x55;
	boot->signature[1] = 0xaa;
	boot->media = 0xf8;
	boot->reserved_sectors = boot->zero_0x16 = to_le16(0);
	boot->zero_0x20 = to_le32(0);
	ntfs_repair_say(r, ERR_NOWHERE,
			"Boot sector: fields that are the same on every "
			"volume are set");
}

// --- The repair --------------------------------------------------------------

// What is left of a repair that could not be ended (journal.c): what stood there is
// not known, and is zero on nearly every volume.
static int clear_journal(struct ntfs_repair *r)
{
	uint8_t sector[512] = {0};
	int err;

	if (!range_ok(NTFS_REPAIR_SECTOR, sizeof(sector), r->over->size))
		return 0;
	err = disk_read(r->over, NTFS_REPAIR_SECTOR, sector, sizeof(sector),
			r->err);
	if (err ||
	    memcmp(sector, NTFS_REPAIR_MAGIC, sizeof(NTFS_REPAIR_MAGIC) - 1))
		return err;
	ntfs_repair_say(r, ERR_NOWHERE,
			"What is left of a repair before, which cannot be "
			"gone on with, is cleared");
	memset(sector, 0, sizeof(sector));
	return disk_write(r->over, NTFS_REPAIR_SECTOR, sector, sizeof(sector),
			  r->err);
}

int ntfs_repair_boot(struct ntfs_repair *r)
{
	struct candidates c = {.count = 0};
	struct ntfs_boot_disk boot, before;
	unsigned best = 0, most = 0;
	struct facts f;
	int err = clear_journal(r);

	if (!err)
		err = gather(r, &c);
	if (err)
		return err;
	for (unsigned i = 0; i < c.count; i++) {
		unsigned s = score(r, &c.boots[i], &f);

		if (s > most) {
			most = s;
			best = i;
		}
	}
	before = c.boots[0];
	boot = c.boots[best];
	if (most && best)
		ntfs_repair_say(r, ERR_NOWHERE, "Boot sector: %s",
				c.names[best]);
	for (unsigned i = 0; !most && i < c.count; i++) {
		boot = c.boots[i];
		if (!guess(r, &boot))
			continue;
		most = 1;
		ntfs_repair_say(r, ERR_NOWHERE,
				"Boot sector: the sizes of clusters and file "
				"records are set to those by which the MFT "
				"is found");
	}
	if (!most)
		return err_corrupt(r->err, "NTFS volume", ERR_NOWHERE,
				   "neither its boot sector nor the copy of "
				   "it leads to a file table");
	apply_facts(r, &boot);
	set_fields(r, &boot);
	return memcmp(&boot, &before, sizeof(boot))
		       ? disk_write(r->over, 0, &boot, sizeof(boot), r->err)
		       : 0;
}
