// SPDX-License-Identifier: MIT
//
// Reading the log of a VHDX, "VHDX Format Specification" 1.00, section 2.3.3:
// the valid sequence of entries that ends with the highest number is what is to
// be written; it begins where its last entry says.

#include <string.h>

#include "vhdx_disk.h"
#include "vhdx_priv.h"

#define DESCS_FIRST                                                            \
	((VHDX_LOG_SECTOR - sizeof(struct vhdx_log_head_disk)) /               \
	 sizeof(struct vhdx_log_desc_disk))
#define DESCS_NEXT (VHDX_LOG_SECTOR / sizeof(struct vhdx_log_desc_disk))
// Stale entries overlap; more work than this for one log is hostile.
#define MAX_PASSES 64u

// An entry that is valid by itself; length 0: none begins here.
struct entry {
	uint32_t length, tail;
	uint64_t sequence;
};

struct scan {
	const uint8_t *log; // twice, one behind the other, for those that wrap
	uint32_t length;
	struct entry *entries; // one a sector
	uint64_t budget;
};

static struct vhdx_log_head_disk head_at(const uint8_t *entry)
{
	struct vhdx_log_head_disk head;

	memcpy(&head, entry, sizeof(head));
	return head;
}

// Returns the sectors that `count` descriptors and the header fill.
static uint64_t desc_sectors(uint32_t count)
{
	if (count <= DESCS_FIRST)
		return 1;
	return 1 + (count - DESCS_FIRST + DESCS_NEXT - 1) / DESCS_NEXT;
}

static struct vhdx_log_desc_disk desc_at(const uint8_t *entry, uint32_t i)
{
	struct vhdx_log_desc_disk desc;

	memcpy(&desc,
	       entry + sizeof(struct vhdx_log_head_disk) + i * sizeof(desc),
	       sizeof(desc));
	return desc;
}

static bool is_data(const struct vhdx_log_desc_disk *desc)
{
	return !memcmp(desc->signature, "desc", 4);
}

// Descriptors and data sectors carry the entry's number.
static bool has_good_parts(const uint8_t *entry, uint32_t count,
			   uint64_t sectors, uint64_t sequence)
{
	uint64_t next = desc_sectors(count);

	for (uint32_t i = 0; i < count; i++) {
		struct vhdx_log_desc_disk desc = desc_at(entry, i);
		struct vhdx_log_data_disk data;

		if (get_le64(desc.sequence) != sequence)
			return false;
		if (!is_data(&desc)) {
			if (memcmp(desc.signature, "zero", 4))
				return false;
			continue;
		}
		if (next == sectors)
			return false;
		memcpy(&data, entry + next++ * VHDX_LOG_SECTOR, sizeof(data));
		if (memcmp(data.signature, "data", 4) ||
		    get_le32(data.sequence_high) != sequence >> 32 ||
		    get_le32(data.sequence_low) != (uint32_t)sequence)
			return false;
	}
	return true;
}

static void look(struct scan *s, uint32_t at, const struct guid *id)
{
	const uint8_t *entry = s->log + at;
	struct vhdx_log_head_disk head = head_at(entry);
	uint32_t length = get_le32(head.length), count = get_le32(head.count);
	uint32_t tail = get_le32(head.tail);

	if (memcmp(head.signature, "loge", 4) || !guid_equal(&head.log, id) ||
	    !length || length % VHDX_LOG_SECTOR || length > s->length ||
	    tail % VHDX_LOG_SECTOR || tail >= s->length ||
	    !get_le64(head.sequence) ||
	    desc_sectors(count) > length / VHDX_LOG_SECTOR ||
	    length > s->budget)
		return;
	s->budget -= length;
	if (get_le32(head.checksum) != vhdx_checksum(entry, length) ||
	    !has_good_parts(entry, count, length / VHDX_LOG_SECTOR,
			    get_le64(head.sequence)))
		return;
	s->entries[at / VHDX_LOG_SECTOR] =
		(struct entry){length, tail, get_le64(head.sequence)};
}

