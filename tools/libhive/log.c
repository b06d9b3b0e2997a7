// SPDX-License-Identifier: MIT
//
// Transaction logs of hives (M. Suhanov's regf specification): completes a hive
// that was not closed.
//
// A log of Windows 8 and earlier holds all pages of one flush, and a bitmap of
// them. It belongs to the hive when both were begun at the same time.
//
// Windows 8.1 and later write entries one after another, one a flush with its
// pages. An entry counts only when both its hashes are right (Marvin32, with a
// fixed seed). The hive's second sequence number is that of the first entry to
// apply; entries of all logs follow from there.

#include <string.h>

#include "hive_priv.h"

#define MARVIN_SEED UINT64_C(0x82ef4d887a4e55c5)
#define LOG_HEADER  512u
#define LOG_ALIGN   512u
#define OLD_PAGE    512u
#define OLD_TYPES   2u // logs of the old format are of type 1 or 2

// The bytes of the hive that is put together.
struct image {
	uint8_t *data;
	size_t size;      // header and bins
	size_t most;      // it can never grow beyond this
	struct hive_header_disk header;
	uint32_t sequence; // of the next entry
	unsigned applied;
	struct err *err;
};

static le32 read_le32(const uint8_t *p)
{
	le32 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint32_t rotate(uint32_t v, unsigned n)
{
	return v << n | v >> (32 - n);
}

static void mix(uint32_t *low, uint32_t *high, uint32_t word)
{
	*low += word;
	*high ^= *low;
	*low = rotate(*low, 20) + *high;
	*high = rotate(*high, 9) ^ *low;
	*low = rotate(*low, 27) + *high;
	*high = rotate(*high, 19);
}

// Returns the hash of bytes whose number is a multiple of four.
static uint64_t marvin32(const uint8_t *data, size_t len)
{
	uint32_t low = (uint32_t)MARVIN_SEED;
	uint32_t high = (uint32_t)(MARVIN_SEED >> 32);

	for (size_t i = 0; i < len; i += 4)
		mix(&low, &high, get_le32(read_le32(data + i)));
	mix(&low, &high, 0x80); // ends the data
	mix(&low, &high, 0);
	return (uint64_t)high << 32 | low;
}

static bool header_is_good(const void *data, size_t size)
{
	const struct hive_header_disk *h = data;

	return size >= sizeof(*h) && !memcmp(h->signature, "regf", 4) &&
	       get_le32(h->checksum) == hive_header_checksum(data);
}

// --- Entries -----------------------------------------------------------------

// Returns the entry at `at` when it is whole, else NULL.
static const struct hive_entry_disk *entry_at(const struct hive_log *log,
					      size_t at)
{
	const uint8_t *p = (const uint8_t *)log->data + at;
	const struct hive_entry_disk *e = (const void *)p;
	uint32_t size;

	if (!range_ok(at, sizeof(*e), log->size) ||
	    memcmp(e->signature, "HvLE", 4))
		return NULL;
	size = get_le32(e->size);
	if (size < LOG_ALIGN || size % LOG_ALIGN ||
	    !range_ok(at, size, log->size))
		return NULL;
	if (get_le64(e->hash) != marvin32(p, offsetof(struct hive_entry_disk,
						      hash)) ||
	    get_le64(e->data_hash) !=
		    marvin32(p + sizeof(*e), size - sizeof(*e)))
		return NULL;
	return e;
}

// Finds the entry of a sequence number in a log.
static const struct hive_entry_disk *find_entry(const struct hive_log *log,
						uint32_t sequence)
{
	const struct hive_entry_disk *e;
	size_t at = LOG_HEADER;

	while ((e = entry_at(log, at))) {
		if (get_le32(e->sequence) == sequence)
			return e;
		at += get_le32(e->size);
	}
	return NULL;
}

static int resize(struct image *im, uint32_t bins)
{
	size_t size = (size_t)HIVE_HEADER_SIZE + bins;
	uint8_t *data;

	if (!bins || bins % HIVE_BIN_ALIGN || bins > HIVE_MAX_BINS ||
	    size > im->most)
		return err_corrupt(im->err, "hive's log", ERR_NOWHERE,
				   "length of bins is %u", bins);
	if (size > im->size) {
		data = mem_resize(im->data, size, 1);
		if (!data)
			return err_nomem(im->err);
		memset(data + im->size, 0, size - im->size);
		im->data = data;
	}
	im->size = size;
	return 0;
}

static int apply(struct image *im, const struct hive_entry_disk *e)
{
	const struct hive_page_disk *pages = (const void *)(e + 1);
	const uint8_t *start = (const void *)e, *from;
	uint32_t count = get_le32(e->pages), size = get_le32(e->size);
	uint32_t bins = get_le32(e->bins_size);
	int r;

	if (count > (size - sizeof(*e)) / sizeof(*pages))
		return err_corrupt(im->err, "hive's log", ERR_NOWHERE,
				   "%u pages in an entry", count);
	r = resize(im, bins);
	if (r)
		return r;
	from = (const uint8_t *)(pages + count);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t off = get_le32(pages[i].offset);
		uint32_t len = get_le32(pages[i].size);

		if (!range_ok(off, len, bins) ||
		    !range_ok((uint64_t)(from - start), len, size))
			return err_corrupt(im->err, "hive's log", ERR_NOWHERE,
					   "a page leaves the hive or the "
					   "entry");
		memcpy(im->data + HIVE_HEADER_SIZE + off, from, len);
		from += len;
	}
	im->header.bins_size = e->bins_size;
	im->header.flags = e->flags;
	im->sequence++;
	im->applied++;
	return 0;
}

