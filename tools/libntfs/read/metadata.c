// SPDX-License-Identifier: MIT
//
// What a file says about itself, its streams by name, and its security
// descriptor (Linux-NTFS documentation, "$STANDARD_INFORMATION", "$Secure").

#include <limits.h>
#include <string.h>

#include "reparse.h"

static void read_standard(const struct ntfs_attr *a, struct ntfs_stat *s)
{
	const struct ntfs_standard_disk *h = (const void *)a->value;

	s->created = get_le64(h->created);
	s->modified = get_le64(h->modified);
	s->changed = get_le64(h->changed);
	s->accessed = get_le64(h->accessed);
	s->attributes = get_le32(h->attributes) & 0x0fffffff;
	if (a->value_len >= sizeof(*h))
		s->security_id = get_le32(h->security_id);
}

static int read_tag(const struct ntfs_file *f, uint32_t *ret, struct err *err)
{
	struct ntfs_reparse p;
	struct err e = {0};
	int r = ntfs_reparse_read(f, &p, &e);

	if (r)
		return r == -ENOENT ? 0 : err_pass(err, r, &e);
	*ret = p.tag;
	mem_free(p.memory);
	return 0;
}

int ntfs_file_stat(const struct ntfs_file *f, struct ntfs_stat *ret,
		   struct err *err)
{
	struct ntfs_stat s = {.record = f->records[0].number};
	struct ntfs_attr a = {0};
	bool has_standard = false;
	int r;

	s.sequence = f->records[0].sequence;
	s.is_directory = f->records[0].flags & NTFS_RF_DIRECTORY;
	r = read_tag(f, &s.reparse_tag, err);
	while (!r && (r = ntfs_file_next(f, &a, err)) > 0) {
		r = 0;
		if (a.type == NTFS_AT_STANDARD_INFORMATION &&
		    a.value_len >= NTFS_STANDARD_SHORT) {
			read_standard(&a, &s);
			has_standard = true;
		} else if (a.type == NTFS_AT_FILE_NAME && a.resident) {
			const struct ntfs_file_name_disk *h =
				(const void *)a.value;

			s.links += a.value_len >= sizeof(*h) &&
				   h->name_space != NTFS_NS_DOS;
		} else if (a.type == NTFS_AT_DATA && !a.name_len &&
			   !a.first_vcn) {
			s.size = a.size;
		}
	}
	if (r)
		return r;
	if (!has_standard)
		return err_corrupt(err, NTFS_RECORD(s.record), ERR_NOWHERE,
				   "it has no standard information");
	if (s.is_directory)
		s.attributes |= NTFS_ATTR_DIRECTORY;
	*ret = s;
	return 0;
}

int ntfs_stat(struct ntfs *n, uint64_t record, struct ntfs_stat *ret,
	      struct err *err)
{
	struct ntfs_file f;
	int r = ntfs_file_open(n, record, &f, err);

	if (r)
		return r;
	r = ntfs_file_stat(&f, ret, err);
	ntfs_file_done(&f);
	return r;
}

static bool is_stream(const struct ntfs_attr *a)
{
	if (!a->resident && a->first_vcn)
		return false;
	return a->type == NTFS_AT_DATA || a->type == NTFS_AT_REPARSE_POINT ||
	       a->type == NTFS_AT_EA || a->type == NTFS_AT_OBJECT_ID;
}

int ntfs_streams(struct ntfs *n, uint64_t record,
		 int (*fn)(void *ctx, const struct ntfs_stream *stream),
		 void *ctx, struct err *err)
{
	struct ntfs_attr a = {0};
	struct ntfs_file f;
	int r = ntfs_file_open(n, record, &f, err);

	if (r)
		return r;
	while ((r = ntfs_file_next(&f, &a, err)) > 0) {
		struct ntfs_stream s = {
			.type = a.type,
			.name_len = a.name_len,
			.name = a.name,
			.size = a.size,
			.allocated = a.total,
			.resident = a.resident,
			.compressed = a.flags & NTFS_AF_COMPRESSION_MASK,
			.sparse = a.flags & NTFS_AF_SPARSE,
			.encrypted = a.flags & NTFS_AF_ENCRYPTED,
		};

		r = is_stream(&a) ? fn(ctx, &s) : 0;
		if (r)
			break;
	}
	ntfs_file_done(&f);
	return r;
}