// Tells whether the entries from the tail of the one at `head` lead to it.
static bool is_sequence(const struct scan *s, uint32_t head)
{
	const struct entry *last = &s->entries[head];
	uint32_t at = last->tail / VHDX_LOG_SECTOR, total = 0;
	uint64_t sequence = s->entries[at].sequence;

	for (;;) {
		const struct entry *e = &s->entries[at];

		if (!e->length || e->sequence != sequence++ ||
		    e->length > s->length - total)
			return false;
		if (at == head)
			return true;
		total += e->length;
		at = (at + e->length / VHDX_LOG_SECTOR) %
		     (s->length / VHDX_LOG_SECTOR);
	}
}

// Returns the sector of the last entry of the active sequence, or UINT32_MAX. Old
// entries stay in the ring until they are written over, and are valid by themselves:
// that the numbers follow each other without a gap from the tail on tells them apart
// (2.3.2).
static uint32_t find_head(struct scan *s)
{
	uint32_t best = UINT32_MAX, n = s->length / VHDX_LOG_SECTOR;

	for (uint32_t i = 0; i < n; i++)
		if (s->entries[i].length &&
		    (best == UINT32_MAX ||
		     s->entries[i].sequence > s->entries[best].sequence) &&
		    is_sequence(s, i))
			best = i;
	return best;
}

// --- What the sequence writes ------------------------------------------------

static int add_write(struct vhdx_replay *replay, struct vhdx_log_write w,
		     struct err *err)
{
	void *items = replay->writes;
	int r = mem_grow(&items, replay->count, &replay->capacity, sizeof(w));

	replay->writes = items;
	if (r)
		return err_nomem(err);
	replay->writes[replay->count++] = w;
	return 0;
}

// The first eight and the last four bytes of a data sector are kept in its
// descriptor; they are put back. How long the file becomes is the last entry's
// to say, whatever an earlier one says.
static int take_writes(struct vhdx_replay *replay, uint8_t *entry,
		       uint64_t where, struct err *err)
{
	struct vhdx_log_head_disk head = head_at(entry);
	uint32_t count = get_le32(head.count);
	uint8_t *next = entry + desc_sectors(count) * VHDX_LOG_SECTOR;

	for (uint32_t i = 0; i < count; i++) {
		struct vhdx_log_desc_disk desc = desc_at(entry, i);
		struct vhdx_log_write w = {.offset = get_le64(desc.offset),
					   .length = VHDX_LOG_SECTOR};
		le64 zeroes;
		int r;

		if (is_data(&desc)) {
			memcpy(next, desc.leading, 8);
			memcpy(next + VHDX_LOG_SECTOR - 4, desc.trailing, 4);
			w.data = next;
			next += VHDX_LOG_SECTOR;
		} else {
			memcpy(&zeroes, desc.leading, sizeof(zeroes));
			w.length = get_le64(zeroes);
		}
		if (w.offset % VHDX_LOG_SECTOR || w.length % VHDX_LOG_SECTOR ||
		    !range_ok(w.offset, w.length, replay->last_size))
			return err_corrupt(err, "VHDX log", where,
					   "an entry writes beyond the end of "
					   "the file");
		r = add_write(replay, w, err);
		if (r)
			return r;
	}
	return 0;
}

static int take_sequence(struct scan *s, struct vhdx_replay *replay,
			 struct disk *file, const struct vhdx_header *h,
			 struct err *err)
{
	uint32_t head = find_head(s), at;
	struct vhdx_log_head_disk last;
	int r = 0;

	if (head == UINT32_MAX)
		return err_corrupt(err, "VHDX log", h->log_offset,
				   "it should have an entry, and has none");
	last = head_at(s->log + head * VHDX_LOG_SECTOR);
	if (get_le64(last.flushed_size) > file->size ||
	    get_le64(last.last_size) > UINT64_C(1) << 56)
		return err_corrupt(err, "VHDX log", h->log_offset,
				   "the file was cut: it had %llu bytes",
				   (unsigned long long)
					   get_le64(last.flushed_size));
	replay->last_size = get_le64(last.last_size);
	for (at = s->entries[head].tail / VHDX_LOG_SECTOR; !r;) {
		r = take_writes(replay, replay->log + at * VHDX_LOG_SECTOR,
				h->log_offset + at * VHDX_LOG_SECTOR, err);
		if (at == head)
			break;
		at = (at + s->entries[at].length / VHDX_LOG_SECTOR) %
		     (s->length / VHDX_LOG_SECTOR);
	}
	return r;
}

