// SPDX-License-Identifier: MIT
//
// dism /Export-Image: an image, from one WIM file to another, which is made when it
// is not there.

#include <stdio.h>
#include <string.h>

#include "dism.h"
#include "output.h"

enum {
	SOURCE_FILE,
	SOURCE_INDEX,
	SOURCE_NAME,
	SWM_FILE,
	CREDENTIALS,
	DESTINATION_FILE,
	DESTINATION_NAME,
	COMPRESS,
	BOOTABLE,
	CHECK_INTEGRITY,
	PROGRESS,
	NONE
};

// A file that is there goes on as it is.
static int begin(const char *path, bool exists, const struct wim_info *source,
		 const struct dism_compression *compression, bool has_integrity,
		 struct dism_output *output, struct wim_writer **writer,
		 struct err *err)
{
	struct wim_write_options options;
	int r = exists ? dism_output_open(path, output, err)
		       : dism_output_make(path, output, err);

	if (r)
		return r;
	options = dism_write_like(exists ? wim_get_info(output->wim) : source,
				  compression, has_integrity);
	r = exists ? wim_writer_append(output->wim, &options, writer, err)
		   : wim_writer_create(output->file, &options, writer, err);
	if (r)
		dism_output_close(output);
	return r;
}

static int run(const struct dism_image *image, const struct cmd_switch *s,
	       const struct dism_compression *compression,
	       struct cmd_progress *progress, struct err *err)
{
	const char *path = s[DESTINATION_FILE].value;
	struct wim_export_options how = {
		.name = s[DESTINATION_NAME].value,
		.is_boot = s[BOOTABLE].value,
		.recompress = s[COMPRESS].value,
	};
	struct dism_output output;
	struct wim_writer *writer;
	bool exists;
	int r = dism_output_exists(path, &exists, err);

	if (!r)
		r = dism_check_integrity(image->wim, s[CHECK_INTEGRITY].value,
					 &progress->progress, err);
	if (!r && exists && s[COMPRESS].value)
		return err_set(err, -EINVAL, path, ERR_NOWHERE,
			       "it is there, and keeps its compression: "
			       "/Compress is for a new file");
	if (!r)
		r = begin(path, exists, wim_get_info(image->wim),
			  s[COMPRESS].value ? compression : NULL,
			  s[CHECK_INTEGRITY].value, &output, &writer, err);
	if (r)
		return r;
	dism_say("Exporting image");
	r = wim_export(image->wim, image->index, writer, &how,
		       &progress->progress, err);
	if (!r)
		r = wim_writer_finish(writer, &progress->progress, err);
	wim_writer_free(writer);
	if (!r)
		r = dism_output_finish(&output, err);
	dism_output_close(&output);
	return r;
}

// The switches of a source by the names that dism_open knows.
static void name_source(const struct cmd_switch *s,
			struct cmd_switch image[DISM_IMAGE_SWITCH_COUNT])
{
	image[0].value = s[SOURCE_FILE].value;
	image[2].value = s[SOURCE_INDEX].value;
	image[3].value = s[SOURCE_NAME].value;
	image[4].value = s[SWM_FILE].value;
	image[5].value = s[CREDENTIALS].value;
}

int dism_export_image(int argc, char **argv)
{
	struct cmd_switch s[] = {
		[SOURCE_FILE] = {"SourceImageFile", true, NULL},
		[SOURCE_INDEX] = {"SourceIndex", true, NULL},
		[SOURCE_NAME] = {"SourceName", true, NULL},
		[SWM_FILE] = {"SWMFile", true, NULL},
		[CREDENTIALS] = {"Credentials", true, NULL},
		[DESTINATION_FILE] = {"DestinationImageFile", true, NULL},
		[DESTINATION_NAME] = {"DestinationName", true, NULL},
		[COMPRESS] = {"Compress", true, NULL},
		[BOOTABLE] = {"Bootable", false, NULL},
		[CHECK_INTEGRITY] = {"CheckIntegrity", false, NULL},
		[PROGRESS] = {"Progress", true, NULL},
		[NONE] = {NULL, false, NULL},
	};
	struct cmd_switch source[] = {DISM_IMAGE_SWITCHES};
	struct dism_compression compression = {0};
	struct cmd_progress progress;
	struct dism_image image;
	struct err err = {0};
	bool is_all;
	int r = dism_read_switches(argc, argv, s, &s[PROGRESS], &progress);

	if (r)
		return r;
	if (!s[SOURCE_FILE].value || !s[DESTINATION_FILE].value)
		return cmd_misuse(dism_name(), "/%s:FILE is missing",
				  s[SOURCE_FILE].value ? "DestinationImageFile"
						       : "SourceImageFile");
	r = dism_check_name(s[DESTINATION_NAME].value);
	if (!r && s[COMPRESS].value)
		r = dism_compression_parse(s[COMPRESS].value, &compression);
	if (r)
		return r;
	name_source(s, source);
	is_all = s[SOURCE_INDEX].value && !strcmp(s[SOURCE_INDEX].value, "*");
	if (is_all)
		source[2].value = NULL;
	r = dism_open(source, !is_all, &image);
	if (r)
		return r;
	dism_begin();
	r = run(&image, s, &compression, &progress, &err);
	cmd_progress_end(&progress);
	dism_close(&image);
	return r ? dism_fail(s[DESTINATION_FILE].value, &err) : dism_done();
}
