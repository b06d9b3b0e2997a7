// SPDX-License-Identifier: MIT
//
// dism /Capture-Image and /Append-Image: a volume or a folder as an image of a new
// WIM file, or of one that is there.

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "capture.h"
#include "dism.h"
#include "output.h"

#define CONFIG_MAX (UINT64_C(1) << 20)

enum {
	IMAGE_FILE,
	CAPTURE_DIR,
	NAME,
	DESCRIPTION,
	FLAGS,
	CONFIG_FILE,
	COMPRESS,
	BOOTABLE,
	CHECK_INTEGRITY,
	VERIFY,
	NO_RP_FIX,
	EA,
	UNIX_DATA,
	PROGRESS,
	NONE
};

#define SWITCHES                                                               \
	{                                                                      \
		[IMAGE_FILE] = {"ImageFile", true, NULL},                      \
		[CAPTURE_DIR] = {"CaptureDir", true, NULL},                    \
		[NAME] = {"Name", true, NULL},                                 \
		[DESCRIPTION] = {"Description", true, NULL},                   \
		[FLAGS] = {"Flags", true, NULL},                               \
		[CONFIG_FILE] = {"ConfigFile", true, NULL},                    \
		[COMPRESS] = {"Compress", true, NULL},                         \
		[BOOTABLE] = {"Bootable", false, NULL},                        \
		[CHECK_INTEGRITY] = {"CheckIntegrity", false, NULL},           \
		[VERIFY] = {"Verify", false, NULL},                            \
		[NO_RP_FIX] = {"NoRpFix", false, NULL},                        \
		[EA] = {"EA", false, NULL},                                    \
		[UNIX_DATA] = {"UnixData", false, NULL},                       \
		[PROGRESS] = {"Progress", true, NULL},                         \
		[NONE] = {NULL, false, NULL},                                  \
	}

// What is captured, and by what.
struct source {
	struct spot *spot;
	struct ntfs *ntfs;
	struct capture_rules *rules;
	struct capture *capture;
};

static void close_source(struct source *s)
{
	capture_free(s->capture);
	capture_rules_free(s->rules);
	ntfs_close(s->ntfs);
	spot_close(s->spot);
}

static int read_rules(const char *path, struct capture_rules **ret,
		      struct err *err)
{
	struct disk *file;
	void *text;
	int r;

	if (!path)
		return capture_rules_new(ret, err);
	r = address_open_file(path, NULL, &file, err);
	if (r)
		return r;
	if (file->size > CONFIG_MAX)
		r = err_set(err, -EFBIG, path, ERR_NOWHERE,
			    "it is larger than 1 MiB");
	if (!r)
		r = disk_read_all(file, &text, err);
	if (!r) {
		r = capture_rules_parse(text, (size_t)file->size, path, ret,
					err);
		mem_free(text);
	}
	disk_close(file);
	return r;
}

// Nobody changes the source meanwhile: what lies on the disk that is written to is
// as safe as that, and cannot be had alone twice. `to` is NULL on the host.
static int open_source(const char *dir, const char *file,
		       const struct place *to, struct source *s,
		       struct err *err)
{
	bool is_same = to && address_is_same_host(dir, file);
	int r = spot_open(dir, is_same ? 0 : ADDRESS_ALONE, &s->spot, err);

	if (r || !is_same || spot_is_host(s->spot) ||
	    !address_is_below(to, s->spot->place,
			      s->spot->place->level_count - 1))
		return r;
	return err_set(err, -EBUSY, file, ERR_NOWHERE,
		       "it lies in the volume that is captured: name a file "
		       "elsewhere");
}

static int open_ntfs(struct source *s, const char *dir, struct err *err)
{
	const char *in_use;
	int r = ntfs_open(s->spot->place->disk, &s->ntfs, err);

	if (!r)
		r = ntfs_in_use(s->ntfs, &in_use, err);
	if (!r && in_use)
		cmd_warn(dism_name(), dir,
			 "%s: what was written to it last may be missing in "
			 "the image",
			 in_use);
	return r;
}

