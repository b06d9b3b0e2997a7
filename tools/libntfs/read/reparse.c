// SPDX-License-Identifier: MIT
//
// Reparse points ([MS-FSCC] 2.1.2): what a tag says about a file's content. Where
// it lies elsewhere, the unnamed stream holds as many zeroes as the content is
// long, which are never given out for it.

#include <stdio.h>
#include <string.h>

#include "reparse.h"

#define MAX_REPARSE    16384u      // bytes, as Windows
#define MICROSOFT      0x80000000u // else a GUID stands before the data
#define NAME_SURROGATE 0x20000000u // stands for another file or folder
#define CLOUD_NUMBER   0x0000f000u // tells one provider's tags apart

// Tags ([MS-FSCC] 2.1.2.1). A placeholder has the size of its content, which may
// have been fetched; what is none of them has its content elsewhere at all times.
static const struct tag {
	uint32_t tag;
	bool is_placeholder;
	const char *name, *what;
} tags[] = {
	{NTFS_TAG_SYMLINK, false, "SYMLINK", "a symbolic link"},
	{NTFS_TAG_MOUNT_POINT, false, "MOUNT_POINT",
	 "a junction or mounted volume"},
	{NTFS_TAG_WOF, false, "WOF", "compressed by Windows' overlay filter"},
	{NTFS_TAG_CLOUD, true, "CLOUD", "a file of a cloud storage"},
	{0x80000013, true, "DEDUP", "deduplicated"},
	{0x80000008, true, "WIM", "a file in a WIM image"},
	{0xc0000004, true, "HSM", "moved to other storage"},
	{0x80000006, true, "HSM2", "moved to other storage"},
	{0x8000001e, true, "STORAGE_SYNC", "a file of Azure File Sync"},
	{0x80000015, true, "FILE_PLACEHOLDER", "a placeholder"},
	{0x80000021, true, "ONEDRIVE", "a file of OneDrive"},
	{0x9000001c, true, "PROJFS", "a projected file"},
	{0x80000018, true, "WCI", "a file of a container's image"},
	{0x90001018, true, "WCI_1", "a file of a container's image"},
	{0xa000001f, false, "WCI_TOMBSTONE", "deleted in a container"},
	{0xa0000027, false, "WCI_LINK", "a link into a container's image"},
	{0x80000007, true, "SIS", "stored once for several files"},
	{0x80000016, true, "DFM", "a file of dynamic file management"},
	{0x80000009, false, "CSV", "a cluster's shared volume"},
	{0x8000000a, false, "DFS", "a folder of a distributed file system"},
	{0x80000012, false, "DFSR", "replicated"},
	{0xa0000010, false, "IIS_CACHE", "a file of a web server's cache"},
	{0xa0000019, false, "GLOBAL_REPARSE", "a link"},
	{0x8000001b, false, "APPEXECLINK", "a link to an application"},
	{0x80000014, false, "NFS", "a special file of an NFS server"},
	{0xa000001d, false, "LX_SYMLINK", "a symbolic link of Linux"},
	{0x80000023, false, "AF_UNIX", "a socket"},
	{0x80000024, false, "LX_FIFO", "a named pipe of Linux"},
	{0x80000025, false, "LX_CHR", "a device of Linux"},
	{0x80000026, false, "LX_BLK", "a device of Linux"},
	{0xa0000028, true, "DATALESS_CIM", "a file of an image without data"},
};

static const struct tag *find_tag(uint32_t tag)
{
	// 0x9000001a to 0x9000f01a
	if ((tag & ~CLOUD_NUMBER) == NTFS_TAG_CLOUD)
		tag = NTFS_TAG_CLOUD;
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (tags[i].tag == tag)
			return &tags[i];
	return NULL;
}

const char *ntfs_reparse_name(uint32_t tag)
{
	const struct tag *t = find_tag(tag);

	return t ? t->name : NULL;
}

int ntfs_reparse_refuse(uint32_t tag, const char *what, const char *why,
			struct err *err)
{
	const struct tag *t = find_tag(tag);

