// SPDX-License-Identifier: MIT
//
// The description of a volume to be built: nodes, their names and streams.
// Limits of names and of values as [MS-FSCC] 2.1 and the rows of $AttrDef give
// them.

#include <string.h>

#include "build.h"
#include "../encode/value.h"

#define MIN_VOLUME      (1u << 20)
#define DEFAULT_CLUSTER 4096u
#define MAX_CLUSTER     (2u << 20)

// The last sector is the boot sector's copy.
static uint64_t count_clusters(const struct disk *dev, uint32_t cluster)
{
	uint64_t sectors = dev->size / dev->sector_size;

	return sectors ? (sectors - 1) / (cluster / dev->sector_size) : 0;
}

// As Windows: 4 KiB up to 16 TB, then the smallest that counts all of the volume,
// up to 2 MiB for 8 PB (Microsoft's "Default cluster size for NTFS, FAT, and
// exFAT").
static uint32_t default_cluster(const struct disk *dev)
{
	uint32_t cluster = DEFAULT_CLUSTER;

	while (cluster < MAX_CLUSTER &&
	       count_clusters(dev, cluster) > NTFS_MAX_CLUSTERS)
		cluster *= 2;
	return cluster;
}

static int check_options(const struct disk *dev,
			 const struct ntfs_build_options *o, uint32_t cluster,
			 struct err *err)
{
	if (!is_power_of_two(cluster) || cluster < 512 ||
	    cluster > MAX_CLUSTER || cluster < dev->sector_size)
		return err_set(err, -EINVAL, "NTFS volume", ERR_NOWHERE,
			       "a cluster cannot have %u bytes", cluster);
	if (dev->size < MIN_VOLUME)
		return err_set(err, -ENOSPC, "NTFS volume", ERR_NOWHERE,
			       "%llu bytes are too few for a volume",
			       (unsigned long long)dev->size);
	if (count_clusters(dev, cluster) > NTFS_MAX_CLUSTERS)
		return err_set(err, -EFBIG, "NTFS volume", ERR_NOWHERE,
			       "more than 2^32 - 1 clusters of %u bytes",
			       cluster);
	return 0;
}

static int take_label(struct ntfs_build *b, struct err *err)
{
	int r = utf16_from_utf8(b->options.label, &b->label, &b->label_len);

	if (r == -ENOMEM)
		return err_nomem(err);
	if (r || b->label_len > 32)
		return err_set(err, -EINVAL, "volume label", ERR_NOWHERE,
			       "not UTF-8 of at most 32 characters");
	return 0;
}

int ntfs_build_new(struct disk *dev, const struct ntfs_build_options *options,
		   struct ntfs_build **ret, struct err *err)
{
	uint32_t cluster = options->cluster_size ? options->cluster_size
						 : default_cluster(dev);
	struct ntfs_node_spec root = {
		.attributes = NTFS_ATTR_DIRECTORY | NTFS_ATTR_HIDDEN |
			      NTFS_ATTR_SYSTEM,
		.created = options->time,
		.modified = options->time,
		.changed = options->time,
		.accessed = options->time,
		.security = NTFS_NO_SECURITY,
	};
	struct ntfs_build *b;
	uint32_t node;
	int r = check_options(dev, options, cluster, err);

	if (r)
		return r;
	b = mem_alloc(sizeof(*b));
	if (!b)
		return err_nomem(err);
	b->dev = dev;
	b->options = *options;
	b->cluster_size = cluster;
	b->sector_size = dev->sector_size;
	b->record_size = dev->sector_size == 4096 ? 4096 : 1024;
	b->clusters = count_clusters(dev, cluster);
	for (unsigned i = 0; i < 65536; i++)
		b->upcase[i] = utf16_upcase((uint16_t)i);
	if (options->label)
		r = take_label(b, err);
	if (!r)
		r = ntfs_secure_defaults(b, err);
	if (!r)
		r = ntfs_build_add_node(b, &root, &node, err);
	if (r) {
		ntfs_build_free(b);
		return r;
	}
	b->options.label = NULL;
	*ret = b;
	return 0;
}

uint32_t ntfs_build_cluster_size(const struct ntfs_build *b)
{
	return b->cluster_size;
}

