// SPDX-License-Identifier: MIT
//
// How large the volume of an image is: at least as large as it needs to be. What is
// not used of it takes a bit a cluster, so there is no need to be exact.

#include "mount.h"

#define SYSTEM_FILES (UINT64_C(64) << 20)
#define ALIGN        (UINT64_C(1) << 20)

// What a file takes beside its content: its record and as much again for one that
// has a list of attributes, its entries in folders whose blocks are not full, and
// its share of $Secure and of views.
#define PER_ENTRY 4096u

static uint64_t entry_size(const struct wim_dentry *d)
{
	uint64_t size = PER_ENTRY + 16 * d->name_len +
			round_up(d->ea_size, MOUNT_CLUSTER);

	if (d->reparse)
		size += round_up(d->reparse->size, MOUNT_CLUSTER);
	for (size_t i = 0; i < d->stream_count; i++) {
		const struct wim_blob *blob = d->streams[i].blob;
		uint64_t content = blob ? blob->size : 0;

		if (content > IMAGE_MOUNT_MAX)
			return IMAGE_MOUNT_MAX;
		size += 128 + 2 * d->streams[i].name_len +
			round_up(content, MOUNT_CLUSTER);
	}
	return size;
}

static int volume_size(const struct wim_image *image, bool read_only,
		       uint64_t *ret, struct err *err)
{
	uint64_t size = SYSTEM_FILES;

	for (size_t i = 0; i < image->security_count; i++)
		size += 2 * (image->security[i].size + MOUNT_CLUSTER);
	for (uint64_t i = 0; i < image->dentry_count; i++) {
		size += entry_size(image->dentries[i]);
		if (size > IMAGE_MOUNT_MAX)
			break;
	}
	size += size / 16 + (read_only ? 0 : IMAGE_MOUNT_ROOM);
	if (size > IMAGE_MOUNT_MAX)
		return err_set(err, -EFBIG, "image", ERR_NOWHERE,
			       "as a volume it would be larger than %llu GiB",
			       (unsigned long long)(IMAGE_MOUNT_MAX >> 30));
	*ret = round_up(size, ALIGN);
	return 0;
}

static int look_for_encrypted(const struct wim_image *image,
			      struct apply_lost *lost, struct err *err)
{
	int r = 0;

	for (uint64_t i = 0; !r && i < image->dentry_count; i++) {
		const struct wim_dentry *d = image->dentries[i];

		if (d->attributes & NTFS_ATTR_ENCRYPTED && !lost->count++)
			r = apply_path(d, lost->first, sizeof(lost->first),
				       err);
	}
	return r;
}

int image_mount_look(const struct wim_image *image, bool read_only,
		     struct image_mount_plan *ret, struct err *err)
{
	struct image_mount_plan plan = {0};
	int r = volume_size(image, read_only, &plan.volume, err);

	if (!r)
		r = look_for_encrypted(image, &plan.encrypted, err);
	if (!r && plan.encrypted.count && !read_only)
		r = err_set(err, -ENOTSUP, plan.encrypted.first, ERR_NOWHERE,
			    "it is encrypted (EFS), and a commit would lose "
			    "it: mount the image for reading only");
	if (r)
		return r;
	plan.size = image_mount_file_size(plan.volume);
	*ret = plan;
	return 0;
}

int image_mount_plan(struct wim *w, uint32_t index, bool read_only,
		     struct image_mount_plan *ret, struct err *err)
{
	struct wim_image *image;
	int r = wim_image_load(w, index, &image, err);

	if (r)
		return r;
	r = image_mount_look(image, read_only, ret, err);
	wim_image_free(image);
	return r;
}
