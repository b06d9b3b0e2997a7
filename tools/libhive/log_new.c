// SPDX-License-Identifier: MIT
//
// Logs of Windows 8.1 and later (M. Suhanov's regf specification, "Format of
// transaction log files", "New format", and "Multiple transaction log files"):
// entries one after another, one a flush with its pages.
//
// An entry counts only when both its hashes are right (Marvin32, with a fixed
// seed), and only behind the one with the number before its own. The first one
// of a log has the number of the log's header. That is not less than the second
// number of the hive's header, and may be greater: what lies between is in the
// hive already. The log with the earlier entries comes first, the other one goes
// on from there. A hive whose header is damaged takes that of the later log and
// the entries of that one alone.

#include "log_priv.h"

#define MARVIN_SEED UINT64_C(0x82ef4d887a4e55c5)
#define TYPE_NEW    6u
#define FLAG_LOGGED 1u // the one flag of the header that entries carry

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
		mix(&low, &high, load_le32(data + i));
	mix(&low, &high, 0x80); // ends the data
	mix(&low, &high, 0);
	return (uint64_t)high << 32 | low;
}

// --- Entries -----------------------------------------------------------------

// Do the pages of an entry, whose hashes are right, lie within it and the hive?
static bool pages_fit(const struct hive_entry_disk *e)
{
	const struct hive_page_disk *pages = (const void *)(e + 1);
	uint32_t count = get_le32(e->pages), size = get_le32(e->size);
	uint64_t from = sizeof(*e) + (uint64_t)count * sizeof(*pages);

	// Right hashes say that an entry is whole; a broken machine may still
	// have made it.
	if (from > size)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t len = get_le32(pages[i].size);

		if (!range_ok(get_le32(pages[i].offset), len,
			      get_le32(e->bins_size)) ||
		    !range_ok(from, len, size))
			return false;
		from += len;
	}
	return true;
}

// Returns the entry at `at` when it is whole and has the number, else NULL.
static const struct hive_entry_disk *entry_at(const struct hive_image *im,
					      const struct hive_log *log,
					      size_t at, uint32_t sequence)
{
	const uint8_t *p = (const uint8_t *)log->data + at;
	const struct hive_entry_disk *e = (const void *)p;
	uint32_t size, bins;

	if (!range_ok(at, sizeof(*e), log->size) ||
	    memcmp(e->signature, "HvLE", 4) ||
	    get_le32(e->sequence) != sequence)
		return NULL;
	// "Log entries", note 7: what is wrong from here on ends the replay. It
	// is where Windows was cut off, or an entry of an earlier round.
	size = get_le32(e->size);
	bins = get_le32(e->bins_size);
	if (size < LOG_SECTOR || size % LOG_SECTOR ||
	    !range_ok(at, size, log->size) || !bins || bins % HIVE_BIN_ALIGN ||
	    bins > HIVE_MAX_BINS || bins > im->most - HIVE_HEADER_SIZE)
		return NULL;
	if (get_le64(e->hash) !=
		    marvin32(p, offsetof(struct hive_entry_disk, hash)) ||
	    get_le64(e->data_hash) !=
		    marvin32(p + sizeof(*e), size - sizeof(*e)))
		return NULL;
	return pages_fit(e) ? e : NULL;
}

static int apply(struct hive_image *im, const struct hive_entry_disk *e)
{
	const struct hive_page_disk *pages = (const void *)(e + 1);
	uint32_t count = get_le32(e->pages), flags;
	const uint8_t *from = (const uint8_t *)(pages + count);
	int r = hive_image_resize(im, get_le32(e->bins_size));

	if (r)
		return r;
	for (uint32_t i = 0; i < count; i++) {
		memcpy(im->data + HIVE_HEADER_SIZE + get_le32(pages[i].offset),
		       from, get_le32(pages[i].size));
		from += get_le32(pages[i].size);
	}
	flags = (get_le32(im->header.flags) & ~FLAG_LOGGED) |
		(get_le32(e->flags) & FLAG_LOGGED);
	im->header.bins_size = e->bins_size;
	im->header.flags = to_le32(flags);
	im->sequence = get_le32(e->sequence);
	im->applied++;
	return 0;
}

