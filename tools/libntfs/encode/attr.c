// SPDX-License-Identifier: MIT
//
// Attributes (Linux-NTFS documentation, "Attribute Header", "Data Runs",
// "$ATTRIBUTE_LIST").

#include <string.h>

#include "attr.h"

static void put_name(uint8_t *at, const struct ntfs_attr_form *form)
{
	if (form->name_len)
		memcpy(at, form->name, 2u * form->name_len);
}

// --- Resident ones -----------------------------------------------------------

static uint32_t value_offset(size_t name_len)
{
	return (uint32_t)round_up(sizeof(struct ntfs_resident_disk) +
					  2 * name_len,
				  8);
}

uint32_t ntfs_resident_size(size_t name_len, uint64_t value_len)
{
	return (uint32_t)(value_offset(name_len) + round_up(value_len, 8));
}

uint8_t *ntfs_encode_resident(uint8_t *at, const struct ntfs_attr_form *form,
			      uint32_t value_len, bool is_indexed)
{
	uint32_t length = ntfs_resident_size(form->name_len, value_len);
	uint32_t value = value_offset(form->name_len);
	struct ntfs_resident_disk d = {
		.attr = {.type = to_le32(form->type),
			 .length = to_le32(length),
			 .name_len = form->name_len,
			 .name_offset = to_le16(sizeof(d)),
			 .flags = to_le16(form->flags),
			 .id = to_le16(form->id)},
		.value_len = to_le32(value_len),
		.value_offset = to_le16((uint16_t)value),
		.indexed = is_indexed,
	};

	memset(at, 0, length);
	memcpy(at, &d, sizeof(d));
	put_name(at + sizeof(d), form);
	return at + value;
}

// --- Others ------------------------------------------------------------------

static uint32_t header_size(bool has_total)
{
	return sizeof(struct ntfs_nonresident_disk) +
	       (has_total ? sizeof(struct ntfs_compressed_disk) : 0);
}

uint32_t ntfs_runs_offset(size_t name_len, bool has_total)
{
	return (uint32_t)round_up(header_size(has_total) + 2 * name_len, 8);
}

// Sizes count where first_vcn is 0 alone: Windows leaves them and the compression
// unit zero in what follows, and Linux' ntfs3 refuses a file that has them there.
uint32_t ntfs_encode_piece(uint8_t *at, const struct ntfs_attr_form *form,
			   const struct ntfs_piece *piece, uint32_t runs_len)
{
	bool is_first = !piece->first_vcn;
	bool has_total = is_first && piece->unit_shift;
	uint32_t head = header_size(has_total);
	uint32_t runs = ntfs_runs_offset(form->name_len, has_total);
	uint32_t length = (uint32_t)round_up(runs + runs_len, 8);
	struct ntfs_nonresident_disk d = {
		.attr = {.type = to_le32(form->type),
			 .length = to_le32(length),
			 .nonresident = 1,
			 .name_len = form->name_len,
			 .name_offset = to_le16((uint16_t)head),
			 .flags = to_le16(form->flags),
			 .id = to_le16(form->id)},
		.first_vcn = to_le64(piece->first_vcn),
		.last_vcn = to_le64(piece->first_vcn + piece->clusters - 1),
		.runs_offset = to_le16((uint16_t)runs),
		.compression_unit = is_first ? piece->unit_shift : 0,
		.allocated = to_le64(is_first ? piece->allocated : 0),
		.size = to_le64(is_first ? piece->size : 0),
		.valid = to_le64(is_first ? piece->valid : 0),
	};
	le64 total = to_le64(piece->total);

	memset(at, 0, runs);
	memcpy(at, &d, sizeof(d));
	if (has_total)
		memcpy(at + sizeof(d), &total, sizeof(total));
	put_name(at + head, form);
	memset(at + runs + runs_len, 0, length - runs - runs_len);
	return length;
}

// Lengths and places are signed, of as few bytes as hold them: 80 clusters take
// one byte, 128 take two.
static unsigned number_size(int64_t v)
{
	unsigned n = 1;

	while (n < 8 && (v >> (8 * n - 1)) != 0 && (v >> (8 * n - 1)) != -1)
		n++;
	return n;
}

static uint8_t *put_number(uint8_t *p, int64_t v, unsigned size)
{
	for (uint64_t u = (uint64_t)v; size; size--, u >>= 8)
		*p++ = (uint8_t)u;
	return p;
}

uint32_t ntfs_encode_run(uint8_t out[NTFS_RUN_SIZE], uint64_t lcn,
			 uint64_t clusters, uint64_t before)
{
	bool is_hole = lcn == NTFS_HOLE;
	int64_t distance = is_hole ? 0 : (int64_t)(lcn - before);
	unsigned length = number_size((int64_t)clusters);
	unsigned place = is_hole ? 0 : number_size(distance);
	uint8_t *p = out;

	*p++ = (uint8_t)(length | place << 4);
	p = put_number(p, (int64_t)clusters, length);
	p = put_number(p, distance, place);
	return (uint32_t)(p - out);
}

// --- $ATTRIBUTE_LIST ---------------------------------------------------------

uint32_t ntfs_list_entry_size(size_t name_len)
{
	return (uint32_t)round_up(sizeof(struct ntfs_list_entry_disk) +
					  2 * name_len,
				  8);
}

uint32_t ntfs_encode_list_entry(uint8_t *at, const struct ntfs_attr_form *form,
				uint64_t first_vcn, uint64_t reference)
{
	uint32_t size = ntfs_list_entry_size(form->name_len);
	struct ntfs_list_entry_disk d = {
		.type = to_le32(form->type),
		.length = to_le16((uint16_t)size),
		.name_len = form->name_len,
		.name_offset = sizeof(d),
		.first_vcn = to_le64(first_vcn),
		.record = to_le64(reference),
		.id = to_le16(form->id),
	};

	memset(at, 0, size);
	memcpy(at, &d, sizeof(d));
	put_name(at + sizeof(d), form);
	return size;
}
