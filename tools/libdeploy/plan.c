// SPDX-License-Identifier: MIT
//
// Making a plan: the disk's partitions, the volume that holds the VHD, the VHD
// and the volume inside it are all laid out, so whatever does not fit is known
// before the first byte is written.

#include <inttypes.h>
#include <string.h>

#include "plan_priv.h"
#include "vdisk.h"

static uint64_t number_from(const struct guid *seed, const char *name)
{
	struct guid g;
	le64 number;

	guid_from_name(seed, name, &g);
	memcpy(&number, &g, sizeof(number));
	return get_le64(number);
}

static int make_identifiers(struct plan *p, struct err *err)
{
	struct guid seed = p->answer->seed;
	int r = p->answer->has_seed ? 0 : guid_random(&seed, err);

	guid_from_name(&seed, "disk", &p->disk_id);
	guid_from_name(&seed, "vhd", &p->vhd_id);
	guid_from_name(&seed, "loader", &p->loader_id);
	p->esp_serial = number_from(&seed, "esp") & 0xffffffff;
	p->data_serial = number_from(&seed, "data");
	p->guest_serial = number_from(&seed, "guest");
	return r;
}

static int open_image(struct plan *p, struct err *err)
{
	const struct answer *a = p->answer;
	const struct wim_image_info *info;
	int r = disk_open_file(a->image_file, DISK_READ_ONLY, &p->wim_file,
			       err);

	if (!r)
		r = wim_open(p->wim_file, &p->wim, err);
	if (r)
		return r;
	p->image = wim_find_image(p->wim, a->image);
	if (!p->image)
		return err_set(err, -ENOENT, a->image_file, ERR_NOWHERE,
			       "there is no image \"%s\"; it holds %u",
			       a->image, wim_get_info(p->wim)->images);
	info = wim_get_image_info(p->wim, p->image);
	p->time = info->modified ? info->modified : info->created;
	return 0;
}

// Data counts when somebody would miss it: a table, a file system, or bytes at
// the start that are nothing known; not what a deployment left that was cut
// off.
static int check_wipe(struct plan *p, struct err *err)
{
	const char *found;
	bool unfinished = false;
	int r = part_probe(p->target.disk, &found, err);

	if (!r && found)
		r = unfinished_is_marked(p->target.disk, &unfinished, err);
	if (r || !found || unfinished || p->answer->wipe)
		return r;
	return err_set(err, -EEXIST, p->target.name, ERR_NOWHERE,
		       "it holds data (%s); nothing is done unless the answer "
		       "file says wipe = yes",
		       found);
}

static int add_partition(struct plan *p, const struct guid *type,
			 uint64_t size, const char *name, unsigned *ret,
			 struct err *err)
{
	struct part spec = {.type = *type, .size = size};
	struct err inner = {0};
	int r;

	strcpy(spec.name, name);
	guid_from_name(&p->disk_id, name, &spec.id);
	r = part_table_add(p->table, &spec, ret, &inner);
	if (r == -ENOSPC)
		return err_set(err, r, p->target.name, ERR_NOWHERE,
			       "the disk is too small: %" PRIu64
			       " MB, no room for the partition \"%s\"",
			       p->target.disk->size >> 20, name);
	if (r && err)
		*err = inner;
	return r;
}

static int plan_partitions(struct plan *p, struct err *err)
{
	const struct answer *a = p->answer;
	struct disk *disk = p->target.disk;
	unsigned esp, msr, data;
	int r = part_table_new(PART_GPT, disk, &p->disk_id, 0, &p->table, err);

	if (!r)
		r = add_partition(p, &part_type_efi, a->efi_size,
				  "EFI system partition", &esp, err);
	if (!r)
		r = add_partition(p, &part_type_msr, a->msr_size,
				  "Microsoft reserved partition", &msr, err);
	if (!r)
		r = add_partition(p, &part_type_data, 0,
				  "Basic data partition", &data, err);
	if (r)
		return r;
	p->esp = part_find(p->table, esp);
	p->msr = part_find(p->table, msr);
	p->data = part_find(p->table, data);
	r = disk_slice(disk, p->esp->start, p->esp->size, &p->esp_disk, err);
	if (!r)
		r = disk_slice(disk, p->data->start, p->data->size,
			       &p->data_disk, err);
	return r;
}

// Adds the folders of a path and the file itself, to be reserved.
static int reserve_file(struct ntfs_build *b, const char *path, uint64_t size,
			uint64_t time, uint32_t *ret_stream, struct err *err)
{
	struct ntfs_node_spec spec = {
		.created = time,
		.modified = time,
		.changed = time,
		.accessed = time,
		.security = NTFS_NO_SECURITY,
	};
	struct ntfs_stream_spec stream = {.kind = NTFS_STREAM_DATA,
					  .size = size,
					  .reserve = true};
	uint32_t parent = NTFS_ROOT, node = NTFS_ROOT;
	size_t n = 0;
	le16 *units, *at;
	int r = utf16_from_utf8(path, &units, &n);

	if (r)
		return err_set(err, r, path, ERR_NOWHERE, "not a path");
	at = units;
	while (!r && n) {
		struct ntfs_name name = {.name = ++at};

		for (n--; n && get_le16(*at) != '\\'; n--)
			at++;
		name.name_len = (size_t)(at - name.name);
		spec.attributes = n ? NTFS_ATTR_DIRECTORY : NTFS_ATTR_ARCHIVE;
		r = ntfs_build_add(b, &spec, &node, err);
		if (!r)
			r = ntfs_build_link(b, node, parent, &name, err);
		parent = node;
	}
	if (!r)
		r = ntfs_build_stream(b, node, &stream, ret_stream, err);
	mem_free(units);
	return r;
}