// --- The hive ----------------------------------------------------------------

// Takes the header of the hive or, when that is damaged, of the log that was
// begun last, and where the entries to apply begin.
static int choose_header(struct image *im, const struct hive_log *logs)
{
	const struct hive_header_disk *h, *best = NULL;

	if (header_is_good(im->data, im->size)) {
		memcpy(&im->header, im->data, sizeof(im->header));
		im->sequence = get_le32(im->header.sequence2);
		return 0;
	}
	for (size_t i = 0; i < HIVE_LOGS; i++) {
		h = logs[i].data;
		if (header_is_good(h, logs[i].size) &&
		    (!best || (int32_t)(get_le32(h->sequence1) -
					get_le32(best->sequence1)) > 0))
			best = h;
	}
	if (!best)
		return err_set(im->err, -ENOTSUP, "hive header", 0,
			       "it is damaged, and no log helps");
	im->header = *best;
	im->sequence = get_le32(best->sequence1);
	return 0;
}

static int apply_all(struct image *im, const struct hive_log *logs)
{
	const struct hive_entry_disk *e;
	int r;

	do {
		e = NULL;
		for (size_t i = 0; !e && i < HIVE_LOGS; i++)
			if (header_is_good(logs[i].data, logs[i].size))
				e = find_entry(&logs[i], im->sequence);
		r = e ? apply(im, e) : 0;
	} while (!r && e);
	if (!r && !im->applied)
		return err_set(im->err, -ENOTSUP, "hive header", 4,
			       "the hive was not closed, and none of its logs "
			       "(.LOG1, .LOG2, .LOG) continues it");
	return r;
}

// --- The old format ----------------------------------------------------------

// The time that the hive was last begun to be written: of its header or, when
// that is damaged, of its first bin.
static uint64_t time_of(const struct image *im)
{
	struct hive_header_disk header;
	struct hive_bin_disk bin;

	if (header_is_good(im->data, im->size)) {
		memcpy(&header, im->data, sizeof(header));
		return get_le64(header.written);
	}
	if (im->size < HIVE_HEADER_SIZE + sizeof(bin))
		return 0;
	memcpy(&bin, im->data + HIVE_HEADER_SIZE, sizeof(bin));
	return get_le64(bin.written);
}

static bool is_old(const struct image *im, const struct hive_log *log)
{
	const struct hive_header_disk *h = log->data;

	return header_is_good(h, log->size) &&
	       range_ok(LOG_HEADER, 4, log->size) &&
	       !memcmp((const uint8_t *)log->data + LOG_HEADER, "DIRT", 4) &&
	       get_le32(h->type) - 1 < OLD_TYPES &&
	       get_le32(h->sequence1) == get_le32(h->sequence2) &&
	       get_le64(h->written) == time_of(im);
}

static const struct hive_log *find_old(const struct image *im,
				       const struct hive_log *logs)
{
	const struct hive_log *best = NULL;
	uint32_t sequence = 0;

	for (size_t i = 0; i < HIVE_LOGS; i++) {
		const struct hive_header_disk *h = logs[i].data;

		if (!is_old(im, &logs[i]) ||
		    (best && (int32_t)(get_le32(h->sequence1) - sequence) <= 0))
			continue;
		best = &logs[i];
		sequence = get_le32(h->sequence1);
	}
	return best;
}

