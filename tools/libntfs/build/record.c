// SPDX-License-Identifier: MIT
//
// File records: the header, the attributes with their values and runs, and
// $ATTRIBUTE_LIST when there is more than one record.

#include <string.h>

#include "build.h"
#include "../encode/value.h"
#include "../encode/attr.h"
#include "../encode/record.h"

// A record that is being written.
struct writer {
	const struct ntfs_build *b;
	uint8_t *record;
	uint32_t used;
};

static struct writer start(const struct ntfs_build *b, uint8_t *record)
{
	return (struct writer){.b = b,
			       .record = record,
			       .used = ntfs_record_first(b->record_size)};
}

static void finish(struct writer *w, const struct ntfs_record_disk *head)
{
	ntfs_encode_record(w->record, w->b->record_size, w->used, head);
	ntfs_encode_usa(w->record, w->b->record_size, NULL);
}

static struct ntfs_attr_form form_of(const struct attr *a)
{
	return (struct ntfs_attr_form){.type = a->type,
				       .flags = a->hole ? NTFS_AF_SPARSE : 0,
				       .id = a->id,
				       .name_len = a->name_len,
				       .name = a->name};
}

// Everything has one run; $Bad is one hole, and not marked as such.
static void put_nonresident(struct writer *w, const struct attr *a)
{
	uint8_t *at = w->record + w->used;
	uint8_t *runs = at + ntfs_runs_offset(a->name_len, a->hole);
	bool is_bad = a->type == NTFS_AT_DATA && a->index == NTFS_NONE;
	bool is_hole = is_bad || a->hole;
	const struct ntfs_attr_form form = form_of(a);
	const struct ntfs_piece piece = {
		.clusters = a->clusters,
		.allocated = a->clusters * w->b->cluster_size,
		.size = a->size,
		.valid = a->valid,
		.unit_shift = a->hole ? NTFS_HOLE_UNIT : 0,
	};
	uint32_t n = a->clusters ? ntfs_encode_run(runs,
						   is_hole ? NTFS_HOLE : a->lcn,
						   a->clusters, 0)
				 : 0;

	runs[n++] = 0;
	w->used += ntfs_encode_piece(at, &form, &piece, n);
}

static void put_bits(uint8_t *dst, uint32_t count)
{
	memset(dst, 0xff, count / 8);
	if (count % 8)
		dst[count / 8] = (uint8_t)((1u << count % 8) - 1);
}

static void put_list(const struct ntfs_build *b, uint32_t node,
		     const struct attrs *attrs, uint8_t *dst)
{
	for (size_t i = 0; i < attrs->count; i++) {
		const struct attr *a = &attrs->items[i];
		const struct ntfs_attr_form form = form_of(a);
		uint64_t extra = b->nodes[node].first_extra + a->record - 1;

		if (a->type != NTFS_AT_ATTRIBUTE_LIST)
			dst += ntfs_encode_list_entry(
				dst, &form, 0,
				a->record ? extra | 1ull << NTFS_SEQUENCE_SHIFT
					  : ntfs_reference(b, node));
	}
}

static int put_root(const struct ntfs_build *b, const struct node *n,
		    const struct attr *a, uint8_t *dst, struct err *err)
{
	bool is_dir = n->attributes & NTFS_ATTR_DIRECTORY;
	struct entries e = is_dir ? ntfs_dir_entries(b, a->index)
				  : ntfs_view_entries(b, a->index);
	struct tree tree = is_dir ? b->dirs[a->index].tree : b->views[a->index];

	return ntfs_index_build(b, &e, !tree.blocks, &tree, dst, NULL, err);
}