void ntfs_build_free(struct ntfs_build *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->stream_count; i++)
		if (b->streams[i].kept)
			mem_free(b->streams[i].data);
	mem_free(b->label);
	mem_free(b->nodes);
	mem_free(b->names);
	mem_free(b->streams);
	mem_free(b->units);
	mem_free(b->security);
	mem_free(b->sds);
	mem_free(b->security_table);
	mem_free(b->entries);
	mem_free(b->dirs);
	mem_free(b->resident);
	mem_free(b->hashes);
	mem_free(b->objects);
	mem_free(b->reparses);
	mem_free(b);
}

static uint64_t valid_time(const struct ntfs_build *b, uint64_t time)
{
	return time > INT64_MAX ? b->options.time : time;
}

// Takes of a node's attributes those that are the caller's to give.
static void set_node(const struct ntfs_build *b, struct node *n,
		     const struct ntfs_node_spec *spec)
{
	n->attributes = spec->attributes &
			(NTFS_ATTR_SETTABLE | NTFS_ATTR_DIRECTORY);
	if (n->attributes & NTFS_ATTR_DIRECTORY)
		n->attributes &= ~(uint32_t)NTFS_ATTR_TEMPORARY;
	n->created = valid_time(b, spec->created);
	n->modified = valid_time(b, spec->modified);
	n->changed = valid_time(b, spec->changed);
	n->accessed = valid_time(b, spec->accessed);
	n->security = spec->security;
}

int ntfs_build_add_node(struct ntfs_build *b, const struct ntfs_node_spec *spec,
			uint32_t *ret_node, struct err *err)
{
	struct node *n;

	if (mem_grow((void **)&b->nodes, b->node_count, &b->node_capacity,
		     sizeof(*n)))
		return err_nomem(err);
	n = &b->nodes[b->node_count];
	memset(n, 0, sizeof(*n));
	set_node(b, n, spec);
	n->first_name = n->last_name = n->first_stream = NTFS_NONE;
	n->data = n->dir = NTFS_NONE;
	*ret_node = (uint32_t)b->node_count++;
	return 0;
}

static bool is_security(const struct ntfs_build *b, uint32_t id)
{
	return id == NTFS_NO_SECURITY || id < b->security_count;
}

int ntfs_build_add(struct ntfs_build *b, const struct ntfs_node_spec *spec,
		   uint32_t *ret_node, struct err *err)
{
	if (b->laid_out || !is_security(b, spec->security))
		return err_set(err, -EINVAL, "NTFS volume", ERR_NOWHERE,
			       "a node out of turn, or of unknown security");
	if (b->node_count > UINT32_MAX - 64)
		return err_set(err, -EFBIG, "NTFS volume", ERR_NOWHERE,
			       "more than 2^32 - 64 files");
	return ntfs_build_add_node(b, spec, ret_node, err);
}

int ntfs_build_set(struct ntfs_build *b, uint32_t node,
		   const struct ntfs_node_spec *spec, struct err *err)
{
	struct node *n;

	if (b->laid_out || node >= b->node_count ||
	    !is_security(b, spec->security))
		return err_set(err, -EINVAL, "NTFS volume", ERR_NOWHERE,
			       "no such node, or of unknown security");
	n = &b->nodes[node];
	if ((n->attributes ^ spec->attributes) & NTFS_ATTR_DIRECTORY)
		return err_set(err, -EINVAL, "NTFS volume", ERR_NOWHERE,
			       "a folder cannot become a file");
	set_node(b, n, spec);
	return 0;
}

// Copies units to the common pool.
static int keep_units(struct ntfs_build *b, const le16 *units, size_t n,
		      size_t *ret, struct err *err)
{
	if (b->unit_capacity - b->unit_count < n) {
		size_t capacity = (b->unit_count + n) * 2 + 4096;
		le16 *p = mem_resize(b->units, capacity, sizeof(*p));

		if (!p)
			return err_nomem(err);
		b->units = p;
		b->unit_capacity = capacity;
	}
	*ret = b->unit_count;
	if (n)
		memcpy(b->units + b->unit_count, units, n * sizeof(*units));
	b->unit_count += n;
	return 0;
}

