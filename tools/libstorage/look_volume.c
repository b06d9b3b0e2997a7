// SPDX-License-Identifier: MIT
//
// What a volume is: its file system by the names that DiskPart gives, and its label.

#include <string.h>

#include "fat.h"
#include "ntfs.h"
#include "storage_priv.h"

#define NTFS_DIRTY 1u // in the flags of $Volume

// Replaces one of a volume's texts. Returns 0 or -ENOMEM.
static int put_text(char **at, const char *text, struct err *err)
{
	char *copy = mem_strdup(text);

	if (!copy)
		return err_nomem(err);
	mem_free(*at);
	*at = copy;
	return 0;
}

// What is there and cannot be read is RAW, as on Windows; but for want of memory.
static int take_raw(int r, struct storage_volume *v, struct err *err)
{
	return r == -ENOMEM ? err_nomem(err) : put_text(&v->fs, "RAW", err);
}

static int look_ntfs(struct disk *volume, struct storage_volume *v,
		     struct err *err)
{
	const struct ntfs_info *info;
	struct ntfs *n;
	int r = ntfs_open(volume, &n, NULL);

	if (r)
		return take_raw(r, v, err);
	info = ntfs_get_info(n);
	v->cluster_size = info->cluster_size;
	v->is_dirty = info->flags & NTFS_DIRTY;
	r = put_text(&v->label, info->label, err);
	ntfs_close(n);
	return r ? r : put_text(&v->fs, "NTFS", err);
}

static int look_fat(struct disk *volume, struct storage_volume *v,
		    struct err *err)
{
	const struct fat_info *info;
	struct fat *f;
	int r = fat_open(volume, &f, NULL);

	if (r)
		return take_raw(r, v, err);
	info = fat_get_info(f);
	v->cluster_size = info->cluster_size;
	v->is_dirty = fat_in_use(f);
	r = put_text(&v->label, info->label, err);
	if (!r)
		r = put_text(&v->fs, info->bits == 32 ? "FAT32" : "FAT", err);
	fat_close(f);
	return r;
}

int storage_look_volume(struct disk *volume, struct storage_volume *v,
			struct err *err)
{
	uint8_t boot[512];
	const char *name;
	int r = put_text(&v->label, "", err);

	if (r)
		return r;
	if (volume->size < sizeof(boot) ||
	    disk_read(volume, 0, boot, sizeof(boot), NULL))
		return put_text(&v->fs, "RAW", err);
	name = part_name_boot(boot);
	if (name && !strcmp(name, "NTFS"))
		return look_ntfs(volume, v, err);
	if (name && !strcmp(name, "FAT"))
		return look_fat(volume, v, err);
	return put_text(&v->fs, name ? name : "RAW", err);
}

// --- Free space, which takes longer ----------------------------------------------

static int add_range(void *ctx, uint64_t off, uint64_t len)
{
	uint64_t *sum = ctx;

	*sum += len;
	return 0;
}

static int count_free(struct disk *volume, const char *fs, uint64_t *ret,
		      struct err *err)
{
	struct ntfs *n;
	struct fat *f;
	int r;

	*ret = 0;
	if (!strcmp(fs, "NTFS")) {
		r = ntfs_open(volume, &n, err);
		if (!r) {
			r = ntfs_free_ranges(n, add_range, ret, err);
			ntfs_close(n);
		}
		return r;
	}
	if (strncmp(fs, "FAT", 3))
		return err_set(err, -ENOTSUP, "volume", ERR_NOWHERE,
			       "it has no file system that is known");
	r = fat_open(volume, &f, err);
	if (!r) {
		*ret = (uint64_t)fat_get_info(f)->free_clusters *
		       fat_get_info(f)->cluster_size;
		fat_close(f);
	}
	return r;
}

int storage_look_free(struct storage *s, unsigned volume, struct err *err)
{
	struct storage_volume *v = NULL;
	struct place *place;
	uint64_t bytes;
	int r;

	for (size_t i = 0; i < s->lists.volume_count; i++)
		if (s->lists.volumes[i].number == volume)
			v = &s->lists.volumes[i];
	if (!v)
		return err_set(err, -ENODEV, "volume", ERR_NOWHERE,
			       "there is no volume %u", volume);
	r = s->effects->open_place(v->address,
				   ADDRESS_FILE | ADDRESS_VIRTUAL |
					   ADDRESS_LOOK,
				   &place, err);
	if (r)
		return r;
	r = count_free(place->disk, v->fs, &bytes, err);
	s->effects->close_place(place);
	if (!r)
		v->free = bytes;
	return r;
}
