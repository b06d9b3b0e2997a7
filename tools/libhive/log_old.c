// SPDX-License-Identifier: MIT
//
// Logs of Windows 8 and earlier (M. Suhanov's regf specification, "Format of
// transaction log files", "Old format", and "Multiple transaction log files"):
// all pages of one flush, and a bitmap of them.
//
// A log belongs to the hive when its flush began with the hive's last writing, or
// later: when writing the hive fails, the next try goes to the other log, with
// all that the failed one held and a later time. So the later of two counts, and
// the earlier one where that is not whole. Sizes and offsets count in the
// header's clusters.

#include "log_priv.h"

// "Dirty vector": a bit for each 512 bytes of bins, whatever the disk's sectors
// are
#define OLD_PAGE    512u
#define OLD_TYPES   2u // logs of this format are of type 1 or 2
#define MAX_CLUSTER 8u // sectors; a disk's own is at most 4096 bytes

// The time that the hive was last begun to be written: of its header or, when
// that is damaged, of its first bin.
static uint64_t time_of(const uint8_t *data, size_t size)
{
	struct hive_header_disk header;
	struct hive_bin_disk bin;

	if (hive_log_header_is_good(data, size)) {
		memcpy(&header, data, sizeof(header));
		return get_le64(header.written);
	}
	if (size < HIVE_HEADER_SIZE + sizeof(bin))
		return 0;
	memcpy(&bin, data + HIVE_HEADER_SIZE, sizeof(bin));
	return get_le64(bin.written);
}

static uint64_t log_time(const struct hive_log *log)
{
	const struct hive_header_disk *h = log->data;

	return get_le64(h->written);
}

// Bytes of the log's sectors: where its bitmap begins.
static size_t sector_of(const struct hive_log *log)
{
	const struct hive_header_disk *h = log->data;

	return (size_t)get_le32(h->cluster) * LOG_SECTOR;
}

// Does the log belong to a hive that was begun to be written at that time?
static bool is_old(const struct hive_log *log, uint64_t begun)
{
	const struct hive_header_disk *h = log->data;

	return hive_log_header_is_good(h, log->size) &&
	       get_le32(h->cluster) - 1 < MAX_CLUSTER &&
	       range_ok(sector_of(log), 4, log->size) &&
	       !memcmp((const uint8_t *)h + sector_of(log), "DIRT", 4) &&
	       get_le32(h->type) - 1 < OLD_TYPES &&
	       get_le32(h->sequence1) == get_le32(h->sequence2) &&
	       log_time(log) >= begun;
}

static bool is_later(const struct hive_log *a, const struct hive_log *b)
{
	const struct hive_header_disk *x = a->data, *y = b->data;

	if (log_time(a) != log_time(b))
		return log_time(a) > log_time(b);
	return (int32_t)(get_le32(x->sequence1) - get_le32(y->sequence1)) > 0;
}

// Do bins follow one another up to the end? Windows looks at each as it puts it
// in, and gives the log up otherwise ("Dirty pages").
static int check_bins(const struct hive_image *im)
{
	uint32_t bins = get_le32(im->header.bins_size), off = 0;

	while (off < bins) {
		struct hive_bin_disk bin;
		uint32_t size;

		memcpy(&bin, im->data + HIVE_HEADER_SIZE + off, sizeof(bin));
		size = get_le32(bin.size);
		if (memcmp(bin.signature, "hbin", 4) ||
		    get_le32(bin.offset) != off || !size ||
		    size % HIVE_BIN_ALIGN || size > bins - off)
			return err_corrupt(im->err, "hive's log", ERR_NOWHERE,
					   "with it no bin begins at %u", off);
		off += size;
	}
	return 0;
}

static int apply(struct hive_image *im, const struct hive_log *log)
{
	size_t sector = sector_of(log);
	const uint8_t *bitmap = (const uint8_t *)log->data + sector + 4;
	uint32_t bins, pages;
	uint64_t from;
	int r;

	memcpy(&im->header, log->data, sizeof(im->header));
	bins = get_le32(im->header.bins_size);
	r = hive_image_resize(im, bins);
	if (r)
		return r;
	pages = bins / OLD_PAGE;
	from = sector + (4 + pages / 8 + sector - 1) / sector * sector;
	if (from > log->size)
		return err_corrupt(im->err, "hive's log", sector,
				   "the bitmap is cut short");
	for (uint32_t i = 0; i < pages; i++) {
		if (!(bitmap[i / 8] >> i % 8 & 1))
			continue;
		if (!range_ok(from, OLD_PAGE, log->size))
			return err_corrupt(im->err, "hive's log", from,
					   "a page is cut short");
		memcpy(im->data + HIVE_HEADER_SIZE + (size_t)i * OLD_PAGE,
		       (const uint8_t *)log->data + from, OLD_PAGE);
		from += OLD_PAGE;
	}
	im->sequence = get_le32(im->header.sequence1);
	return check_bins(im);
}

// Orders the logs that belong to the hive, the first to try first; .LOG counts
// only where there is neither of the others. Returns how many there are.
static size_t find_old(const struct hive_log *logs, uint64_t begun,
		       const struct hive_log *ret[LOG_SINGLE])
{
	size_t count = 0;

	for (size_t i = 0; i < LOG_SINGLE; i++)
		if (is_old(&logs[i], begun))
			ret[count++] = &logs[i];
	if (!count && is_old(&logs[LOG_SINGLE], begun))
		ret[count++] = &logs[LOG_SINGLE];
	if (count == 2 && is_later(ret[1], ret[0])) {
		const struct hive_log *first = ret[1];

		ret[1] = ret[0];
		ret[0] = first;
	}
	return count;
}

int hive_log_apply_old(struct hive_image *im, const void *data, size_t size,
		       const struct hive_log *logs)
{
	const struct hive_log *order[LOG_SINGLE];
	size_t count = find_old(logs, time_of(data, size), order);
	struct err *err = im->err, first = {0};
	int r = -ENOTSUP;

	im->err = &first;
	for (size_t i = 0; i < count; i++) {
		im->size = size;
		im->data = mem_dup(data, size);
		r = im->data ? apply(im, order[i]) : err_nomem(&first);
		if (!r)
			break;
		mem_free(im->data);
		im->data = NULL;
		if (r != -EBADMSG)
			break;
	}
	im->err = err;
	if (!r)
		return 0;
	if (count)
		return err_pass(err, r, &first);
	return err_set(err, r, "hive header",
		       hive_log_header_is_good(data, size) ? 4 : 0x1fc,
		       "the hive was not closed, and none of its logs (.LOG1, "
		       ".LOG2, .LOG) belongs to it");
}
