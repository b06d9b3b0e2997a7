// SPDX-License-Identifier: MIT
//
// dism /Get-MountedImageInfo: what is mounted, laid out as Windows' DISM does; and
// /Cleanup-Mountpoints, which forgets what cannot be had again.

#include <stdio.h>
#include <unistd.h>

#include "mounted.h"

static const char *status_text(enum mounted_status status)
{
	static const char *const texts[] = {
		[MOUNTED_OK] = "Ok",
		[MOUNTED_LOST] = "Needs Remount",
		[MOUNTED_INVALID] = "Invalid",
	};

	return texts[status];
}

// All of a verb that looks at each mount and takes no words.
static int on_each(int argc, char **argv,
		   int (*fn)(const struct mounted_list *list, struct err *err))
{
	struct cmd_switch s[] = {{0}};
	struct mounted_list list;
	struct err err = {0};
	int others, r = cmd_switches(argc, argv, s, &others);

	if (r)
		return r;
	if (others)
		return cmd_misuse(dism_name(), "%s%sunexpected", argv[1],
				  err_colon(argv[1]));
	dism_begin();
	if (mounted_read(&list, &err))
		return dism_fail(mounted_folder(), &err);
	r = fn(&list, &err);
	mounted_done(&list);
	return r ? dism_fail(mounted_folder(), &err) : dism_done();
}

static int show(const struct mounted_list *list, struct err *err)
{
	puts(list->count ? "Mounted images:\n" : "No mounted images found.\n");
	for (size_t i = 0; i < list->count; i++) {
		const struct mounted *m = &list->items[i];

		printf("Mount Dir : %s\n", m->dir);
		printf("Image File : %s\n", m->image);
		printf("Image Index : %u\n", (unsigned)m->index);
		printf("Mounted Read/Write : %s\n",
		       m->read_only ? "No" : "Yes");
		printf("Status : %s\n\n", status_text(mounted_look(m)));
	}
	return 0;
}

int dism_mounted_info(int argc, char **argv)
{
	return on_each(argc, argv, show);
}

// What can be mounted again stays: it may hold changes.
static int clean_up(const struct mounted_list *list, struct err *err)
{
	int r = 0;

	printf("Scanning %s for stale files\n", mounted_folder());
	for (size_t i = 0; !r && i < list->count; i++) {
		struct mounted *m = &list->items[i];

		if (mounted_look(m) != MOUNTED_INVALID)
			continue;
		r = mounted_detach(m, true, err);
		if (r)
			break;
		if (!m->read_only)
			unlink(m->changes);
		r = mounted_remove(m, err);
	}
	return r;
}

int dism_cleanup_mountpoints(int argc, char **argv)
{
	return on_each(argc, argv, clean_up);
}