// Returns true when a name is none that NTFS can hold.
static bool is_bad_name(const le16 *name, size_t len, size_t max)
{
	if (!len || len > max)
		return true;
	for (size_t i = 0; i < len; i++) {
		uint16_t c = get_le16(name[i]);

		if (!c || c == '/' || c == '\\')
			return true;
	}
	return get_le16(name[0]) == '.' &&
	       (len == 1 || (len == 2 && get_le16(name[1]) == '.'));
}

int ntfs_build_add_name(struct ntfs_build *b, uint32_t node, uint32_t parent,
			const struct ntfs_name *name, struct err *err)
{
	size_t chars = 0, dos = 0, before = b->unit_count;
	struct node *n = &b->nodes[node];
	uint32_t id = (uint32_t)b->name_count;
	struct name *x;
	int r = keep_units(b, name->name, name->name_len, &chars, err);

	if (!r)
		r = keep_units(b, name->dos_name, name->dos_name_len, &dos,
			       err);
	if (!r && mem_grow((void **)&b->names, b->name_count, &b->name_capacity,
			   sizeof(*x)))
		r = err_nomem(err);
	if (r) {
		b->unit_count = before;
		return r;
	}
	x = &b->names[b->name_count++];
	*x = (struct name){
		.node = node,
		.parent = parent,
		.next = NTFS_NONE,
		.chars = chars,
		.dos_chars = dos,
		.len = (uint8_t)name->name_len,
		.dos_len = (uint8_t)name->dos_name_len,
		.space = 0xff,
	};
	if (n->first_name == NTFS_NONE)
		n->first_name = id;
	else
		b->names[n->last_name].next = id;
	n->last_name = id;
	n->names++;
	return 0;
}

int ntfs_build_link(struct ntfs_build *b, uint32_t node, uint32_t parent,
		    const struct ntfs_name *name, struct err *err)
{
	struct node *n;

	if (b->laid_out || node >= b->node_count || node == NTFS_ROOT ||
	    parent >= b->node_count ||
	    !(b->nodes[parent].attributes & NTFS_ATTR_DIRECTORY))
		return err_set(err, -EINVAL, "name", ERR_NOWHERE,
			       "no node, or its parent is no folder");
	n = &b->nodes[node];
	if (n->names && n->attributes & NTFS_ATTR_DIRECTORY)
		return err_set(err, -EINVAL, "name", ERR_NOWHERE,
			       "a folder has one name");
	if (is_bad_name(name->name, name->name_len, NTFS_MAX_NAME) ||
	    (name->dos_name_len &&
	     is_bad_name(name->dos_name, name->dos_name_len, 12)))
		return err_corrupt(err, "name", ERR_NOWHERE,
				   "no name that NTFS can hold");
	if (n->names >= NTFS_MAX_LINKS - 1)
		return err_set(err, -EFBIG, "name", ERR_NOWHERE,
			       "more than %u hard links", NTFS_MAX_LINKS - 1);
	return ntfs_build_add_name(b, node, parent, name, err);
}

static bool is_bad_size(const struct ntfs_stream_spec *spec)
{
	switch (spec->kind) {
	case NTFS_STREAM_REPARSE:
		return spec->size < sizeof(struct ntfs_reparse_disk) ||
		       spec->size > NTFS_MAX_REPARSE;
	case NTFS_STREAM_EA:
		return spec->size < EA_HEADER || spec->size > NTFS_MAX_EA;
	case NTFS_STREAM_OBJECT_ID:
		return spec->size < 16 || spec->size > 64 || spec->size % 16;
	default:
		return spec->size > INT64_MAX - MAX_CLUSTER;
	}
}

static const char *const stream_kinds[] = {
	[NTFS_STREAM_DATA] = "stream",
	[NTFS_STREAM_REPARSE] = "reparse point",
	[NTFS_STREAM_EA] = "extended attributes",
	[NTFS_STREAM_OBJECT_ID] = "object id",
};