static int scan(const char *dir, const struct capture_options *options,
		struct source *s, struct progress *progress, struct err *err)
{
	int r;

	if (spot_is_host(s->spot))
		return capture_host(s->spot->path, options, progress,
				    &s->capture, err);
	if (strcmp(s->spot->tree->kind, "NTFS"))
		return capture_tree(s->spot->tree, s->spot->path, options,
				    progress, &s->capture, err);
	r = open_ntfs(s, dir, err);
	return r ? r
		 : capture_ntfs(s->ntfs, s->spot->path, options, progress,
				&s->capture, err);
}

// --- What is not in the image ------------------------------------------------

void dism_warn_captured(const struct capture_result *result)
{
	for (int i = 0; i < CAPTURE_LOSSES; i++) {
		const struct capture_lost *lost = &result->lost[i];
		const char *text = capture_loss_text((enum capture_loss)i);

		for (int k = 0; k < CAPTURE_FIRST && lost->first[k]; k++)
			cmd_warn(dism_name(), lost->first[k], "%s", text);
		if (lost->count > CAPTURE_FIRST)
			cmd_warn(dism_name(), "and others",
				 "%llu more files or folders of which each %s",
				 (unsigned long long)lost->count -
					 CAPTURE_FIRST,
				 text);
	}
}

// --- Writing -----------------------------------------------------------------

static int add_image(struct source *source, const struct cmd_switch *s,
		     struct wim_writer *writer, struct progress *progress,
		     struct err *err)
{
	struct wim_new_image info = {
		.name = s[NAME].value,
		.description = s[DESCRIPTION].value,
		.flags = s[FLAGS].value,
		.is_boot = s[BOOTABLE].value,
	};
	size_t count;
	struct wim_content *const *list =
		capture_content(source->capture, &count);
	int r = wim_writer_add_content(writer, list, count, progress, err);

	if (!r)
		r = capture_windows(source->capture, &info.properties,
				    &info.property_count, err);
	if (!r)
		r = wim_writer_add_image(writer, capture_image(source->capture),
					 &info, err);
	if (!r)
		r = wim_writer_finish(writer, progress, err);
	return r;
}

// /Verify: what was written is read again, all of it.
static int verify(const char *path, struct progress *progress, struct err *err)
{
	struct disk *file;
	struct wim *wim;
	int r = address_open_file(path, NULL, &file, err);

	if (r)
		return r;
	r = wim_open(file, &wim, err);
	if (!r) {
		r = wim_verify(wim, progress, err);
		wim_close(wim);
	}
	disk_close(file);
	return r;
}

static int check_name(const struct wim *wim, const char *name, struct err *err)
{
	for (uint32_t i = 1; i <= wim_get_info(wim)->images; i++)
		if (!strcasecmp(wim_get_image_info(wim, i)->name, name))
			return err_set(err, -EEXIST, name, ERR_NOWHERE,
				       "there is an image of this name");
	return 0;
}

static int open_output(const struct cmd_switch *s, bool append,
		       struct dism_output *output, struct err *err)
{
	const char *path = s[IMAGE_FILE].value;
	int r;

	if (append) {
		r = dism_output_open(path, output, err);
		return r ? r : check_name(output->wim, s[NAME].value, err);
	}
	r = dism_output_make(path, output, err);
	if (r == -EEXIST)
		cmd_advise(err, "/Append-Image adds an image to it");
	return r;
}

static int write_image(struct source *source, const struct cmd_switch *s,
		       const struct dism_compression *c,
		       struct dism_output *output, struct progress *progress,
		       struct err *err)
{
	struct wim_write_options options = {
		.compression = c->compression,
		.level = c->level,
		.is_solid = c->is_solid,
		.has_integrity = s[CHECK_INTEGRITY].value,
		.rp_fix = !s[NO_RP_FIX].value,
	};
	struct wim_writer *writer = NULL;
	int r = 0;