// --- Logs --------------------------------------------------------------------

static uint32_t sequence_of(const struct hive_log *log)
{
	const struct hive_header_disk *h = log->data;

	return get_le32(h->sequence1);
}

static bool is_new(const struct hive_log *log)
{
	const struct hive_header_disk *h = log->data;

	return hive_log_header_is_good(h, log->size) &&
	       get_le32(h->type) == TYPE_NEW &&
	       get_le32(h->sequence1) == get_le32(h->sequence2);
}

bool hive_log_any_new(const struct hive_log *logs)
{
	for (size_t i = 0; i < HIVE_LOGS; i++)
		if (is_new(&logs[i]))
			return true;
	return false;
}

// Had the log something that is lost? One that was never used is empty or zero.
static bool is_damaged(const struct hive_log *log)
{
	const uint8_t *p = log->data;

	for (size_t i = 0; i < log->size && i < LOG_SECTOR; i++)
		if (p[i])
			return !hive_log_header_is_good(p, log->size);
	return false;
}

// The logs to apply, with the earlier entries first.
struct chain {
	const struct hive_log *logs[2];
	size_t count;
	bool has_gap; // a log beside them is damaged
};

static struct chain find_chain(const struct hive_log *logs)
{
	struct chain c = {{NULL, NULL}, 0, false};

	for (size_t i = 0; i < LOG_SINGLE; i++) {
		c.has_gap |= is_damaged(&logs[i]);
		if (is_new(&logs[i]))
			c.logs[c.count++] = &logs[i];
	}
	if (!c.count && is_new(&logs[LOG_SINGLE]))
		c.logs[c.count++] = &logs[LOG_SINGLE];
	if (c.count == 2 &&
	    (int32_t)(sequence_of(c.logs[1]) - sequence_of(c.logs[0])) < 0) {
		const struct hive_log *first = c.logs[1];

		c.logs[1] = c.logs[0];
		c.logs[0] = first;
	}
	return c;
}

// Applies a log's entries up to the first that is not whole. *ret_next is the
// number that would follow.
static int apply_log(struct hive_image *im, const struct hive_log *log,
		     uint32_t *ret_next)
{
	const struct hive_entry_disk *e;
	size_t at = LOG_SECTOR;
	int r = 0;

	while (!r && (e = entry_at(im, log, at, *ret_next))) {
		if (at == LOG_SECTOR) // it was copied from memory just before
			memcpy(&im->header, log->data, sizeof(im->header));
		r = apply(im, e);
		at += get_le32(e->size);
		++*ret_next;
	}
	return r;
}

int hive_log_apply_new(struct hive_image *im, const struct hive_log *logs)
{
	struct chain c = find_chain(logs);
	bool is_good = hive_log_header_is_good(im->data, im->size);
	bool any = false;
	uint32_t start = 0, next = 0;
	int r = 0;

	if (is_good) {
		memcpy(&im->header, im->data, sizeof(im->header));
		start = get_le32(im->header.sequence2);
	} else if (c.count) {
		// Nothing tells how far the hive itself got; the later log was
		// begun when the earlier one was in it.
		c.logs[0] = c.logs[c.count - 1];
		c.count = 1;
		start = sequence_of(c.logs[0]);
	}
	for (size_t i = 0; !r && i < c.count; i++) {
		uint32_t first = sequence_of(c.logs[i]);

		// signed: the numbers may pass zero
		if (!any && (int32_t)(first - start) < 0)
			continue; // all of it is in the hive
		if (any ? first != next
			: c.has_gap && (!is_good || first != start))
			break;
		any = true;
		next = first;
		r = apply_log(im, c.logs[i], &next);
	}
	if (r || im->applied)
		return r;
	if (!is_good)
		return err_set(im->err, -ENOTSUP, "hive header", 0x1fc,
			       "it is damaged, and no log helps");
	return err_set(im->err, -ENOTSUP, "hive header", 4,
		       "the hive was not closed, and none of its logs (.LOG1, "
		       ".LOG2, .LOG) continues it");
}
