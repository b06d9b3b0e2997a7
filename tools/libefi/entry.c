// SPDX-License-Identifier: MIT
//
// Load options (UEFI 2.10, section 3.1.3) and the device paths in them: a hard
// drive's partition (10.3.5.1) and a file on it (10.3.5.4).

#include <string.h>

#include "efi_priv.h"

static const char what[] = "load option";

// --- Writing -----------------------------------------------------------------

static uint8_t *put(uint8_t *p, const void *data, size_t size)
{
	if (size)
		memcpy(p, data, size);
	return p + size;
}

static struct efi_node_disk node(uint8_t type, uint8_t subtype, size_t size)
{
	return (struct efi_node_disk){type, subtype, to_le16((uint16_t)size)};
}

static uint8_t *put_hard_drive(uint8_t *p, const struct efi_entry *e)
{
	struct efi_hard_drive_disk d = {
		.node = node(EFI_NODE_MEDIA, EFI_NODE_MEDIA_HARD_DRIVE,
			     sizeof(d)),
		.number = to_le32(e->partition_number),
		.start = to_le64(e->start),
		.size = to_le64(e->size),
		.format = e->is_gpt ? EFI_FORMAT_GPT : EFI_FORMAT_MBR,
		.signature_type = e->is_gpt ? EFI_SIGNATURE_GPT
					    : EFI_SIGNATURE_MBR,
	};

	// 10.3.5.1: an MBR's signature takes the first four bytes, the others
	// are 0.
	if (e->is_gpt)
		memcpy(d.signature, e->partition.b, sizeof(d.signature));
	else
		store_le32(d.signature, e->signature);
	return put(p, &d, sizeof(d));
}

static void lay_out(const struct efi_entry *e, const le16 *title,
		    size_t title_size, const le16 *path, size_t path_size,
		    uint8_t *p)
{
	const struct efi_node_disk end =
		node(EFI_NODE_END, EFI_NODE_END_ALL, sizeof(end));
	const struct efi_node_disk file = node(EFI_NODE_MEDIA,
					       EFI_NODE_MEDIA_FILE,
					       sizeof(file) + path_size);
	const struct efi_option_disk head = {
		to_le32(e->active ? EFI_OPTION_ACTIVE : 0),
		to_le16((uint16_t)(sizeof(struct efi_hard_drive_disk) +
				   sizeof(file) + path_size + sizeof(end)))};

	p = put(p, &head, sizeof(head));
	p = put(p, title, title_size);
	p = put_hard_drive(p, e);
	p = put(p, &file, sizeof(file));
	p = put(p, path, path_size);
	p = put(p, &end, sizeof(end));
	put(p, e->optional, e->optional_size);
}

// As lay_out, with memory for it. Sizes are in bytes and count the NULs.
static int encode(const struct efi_entry *e, const le16 *title,
		  size_t title_size, const le16 *path, size_t path_size,
		  void **ret, size_t *ret_size, struct err *err)
{
	size_t size = sizeof(struct efi_option_disk) + title_size +
		      sizeof(struct efi_hard_drive_disk) + path_size +
		      2 * sizeof(struct efi_node_disk);
	uint8_t *data;

	if (size > EFI_MAX_VARIABLE ||
	    e->optional_size > EFI_MAX_VARIABLE - size)
		return err_set(err, -EFBIG, what, ERR_NOWHERE,
			       "it would pass %u bytes", EFI_MAX_VARIABLE);
	size += e->optional_size;
	data = mem_alloc(size);
	if (!data)
		return err_nomem(err);
	lay_out(e, title, title_size, path, path_size, data);
	*ret = data;
	*ret_size = size;
	return 0;
}

int efi_entry_encode(const struct efi_entry *entry, void **ret,
		     size_t *ret_size, struct err *err)
{
	le16 *title = NULL, *path = NULL;
	size_t title_len, path_len;
	int r;

	if (!entry->path || !*entry->path)
		return err_set(err, -EINVAL, what, ERR_NOWHERE,
			       "it names no file");
	r = utf16_from_utf8(entry->title ? entry->title : "", &title,
			    &title_len);
	if (!r)
		r = utf16_from_utf8(entry->path, &path, &path_len);
	if (!r)
		r = encode(entry, title, (title_len + 1) * 2, path,
			   (path_len + 1) * 2, ret, ret_size, err);
	else if (r == -ENOMEM)
		err_nomem(err);
	else
		err_set(err, r, what, ERR_NOWHERE, "its text is not UTF-8");
	mem_free(path);
	mem_free(title);
	return r;
}

// --- Reading -----------------------------------------------------------------

struct reader {
	const uint8_t *data;
	size_t size;       // of all
	size_t paths, end; // where the device paths lie
	struct efi_entry *e;
	struct err *err;
};

// Finds the next node of the first device path.
// Returns 1, or 0 at the path's end, or -EBADMSG.
static int next_node(const struct reader *r, size_t *at,
		     struct efi_node_disk *ret, const uint8_t **ret_body)
{
	size_t left = r->end - *at, size;

	if (!left)
		return err_corrupt(r->err, what, *at,
				   "its device path has no end");
	if (left < sizeof(*ret))
		return err_corrupt(r->err, what, *at,
				   "its device path is cut short");
	memcpy(ret, r->data + *at, sizeof(*ret));
	size = get_le16(ret->size);
	if (size < sizeof(*ret) || size > left)
		return err_corrupt(r->err, what, *at,
				   "a node of its device path has %zu bytes",
				   size);
	*ret_body = r->data + *at;
	*at += size;
	// either kind of end: firmware boots from the first path
	return ret->type != EFI_NODE_END;
}

