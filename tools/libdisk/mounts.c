// SPDX-License-Identifier: MIT
//
// Volumes that the environment shows its shells below DISK_MOUNTS, read-only: nobody
// writes there, so they are taken down for who opens their disk for himself, and are
// there again, as they are then, when he closes it.

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>

#include "file_priv.h"

struct shown {
	char source[128], point[64], type[16];
};

struct disk_shown {
	size_t count;
	struct shown list[26];
};

// Whether a device, "8:3", is one of sysfs' folder `disk` or in it: its partition.
static bool is_of(const char *numbers, const char *disk)
{
	char link[64], path[PATH_MAX];
	size_t len = strlen(disk);

	snprintf(link, sizeof(link), "/sys/dev/block/%s", numbers);
	return realpath(link, path) && !strncmp(path, disk, len) &&
	       (!path[len] || path[len] == '/');
}

static void find_shown(const char *disk, struct disk_shown *s)
{
	FILE *in = fopen("/proc/self/mountinfo", "re");
	char line[4096];

	while (in && fgets(line, sizeof(line), in) &&
	       s->count < sizeof(s->list) / sizeof(*s->list)) {
		struct shown *m = &s->list[s->count];
		const char *rest = strstr(line, " - ");
		char numbers[32];

		if (rest &&
		    sscanf(line, "%*s %*s %31s %*s %63s", numbers, m->point) ==
			    2 &&
		    sscanf(rest, " - %15s %127s", m->type, m->source) == 2 &&
		    !strncmp(m->point, DISK_MOUNTS, strlen(DISK_MOUNTS)) &&
		    is_of(numbers, disk))
			s->count++;
	}
	if (in)
		fclose(in);
}

// Leaves in the list what was taken down.
static void take_down(struct disk_shown *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->count; i++)
		if (!umount2(s->list[i].point, 0))
			s->list[kept++] = s->list[i];
	s->count = kept;
}

bool disk_shown_take(struct file_disk *f, const struct stat *device)
{
	char link[64], disk[PATH_MAX];

	if (f->shown) // once: what is in use stays so
		return false;
	snprintf(link, sizeof(link), "/sys/dev/block/%u:%u",
		 major(device->st_rdev), minor(device->st_rdev));
	if (!realpath(link, disk))
		return false;
	f->shown = mem_alloc(sizeof(*f->shown));
	if (!f->shown)
		return false;
	find_shown(disk, f->shown);
	take_down(f->shown);
	return f->shown->count;
}

int disk_show(const char *device, const char *point, const char *type)
{
	unsigned long flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC |
			      MS_NOATIME;

	return mount(device, point, type, flags, "iocharset=utf8") ? -errno : 0;
}

// It may have been formatted meanwhile.
void disk_shown_put(struct file_disk *f)
{
	static const char *const types[] = {"ntfs3", "vfat"};
	const struct disk_shown *s = f->shown;

	for (size_t i = 0; s && i < s->count; i++) {
		const struct shown *m = &s->list[i];

		for (size_t k = 0; k < 2; k++)
			if (!disk_show(m->source, m->point, types[k]))
				break;
	}
	mem_free(f->shown);
	f->shown = NULL;
}
