// SPDX-License-Identifier: MIT
//
// dism /Apply-Image into a folder of the host.

#include <stdio.h>
#include <sys/stat.h>

#include "apply.h"
#include "image_into.h"

bool dism_is_host_folder(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

// The first of each kind by name, and how many more there are.
static void warn_lost(const struct into_result *result)
{
	for (int i = 0; i < INTO_LOSSES; i++) {
		const struct into_lost *lost = &result->lost[i];
		const char *text = into_loss_text((enum into_loss)i);

		// Each file of Windows has a descriptor: that goes without saying.
		if (!lost->count || i == INTO_SECURITY)
			continue;
		if (lost->count == 1)
			cmd_warn(dism_name(), lost->first[0], "%s", text);
		else
			cmd_warn(dism_name(), lost->first[0],
				 "%s; and %llu more files or folders", text,
				 (unsigned long long)lost->count - 1);
	}
}

int dism_apply_into_host(const struct dism_image *image, const char *folder,
			 bool verify, bool keep_links, bool unix_data,
			 struct cmd_progress *progress, struct err *err)
{
	struct into_options options = {.verify = verify,
				       .keep_links = keep_links,
				       .unix_data = unix_data};
	struct into_result result;
	int r;

	puts("Applying image");
	fflush(stdout);
	r = image_into_host(image->wim, image->index, folder, &options,
			    &progress->progress, &result, err);
	cmd_progress_end(progress);
	if (!r)
		warn_lost(&result);
	return r;
}