	// A table that is made is of content that is sound.
	if (output->wim && options.has_integrity)
		r = wim_verify(output->wim, progress, err);
	if (!r)
		r = output->wim ? wim_writer_append(output->wim, &options,
						    &writer, err)
				: wim_writer_create(output->file, &options,
						    &writer, err);
	if (!r)
		r = add_image(source, s, writer, progress, err);
	wim_writer_free(writer);
	return r ? r : dism_output_finish(output, err);
}

// What goes where is opened before anything is read, so that what can be wrong
// with it is said at once.
static int capture_into(const struct cmd_switch *s,
			const struct dism_compression *c,
			struct dism_output *output, struct source *source,
			struct progress *progress, struct err *err)
{
	const struct capture_options options = {
		.rules = source->rules,
		.keep_links = s[NO_RP_FIX].value,
		.unix_data = s[UNIX_DATA].value,
		.output = s[IMAGE_FILE].value,
	};
	const struct place *to = output->place  ? output->place
				 : output->spot ? output->spot->place
						: NULL;
	int r = open_source(s[CAPTURE_DIR].value, s[IMAGE_FILE].value, to,
			    source, err);

	if (!r)
		r = scan(s[CAPTURE_DIR].value, &options, source, progress, err);
	return r ? r : write_image(source, s, c, output, progress, err);
}

static int run(const struct cmd_switch *s, const struct dism_compression *c,
	       bool append, struct cmd_progress *progress, struct err *err)
{
	struct source source = {0};
	struct dism_output output = {0};
	int r = read_rules(s[CONFIG_FILE].value, &source.rules, err);

	dism_say(append ? "Appending image" : "Saving image");
	if (!r)
		r = open_output(s, append, &output, err);
	if (!r)
		r = capture_into(s, c, &output, &source, &progress->progress,
				 err);
	dism_output_close(&output);
	if (!r && s[VERIFY].value)
		r = verify(s[IMAGE_FILE].value, &progress->progress, err);
	if (!r) {
		cmd_progress_end(progress);
		dism_warn_captured(capture_get_result(source.capture));
	}
	close_source(&source);
	return r;
}

static int check_words(const struct cmd_switch *s, bool append,
		       struct dism_compression *c)
{
	static const struct {
		int which;
		const char *text;
	} needed[] = {
		{IMAGE_FILE, "/ImageFile:FILE is missing: which WIM file?"},
		{CAPTURE_DIR, "/CaptureDir:VOLUME is missing: what is to be "
			      "captured?"},
		{NAME, "/Name:NAME is missing: how is the image called?"},
	};

	int r;

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!s[needed[i].which].value)
			return cmd_misuse(dism_name(), "%s", needed[i].text);
	r = dism_check_name(s[NAME].value);
	if (r)
		return r;
	if (append && s[COMPRESS].value)
		return cmd_misuse(dism_name(),
				  "/Compress is for a new file: one that is "
				  "there keeps its compression");
	return s[COMPRESS].value ? dism_compression_parse(s[COMPRESS].value, c)
				 : 0;
}

static int capture(int argc, char **argv, bool append)
{
	struct cmd_switch s[] = SWITCHES;
	// as DISM when nothing is said
	struct dism_compression c = {WIM_COMPRESSION_XPRESS, CODEC_USUAL,
				     false};
	struct cmd_progress progress;
	struct err err = {0};
	int r = dism_read_switches(argc, argv, s, &s[PROGRESS], &progress);

	if (!r)
		r = check_words(s, append, &c);
	if (r)
		return r;
	dism_begin();
	r = run(s, &c, append, &progress, &err);
	cmd_progress_end(&progress);
	return r ? dism_fail(s[IMAGE_FILE].value, &err) : dism_done();
}

int dism_capture_image(int argc, char **argv)
{
	return capture(argc, argv, false);
}

int dism_append_image(int argc, char **argv)
{
	return capture(argc, argv, true);
}
