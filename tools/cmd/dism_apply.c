// SPDX-License-Identifier: MIT
//
// dism /Apply-Image: an image onto a volume, which is built anew.

#include <stdio.h>
#include <string.h>

#include "address.h"
#include "apply.h"
#include "cmd.h"
#include "dism.h"

// A volume that is to be rebuilt keeps its label, serial number and cluster
// size; one that holds files is only replaced when asked to.
static int keep_identity(struct place *place, bool replace,
			 struct ntfs_build_options *options, char label[97],
			 struct err *err)
{
	const struct ntfs_info *info;
	bool empty;
	int r;

	if (!place->ntfs)
		return err_set(err, -ENOTSUP, place->host_path, ERR_NOWHERE,
			       "an image is applied to NTFS volumes only");
	r = ntfs_is_empty(place->ntfs, &empty, err);
	if (r)
		return r;
	if (!empty && !replace)
		return err_set(err, -ENOTEMPTY, place->host_path, ERR_NOWHERE,
			       "the volume holds files; --replace destroys "
			       "them");
	info = ntfs_get_info(place->ntfs);
	snprintf(label, 97, "%s", info->label);
	options->label = label;
	options->serial = info->serial;
	options->cluster_size = info->cluster_size;
	return 0;
}

static uint64_t hidden_sectors(const struct place *place)
{
	for (size_t i = place->level_count; i--;)
		if (place->levels[i].kind == PLACE_PARTITION)
			return place->levels[i].part.start /
			       place->disk->sector_size;
	return 0;
}

// Whether anything that can be opened as a volume is there. A device without
// one is built on as it is.
static int open_volume(const char *address, bool replace,
		       struct apply_options *options, char label[97],
		       struct place **ret, struct err *err)
{
	char with_root[4096];
	struct place *place;
	size_t n = strlen(address);
	bool has_path = n && (address[n - 1] == '\\' || address[n - 1] == '/');
	const char *found;
	int r;

	snprintf(with_root, sizeof(with_root), "%.*s",
		 (int)(has_path ? n - 2 : n), address);
	r = address_open(with_root, ADDRESS_WRITE, &place, err);
	if (r)
		return r;
	r = part_probe(place->disk, &found, err);
	options->volume.hidden_sectors = hidden_sectors(place);
	if (!r && found && !strcmp(found, "NTFS")) {
		r = ntfs_open(place->disk, &place->ntfs, err);
		if (!r)
			r = keep_identity(place, replace, &options->volume,
					  label, err);
		ntfs_close(place->ntfs);
		place->ntfs = NULL;
	} else if (!r && found && !replace) {
		r = err_set(err, -ENOTEMPTY, address, ERR_NOWHERE,
			    "it holds %s; --replace destroys it", found);
	} else if (!r) {
		struct guid serial;

		r = guid_random(&serial, err);
		memcpy(&options->volume.serial, &serial,
		       sizeof(options->volume.serial));
	}
	if (r) {
		address_close(place);
		return r;
	}
	*ret = place;
	return 0;
}

int dism_apply(const struct dism_request *request)
{
	struct apply_options options = {.volume.time = filetime_now()};
	struct cmd_progress progress;
	struct apply_result result;
	struct place *image = NULL, *volume = NULL;
	struct wim *wim = NULL;
	struct err err = {0};
	char label[97];
	uint32_t index = 0;
	int r;

	if (!request->image_file || !request->image || !request->apply_dir)
		return cmd_misuse("dism", "/Apply-Image needs /ImageFile:, "
					  "/Index: or /Name:, and /ApplyDir:");
	if (cmd_progress_init(&progress, request->progress))
		return cmd_misuse("dism", "%s: no such style",
				  request->progress);
	r = address_open(request->image_file, ADDRESS_FILE, &image, &err);
	if (!r)
		r = wim_open(image->disk, &wim, &err);
	if (!r)
		index = wim_find_image(wim, request->image);
	if (!r && !index)
		r = err_set(&err, -ENOENT, request->image_file, ERR_NOWHERE,
			    "there is no image \"%s\"", request->image);
	if (!r)
		r = open_volume(request->apply_dir, request->replace, &options,
				label, &volume, &err);
	if (!r) {
		puts("Applying image");
		fflush(stdout);
		r = apply_image(wim, index, volume->disk, &options,
				&progress.progress, &result, &err);
		cmd_progress_end(&progress);
	}
	address_close(volume);
	wim_close(wim);
	address_close(image);
	if (r)
		return cmd_fail("dism", NULL, &err);
	puts("The operation completed successfully.");
	return CMD_OK;
}
