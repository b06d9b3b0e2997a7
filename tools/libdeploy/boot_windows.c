// SPDX-License-Identifier: MIT
//
// A machine that boots Windows: boot files out of the volume of the newest of
// its systems, which can start the older ones too, and a store with a loader
// for each that is in the menu.

#include <stdlib.h>
#include <string.h>

#include "bcdboot.h"
#include "plan_priv.h"

#define MAX_DEPTH 8 // as bcdboot_write follows them

// What BCDBoot takes from an image.
struct needs {
	const char *manager, *firmware;
	const char *folders[4];
};

static const struct needs needs[] = {
	[ANSWER_GPT] = {"\\Windows\\Boot\\EFI\\bootmgfw.efi",
			"UEFI",
			{"\\Windows\\Boot\\EFI", "\\Windows\\Boot\\Fonts",
			 "\\Windows\\Boot\\Resources", NULL}},
	[ANSWER_MBR] = {"\\Windows\\Boot\\PCAT\\bootmgr",
			"BIOS",
			{"\\Windows\\Boot\\PCAT", "\\Windows\\Boot\\Fonts",
			 "\\Windows\\Boot\\Resources", NULL}},
};

// Opens virtual disks for the BIOS' boot manager.
static const char vhd_driver[] = "\\Windows\\Boot\\PCAT\\bootvhd.dll";

// --- What is needed ----------------------------------------------------------

static uint64_t file_size(const struct wim_dentry *d)
{
	uint64_t size = d->stream_count && d->streams[0].blob
				? d->streams[0].blob->size
				: 0;

	return round_up(size, 4096); // a cluster
}

static uint64_t folder_size(const struct wim_dentry *d, unsigned depth)
{
	uint64_t size = 4096;

	for (size_t i = 0; i < d->child_count && depth < MAX_DEPTH; i++) {
		const struct wim_dentry *c = d->children[i];

		size += c->attributes & NTFS_ATTR_DIRECTORY
				? folder_size(c, depth + 1)
				: file_size(c);
	}
	return size;
}

static const struct wim_image_info *info_of(const struct plan_system *s)
{
	return wim_get_image_info(s->base->image->wim, s->base->index);
}

// Compares versions such as "10.0.19041", number by number.
static int compare_versions(const char *a, const char *b)
{
	while (*a || *b) {
		char *after_a, *after_b;
		unsigned long x = strtoul(a, &after_a, 10);
		unsigned long y = strtoul(b, &after_b, 10);

		if (x != y)
			return x < y ? -1 : 1;
		if (after_a == a && after_b == b)
			return strcmp(a, b);
		a = after_a + (*after_a == '.');
		b = after_b + (*after_b == '.');
	}
	return 0;
}

static int check_system(const struct plan *p, const struct plan_system *s,
			bool needs_driver, struct err *err)
{
	const struct needs *n = &needs[p->answer->layout];
	const char *missing = n->manager;
	const struct wim_dentry *d;
	int r = apply_find(s->base->apply, missing, &d, NULL);

	if (!r && needs_driver) {
		missing = vhd_driver;
		r = apply_find(s->base->apply, missing, &d, NULL);
	}
	if (r != -ENOENT)
		return r ? err_nomem(err) : 0;
	return err_set(err, -ENOENT, s->base->image->path, ERR_NOWHERE,
		       "image %u has no %s: it cannot boot as Windows by %s",
		       s->base->index, missing, n->firmware);
}

static int boot_files_size(const struct plan *p, uint64_t *ret, struct err *err)
{
	const struct needs *n = &needs[p->answer->layout];
	const struct apply *apply = p->newest->base->apply;
	const struct wim_dentry *d;
	int r = apply_find(apply, n->manager, &d, err);

	if (r)
		return r;
	*ret += file_size(d); // UEFI: once more as the fallback
	for (size_t i = 0; n->folders[i]; i++) {
		r = apply_find(apply, n->folders[i], &d, NULL);
		if (!r)
			*ret += folder_size(d, 0);
		else if (r != -ENOENT)
			return err_nomem(err);
	}
	return 0;
}

int boot_windows_check(struct plan *p, uint64_t *ret, struct err *err)
{
	bool any_vhd = false;
	int r = 0;

	for (size_t i = 0; i < p->system_count; i++) {
		const struct plan_system *s = &p->systems[i];

		if (!s->answer->in_menu)
			continue;
		any_vhd |= !s->answer->on_partition;
		if (!p->newest ||
		    compare_versions(info_of(s)->version,
				     info_of(p->newest)->version) > 0)
			p->newest = s;
	}
	for (size_t i = 0; i < p->system_count && !r; i++) {
		const struct plan_system *s = &p->systems[i];

		if (s->answer->in_menu)
			r = check_system(p, s,
					 any_vhd && s == p->newest &&
						 p->answer->layout ==
							 ANSWER_MBR,
					 err);
	}
	return r ? r : boot_files_size(p, ret, err);
}

// --- The store ---------------------------------------------------------------

static struct bcd_device partition_device(const struct plan *p,
					  const struct part *part)
{
	return (struct bcd_device){
		.kind = BCD_DEVICE_PARTITION,
		.table = p->answer->layout == ANSWER_MBR ? BCD_TABLE_MBR
							 : BCD_TABLE_GPT,
		.partition = part->id,
		.disk = p->disk_id,
		.signature = p->table->mbr_signature,
		.offset = part->start,
	};
}

// Takes boot files out of the volume that was written, or in a rehearsal out of
// the image that will be.
static int write_from(const struct boot_job *job, const struct plan_system *s,
		      const struct bcdboot_options *options, struct err *err)
{
	struct tree *windows;
	int r = job->dry ? image_tree_open(s->base->image->wim, s->base->apply,
					   &windows, err)
			 : volume_open(s->base->volume, &windows, err);

	if (r)
		return r;
	r = bcdboot_write(windows, job->esp, options, err);
	tree_close(windows);
	return r;
}

static int add_system(const struct boot_job *job, const struct plan_system *s,
		      struct err *err)
{
	const struct plan *p = job->plan;
	const struct bcd_device system = partition_device(p, p->esp);
	const struct bcd_device host =
		partition_device(p,
				 s->answer->on_partition ? s->part : p->data);
	const struct bcd_device vhd = {
		.kind = BCD_DEVICE_VHD,
		.path = s->answer->path,
		.host = &host,
	};
	const struct bcdboot_options options = {
		.entry =
			{
				.firmware = p->answer->layout == ANSWER_MBR
						    ? BCD_BIOS
						    : BCD_UEFI,
				.description = s->description,
				.locale = p->answer->locale,
				.system = &system,
				.windows = s->answer->on_partition ? &host
								   : &vhd,
				.loader = s->loader_id,
				.resume = s->resume_id,
				.timeout = p->answer->timeout,
				.keep_default = s != p->first,
				.add_last = true, // in the answer's order
			},
		.windows = "\\Windows",
		.time = p->time,
		.store_only = s != p->newest,
		.dry = job->dry,
	};

	return write_from(job, s, &options, err);
}

int boot_windows(const struct boot_job *job, struct err *err)
{
	const struct plan *p = job->plan;
	int r = 0;

	for (size_t i = 0; i < p->system_count && !r; i++)
		if (p->systems[i].answer->in_menu)
			r = add_system(job, &p->systems[i], err);
	return r;
}
