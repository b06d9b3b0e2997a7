// SPDX-License-Identifier: MIT
//
// A damaged volume of 2 MiB (see volumes.h) is captured: what comes to its end has
// content for every entry that says so, of the size that it says, or an error in its
// place.

#include "capture.h"
#include "unit/libntfs/volumes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// No content may look like the caller's mistake.
static int allowed(int r, const struct err *err)
{
	check(r != -EINVAL && r != -EIO && r != -EROFS && r != -EEXIST);
	check_eq(err->code, r);
	return r;
}

static void read_content(struct wim_content *content)
{
	uint64_t size = content->blob.size, off;
	static uint8_t buf[65536];
	struct err err = {0};
	struct disk *d;
	char name[64];

	check(size);
	content->name(content, name, sizeof(name));
	check(*name == '\\');
	if (content->data || allowed(content->open(content, &d, &err), &err))
		return;
	check(d->size >= size);
	for (off = 0; off < size && off < 1 << 20; off += sizeof(buf)) {
		size_t n = size - off < sizeof(buf) ? (size_t)(size - off)
						    : sizeof(buf);

		if (allowed(disk_read(d, off, buf, n, &err), &err))
			break;
	}
	disk_close(d);
}

static void use(struct capture *c)
{
	struct wim_content *const *list;
	struct err err = {0};
	size_t count;

	list = capture_content(c, &count);
	for (size_t i = 0; i < count && i < 256; i++)
		read_content(list[i]);
	check(capture_image(c)->dentry_count ==
	      capture_get_result(c)->files + capture_get_result(c)->folders +
		      capture_get_result(c)->links);
	check(!err.code);
	capture_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct capture_options options = {0};
	struct err err = {0};
	struct capture *c;
	struct disk *d;
	struct ntfs *n;

	check_ok(disk_memory(SEED_VOLUME, 512, &d, &err), &err);
	expand_seed(data, size, d);
	check_ok(capture_rules_new((struct capture_rules **)&options.rules,
				   &err),
		 &err);
	if (!ntfs_open(d, &n, NULL)) {
		if (!allowed(capture_ntfs(n, "\\", &options, NULL, &c, &err),
			     &err))
			use(c);
		ntfs_close(n);
	}
	capture_rules_free((struct capture_rules *)options.rules);
	disk_close(d);
	return 0;
}
