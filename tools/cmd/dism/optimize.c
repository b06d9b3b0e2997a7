// SPDX-License-Identifier: MIT
//
// dism /Optimize-Image: a WIM file rebuilt without what no image uses any more, or
// compressed in another way. The new file takes the old one's place when it is whole.

#include <stdio.h>

#include "dism.h"
#include "output.h"

enum { COMPRESS = DISM_IMAGE_SWITCH_COUNT, CHECK_INTEGRITY, PROGRESS, NONE };

static int rebuild(struct wim *wim, const struct wim_write_options *options,
		   bool recompress, struct dism_output *output,
		   struct progress *progress, struct err *err)
{
	struct wim_export_options how = {.is_boot = true,
					 .recompress = recompress};
	struct wim_writer *writer;
	int r = wim_writer_create(output->file, options, &writer, err);

	if (r)
		return r;
	r = wim_export(wim, WIM_ALL_IMAGES, writer, &how, progress, err);
	if (!r)
		r = wim_writer_finish(writer, progress, err);
	wim_writer_free(writer);
	return r;
}

static int run(const struct dism_image *image, const struct cmd_switch *s,
	       const struct dism_compression *c, struct progress *progress,
	       struct err *err)
{
	const struct wim_info *info = wim_get_info(image->wim);
	struct wim_write_options options =
		dism_write_like(info, s[COMPRESS].value ? c : NULL,
				info->has_integrity ||
					s[CHECK_INTEGRITY].value);
	struct dism_output output;
	uint64_t before = info->size, after;
	int r;

	r = dism_check_integrity(image->wim, s[CHECK_INTEGRITY].value, progress,
				 err);
	if (!r)
		r = dism_output_replace(image->path, &output, err);
	if (r)
		return r;
	dism_say("Optimizing image");
	r = rebuild(image->wim, &options, s[COMPRESS].value, &output, progress,
		    err);
	after = output.file->size;
	if (!r)
		r = dism_output_finish(&output, err);
	dism_output_close(&output);
	if (!r)
		printf("%llu bytes before, %llu now\n",
		       (unsigned long long)before, (unsigned long long)after);
	return r;
}

int dism_optimize_image(int argc, char **argv)
{
	struct cmd_switch s[] = {
		DISM_IMAGE_SWITCHES,
		[COMPRESS] = {"Compress", true, NULL},
		[CHECK_INTEGRITY] = {"CheckIntegrity", false, NULL},
		[PROGRESS] = {"Progress", true, NULL},
		[NONE] = {NULL, false, NULL},
	};
	struct dism_compression compression = {0};
	struct cmd_progress progress;
	struct dism_image image;
	struct err err = {0};
	int r = dism_read_switches(argc, argv, s, &s[PROGRESS], &progress);

	if (!r && s[COMPRESS].value)
		r = dism_compression_parse(s[COMPRESS].value, &compression);
	if (!r)
		r = dism_open(s, false, &image);
	if (r)
		return r;
	dism_begin();
	if (wim_get_info(image.wim)->parts > 1)
		r = err_set(&err, -ENOTSUP, image.path, ERR_NOWHERE,
			    "it is split: /Export-Image makes one file of it");
	else
		r = run(&image, s, &compression, &progress.progress, &err);
	cmd_progress_end(&progress);
	r = r ? dism_fail(image.path, &err) : dism_done();
	dism_close(&image);
	return r;
}
