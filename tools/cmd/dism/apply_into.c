// SPDX-License-Identifier: MIT
//
// dism /Apply-Image into what is there already: a folder of the host, or a volume
// that holds files.

#include <stdio.h>
#include <sys/stat.h>

#include "apply.h"
#include "image_into.h"

bool dism_is_host_folder(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

void dism_say_applying(void)
{
	dism_say("Applying image");
}

void dism_warn_lost(const char *text, const char *first, uint64_t count)
{
	if (count == 1)
		cmd_warn(dism_name(), first, "%s", text);
	else if (count)
		cmd_warn(dism_name(), first,
			 "%s; and %llu more files or folders", text,
			 (unsigned long long)count - 1);
}

// The first of each kind by name, and how many more there are.
static void warn_lost(const struct into_result *result)
{
	// Each file of Windows has a descriptor: that goes without saying.
	for (int i = 0; i < INTO_LOSSES; i++)
		if (i != INTO_SECURITY)
			dism_warn_lost(into_loss_text((enum into_loss)i),
				       result->lost[i].first[0],
				       result->lost[i].count);
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

	dism_say_applying();
	r = image_into_host(image->wim, image->index, folder, &options,
			    &progress->progress, &result, err);
	cmd_progress_end(progress);
	if (!r)
		warn_lost(&result);
	return r;
}

int dism_apply_into_volume(const struct dism_image *image, struct tree *volume,
			   const char *folder, bool verify, bool keep_links,
			   struct cmd_progress *progress, struct err *err)
{
	struct into_options options = {.verify = verify,
				       .keep_links = keep_links};
	struct ntfs *ntfs = volume_ntfs(volume);
	struct into_result result;
	int r = tree_begin(volume, err);

	if (r)
		return r;
	dism_say_applying();
	r = ntfs ? image_into_ntfs(image->wim, image->index, ntfs, folder,
				   &options, &progress->progress, &result, err)
		 : image_into_tree(image->wim, image->index, volume, folder,
				   &options, &progress->progress, &result, err);
	cmd_progress_end(progress);
	if (!r)
		warn_lost(&result);
	return r;
}
