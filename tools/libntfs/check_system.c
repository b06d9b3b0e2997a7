// SPDX-License-Identifier: MIT
//
// The content of the system's files: $Volume, $UpCase, $AttrDef, $LogFile,
// $BadClus and $Bitmap's size.

#include <string.h>

#include "check.h"

#define LOG_PAGE      4096u
#define LOG_CLEAN     0x0002u // restart area: closed in order
#define LOG_NO_CLIENT 0xffffu

// One of the log's two restart pages ("RSTR").
struct restart_page_disk {
	uint8_t magic[4];      // 0x00
	le16 usa_offset;       // 0x04
	le16 usa_count;	       // 0x06
	le64 chkdsk_lsn;       // 0x08
	le32 system_page_size; // 0x10
	le32 log_page_size;    // 0x14
	le16 restart_offset;   // 0x18: of the restart area
	le16 minor;	       // 0x1a
	le16 major;	       // 0x1c
};
_Static_assert(sizeof(struct restart_page_disk) == 0x1e, "size");
_Static_assert(offsetof(struct restart_page_disk, restart_offset) == 0x18,
	       "offset");

struct restart_area_disk {
	le64 current_lsn;      // 0x00
	le16 clients;	       // 0x08
	le16 client_free_list; // 0x0a
	le16 client_used_list; // 0x0c: 0xffff: none
	le16 flags;	       // 0x0e
	le32 sequence_bits;    // 0x10
	le16 length;	       // 0x14
	le16 client_offset;    // 0x16
	le64 file_size;	       // 0x18
};
_Static_assert(sizeof(struct restart_area_disk) == 0x20, "size");
_Static_assert(offsetof(struct restart_area_disk, flags) == 0x0e, "offset");

static int check_volume(struct check *c)
{
	struct err e = {0};
	int r = ntfs_load_volume(c->n, &e);

	if (r)
		return ntfs_check_failed(c, NTFS_REC_VOLUME, "volume", r, &e);
	if (c->n->info.major < 1 || c->n->info.major > 3)
		ntfs_check_problem(c, NTFS_REC_VOLUME, "volume-version",
				   "The volume's version is %u.%u",
				   c->n->info.major, c->n->info.minor);
	if (c->n->info.flags & NTFS_VF_DIRTY)
		ntfs_check_problem(c, NTFS_REC_VOLUME, "volume-dirty",
				   "The volume is marked as dirty");
	return 0;
}

static int check_upcase(struct check *c)
{
	struct err e = {0};
	int r = ntfs_load_upcase(c->n, &e);

	if (r)
		return ntfs_check_failed(c, NTFS_REC_UPCASE, "upcase", r, &e);
	for (uint32_t i = 0; i < 128; i++) {
		if (c->n->upcase[i] == utf16_upcase((uint16_t)i))
			continue;
		ntfs_check_problem(
		    c, NTFS_REC_UPCASE, "upcase",
		    "The table of upper case is wrong for ASCII");
		break;
	}
	return 0;
}

static int check_attrdef(struct check *c)
{
	uint32_t before = 0;
	uint8_t *data;
	size_t size, i;
	int r = ntfs_check_read(c, NTFS_REC_ATTRDEF, NTFS_AT_DATA, NULL,
				1 << 20, "attrdef", &data, &size);

	if (r || !data)
		return r;
	for (i = 0; range_ok(i, sizeof(struct ntfs_attrdef_disk), size);
	     i += sizeof(struct ntfs_attrdef_disk)) {
		const struct ntfs_attrdef_disk *d = (const void *)(data + i);
		uint32_t type = get_le32(d->type);

		if (!type)
			break;
		if (type <= before || type % 16)
			ntfs_check_problem(
			    c, NTFS_REC_ATTRDEF, "attrdef",
			    "The attribute definitions are not in "
			    "order at 0x%x",
			    type);
		before = type;
	}
	if (before < NTFS_AT_EA)
		ntfs_check_problem(c, NTFS_REC_ATTRDEF, "attrdef",
				   "The attribute definitions end at 0x%x",
				   before);
	mem_free(data);
	return 0;
}

