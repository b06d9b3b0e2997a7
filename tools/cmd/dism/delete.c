// SPDX-License-Identifier: MIT
//
// dism /Delete-Image: an image taken out of a WIM file, in place.

#include <stdio.h>

#include "dism.h"
#include "output.h"

enum { CHECK_INTEGRITY = DISM_IMAGE_SWITCH_COUNT, PROGRESS, NONE };

static int run(const struct dism_image *image, bool check,
	       struct cmd_progress *progress, struct err *err)
{
	struct dism_output output;
	int r = 0;

	if (check)
		r = wim_check_integrity(image->wim, &progress->progress, err);
	if (!r)
		r = dism_output_open(image->path, &output, err);
	if (r)
		return r;
	puts("Deleting image");
	fflush(stdout);
	r = wim_delete(output.wim, image->index, &progress->progress, err);
	if (!r)
		r = dism_output_finish(&output, err);
	dism_output_close(&output);
	return r;
}

int dism_delete_image(int argc, char **argv)
{
	struct cmd_switch s[] = {
		DISM_IMAGE_SWITCHES,
		[CHECK_INTEGRITY] = {"CheckIntegrity", false, NULL},
		[PROGRESS] = {"Progress", true, NULL},
		[NONE] = {NULL, false, NULL},
	};
	struct cmd_progress progress;
	struct dism_image image;
	struct err err = {0};
	int r = dism_read_switches(argc, argv, s, &s[PROGRESS], &progress);

	if (!r)
		r = dism_open(s, true, &image);
	if (r)
		return r;
	dism_begin();
	r = run(&image, s[CHECK_INTEGRITY].value, &progress, &err);
	cmd_progress_end(&progress);
	r = r ? dism_fail(image.path, &err) : dism_done();
	dism_close(&image);
	return r;
}
