// SPDX-License-Identifier: MIT
//
// dism /Verify-Image: all that a WIM file holds, read and compared with its hashes.

#include <stdio.h>

#include "dism.h"

enum { PROGRESS = DISM_IMAGE_SWITCH_COUNT, NONE };

static int run(const struct dism_image *image, const struct cmd_switch *s,
	       struct progress *progress, struct err *err)
{
	(void)s;
	dism_say("Verifying image");
	return wim_verify(image->wim, progress, err);
}

int dism_verify_image(int argc, char **argv)
{
	struct cmd_switch s[] = {
		DISM_IMAGE_SWITCHES,
		[PROGRESS] = {"Progress", true, NULL},
		[NONE] = {NULL, false, NULL},
	};

	return dism_on_image(argc, argv, s, &s[PROGRESS], false, run);
}