// A reparse point has a say in what the unnamed data is. While a volume is being
// changed, only a disk that knows of that may write.
static int open_attr(const struct ntfs_file *f, const struct ntfs_attr *a,
		     struct disk **ret, struct err *err)
{
	bool is_content = a->type == NTFS_AT_DATA && !a->name_len;
	const struct ntfs_writer *w = f->n->writer;
	bool is_changed = w && w->open_data;
	struct err e = {0};
	int r = is_content ? ntfs_reparse_open(f, a, ret, &e) : -ENOENT;

	if (r != -ENOENT)
		return r ? err_pass(err, r, &e) : 0;
	r = is_changed && is_content
		    ? w->open_data(f->n, f->records[0].number, ret, NULL)
		    : -ENOTSUP;
	if (r != -ENOTSUP)
		return r == -ENOMEM ? err_nomem(err) : r;
	r = ntfs_stream_open(f, a, ret, err);
	if (!r && is_changed)
		(*ret)->read_only = true;
	return r;
}

static int open_stream(struct ntfs *n, uint64_t record, uint32_t type,
		       const char *name, size_t len, struct disk **ret,
		       struct err *err)
{
	char text[NTFS_MAX_NAME * 3 + 1];
	struct err e = {0};
	struct ntfs_attr a;
	struct ntfs_file f;
	le16 *units = NULL;
	size_t count = 0;
	int r = 0;

	if (len >= sizeof(text))
		return err_set(err, -ENOENT, "stream", ERR_NOWHERE,
			       "its name is too long");
	memcpy(text, name, len);
	text[len] = 0;
	if (len)
		r = utf16_from_utf8(text, &units, &count);
	if (r)
		return r == -ENOMEM ? err_nomem(err)
				    : err_set(err, -ENOENT, text, ERR_NOWHERE,
					      "it is not UTF-8");
	r = ntfs_file_open(n, record, &f, err);
	if (!r) {
		r = ntfs_file_find(&f, type, units, count, &a,
				   count ? &e : err);
		if (r == -ENOENT && count)
			err_set(err, r, text, e.where,
				"there is no such stream");
		else if (r && count)
			err_pass(err, r, &e);
		if (!r)
			r = open_attr(&f, &a, ret, err);
		ntfs_file_done(&f);
	}
	mem_free(units);
	return r;
}

int ntfs_open_stream(struct ntfs *n, uint64_t record, uint32_t type,
		     const char *name, struct disk **ret, struct err *err)
{
	name = name ? name : "";
	return open_stream(n, record, type, name, strlen(name), ret, err);
}

int ntfs_open_file(struct ntfs *n, const char *path, struct disk **ret,
		   struct err *err)
{
	size_t path_len = strlen(path), len = 0;
	const char *colon = path + strcspn(path, ":");
	const char *stream = *colon ? colon + 1 : colon;
	uint64_t record;
	char *file;
	int r;

	len = strcspn(stream, ":");
	if (stream[len] && strcmp(stream + len, ":$DATA"))
		return err_set(err, -ENOENT, path, ERR_NOWHERE,
			       "only $DATA streams are opened by name");
	file = mem_dup(path, path_len + 1);
	if (!file)
		return err_nomem(err);
	file[colon - path] = 0;
	r = ntfs_lookup(n, file, &record, err);
	mem_free(file);
	return r ? r
		 : open_stream(n, record, NTFS_AT_DATA, stream, len, ret, err);
}

int ntfs_read_file(struct ntfs *n, const char *path, uint64_t limit, void **ret,
		   size_t *ret_size, struct err *err)
{
	struct disk *d;
	int r = ntfs_open_file(n, path, &d, err);

	if (r)
		return r;
	if (d->size > limit || d->size >= SIZE_MAX)
		r = err_set(err, -EFBIG, path, ERR_NOWHERE,
			    "it is over %llu bytes", (unsigned long long)limit);
	else
		r = disk_read_all(d, ret, err);
	if (!r)
		*ret_size = (size_t)d->size;
	disk_close(d);
	return r;
}