static bool read_hard_drive(const uint8_t *body, size_t size,
			    struct efi_entry *e)
{
	struct efi_hard_drive_disk d;

	if (size < sizeof(d))
		return false;
	memcpy(&d, body, sizeof(d));
	// Without a signature (0) the node says where a partition lies, and not
	// on which disk.
	if (d.signature_type != EFI_SIGNATURE_GPT &&
	    d.signature_type != EFI_SIGNATURE_MBR)
		return false;
	e->is_gpt = d.signature_type == EFI_SIGNATURE_GPT;
	e->partition_number = get_le32(d.number);
	e->start = get_le64(d.start);
	e->size = get_le64(d.size);
	if (e->is_gpt)
		memcpy(e->partition.b, d.signature, sizeof(d.signature));
	e->signature = e->is_gpt ? 0 : load_le32(d.signature);
	return true;
}

// Adds the text of a file node to the path. There may be several in a row,
// which make one path together (10.3.5.4), with a backslash between where
// neither has one.
static int add_file(const struct reader *r, const uint8_t *body, size_t size)
{
	const le16 *units = (const void *)(body + sizeof(struct efi_node_disk));
	size_t n = (size - sizeof(struct efi_node_disk)) / 2, len = 0, old;
	char *more, *path;

	while (len < n && get_le16(units[len]))
		len++;
	more = utf16_to_utf8(units, len);
	if (!more)
		return err_nomem(r->err);
	if (!r->e->path) {
		r->e->path = more;
		return 0;
	}
	old = strlen(r->e->path);
	path = mem_resize((void *)r->e->path, old + strlen(more) + 2, 1);
	if (path) {
		r->e->path = path;
		if (old && path[old - 1] != '\\' && *more != '\\')
			path[old++] = '\\';
		strcpy(path + old, more);
	}
	mem_free(more);
	return path ? 0 : err_nomem(r->err);
}

// A partition followed by nothing but files is what can be told. What comes
// before it (PCI, SATA...) is one way to the disk; firmware finds the partition
// by its signature too, and must take paths that begin with it (3.1.2).
static int read_path(const struct reader *r)
{
	size_t at = r->paths;
	struct efi_node_disk n;
	const uint8_t *body = NULL;
	bool on_partition = false, plain = true;
	int step;

	while ((step = next_node(r, &at, &n, &body)) > 0) {
		bool media = n.type == EFI_NODE_MEDIA;
		int f = 0;

		if (media && n.subtype == EFI_NODE_MEDIA_HARD_DRIVE)
			on_partition = plain =
				read_hard_drive(body, get_le16(n.size), r->e);
		else if (media && n.subtype == EFI_NODE_MEDIA_FILE)
			f = add_file(r, body, get_le16(n.size));
		else if (on_partition)
			plain = false;
		if (f)
			return f;
	}
	if (!step && (!on_partition || !plain || !r->e->path || !*r->e->path)) {
		mem_free((void *)r->e->path);
		r->e->path = NULL;
	}
	return step;
}

// Finds where the title ends, and with it everything else: nothing tells its
// length, and what is behind the paths is optional data, whatever it holds.
static int find_parts(struct reader *r, const struct efi_option_disk *head)
{
	const le16 *title = (const void *)(r->data + sizeof(*head));
	size_t room = (r->size - sizeof(*head)) / 2, len = 0;

	while (len < room && get_le16(title[len]))
		len++;
	if (len == room)
		return err_corrupt(r->err, what, sizeof(*head),
				   "its title has no end");
	r->paths = sizeof(*head) + (len + 1) * 2;
	if (!range_ok(r->paths, get_le16(head->paths_size), r->size))
		return err_corrupt(r->err, what, 4,
				   "%u bytes of device paths in %zu",
				   get_le16(head->paths_size), r->size);
	r->end = r->paths + get_le16(head->paths_size);
	r->e->title = utf16_to_utf8(title, len);
	return r->e->title ? 0 : err_nomem(r->err);
}

int efi_entry_decode(const void *data, size_t size, struct efi_entry *ret,
		     struct err *err)
{
	struct efi_option_disk head;
	struct efi_entry e = {.title = NULL};
	struct reader reader = {data, size, 0, 0, &e, err};
	int r;

	if (size < sizeof(head))
		return err_corrupt(err, what, 0, "%zu bytes", size);
	memcpy(&head, data, sizeof(head));
	// hidden, categories and the rest say nothing about what is started
	e.active = get_le32(head.attributes) & EFI_OPTION_ACTIVE;
	r = find_parts(&reader, &head);
	if (!r && reader.paths < reader.end)
		r = read_path(&reader);
	e.optional_size = size - reader.end;
	if (!r && e.optional_size) {
		e.optional = mem_dup(reader.data + reader.end, e.optional_size);
		r = e.optional ? 0 : err_nomem(err);
	}
	if (r)
		efi_entry_done(&e);
	else
		*ret = e;
	return r;
}

void efi_entry_done(struct efi_entry *entry)
{
	mem_free((void *)entry->title);
	mem_free((void *)entry->path);
	mem_free((void *)entry->optional);
	*entry = (struct efi_entry){.title = NULL};
}
