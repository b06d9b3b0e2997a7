// SPDX-License-Identifier: MIT
//
// dism /Apply-Image: an image onto a volume, which is built anew, or which keeps
// the files that it holds.

#include <stdio.h>
#include <string.h>

#include "address.h"
#include "image.h"
#include "apply.h"
#include "storage.h"

enum {
	APPLY_DIR = DISM_IMAGE_SWITCH_COUNT,
	REPLACE,
	CHECK_INTEGRITY,
	VERIFY,
	NO_RP_FIX,
	EA,
	COMPACT,
	COMPACT_BY,
	UNIX_DATA,
	PROGRESS,
	NONE
};

// What is to become of a volume.
enum fate {
	BUILT_ANEW,
	KEPT, // with what it holds
};

// A volume that is to be rebuilt keeps its label, serial number and cluster
// size; one that holds files is only rebuilt when asked to.
static int keep_identity(struct place *place, bool replace,
			 struct ntfs_build_options *options, char label[97],
			 enum fate *ret_fate, struct err *err)
{
	const struct ntfs_info *info;
	struct ntfs *volume;
	bool empty;
	int r = ntfs_open(place->disk, &volume, err);

	if (r)
		return r;
	r = ntfs_is_empty(volume, &empty, err);
	if (!r && !empty && !replace)
		*ret_fate = KEPT;
	info = ntfs_get_info(volume);
	snprintf(label, 97, "%s", info->label);
	options->label = label;
	options->serial = info->serial;
	options->cluster_size = info->cluster_size;
	ntfs_close(volume);
	return r;
}

static int new_identity(struct ntfs_build_options *options, struct err *err)
{
	struct guid serial;
	int r = guid_random(&serial, err);

	memcpy(&options->serial, &serial, sizeof(options->serial));
	return r;
}

static int open_volume(const char *address, bool replace,
		       struct apply_options *options, char label[97],
		       enum fate *ret_fate, struct place **ret, struct err *err)
{
	struct place *place;
	struct part_content found = {0}, missed = {0};
	char text[PART_CONTENT_TEXT];
	int r = address_open_volume(address, ADDRESS_WRITE, &place, err);

	if (r)
		return r;
	*ret_fate = BUILT_ANEW;
	options->volume.hidden_sectors = address_hidden_sectors(place);
	r = part_probe(place->disk, &found, err);
	if (!r && !replace && part_content_is(&found, "FAT"))
		*ret_fate = KEPT;
	else if (!r && !replace)
		r = storage_find_missed(place->disk, &missed, err);
	if (!r && missed.kind != PART_HOLDS_NOTHING &&
	    !part_content_is(&missed, "NTFS"))
		r = err_set(err, -ENOTEMPTY, address, ERR_NOWHERE,
			    "it holds data (%s); --replace destroys it",
			    part_content_text(&missed, text));
	else if (!r && part_content_is(&found, "NTFS"))
		r = keep_identity(place, replace, &options->volume, label,
				  ret_fate, err);
	else if (!r)
		r = new_identity(&options->volume, err);
	if (r)
		cmd_place_close(place);
	else
		*ret = place;
	return r;
}

static bool is_volume(struct disk *d)
{
	struct ntfs *n;

	if (ntfs_open(d, &n, NULL))
		return false;
	ntfs_close(n);
	return true;
}

// A volume that is built anew cannot give the image that lies in it.
static int check_apart(const struct dism_image *image, const char *address,
		       const struct place *target, struct err *err)
{
	struct place *source;
	bool is_inside;

	if (!address_is_same_host(image->path, address))
		return 0;
	// What cannot be opened by its address was read already (standard input).
	if (address_open(image->path, ADDRESS_FILE | ADDRESS_LOOK, &source,
			 NULL))
		return 0;
	is_inside = address_is_below(source, target, target->level_count);
	address_close(source);
	return is_inside ? err_set(err, -EBUSY, address, ERR_NOWHERE,
				   "the image file lies in it, and would be "
				   "destroyed: copy it to another place")
			 : 0;
}

// *ret_fate: after a failure, what became of the volume that was there, or
// NULL.
static int build_anew(const struct dism_image *image, const char *address,
		      struct place *place, const struct apply_options *options,
		      struct cmd_progress *progress, const char **ret_fate,
		      struct err *err)
{
	struct apply_result result;
	bool was_there = is_volume(place->disk);
	int r;

	r = check_apart(image, address, place, err);
	if (r)
		return r;
	dism_say_applying();
	r = apply_image(image->wim, image->index, place->disk, options,
			&progress->progress, &result, err);
	if (r && was_there)
		*ret_fate =
			is_volume(place->disk)
				? "nothing was written to it"
				: "it is no volume now: apply an image again, "
				  "with --replace";
	for (int i = 0; !r && i < APPLY_LOSSES; i++)
		dism_warn_lost(apply_loss_text((enum apply_loss)i),
			       result.lost[i].first, result.lost[i].count);
	return r;
}

static int add_to_volume(const struct dism_image *image,
			 const struct place *place, bool verify,
			 struct cmd_progress *progress, struct err *err)
{
	struct tree *volume;
	int r = volume_open(place->disk, &volume, err);

	if (r)
		return r;
	r = dism_apply_into_volume(image, volume, "\\", verify, false, progress,
				   err);
	cmd_note(place->host_path, tree_note(volume));
	tree_close(volume);
	return r;
}