static int check_stream(const struct ntfs_build *b, uint32_t node,
			const struct ntfs_stream_spec *spec, struct err *err)
{
	uint32_t count = 0;

	if (b->laid_out || node >= b->node_count)
		return err_set(err, -EINVAL, "stream", ERR_NOWHERE,
			       "a stream out of turn, or of no node");
	if ((spec->kind == NTFS_STREAM_DATA) != !spec->content ||
	    (spec->hole &&
	     (spec->kind != NTFS_STREAM_DATA || spec->reserve || !spec->size)))
		return err_set(err, -EINVAL, "stream", ERR_NOWHERE,
			       "its content comes at another time");
	if (is_bad_size(spec))
		return err_corrupt(err, stream_kinds[spec->kind], ERR_NOWHERE,
				   "%llu bytes are no size of its kind",
				   (unsigned long long)spec->size);
	if (spec->name_len) {
		if (spec->kind != NTFS_STREAM_DATA ||
		    is_bad_name(spec->name, spec->name_len, NTFS_MAX_NAME))
			return err_corrupt(err, "stream", ERR_NOWHERE,
					   "no name that NTFS can hold");
	} else if (spec->kind == NTFS_STREAM_DATA &&
		   b->nodes[node].attributes & NTFS_ATTR_DIRECTORY) {
		return err_corrupt(err, "stream", ERR_NOWHERE,
				   "a folder has no unnamed $DATA");
	}
	for (uint32_t i = b->nodes[node].first_stream; i != NTFS_NONE;
	     i = b->streams[i].next) {
		const struct stream *s = &b->streams[i];

		if (s->kind == spec->kind &&
		    !utf16_casecmp(b->units + s->chars, s->name_len, spec->name,
				   spec->name_len))
			return err_set(err, -EEXIST, "stream", ERR_NOWHERE,
				       "the node has it already");
		if (++count == NTFS_MAX_STREAMS)
			return err_set(err, -EFBIG, "stream", ERR_NOWHERE,
				       "more than %u of one file",
				       NTFS_MAX_STREAMS);
	}
	return 0;
}

int ntfs_build_add_stream(struct ntfs_build *b, uint32_t node,
			  const struct ntfs_stream_spec *spec,
			  uint32_t *ret_stream, struct err *err)
{
	size_t chars = 0;
	uint8_t *data = NULL;
	struct node *n = &b->nodes[node];
	uint32_t id = (uint32_t)b->stream_count;
	int r;

	if (id >= UINT32_MAX - 64)
		return err_set(err, -EFBIG, "stream", ERR_NOWHERE,
			       "more than 2^32 - 64 streams");
	if (spec->content) {
		data = mem_dup(spec->content, (size_t)spec->size);
		if (!data)
			return err_nomem(err);
	}
	r = keep_units(b, spec->name, spec->name_len, &chars, err);
	if (!r && mem_grow((void **)&b->streams, b->stream_count,
			   &b->stream_capacity, sizeof(*b->streams)))
		r = err_nomem(err);
	if (r) {
		mem_free(data);
		return r;
	}
	b->streams[b->stream_count++] = (struct stream){
		.node = node,
		.next = n->first_stream,
		.kind = (uint8_t)spec->kind,
		.reserve = spec->reserve,
		.hole = spec->hole,
		.kept = spec->content,
		.name_len = (uint8_t)spec->name_len,
		.chars = chars,
		.size = spec->size,
		.order = spec->order,
		.data = data,
	};
	n->first_stream = id;
	if (spec->kind == NTFS_STREAM_DATA && !spec->name_len)
		n->data = id;
	*ret_stream = id;
	return 0;
}

int ntfs_build_stream(struct ntfs_build *b, uint32_t node,
		      const struct ntfs_stream_spec *spec, uint32_t *ret_stream,
		      struct err *err)
{
	struct ntfs_ea_information_disk ea = {0};
	uint32_t tag = 0;
	int r = check_stream(b, node, spec, err);

	if (!r && spec->kind == NTFS_STREAM_REPARSE)
		r = ntfs_value_reparse(spec->content, spec->size, &tag, err);
	if (!r && spec->kind == NTFS_STREAM_EA)
		r = ntfs_value_ea(spec->content, spec->size, &ea, err);
	if (!r)
		r = ntfs_build_add_stream(b, node, spec, ret_stream, err);
	if (!r && spec->kind == NTFS_STREAM_REPARSE)
		b->nodes[node].reparse_tag = tag;
	if (!r && spec->kind == NTFS_STREAM_EA)
		b->nodes[node].ea_size = get_le16(ea.packed_size);
	return r;
}
