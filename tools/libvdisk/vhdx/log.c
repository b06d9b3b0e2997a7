// SPDX-License-Identifier: MIT
//
// Writing the log of a VHDX, "VHDX Format Specification" 1.00, section 2.3.
// Each entry is a sequence of its own (its tail is itself), as those that came
// before it are in their places by then.

#include <string.h>

#include "vhdx_disk.h"
#include "vhdx_priv.h"

#define MAX_ENTRY ((1 + VHDX_LOG_MAX_WRITES) * VHDX_LOG_SECTOR)
_Static_assert(sizeof(struct vhdx_log_head_disk) +
			       VHDX_LOG_MAX_WRITES *
				       sizeof(struct vhdx_log_desc_disk) <=
		       VHDX_LOG_SECTOR,
	       "descriptors fit into the first sector");
_Static_assert(4 * MAX_ENTRY <= VHDX_MIB, "a new entry spares the last one");

// Section 2.3.1: of each sector the first eight and the last four bytes give way to a
// signature and the entry's number, by which a torn write is found, and are kept in
// the descriptor.
static void put_write(uint8_t *entry, size_t i, const struct vhdx_log_write *w,
		      uint64_t sequence)
{
	struct vhdx_log_desc_disk desc = {.offset = to_le64(w->offset),
					  .sequence = to_le64(sequence)};
	struct vhdx_log_data_disk data = {
		.sequence_high = to_le32((uint32_t)(sequence >> 32)),
		.sequence_low = to_le32((uint32_t)sequence)};

	memcpy(desc.signature, "desc", 4);
	memcpy(desc.leading, w->data, 8);
	memcpy(desc.trailing, w->data + VHDX_LOG_SECTOR - 4, 4);
	memcpy(entry + sizeof(struct vhdx_log_head_disk) + i * sizeof(desc),
	       &desc, sizeof(desc));
	memcpy(data.signature, "data", 4);
	memcpy(data.bytes, w->data + 8, sizeof(data.bytes));
	memcpy(entry + (1 + i) * VHDX_LOG_SECTOR, &data, sizeof(data));
}

// A file that is shorter than flushed_size has lost its end, and is not opened by
// those who replay; to last_size they make it longer (2.3.1.1).
int vhdx_log_append(struct vhdx_log *log, const struct vhdx_log_write *writes,
		    size_t count, struct err *err)
{
	uint32_t n = (uint32_t)(1 + count) * VHDX_LOG_SECTOR;
	uint32_t at = log->next + n <= log->length ? log->next : 0;
	struct vhdx_log_head_disk head = {
		.length = to_le32(n),
		.tail = to_le32(at),
		.sequence = to_le64(log->sequence),
		.count = to_le32((uint32_t)count),
		.log = log->id,
		.flushed_size = to_le64(round_down(log->file->size, VHDX_MIB)),
		.last_size = to_le64(round_down(log->file->size, VHDX_MIB)),
	};
	le32 sum;
	int r;

	memset(log->bytes, 0, VHDX_LOG_SECTOR);
	memcpy(head.signature, "loge", 4);
	memcpy(log->bytes, &head, sizeof(head));
	for (size_t i = 0; i < count; i++)
		put_write(log->bytes, i, &writes[i], log->sequence);
	sum = to_le32(vhdx_checksum(log->bytes, n));
	memcpy(log->bytes + offsetof(struct vhdx_log_head_disk, checksum), &sum,
	       sizeof(sum));
	r = disk_write(log->file, log->offset + at, log->bytes, n, err);
	if (!r)
		r = disk_flush(log->file, err);
	if (r)
		return r;
	log->next = at + n;
	log->sequence++;
	return 0;
}

int vhdx_log_start(struct vhdx_log *log, struct disk *file,
		   const struct vhdx_header *h, struct err *err)
{
	int r;

	*log = (struct vhdx_log){.file = file,
				 .offset = h->log_offset,
				 .length = h->log_length,
				 .sequence = 1,
				 .bytes = mem_alloc(MAX_ENTRY)};
	if (!log->bytes)
		return err_nomem(err);
	log->id = h->log;
	r = guid_is_zero(&log->id) ? guid_random(&log->id, err) : 0;
	if (!r)
		r = vhdx_log_append(log, NULL, 0, err);
	if (r)
		vhdx_log_done(log);
	return r;
}

void vhdx_log_done(struct vhdx_log *log)
{
	mem_free(log->bytes);
	log->bytes = NULL;
}
