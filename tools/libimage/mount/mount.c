// SPDX-License-Identifier: MIT
//
// The volume of an image: laid out, its metadata built into the file of changes, or
// found there. The same image, size, serial number and time give the same layout, so
// nothing of where content lies is stored.

#include <stdlib.h>
#include <string.h>

#include "mount.h"

// --- Where content lies ------------------------------------------------------

static int by_place(const void *a, const void *b)
{
	const struct mount_run *x = a, *y = b;

	return x->off < y->off ? -1 : x->off > y->off;
}

static int list_runs(const struct apply *a, struct mount_run **ret,
		     struct err *err)
{
	size_t count = a->targets.count;
	struct mount_run *runs = mem_array(count, sizeof(*runs));
	int r = runs ? 0 : err_nomem(err);

	for (size_t i = 0; !r && i < count; i++) {
		const struct target *t = &a->targets.items[i];
		struct disk_extent place;

		r = ntfs_build_place(a->build, t->stream, &place, err);
		if (!r)
			runs[i] = (struct mount_run){place.off, t->blob};
	}
	if (r) {
		mem_free(runs);
		return r;
	}
	if (count)
		qsort(runs, count, sizeof(*runs), by_place);
	*ret = runs;
	return 0;
}

static void hash_layout(const struct mount_run *runs, size_t count,
			uint8_t ret[SHA1_SIZE])
{
	struct sha1 s;

	sha1_init(&s);
	for (size_t i = 0; i < count; i++) {
		le64 off = to_le64(runs[i].off);

		sha1_update(&s, &off, sizeof(off));
		sha1_update(&s, runs[i].blob->sha1, SHA1_SIZE);
	}
	sha1_final(&s, ret);
}

// --- The volume --------------------------------------------------------------

// A volume that is being made.
struct making {
	struct image_mount *mount;
	struct disk *changes, *volume; // the first bytes of the file
	struct ntfs_build *build;
	struct apply *apply;
	struct mount_run *runs;
	size_t run_count;
};

static void drop_build(struct making *k)
{
	apply_free(k->apply);
	ntfs_build_free(k->build);
	disk_close(k->volume);
	k->apply = NULL;
	k->build = NULL;
	k->volume = NULL;
}

static int lay_out(struct making *k, struct err *err)
{
	const struct mount_label *l = &k->mount->label;
	const struct ntfs_build_options options = {
		.serial = l->serial,
		.time = l->time,
		.cluster_size = MOUNT_CLUSTER,
		.log_size = MOUNT_LOG,
		.data_elsewhere = true,
	};
	int r = disk_slice(k->changes, 0, l->volume, &k->volume, err);

	if (!r)
		r = ntfs_build_new(k->volume, &options, &k->build, err);
	if (!r)
		r = apply_tree(k->mount->wim, l->index, k->build, NULL,
			       &k->apply, err);
	if (!r)
		r = ntfs_build_layout(k->build, err);
	if (!r)
		r = list_runs(k->apply, &k->runs, err);
	if (!r)
		k->run_count = k->apply->targets.count;
	return r;
}

// The label is written last: without it the file is none.
static int build(struct making *k, struct progress *progress, struct err *err)
{
	struct mount_label *l = &k->mount->label;
	uint8_t raw[MOUNT_LABEL];
	int r = ntfs_build_finish(k->build, progress, err);

	if (r)
		return r;
	hash_layout(k->runs, k->run_count, l->layout);
	image_mount_label_encode(l, raw);
	return disk_write(k->changes, k->changes->size - MOUNT_LABEL, raw,
			  sizeof(raw), err);
}

static int find(struct making *k, struct err *err)
{
	uint8_t layout[SHA1_SIZE];

	hash_layout(k->runs, k->run_count, layout);
	if (!memcmp(layout, k->mount->label.layout, SHA1_SIZE))
		return 0;
	return err_set(err, -ESTALE, "file of changes", ERR_NOWHERE,
		       "its volume was laid out in another way, by another "
		       "version of this program");
}

// Takes over the runs.
static int serve(struct making *k, struct err *err)
{
	struct image_mount *m = k->mount;
	bool is_solid = false;
	int r;

	for (size_t i = 0; i < k->run_count; i++)
		is_solid |= k->runs[i].blob->solid != 0;
	r = image_mount_content_new(m->wim, is_solid, &m->content, err);
	if (!r)
		r = image_mount_disk_new(k->changes, &m->label, m->content,
					 k->runs, k->run_count, &m->disk, err);
	if (!r)
		k->runs = NULL;
	return r;
}