static int add_to_folder(const struct dism_image *image, const char *address,
			 bool verify, bool keep_links,
			 struct cmd_progress *progress, struct err *err)
{
	struct place *place;
	int r = address_open(address, ADDRESS_WRITE, &place, err);

	if (r)
		return r;
	r = dism_apply_into_volume(image, place->volume, place->path, verify,
				   keep_links, progress, err);
	if (!r)
		r = address_finish(place, err);
	cmd_place_close(place);
	return r;
}

static int not_compact(const char *where, struct err *err)
{
	return err_set(err, -ENOTSUP, where, ERR_NOWHERE,
		       "/Compact is for an NTFS volume that is built anew: an "
		       "empty one, or with --replace");
}

static int apply_to_volume(const struct dism_image *image,
			   const struct cmd_switch *s,
			   struct apply_options *options,
			   struct cmd_progress *progress, const char **ret_fate,
			   struct err *err)
{
	struct err inner = {0};
	struct place *place;
	char label[97];
	enum fate fate;
	int r = open_volume(s[APPLY_DIR].value, s[REPLACE].value, options,
			    label, &fate, &place, &inner);

	// It is no volume as a whole.
	if (r == -EINVAL && !s[REPLACE].value)
		return options->compact
			       ? not_compact(s[APPLY_DIR].value, err)
			       : add_to_folder(image, s[APPLY_DIR].value,
					       options->verify,
					       s[NO_RP_FIX].value, progress,
					       err);
	if (r)
		return err_pass(err, r, &inner);
	if (fate == BUILT_ANEW)
		r = build_anew(image, s[APPLY_DIR].value, place, options,
			       progress, ret_fate, err);
	else if (options->compact)
		r = not_compact(s[APPLY_DIR].value, err);
	else
		r = add_to_volume(image, place, options->verify, progress, err);
	if (!r)
		r = address_finish(place, err);
	cmd_place_close(place);
	return r;
}

static int apply(const struct dism_image *image, const struct cmd_switch *s,
		 enum ntfs_wof_algorithm algorithm,
		 struct cmd_progress *progress, const char **ret_fate,
		 struct err *err)
{
	struct apply_options options = {
		.volume.time = filetime_now(),
		.verify = s[VERIFY].value,
		.compact = s[COMPACT].value || s[COMPACT_BY].value,
		.algorithm = algorithm,
	};
	bool is_host = dism_is_host_folder(s[APPLY_DIR].value);
	int r = 0;

	if (options.compact && is_host)
		return not_compact(s[APPLY_DIR].value, err);
	if (s[CHECK_INTEGRITY].value)
		r = wim_check_integrity(image->wim, &progress->progress, err);
	if (r)
		return r;
	return is_host ? dism_apply_into_host(image, s[APPLY_DIR].value,
					      s[VERIFY].value,
					      s[NO_RP_FIX].value,
					      s[UNIX_DATA].value, progress, err)
		       : apply_to_volume(image, s, &options, progress, ret_fate,
					 err);
}

int dism_apply_image(int argc, char **argv)
{
	struct cmd_switch s[] = {
		DISM_IMAGE_SWITCHES,
		[APPLY_DIR] = {"ApplyDir", true, NULL},
		[REPLACE] = {"Replace", false, NULL},
		[CHECK_INTEGRITY] = {"CheckIntegrity", false, NULL},
		[VERIFY] = {"Verify", false, NULL},
		[NO_RP_FIX] = {"NoRpFix", false, NULL},
		[EA] = {"EA", false, NULL},
		[COMPACT] = {"Compact", false, NULL},
		[COMPACT_BY] = {"Compact", true, NULL},
		[UNIX_DATA] = {"UnixData", false, NULL},
		[PROGRESS] = {"Progress", true, NULL},
		[NONE] = {NULL, false, NULL},
	};
	enum ntfs_wof_algorithm algorithm = NTFS_WOF_XPRESS4K;
	struct cmd_progress progress;
	struct dism_image image;
	const char *fate = NULL;
	struct err err = {0};
	int words, r = cmd_switches(argc, argv, s, &words);

	if (r)
		return r;
	if (words || !s[APPLY_DIR].value)
		return cmd_misuse(dism_name(),
				  words ? "too many words"
					: "/ApplyDir:VOLUME is missing: "
					  "onto which volume?");
	if (s[COMPACT_BY].value &&
	    apply_algorithm_of(s[COMPACT_BY].value, &algorithm))
		return cmd_misuse("dism",
				  "/Compact:%s: must be XPRESS4K, XPRESS8K, "
				  "XPRESS16K or LZX",
				  s[COMPACT_BY].value);
	r = dism_progress_init(&progress, s[PROGRESS].value);
	if (r)
		return r;
	r = dism_open(s, true, &image);
	if (r)
		return r;
	dism_begin();
	r = apply(&image, s, algorithm, &progress, &fate, &err);
	cmd_progress_end(&progress);
	dism_close(&image);
	if (!r)
		return dism_done();
	r = dism_fail(s[APPLY_DIR].value, &err);
	if (fate)
		fprintf(stderr, "%s: %s%s%s\n", dism_name(), s[APPLY_DIR].value,
			err_colon(s[APPLY_DIR].value), fate);
	return r;
}