struct find_id {
	uint32_t id;
	uint64_t offset;
	uint32_t size;
};

static int compare_id(void *ctx, const uint8_t *key, size_t len)
{
	uint32_t id, wanted = ((struct find_id *)ctx)->id;

	if (len < 4)
		return INT_MIN;
	id = get_le32(*(const le32 *)key);
	return wanted < id ? -1 : wanted > id;
}

static int take_place(void *ctx, const struct ntfs_index_entry *e)
{
	const struct ntfs_sds_disk *h = (const void *)e->data;
	struct find_id *f = ctx;

	if (e->data_len < sizeof(*h))
		return err_corrupt(NULL, "$Secure", ERR_NOWHERE,
				   "an entry is too short");
	f->offset = get_le64(h->offset);
	f->size = get_le32(h->size);
	return 0;
}

static int read_descriptor(const struct ntfs_file *secure,
			   const struct find_id *id, void **ret,
			   size_t *ret_size, struct err *err)
{
	struct ntfs_sds_disk h;
	struct ntfs_attr a;
	struct disk *d;
	uint8_t *data;
	int r = ntfs_file_find_named(secure, NTFS_AT_DATA, "$SDS", &a, err);

	if (!r)
		r = ntfs_stream_open(secure, &a, &d, err);
	if (r)
		return r;
	if (id->size < sizeof(h) || id->size > NTFS_MAX_DESCRIPTOR ||
	    !range_ok(id->offset, id->size, d->size)) {
		r = err_corrupt(err, "$Secure", ERR_NOWHERE,
				"the place of descriptor %u is none", id->id);
		goto close;
	}
	r = disk_read(d, id->offset, &h, sizeof(h), err);
	if (!r &&
	    (get_le32(h.security_id) != id->id || get_le32(h.size) != id->size))
		r = err_corrupt(err, "$Secure", ERR_NOWHERE,
				"descriptor %u is not where its index says",
				id->id);
	if (r)
		goto close;
	data = mem_alloc(id->size);
	r = data ? disk_read(d, id->offset + sizeof(h), data,
			     id->size - sizeof(h), err)
		 : err_nomem(err);
	if (r) {
		mem_free(data);
		goto close;
	}
	*ret = data;
	*ret_size = id->size - sizeof(h);
close:
	disk_close(d);
	return r;
}

int ntfs_read_descriptor(struct ntfs *n, uint32_t security_id, void **ret,
			 size_t *ret_size, struct err *err)
{
	struct find_id id = {.id = security_id};
	struct ntfs_index x;
	struct ntfs_file f;
	int r = ntfs_file_open(n, NTFS_REC_SECURE, &f, err);

	if (r)
		return r;
	r = ntfs_index_open(&f, "$SII", &x, err);
	if (!r) {
		r = ntfs_index_find(&x, compare_id, take_place, &id, err);
		ntfs_index_done(&x);
	}
	if (!r)
		r = read_descriptor(&f, &id, ret, ret_size, err);
	ntfs_file_done(&f);
	return r;
}

int ntfs_read_security(struct ntfs *n, uint64_t record, void **ret,
		       size_t *ret_size, struct err *err)
{
	struct ntfs_stat s;
	struct ntfs_attr a;
	struct ntfs_file f;
	uint8_t *data;
	int r = ntfs_stat(n, record, &s, err);

	if (r)
		return r;
	if (s.security_id)
		return ntfs_read_descriptor(n, s.security_id, ret, ret_size,
					    err);
	r = ntfs_file_open(n, record, &f, err);
	if (r)
		return r;
	r = ntfs_file_find(&f, NTFS_AT_SECURITY_DESCRIPTOR, NULL, 0, &a, err);
	if (!r)
		r = ntfs_stream_read(&f, &a, NTFS_MAX_DESCRIPTOR, &data,
				     ret_size, err);
	if (!r)
		*ret = data;
	ntfs_file_done(&f);
	return r;
}
