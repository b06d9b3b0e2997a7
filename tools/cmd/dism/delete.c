// SPDX-License-Identifier: MIT
//
// dism /Delete-Image: an image taken out of a WIM file, in place.

#include <stdio.h>

#include "dism.h"
#include "output.h"

enum { CHECK_INTEGRITY = DISM_IMAGE_SWITCH_COUNT, PROGRESS, NONE };

static int run(const struct dism_image *image, const struct cmd_switch *s,
	       struct progress *progress, struct err *err)
{
	struct dism_output output;
	int r = 0;

	if (s[CHECK_INTEGRITY].value)
		r = wim_check_integrity(image->wim, progress, err);
	if (!r)
		r = dism_output_open(image->path, &output, err);
	if (r)
		return r;
	dism_say("Deleting image");
	r = wim_delete(output.wim, image->index, progress, err);
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

	return dism_on_image(argc, argv, s, &s[PROGRESS], true, run);
}