int vhdx_replay_find(struct disk *file, const struct vhdx_header *h,
		     struct vhdx_replay *ret, struct err *err)
{
	struct vhdx_replay replay = {0};
	struct scan s = {.length = h->log_length,
			 .budget = (uint64_t)MAX_PASSES * h->log_length};
	int r;

	if (h->log_length > VHDX_MAX_LOG)
		return err_set(err, -EFBIG, "VHDX log", h->log_offset,
			       "a log of %u bytes is not read", h->log_length);
	replay.log = mem_array(2, s.length);
	s.log = replay.log;
	s.entries = mem_array(s.length / VHDX_LOG_SECTOR, sizeof(*s.entries));
	r = replay.log && s.entries
		    ? disk_read(file, h->log_offset, replay.log, s.length, err)
		    : err_nomem(err);
	if (!r) {
		memcpy(replay.log + s.length, replay.log, s.length);
		for (uint32_t at = 0; at < s.length; at += VHDX_LOG_SECTOR)
			look(&s, at, &h->log);
		r = take_sequence(&s, &replay, file, h, err);
	}
	mem_free(s.entries);
	if (r) {
		vhdx_replay_done(&replay);
		return r;
	}
	*ret = replay;
	return 0;
}

void vhdx_replay_done(struct vhdx_replay *replay)
{
	mem_free(replay->writes);
	mem_free(replay->log);
	*replay = (struct vhdx_replay){0};
}

int vhdx_replay_apply(struct disk *file, const struct vhdx_replay *replay,
		      struct err *err)
{
	int r = 0;

	if (file->size < replay->last_size)
		r = disk_resize(file, replay->last_size, err);
	for (size_t i = 0; i < replay->count && !r; i++) {
		const struct vhdx_log_write *w = &replay->writes[i];

		r = w->data ? disk_write(file, w->offset, w->data,
					 (size_t)w->length, err)
			    : disk_zero(file, w->offset, w->length, err);
	}
	return r ? r : disk_flush(file, err);
}

// --- The file as it would be -------------------------------------------------

struct overlay {
	struct disk disk;
	struct disk *file;
	struct vhdx_replay replay;
};

static void patch(const struct vhdx_log_write *w, uint64_t off, uint8_t *buf,
		  size_t len)
{
	uint64_t from = w->offset > off ? w->offset : off;
	uint64_t to = w->offset + w->length < off + len ? w->offset + w->length
							: off + len;

	if (from >= to)
		return;
	if (w->data)
		memcpy(buf + (from - off), w->data + (from - w->offset),
		       (size_t)(to - from));
	else
		memset(buf + (from - off), 0, (size_t)(to - from));
}

static int overlay_read(struct disk *d, uint64_t off, void *buf, size_t len,
			struct err *err)
{
	struct overlay *o = (struct overlay *)d;
	size_t have = off >= o->file->size ? 0
		      : o->file->size - off < len
			      ? (size_t)(o->file->size - off)
			      : len;
	int r = disk_read(o->file, off < o->file->size ? off : 0, buf, have,
			  err);

	memset((uint8_t *)buf + have, 0, len - have);
	for (size_t i = 0; i < o->replay.count && !r; i++)
		patch(&o->replay.writes[i], off, buf, len);
	return r;
}

static void overlay_close(struct disk *d)
{
	vhdx_replay_done(&((struct overlay *)d)->replay);
	mem_free(d);
}

static const struct disk_ops overlay_ops = {
	.read = overlay_read,
	.close = overlay_close,
};

int vhdx_overlay(struct disk *file, struct vhdx_replay *replay,
		 struct disk **ret, struct err *err)
{
	struct overlay *o = mem_alloc(sizeof(*o));

	if (!o) {
		vhdx_replay_done(replay);
		return err_nomem(err);
	}
	o->disk = (struct disk){.ops = &overlay_ops,
				.size = file->size > replay->last_size
						? file->size
						: replay->last_size,
				.sector_size = file->sector_size,
				.read_only = true};
	o->file = file;
	o->replay = *replay;
	*ret = &o->disk;
	return 0;
}
