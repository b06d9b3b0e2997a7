// SPDX-License-Identifier: MIT
//
// The entries of every index: folders ($I30), descriptors by hash and by
// number ($SDH, $SII), quotas ($O, $Q), object ids ($O), reparse points ($R).

#include <stdlib.h>
#include <string.h>

#include "build.h"
#include "../encode/index.h"
#include "../encode/secure.h"

#define U(c)                                                                   \
	{                                                                      \
		{                                                              \
			c                                                      \
		}                                                              \
	}

static const struct view {
	le16 name[4];
	uint8_t name_len;
	uint8_t record, collation;
} views[VIEWS] = {
	[VIEW_SDH] = {{U('$'), U('S'), U('D'), U('H')},
		      4,
		      NTFS_REC_SECURE,
		      NTFS_COLLATE_SECURITY_HASH},
	[VIEW_SII] = {{U('$'), U('S'), U('I'), U('I')},
		      4,
		      NTFS_REC_SECURE,
		      NTFS_COLLATE_U32},
	[VIEW_QUOTA_O] = {{U('$'), U('O')},
			  2,
			  NTFS_REC_QUOTA,
			  NTFS_COLLATE_SID},
	[VIEW_QUOTA_Q] = {{U('$'), U('Q')},
			  2,
			  NTFS_REC_QUOTA,
			  NTFS_COLLATE_U32},
	[VIEW_OBJID] = {{U('$'), U('O')}, 2, NTFS_REC_OBJID, NTFS_COLLATE_U32S},
	[VIEW_REPARSE] = {{U('$'), U('R')},
			  2,
			  NTFS_REC_REPARSE,
			  NTFS_COLLATE_U32S},
};

// The owner of what the system makes: S-1-5-32-544, Administrators.
static const uint8_t admins[16] = {1,  2, 0, 0, 0,    0, 0, 5,
				   32, 0, 0, 0, 0x20, 2, 0, 0};
#define QUOTA_DEFAULTS 1u // the entry with the limits of new owners
#define QUOTA_ADMINS   0x100u

const le16 *ntfs_view_name(enum ntfs_view view, uint8_t *ret_len)
{
	*ret_len = views[view].name_len;
	return views[view].name;
}

uint32_t ntfs_view_record(enum ntfs_view view)
{
	return views[view].record;
}

static uint32_t get_dir(const struct ntfs_build *b, const void *ctx, size_t i,
			uint8_t *dst)
{
	const struct dir *dir = ctx;
	uint32_t entry = b->entries[dir->first + i];
	uint32_t size = ntfs_encode_name_entry(
		dst, ntfs_reference(b, b->names[entry / 2].node),
		ntfs_value_file_name(b, entry, NULL));

	if (dst)
		ntfs_value_file_name(b, entry, dst + NTFS_ENTRY_KEY);
	return size;
}

static struct ntfs_sds_disk sds_head(const struct ntfs_build *b, size_t id)
{
	struct ntfs_sds_disk head;

	memcpy(&head, b->sds + b->security[id].offset, sizeof(head));
	return head;
}

static uint32_t get_sii(const struct ntfs_build *b, const void *ctx, size_t i,
			uint8_t *dst)
{
	struct ntfs_sds_disk head = sds_head(b, i);

	return ntfs_encode_sii(dst, &head);
}

static uint32_t get_sdh(const struct ntfs_build *b, const void *ctx, size_t i,
			uint8_t *dst)
{
	struct ntfs_sds_disk head = sds_head(b, b->hashes[i]);

	return ntfs_encode_sdh(dst, &head);
}

static uint32_t get_quota_o(const struct ntfs_build *b, const void *ctx,
			    size_t i, uint8_t *dst)
{
	le32 id = to_le32(QUOTA_ADMINS);

	return ntfs_encode_view_entry(dst, admins, sizeof(admins), &id,
				      sizeof(id));
}

static uint32_t get_quota_q(const struct ntfs_build *b, const void *ctx,
			    size_t i, uint8_t *dst)
{
	le32 id = to_le32(i ? QUOTA_ADMINS : QUOTA_DEFAULTS);
	struct {
		struct ntfs_quota_disk d;
		uint8_t sid[sizeof(admins)];
	} q = {
		.d =
			{
				.version = to_le32(2),
				.flags = to_le32(1),
				.changed = to_le64(b->options.time),
				.threshold = to_le64(UINT64_MAX),
				.limit = to_le64(UINT64_MAX),
			},
	};

	memcpy(q.sid, admins, sizeof(admins));
	return ntfs_encode_view_entry(dst, &id, sizeof(id), &q,
				      i ? sizeof(q) : sizeof(q.d));
}