// Returns true when a restart page says that the log was closed in order.
static bool is_clean(const uint8_t *page, size_t size)
{
	const struct restart_page_disk *h = (const void *)page;
	uint32_t off = get_le16(h->restart_offset);
	const struct restart_area_disk *area = (const void *)(page + off);

	// The area lies before the first place of the update sequence.
	return range_ok(off, sizeof(*area), NTFS_USA_STRIDE - 2) &&
	       (get_le16(area->flags) & LOG_CLEAN ||
		get_le16(area->client_used_list) == LOG_NO_CLIENT);
}

static int check_log(struct check *c)
{
	struct err e = {0};
	struct ntfs_file f;
	struct ntfs_attr a;
	struct disk *d = NULL;
	uint8_t pages[2 * LOG_PAGE];
	bool is_empty = true;
	int r = ntfs_file_open(c->n, NTFS_REC_LOGFILE, &f, &e);

	if (!r) {
		r = ntfs_file_find(&f, NTFS_AT_DATA, NULL, 0, &a, &e);
		if (!r)
			r = ntfs_stream_open(&f, &a, &d, &e);
		ntfs_file_done(&f);
	}
	if (!r && d->size < sizeof(pages))
		ntfs_check_problem(c, NTFS_REC_LOGFILE, "log",
				   "The log has %llu bytes",
				   (unsigned long long)d->size);
	else if (!r)
		r = disk_read(d, 0, pages, sizeof(pages), &e);
	if (r || d->size < sizeof(pages)) {
		disk_close(d);
		return r ? ntfs_check_failed(c, NTFS_REC_LOGFILE, "log", r, &e)
			 : 0;
	}
	disk_close(d);
	for (size_t i = 0; i < sizeof(pages); i++)
		is_empty = is_empty && pages[i] == 0xff;
	if (is_empty)
		return 0;
	if (memcmp(pages, "RSTR", 4) && memcmp(pages + LOG_PAGE, "RSTR", 4))
		ntfs_check_problem(c, NTFS_REC_LOGFILE, "log",
				   "The log has no restart page");
	else if (!memcmp(pages, "RSTR", 4) && !is_clean(pages, LOG_PAGE))
		ntfs_check_problem(
		    c, NTFS_REC_LOGFILE, "log-unclean",
		    "The log was not closed in order: changes may "
		    "be missing");
	return 0;
}

// Sizes that follow from the volume's.
static int check_sizes(struct check *c)
{
	static const struct {
		uint64_t record;
		const char *stream;
		const char *rule;
	} files[] = {
	    {NTFS_REC_BADCLUS, "$Bad", "badclus"},
	    {NTFS_REC_BITMAP, NULL, "bitmap-size"},
	    {NTFS_REC_BOOT, NULL, "boot-file"},
	};
	const uint64_t sizes[] = {
	    c->n->info.clusters * c->n->info.cluster_size,
	    (c->n->info.clusters + 7) / 8,
	    NTFS_BOOT_FILE_SIZE,
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct err e = {0};
		struct ntfs_file f;
		struct ntfs_attr a;
		int r = ntfs_file_open(c->n, files[i].record, &f, &e);

		if (!r) {
			r = ntfs_file_find_named(&f, NTFS_AT_DATA,
						 files[i].stream, &a, &e);
			ntfs_file_done(&f);
		}
		if (r)
			r = ntfs_check_failed(c, files[i].record, files[i].rule,
					      r, &e);
		else if (i ? a.size < sizes[i] : a.size != sizes[i])
			ntfs_check_problem(c, files[i].record, files[i].rule,
					   "The file's size is %llu, not %llu",
					   (unsigned long long)a.size,
					   (unsigned long long)sizes[i]);
		if (r)
			return r;
	}
	return 0;
}

int ntfs_check_system(struct check *c)
{
	int r = check_volume(c);

	if (!r)
		r = check_upcase(c);
	if (!r)
		r = check_attrdef(c);
	if (!r)
		r = check_log(c);
	return r ? r : check_sizes(c);
}