// Ends the making: *ret is what was made, if r is 0.
static int end(struct making *k, int r, struct image_mount **ret,
	       struct err *err)
{
	drop_build(k);
	if (!r)
		r = serve(k, err);
	mem_free(k->runs);
	if (r)
		image_mount_close(k->mount);
	else
		*ret = k->mount;
	return r;
}

static int begin(struct making *k, struct wim *w, uint32_t index,
		 struct disk *changes, struct err *err)
{
	*k = (struct making){.changes = changes};
	if (!wim_image_sha1(w, index))
		return err_set(err, -ENOENT, "WIM", ERR_NOWHERE,
			       "there is no image %u; the file has %u",
			       (unsigned)index,
			       (unsigned)wim_get_info(w)->images);
	k->mount = mem_alloc(sizeof(*k->mount));
	if (!k->mount)
		return err_nomem(err);
	k->mount->wim = w;
	return 0;
}

// Puts down which image it is.
static void name_image(struct mount_label *l, struct wim *w, uint32_t index)
{
	l->guid = wim_get_info(w)->guid;
	l->index = index;
	memcpy(l->image, wim_image_sha1(w, index), SHA1_SIZE);
}

static int set_size(struct making *k, struct err *err)
{
	struct mount_label *l = &k->mount->label;
	struct image_mount_plan plan;
	int r = image_mount_plan(k->mount->wim, l->index, l->read_only, &plan,
				 err);

	if (r)
		return r;
	l->volume = plan.volume;
	if (plan.size == k->changes->size)
		return 0;
	return err_set(err, -EINVAL, "file of changes", ERR_NOWHERE,
		       "it has another size than the image wants");
}

int image_mount_new(struct wim *w, uint32_t index, struct disk *changes,
		    const struct image_mount_options *options,
		    struct progress *progress, struct image_mount **ret,
		    struct err *err)
{
	struct making k;
	int r = begin(&k, w, index, changes, err);

	if (r)
		return r;
	k.mount->label = (struct mount_label){.read_only = options->read_only,
					      .serial = options->serial,
					      .time = options->time};
	name_image(&k.mount->label, w, index);
	r = set_size(&k, err);
	if (!r)
		r = lay_out(&k, err);
	if (!r)
		r = build(&k, progress, err);
	return end(&k, r, ret, err);
}

// Reads the label, and refuses that of another image.
static int read_label(struct making *k, uint32_t index, struct err *err)
{
	struct mount_label *l = &k->mount->label, wanted;
	uint64_t size = k->changes->size;
	uint8_t raw[MOUNT_LABEL];
	int r;

	if (size < MOUNT_LABEL)
		return err_corrupt(err, "file of changes", 0,
				   "it is too short to be one");
	r = disk_read(k->changes, size - MOUNT_LABEL, raw, sizeof(raw), err);
	if (!r)
		r = image_mount_label_decode(raw, size, l, err);
	if (r)
		return r;
	name_image(&wanted, k->mount->wim, index);
	if (l->index == index && guid_equal(&l->guid, &wanted.guid) &&
	    !memcmp(l->image, wanted.image, SHA1_SIZE))
		return 0;
	return err_set(err, -ESTALE, "WIM", ERR_NOWHERE,
		       "the image is no longer the one that was mounted");
}

int image_mount_open(struct wim *w, uint32_t index, struct disk *changes,
		     struct image_mount **ret, struct err *err)
{
	struct making k;
	int r = begin(&k, w, index, changes, err);

	if (r)
		return r;
	r = read_label(&k, index, err);
	if (!r)
		r = lay_out(&k, err);
	if (!r)
		r = find(&k, err);
	return end(&k, r, ret, err);
}

struct disk *image_mount_disk(const struct image_mount *m)
{
	return image_mount_disk_of(m->disk);
}

void image_mount_close(struct image_mount *m)
{
	if (!m)
		return;
	ntfs_close(m->volume);
	image_mount_disk_free(m->disk);
	image_mount_content_free(m->content);
	mem_free(m);
}