static uint32_t get_object(const struct ntfs_build *b, const void *ctx,
			   size_t i, uint8_t *dst)
{
	const struct stream *s = &b->streams[b->objects[i]];
	struct ntfs_objid_data_disk d = {
		.file = to_le64(ntfs_reference(b, s->node)),
	};

	memcpy(d.birth_volume, s->data + 16, (size_t)s->size - 16);
	return ntfs_encode_view_entry(dst, s->data, 16, &d, sizeof(d));
}

static uint32_t get_reparse(const struct ntfs_build *b, const void *ctx,
			    size_t i, uint8_t *dst)
{
	const struct stream *s = &b->streams[b->reparses[i]];
	struct ntfs_reparse_key_disk key = {
		.tag = to_le32(b->nodes[s->node].reparse_tag),
		.file = to_le64(ntfs_reference(b, s->node)),
	};

	return ntfs_encode_view_entry(dst, &key, sizeof(key), NULL, 0);
}

struct entries ntfs_dir_entries(const struct ntfs_build *b, uint32_t dir)
{
	return (struct entries){
		.count = b->dirs[dir].count,
		.get = get_dir,
		.ctx = &b->dirs[dir],
		.type = NTFS_AT_FILE_NAME,
		.collation = NTFS_COLLATE_FILE_NAME,
	};
}

struct entries ntfs_view_entries(const struct ntfs_build *b,
				 enum ntfs_view view)
{
	struct entries e = {.collation = views[view].collation};

	switch (view) {
	case VIEW_SDH:
		e.get = get_sdh;
		e.count = b->security_count;
		break;
	case VIEW_SII:
		e.get = get_sii;
		e.count = b->security_count;
		break;
	case VIEW_QUOTA_O:
		e.get = get_quota_o;
		e.count = 1;
		break;
	case VIEW_QUOTA_Q:
		e.get = get_quota_q;
		e.count = 2;
		break;
	case VIEW_OBJID:
		e.get = get_object;
		e.count = b->object_count;
		break;
	default:
		e.get = get_reparse;
		e.count = b->reparse_count;
		break;
	}
	return e;
}

// --- What is in them, and in which order -------------------------------------

static int by_hash(const void *x, const void *y, void *ctx)
{
	const struct ntfs_build *b = ctx;
	uint32_t i = *(const uint32_t *)x, k = *(const uint32_t *)y;
	uint32_t h = b->security[i].hash, g = b->security[k].hash;

	return h != g ? (h < g ? -1 : 1) : (i > k) - (i < k);
}

// Compares as 32-bit little-endian units.
static int compare_units(const uint8_t *x, const uint8_t *y, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		le32 a, c;

		memcpy(&a, x + 4 * i, 4);
		memcpy(&c, y + 4 * i, 4);
		if (get_le32(a) != get_le32(c))
			return get_le32(a) < get_le32(c) ? -1 : 1;
	}
	return 0;
}

static int by_object(const void *x, const void *y, void *ctx)
{
	const struct ntfs_build *b = ctx;

	return compare_units(b->streams[*(const uint32_t *)x].data,
			     b->streams[*(const uint32_t *)y].data, 4);
}

static int by_tag(const void *x, const void *y, void *ctx)
{
	const struct ntfs_build *b = ctx;
	const struct node *m = &b->nodes[b->streams[*(const uint32_t *)x].node];
	const struct node *n = &b->nodes[b->streams[*(const uint32_t *)y].node];

	if (m->reparse_tag != n->reparse_tag)
		return m->reparse_tag < n->reparse_tag ? -1 : 1;
	return (m->record > n->record) - (m->record < n->record);
}

int ntfs_views_list(struct ntfs_build *b, struct err *err)
{
	b->hashes = mem_array(b->security_count, sizeof(uint32_t));
	b->objects = mem_array(b->stream_count, sizeof(uint32_t));
	b->reparses = mem_array(b->stream_count, sizeof(uint32_t));
	if (!b->hashes || !b->objects || !b->reparses)
		return err_nomem(err);
	for (size_t i = 0; i < b->security_count; i++)
		b->hashes[i] = (uint32_t)i;
	qsort_r(b->hashes, b->security_count, sizeof(uint32_t), by_hash, b);
	for (size_t i = 0; i < b->stream_count; i++) {
		if (b->streams[i].kind == NTFS_STREAM_OBJECT_ID)
			b->objects[b->object_count++] = (uint32_t)i;
		if (b->streams[i].kind == NTFS_STREAM_REPARSE)
			b->reparses[b->reparse_count++] = (uint32_t)i;
	}
	qsort_r(b->reparses, b->reparse_count, sizeof(uint32_t), by_tag, b);
	qsort_r(b->objects, b->object_count, sizeof(uint32_t), by_object, b);
	for (uint32_t i = 1; i < b->object_count; i++)
		if (!by_object(&b->objects[i - 1], &b->objects[i], b))
			return err_corrupt(err, "object id", ERR_NOWHERE,
					   "two files have the same");
	return 0;
}
