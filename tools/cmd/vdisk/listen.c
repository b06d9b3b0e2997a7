// SPDX-License-Identifier: MIT
//
// What the parts of vdisk show while a virtual disk is made or changed.

#include <stdio.h>

#include "vdisk_cmd.h"

static void print_note(void *ctx, const char *text)
{
	const struct vdisk_listening *w = ctx;

	fprintf(stderr, "vdisk: %s%s%s\n", w->address, err_colon(w->address),
		text);
}

int vdisk_listen(struct vdisk_listening *w, const char *address,
		 const char *style)
{
	w->address = address;
	w->listener = (struct storage_vdisk_listener){&w->progress.progress,
						      print_note, w};
	if (cmd_progress_init(&w->progress, style))
		return cmd_misuse("vdisk",
				  "%s: must be bar, lines, json or none",
				  style);
	return 0;
}