static int plan_host(struct plan *p, struct err *err)
{
	const struct answer *a = p->answer;
	const struct ntfs_build_options options = {
		.label = a->data_label,
		.serial = p->data_serial,
		.hidden_sectors = p->data->start / p->target.disk->sector_size,
		.time = p->time,
	};
	struct err inner = {0};
	uint32_t stream;
	int r = ntfs_build_new(p->data_disk, &options, &p->host, &inner);

	if (!r)
		r = reserve_file(p->host, a->vhd_path,
				 vdisk_fixed_file_size(a->vhd_size), p->time,
				 &stream, &inner);
	if (!r)
		r = ntfs_build_layout(p->host, &inner);
	if (!r)
		r = ntfs_build_stream_disk(p->host, stream, &p->vhd_file,
					   &inner);
	if (!r)
		return disk_slice(p->vhd_file, 0, a->vhd_size, &p->vhd, err);
	if (r == -ENOSPC)
		return err_set(err, r, a->vhd_path, ERR_NOWHERE,
			       "a VHD of %" PRIu64
			       " MB does not fit into the partition of %" PRIu64
			       " MB",
			       a->vhd_size >> 20, p->data->size >> 20);
	if (err)
		*err = inner;
	return r;
}

// Inside the VHD: an MBR with one partition, as DiskPart makes it there.
static int plan_guest_partition(struct plan *p, struct err *err)
{
	struct part spec = {.mbr_type = PART_MBR_NTFS};
	struct err inner = {0};
	unsigned number;
	int r = part_table_new(PART_MBR, p->vhd, NULL,
			       (uint32_t)number_from(&p->vhd_id, "signature"),
			       &p->guest_table, &inner);

	if (!r)
		r = part_table_add(p->guest_table, &spec, &number, &inner);
	if (r == -ENOSPC)
		return err_set(err, r, "[vhd] size", ERR_NOWHERE,
			       "%" PRIu64 " bytes are too small for a partition",
			       p->answer->vhd_size);
	if (r && err)
		*err = inner;
	if (r)
		return r;
	p->guest_part = part_find(p->guest_table, number);
	return disk_slice(p->vhd, p->guest_part->start, p->guest_part->size,
			  &p->guest_disk, err);
}

static int plan_guest(struct plan *p, struct err *err)
{
	struct ntfs_build_options options = {
		.label = p->answer->vhd_label,
		.serial = p->guest_serial,
		.time = p->time,
	};
	struct err inner = {0};
	int r = plan_guest_partition(p, err);

	if (r)
		return r;
	options.hidden_sectors = p->guest_part->start / p->vhd->sector_size;
	r = ntfs_build_new(p->guest_disk, &options, &p->guest, err);
	if (!r)
		r = apply_tree(p->wim, p->image, p->guest, &p->apply, err);
	if (r)
		return r;
	r = ntfs_build_layout(p->guest, &inner);
	if (r == -ENOSPC)
		return err_set(err, r, p->answer->image_file, ERR_NOWHERE,
			       "image %u does not fit into a VHD of %" PRIu64
			       " MB: %.140s",
			       p->image, p->answer->vhd_size >> 20, inner.why);
	if (r && err)
		*err = inner;
	return r;
}

int plan_make(const struct answer *answer, const struct plan_target *target,
	      struct plan **ret, struct err *err)
{
	struct plan *p = mem_alloc(sizeof(*p));
	int r;

	if (!p)
		return err_nomem(err);
	p->answer = answer;
	p->target = *target;
	r = make_identifiers(p, err);
	if (!r)
		r = check_wipe(p, err);
	if (!r)
		r = open_image(p, err);
	if (!r)
		r = plan_partitions(p, err);
	if (!r)
		r = plan_host(p, err);
	if (!r)
		r = plan_guest(p, err);
	if (!r)
		r = boot_check(p, err);
	if (r) {
		plan_free(p);
		return r;
	}
	*ret = p;
	return 0;
}

const struct apply_result *plan_result(const struct plan *plan)
{
	return apply_get_result(plan->apply);
}

void plan_free(struct plan *p)
{
	if (!p)
		return;
	apply_free(p->apply);
	ntfs_build_free(p->guest);
	disk_close(p->guest_disk);
	part_table_free(p->guest_table);
	disk_close(p->vhd);
	disk_close(p->vhd_file);
	ntfs_build_free(p->host);
	disk_close(p->data_disk);
	disk_close(p->esp_disk);
	part_table_free(p->table);
	wim_close(p->wim);
	disk_close(p->wim_file);
	mem_free(p);
}