static int apply_old(struct image *im, const struct hive_log *log)
{
	const uint8_t *bitmap = (const uint8_t *)log->data + LOG_HEADER + 4;
	uint64_t from;
	uint32_t pages;
	int r;

	memcpy(&im->header, log->data, sizeof(im->header));
	r = resize(im, get_le32(im->header.bins_size));
	if (r)
		return r;
	pages = get_le32(im->header.bins_size) / OLD_PAGE;
	from = LOG_HEADER + (4 + pages / 8 + LOG_ALIGN - 1) / LOG_ALIGN *
				    LOG_ALIGN;
	if (from > log->size)
		return err_corrupt(im->err, "hive's log", LOG_HEADER,
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
	im->sequence = get_le32(im->header.sequence1) + 1;
	return 0;
}

static void finish(struct image *im)
{
	im->header.type = to_le32(0);
	im->header.sequence1 = im->header.sequence2 = to_le32(im->sequence);
	memcpy(im->data, &im->header, sizeof(im->header));
	im->header.checksum = to_le32(hive_header_checksum(im->data));
	memcpy(im->data, &im->header, sizeof(im->header));
}

static bool needs_logs(const void *data, size_t size,
		       const struct hive_log *logs)
{
	bool any = false;

	for (size_t i = 0; i < HIVE_LOGS; i++)
		any |= logs[i].size;
	return any && size >= HIVE_HEADER_SIZE && hive_is_dirty(data, size);
}

// Puts the hive together, as new memory: *ret.
static int complete(const void *data, size_t size, const struct hive_log *logs,
		    uint8_t **ret, size_t *ret_size, struct err *err)
{
	struct image im = {.size = size, .most = size, .err = err};
	const struct hive_log *old;
	int r;

	for (size_t i = 0; i < HIVE_LOGS; i++)
		im.most += logs[i].size;
	im.data = mem_dup(data, size);
	if (!im.data)
		return err_nomem(err);
	old = find_old(&im, logs);
	r = old ? apply_old(&im, old) : choose_header(&im, logs);
	if (!r && !old)
		r = apply_all(&im, logs);
	if (r) {
		mem_free(im.data);
		return r;
	}
	finish(&im);
	*ret = im.data;
	*ret_size = im.size;
	return 0;
}

// Loads from bytes that become the hive's own.
static int load_kept(uint8_t *data, size_t size, struct hive **ret,
		     struct err *err)
{
	struct hive *hive;
	int r = hive_load_bytes(data, size, NULL, true, &hive, err);

	if (r)
		return r;
	hive->bytes = data;
	*ret = hive;
	return 0;
}

int hive_load_with_logs(const void *data, size_t size,
			const struct hive_log logs[HIVE_LOGS],
			struct hive **ret, struct err *err)
{
	uint8_t *whole;
	int r;

	if (!needs_logs(data, size, logs))
		return hive_load(data, size, ret, err);
	r = complete(data, size, logs, &whole, &size, err);
	if (r)
		return r;
	r = load_kept(whole, size, ret, err);
	if (r)
		mem_free(whole);
	return r;
}

int hive_load_owned(void *data, size_t size,
		    const struct hive_log logs[HIVE_LOGS], struct hive **ret,
		    struct err *err)
{
	int r;

	if (!needs_logs(data, size, logs))
		return load_kept(data, size, ret, err);
	r = hive_load_with_logs(data, size, logs, ret, err);
	if (!r)
		mem_free(data);
	return r;
}

int hive_load_part(const void *data, size_t size,
		   const struct hive_log logs[HIVE_LOGS], const char *path,
		   bool all, struct hive **ret, struct err *err)
{
	struct hive_part part = {.all = all};
	uint8_t *whole = NULL;
	int r = utf16_from_utf8(path, &part.path, &part.path_len);

	if (r == -ENOMEM)
		return err_nomem(err);
	if (r)
		return err_set(err, -EINVAL, path, ERR_NOWHERE,
			       "not UTF-8 text");
	if (needs_logs(data, size, logs)) {
		r = complete(data, size, logs, &whole, &size, err);
		data = whole;
	}
	if (!r)
		r = hive_load_bytes(data, size, &part, false, ret, err);
	mem_free(whole);
	mem_free(part.path);
	return r;
}