	return err_set(err, -ENOTSUP, what, ERR_NOWHERE,
		       "it is %s (reparse tag %s%s0x%08x): %s",
		       t ? t->what : "another program's", t ? t->name : "",
		       t ? ", " : "", (unsigned)tag, why);
}

int ntfs_reparse_read(const struct ntfs_file *f, struct ntfs_reparse *ret,
		      struct err *err)
{
	uint64_t number = f->records[0].number;
	const struct ntfs_reparse_disk *h;
	size_t size, head = sizeof(*h);
	struct ntfs_attr a;
	uint8_t *data;
	int r = ntfs_file_find(f, NTFS_AT_REPARSE_POINT, NULL, 0, &a, err);

	if (!r)
		r = ntfs_stream_read(f, &a, MAX_REPARSE, &data, &size, err);
	if (r)
		return r;
	h = (const void *)data;
	if (size >= sizeof(*h) && !(get_le32(h->tag) & MICROSOFT))
		head += sizeof(struct guid);
	if (size < head || get_le16(h->length) > size - head) {
		mem_free(data);
		return err_corrupt(err, NTFS_RECORD(number), ERR_NOWHERE,
				   "its reparse point is cut off");
	}
	*ret = (struct ntfs_reparse){.tag = get_le32(h->tag),
				     .data = data + head,
				     .size = get_le16(h->length),
				     .memory = data};
	return 0;
}

// Returns true when all of the content lies in the unnamed stream: in clusters of
// its own, written to its end, or in the record, and nothing says that it is
// away. Compressed data has holes whether or not it is.
static bool is_plainly_there(const struct ntfs_file *f,
			     const struct ntfs_attr *a)
{
	const uint32_t away = NTFS_ATTR_OFFLINE | NTFS_ATTR_RECALL_ON_OPEN |
			      NTFS_ATTR_RECALL_ON_ACCESS;
	const struct ntfs_standard_disk *h;
	struct ntfs_runs runs = {0};
	struct ntfs_attr standard;
	bool is_there;

	if (ntfs_file_find(f, NTFS_AT_STANDARD_INFORMATION, NULL, 0, &standard,
			   NULL) ||
	    standard.value_len < NTFS_STANDARD_SHORT)
		return false;
	h = (const void *)standard.value;
	if (get_le32(h->attributes) & away)
		return false;
	if (a->resident)
		return true;
	if (a->flags & (NTFS_AF_SPARSE | NTFS_AF_COMPRESSION_MASK) ||
	    a->valid < a->size)
		return false;
	is_there = !ntfs_file_runs(f, a, &runs, NULL) && !runs.has_holes;
	ntfs_runs_done(&runs);
	return is_there;
}

static int open_placeholder(const struct ntfs_file *f,
			    const struct ntfs_attr *a, uint32_t tag,
			    struct disk **ret, struct err *err)
{
	const struct tag *t = find_tag(tag);
	bool is_there = (t ? t->is_placeholder : !(tag & NAME_SURROGATE)) &&
			is_plainly_there(f, a);
	int r;

	// Of a tag that nobody knows an empty stream proves nothing.
	if (!is_there || (!t && !a->size))
		return ntfs_reparse_refuse(tag, NTFS_REPARSE_POINT,
					   "its content is not, or not wholly, "
					   "in this file",
					   err);
	r = ntfs_stream_open(f, a, ret, err);
	if (!r)
		(*ret)->read_only = true;
	return r;
}

int ntfs_reparse_open(const struct ntfs_file *f, const struct ntfs_attr *a,
		      struct disk **ret, struct err *err)
{
	struct ntfs_reparse p;
	int r = ntfs_reparse_read(f, &p, err);

	if (r)
		return r;
	r = p.tag == NTFS_TAG_WOF ? ntfs_wof_open(f, a, &p, ret, err)
				  : open_placeholder(f, a, p.tag, ret, err);
	mem_free(p.memory);
	return r;
}
