// SPDX-License-Identifier: MIT
//
// File records: the header, the attributes with their values and runs, and
// $ATTRIBUTE_LIST when there is more than one record.

#include <string.h>

#include "build.h"

// A record that is being written.
struct writer {
	const struct ntfs_build *b;
	uint8_t *record;
	uint32_t used;
	uint16_t next_id;
};

static struct writer start(const struct ntfs_build *b, uint8_t *record,
			   const struct ntfs_record_disk *head)
{
	struct ntfs_record_disk d = *head;
	uint16_t count = (uint16_t)(1 + b->record_size / NTFS_USA_STRIDE);
	uint32_t first = (uint32_t)round_up(sizeof(d) + 2u * count, 8);

	memset(record, 0, b->record_size);
	memcpy(d.magic, "FILE", 4);
	d.usa_offset = to_le16(sizeof(d));
	d.usa_count = to_le16(count);
	d.attrs_offset = to_le16((uint16_t)first);
	d.allocated = to_le32(b->record_size);
	memcpy(record, &d, sizeof(d));
	return (struct writer){.b = b, .record = record, .used = first};
}

static void finish(struct writer *w)
{
	struct ntfs_record_disk d;
	le32 end = to_le32(NTFS_AT_END);

	memcpy(&d, w->record, sizeof(d));
	memcpy(w->record + w->used, &end, sizeof(end));
	d.used = to_le32(w->used + 8);
	d.next_attr_id = to_le16(w->next_id);
	memcpy(w->record, &d, sizeof(d));
	ntfs_usa_apply(w->record, w->b->record_size);
}

static uint8_t *put_number(uint8_t *p, uint64_t v, unsigned bytes)
{
	for (; bytes; bytes--, v >>= 8)
		*p++ = (uint8_t)v;
	return p;
}

// Bytes of a number that is read back with its sign.
static unsigned record_numbersize(uint64_t v)
{
	unsigned n = 1;

	while (v >> (8 * n - 1))
		n++;
	return n;
}

// Writes mapping pairs for one run; `is_hole` leaves the place out. Returns
// their size.
static uint32_t put_runs(uint8_t *dst, uint64_t lcn, uint64_t clusters,
			 bool is_hole)
{
	unsigned length = record_numbersize(clusters);
	unsigned place = is_hole ? 0 : record_numbersize(lcn);
	uint8_t *p = dst;

	if (clusters) {
		*p++ = (uint8_t)(length | place << 4);
		p = put_number(p, clusters, length);
		p = put_number(p, lcn, place);
	}
	*p++ = 0;
	return (uint32_t)(p - dst);
}

static void put_nonresident(struct writer *w, const struct attr *a,
			    const struct ntfs_attr_disk *head)
{
	uint8_t *at = w->record + w->used;
	uint32_t runs = (uint32_t)round_up(
		sizeof(struct ntfs_nonresident_disk) + 2u * a->name_len, 8);
	struct ntfs_nonresident_disk d = {
		.attr = *head,
		.last_vcn = to_le64(a->clusters - 1),
		.runs_offset = to_le16((uint16_t)runs),
		.allocated = to_le64(a->clusters * w->b->cluster_size),
		.size = to_le64(a->size),
		.valid = to_le64(a->valid),
	};
	bool is_hole = a->type == NTFS_AT_DATA && a->index == NTFS_NONE;
	uint32_t n = put_runs(at + runs, a->lcn, a->clusters, is_hole);

	d.attr.name_offset = to_le16(sizeof(d));
	d.attr.nonresident = 1;
	d.attr.length = to_le32((uint32_t)round_up(runs + n, 8));
	memcpy(at, &d, sizeof(d));
	if (a->name_len)
		memcpy(at + sizeof(d), a->name, 2u * a->name_len);
	w->used += get_le32(d.attr.length);
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
		uint32_t size =
			(uint32_t)round_up(sizeof(struct ntfs_list_entry_disk) +
						   2u * a->name_len,
					   8);
		uint64_t extra = b->nodes[node].first_extra + a->record - 1;
		struct ntfs_list_entry_disk d = {
			.type = to_le32(a->type),
			.length = to_le16((uint16_t)size),
			.name_len = a->name_len,
			.name_offset = sizeof(d),
			.record = to_le64(
				a->record ? extra | 1ull << NTFS_SEQUENCE_SHIFT
					  : ntfs_reference(b, node)),
			.id = to_le16(a->id),
		};

		if (a->type == NTFS_AT_ATTRIBUTE_LIST)
			continue;
		memcpy(dst, &d, sizeof(d));
		if (a->name_len)
			memcpy(dst + sizeof(d), a->name, 2u * a->name_len);
		dst += size;
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
			const struct ntfs_attr_disk *head, struct err *err)
{
	uint8_t *at = w->record + w->used;
	uint32_t value = (uint32_t)round_up(sizeof(struct ntfs_resident_disk) +
						    2u * a->name_len,
					    8);
	struct ntfs_resident_disk d = {
		.attr = *head,
		.value_len = to_le32(a->value_len),
		.value_offset = to_le16((uint16_t)value),
		.indexed = a->type == NTFS_AT_FILE_NAME,
	};
	uint32_t length = (uint32_t)round_up(value + a->value_len, 8);

	d.attr.name_offset = to_le16(sizeof(d));
	d.attr.length = to_le32(length);
	memcpy(at, &d, sizeof(d));
	if (a->name_len)
		memcpy(at + sizeof(d), a->name, 2u * a->name_len);
	w->used += length;
	return put_value(w->b, node, attrs, a, at + value, err);
}

static int put_attrs(struct writer *w, uint32_t node, struct attrs *attrs,
		     uint32_t record, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < attrs->count && !r; i++) {
		struct attr *a = &attrs->items[i];
		struct ntfs_attr_disk head = {
			.type = to_le32(a->type),
			.name_len = a->name_len,
			.id = to_le16(a->id),
		};

		if (a->record != record)
			continue;
		if (a->nonresident)
			put_nonresident(w, a, &head);
		else
			r = put_resident(w, node, attrs, a, &head, err);
	}
	return r;
}

// Numbers the attributes of a record. Returns the next number.
static uint16_t number(struct attrs *attrs, uint32_t record)
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
		number(attrs, i);
	for (uint32_t i = 0; i <= attrs->records && !r; i++) {
		struct ntfs_record_disk head = {
			.sequence =
				to_le16(i ? 1
					  : (uint16_t)(reference >>
						       NTFS_SEQUENCE_SHIFT)),
			.links = to_le16(i ? 0 : (uint16_t)n->names),
			.flags = to_le16(i ? NTFS_RF_IN_USE : base_flags(n)),
			.base = to_le64(i ? reference : 0),
			.number =
				to_le32(i ? n->first_extra + i - 1 : n->record),
		};
		struct writer w =
			start(b,
			      i ? extras + (size_t)(i - 1) * b->record_size
				: base,
			      &head);

		w.next_id = number(attrs, i);
		r = put_attrs(&w, node, attrs, i, err);
		finish(&w);
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
	struct writer w = start(b, record, &head);

	finish(&w);
}
