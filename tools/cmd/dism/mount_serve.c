// SPDX-License-Identifier: MIT
//
// The process that serves a mounted image: the WIM, the file of changes, and the
// volume that they make.

#include <limits.h>
#include <stdio.h>

#include "../block_server.h"
#include "image_mount.h"
#include "mounted.h"
#include "ublk.h"

struct job {
	const struct mounted *mounted;
	bool is_new;
	// In the server:
	struct dism_image image;
	struct disk *changes;
	struct image_mount *mount;
};

// Of one for reading the file never gets a name, and ends with the server.
static int open_changes(struct job *job, uint64_t size, struct err *err)
{
	const struct mounted *m = job->mounted;
	char path[PATH_MAX];

	if (!m->read_only)
		return disk_open_file(m->changes, 0, &job->changes, err);
	snprintf(path, sizeof(path), "%s/slipway-mount-%s", m->changes, m->id);
	return disk_create_file(path, size, 512, &job->changes, err);
}

static int make_volume(struct job *job, struct progress *progress,
		       struct err *err)
{
	const struct mounted *m = job->mounted;
	struct image_mount_options options = {.read_only = m->read_only,
					      .time = filetime_now()};
	struct image_mount_plan plan;
	struct guid id;
	int r = image_mount_plan(job->image.wim, m->index, m->read_only, &plan,
				 err);

	if (!r)
		r = open_changes(job, plan.size, err);
	if (r)
		return r;
	if (!job->is_new)
		return image_mount_open(job->image.wim, m->index, job->changes,
					&job->mount, err);
	if (!guid_parse(m->id, &id))
		options.serial = load_le64(id.b);
	return image_mount_new(job->image.wim, m->index, job->changes, &options,
			       progress, &job->mount, err);
}

static int open_volume(void *ctx, struct disk **ret, struct err *err)
{
	struct job *job = ctx;
	const struct mounted *m = job->mounted;
	int r = dism_open_image(m->image, m->parts, m->credentials, &job->image,
				err);

	if (!r)
		r = make_volume(job, NULL, err);
	if (!r)
		*ret = image_mount_disk(job->mount);
	return r;
}

static int finish_volume(void *ctx, struct err *err)
{
	struct job *job = ctx;

	return job->mounted->read_only ? 0 : disk_finish(job->changes, err);
}

static void close_volume(void *ctx)
{
	struct job *job = ctx;

	image_mount_close(job->mount);
	disk_close(job->changes);
	dism_close(&job->image);
}

// Returns the server's process, or -1.
static int find_pid(int device)
{
	struct ublk_entry *items;
	struct err err = {0};
	size_t count;
	int pid = -1;

	if (ublk_list(&items, &count, &err))
		return -1;
	for (size_t i = 0; i < count; i++)
		if (items[i].id == device)
			pid = items[i].pid;
	mem_free(items);
	return pid;
}

int mounted_serve(struct mounted *m, bool is_new, struct err *err)
{
	struct job job = {.mounted = m, .is_new = is_new || m->read_only};
	const struct block_source source = {"dism",       m->read_only,
					    open_volume,  finish_volume,
					    close_volume, &job};
	int r = block_server_start(&source, &m->device, err);

	if (!r)
		m->pid = find_pid(m->device);
	return r;
}
