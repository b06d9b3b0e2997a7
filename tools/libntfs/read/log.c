// SPDX-License-Identifier: MIT
//
// $LogFile: whether it holds changes (Linux-NTFS documentation, "$LogFile": restart
// page, restart area).

#include <string.h>

#include "log.h"

#define CLEAN     0x0002u // restart area: closed in order
#define NO_CLIENT 0xffffu

// One of the log's two restart pages ("RSTR").
struct restart_page_disk {
	uint8_t magic[4];      // 0x00
	le16 usa_offset;       // 0x04
	le16 usa_count;        // 0x06
	le64 chkdsk_lsn;       // 0x08
	le32 system_page_size; // 0x10
	le32 log_page_size;    // 0x14
	le16 restart_offset;   // 0x18: of the restart area
	le16 minor;            // 0x1a
	le16 major;            // 0x1c
};
_Static_assert(sizeof(struct restart_page_disk) == 0x1e, "size");
_Static_assert(offsetof(struct restart_page_disk, restart_offset) == 0x18,
	       "offset");

struct restart_area_disk {
	le64 current_lsn;      // 0x00
	le16 clients;          // 0x08
	le16 client_free_list; // 0x0a
	le16 client_used_list; // 0x0c: 0xffff: none
	le16 flags;            // 0x0e
	le32 sequence_bits;    // 0x10
	le16 length;           // 0x14
	le16 client_offset;    // 0x16
	le64 file_size;        // 0x18
};
_Static_assert(sizeof(struct restart_area_disk) == 0x20, "size");
_Static_assert(offsetof(struct restart_area_disk, flags) == 0x0e, "offset");

struct ntfs_restart ntfs_restart_decode(const uint8_t page[NTFS_USA_STRIDE])
{
	const struct restart_page_disk *h = (const void *)page;
	uint32_t off = get_le16(h->restart_offset);
	const struct restart_area_disk *area = (const void *)(page + off);
	struct ntfs_restart s = {.is_page = !memcmp(h->magic, "RSTR", 4)};

	// The area lies before the first place of the update sequence.
	s.has_area = s.is_page &&
		     range_ok(off, sizeof(*area), NTFS_USA_STRIDE - 2);
	if (!s.has_area)
		return s;
	s.lsn = get_le64(area->current_lsn);
	s.is_closed = get_le16(area->flags) & CLEAN ||
		      get_le16(area->client_used_list) == NO_CLIENT;
	return s;
}

int ntfs_log_open(struct ntfs *n, struct disk **ret, struct err *err)
{
	return ntfs_stream_open_record(n, NTFS_REC_LOGFILE, ret, err);
}

int ntfs_log_read(struct ntfs *n, enum ntfs_log_state *ret, struct err *err)
{
	uint8_t pages[2 * NTFS_LOG_PAGE];
	struct ntfs_restart first, second;
	struct disk *d;
	bool is_empty = true;
	int r = ntfs_log_open(n, &d, err);

	if (r)
		return r;
	if (d->size < sizeof(pages))
		*ret = NTFS_LOG_SHORT;
	else
		r = disk_read(d, 0, pages, sizeof(pages), err);
	if (r || d->size < sizeof(pages)) {
		disk_close(d);
		return r;
	}
	disk_close(d);
	for (size_t i = 0; i < sizeof(pages); i++)
		is_empty = is_empty && pages[i] == 0xff;
	first = ntfs_restart_decode(pages);
	second = ntfs_restart_decode(pages + NTFS_LOG_PAGE);
	if (is_empty)
		*ret = NTFS_LOG_EMPTY;
	else if (!first.is_page && !second.is_page)
		*ret = NTFS_LOG_BROKEN;
	else if (first.is_page && !first.is_closed)
		*ret = NTFS_LOG_OPEN;
	else
		*ret = NTFS_LOG_CLOSED;
	return 0;
}