static int put_value(const struct ntfs_build *b, uint32_t node,
		     const struct attrs *attrs, const struct attr *a,
		     uint8_t *dst, struct err *err)
{
	const struct node *n = &b->nodes[node];
	struct ntfs_volume_information_disk volume = {.major = 3, .minor = 1};
	struct ntfs_ea_information_disk ea;
	int r;

	switch (a->type) {
	case NTFS_AT_STANDARD_INFORMATION:
		ntfs_value_standard(b, node, dst);
		return 0;
	case NTFS_AT_ATTRIBUTE_LIST:
		put_list(b, node, attrs, dst);
		return 0;
	case NTFS_AT_FILE_NAME:
		ntfs_value_file_name(b, a->index, dst);
		return 0;
	case NTFS_AT_VOLUME_NAME:
		if (b->label_len)
			memcpy(dst, b->label, b->label_len * 2);
		return 0;
	case NTFS_AT_VOLUME_INFORMATION:
		memcpy(dst, &volume, sizeof(volume));
		return 0;
	case NTFS_AT_INDEX_ROOT:
		return put_root(b, n, a, dst, err);
	case NTFS_AT_BITMAP:
		put_bits(dst, n->attributes & NTFS_ATTR_DIRECTORY
				      ? b->dirs[a->index].tree.blocks
				      : b->views[a->index].blocks);
		return 0;
	case NTFS_AT_EA_INFORMATION:
		r = ntfs_value_ea(b->streams[a->index].data,
				  b->streams[a->index].size, &ea, err);
		if (!r)
			memcpy(dst, &ea, sizeof(ea));
		return r;
	default:
		if (a->value_len)
			memcpy(dst, b->streams[a->index].data, a->value_len);
		return 0;
	}
}

static int put_resident(struct writer *w, uint32_t node,
			const struct attrs *attrs, const struct attr *a,
			struct err *err)
{
	const struct ntfs_attr_form form = form_of(a);
	uint8_t *value = ntfs_encode_resident(w->record + w->used, &form,
					      a->value_len,
					      a->type == NTFS_AT_FILE_NAME);

	w->used += ntfs_resident_size(a->name_len, a->value_len);
	return put_value(w->b, node, attrs, a, value, err);
}

static int put_attrs(struct writer *w, uint32_t node, const struct attrs *attrs,
		     uint32_t record, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < attrs->count && !r; i++) {
		const struct attr *a = &attrs->items[i];

		if (a->record != record)
			continue;
		if (a->nonresident)
			put_nonresident(w, a);
		else
			r = put_resident(w, node, attrs, a, err);
	}
	return r;
}

// Numbers the attributes of a record. Returns the next number.
static uint16_t number_attrs(struct attrs *attrs, uint32_t record)
{
	uint16_t next = 0;

	for (size_t i = 0; i < attrs->count; i++)
		if (attrs->items[i].record == record)
			attrs->items[i].id = next++;
	return next;
}

static uint16_t base_flags(const struct node *n)
{
	uint16_t flags = NTFS_RF_IN_USE;

	if (n->attributes & NTFS_ATTR_DIRECTORY)
		flags |= NTFS_RF_DIRECTORY;
	if (n->attributes & NTFS_FA_VIEW_INDEX)
		flags |= NTFS_RF_VIEW_INDEX;
	if (n->record >= NTFS_REC_USER && n->record < NTFS_REC_FIRST)
		flags |= NTFS_RF_EXTEND;
	return flags;
}

int ntfs_record_write(const struct ntfs_build *b, uint32_t node,
		      struct attrs *attrs, uint8_t *base, uint8_t *extras,
		      uint8_t *list, struct err *err)
{
	const struct node *n = &b->nodes[node];
	uint64_t reference = ntfs_reference(b, node);
	int r = 0;

	// A resident list has the numbers of all records.
	for (uint32_t i = 0; i <= attrs->records; i++)
		number_attrs(attrs, i);
	for (uint32_t i = 0; i <= attrs->records && !r; i++) {
		struct ntfs_record_disk head = {
			.sequence =
				to_le16(i ? 1
					  : (uint16_t)(reference >>
						       NTFS_SEQUENCE_SHIFT)),
			.links = to_le16(i ? 0 : (uint16_t)n->names),
			.flags = to_le16(i ? NTFS_RF_IN_USE : base_flags(n)),
			.base = to_le64(i ? reference : 0),
			.next_attr_id = to_le16(number_attrs(attrs, i)),
			.number =
				to_le32(i ? n->first_extra + i - 1 : n->record),
		};
		struct writer w =
			start(b, i ? extras + (size_t)(i - 1) * b->record_size
				   : base);

		r = put_attrs(&w, node, attrs, i, err);
		finish(&w, &head);
	}
	if (!r && list)
		put_list(b, node, attrs, list);
	return r;
}

void ntfs_record_free(const struct ntfs_build *b, uint32_t record_number,
		      uint8_t *record)
{
	struct ntfs_record_disk head = {
		.sequence = to_le16(1),
		.number = to_le32(record_number),
	};
	struct writer w = start(b, record);

	finish(&w, &head);
}
