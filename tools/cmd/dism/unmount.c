// SPDX-License-Identifier: MIT
//
// dism /Unmount-Image and /Commit-Image: what a mounted image has become goes into
// its WIM, or away.

#include <stdio.h>
#include <unistd.h>

#include "image_mount.h"
#include "mounted.h"
#include "output.h"

enum {
	MOUNT_DIR,
	COMMIT,
	DISCARD,
	CHECK_INTEGRITY,
	APPEND,
	NAME,
	PROGRESS,
	NONE
};

int mounted_run(int argc, char **argv, struct cmd_switch *s,
		const struct cmd_switch *style,
		const char *(*misuse)(const struct cmd_switch *s),
		mounted_fn *fn)
{
	struct cmd_progress progress;
	struct mounted_list list = {0};
	struct mounted *m = NULL;
	struct err err = {0};
	const char *why;
	int r = dism_read_switches(argc, argv, s, style, &progress);

	if (r)
		return r;
	if (!s[MOUNT_DIR].value)
		return cmd_misuse(dism_name(), "/MountDir:FOLDER is missing: "
					       "where is the image mounted?");
	why = misuse ? misuse(s) : NULL;
	if (why)
		return cmd_misuse(dism_name(), "%s", why);
	dism_begin();
	r = mounted_read(&list, &err);
	if (!r)
		m = mounted_find(&list, s[MOUNT_DIR].value);
	if (!r && !m)
		r = err_set(&err, -ENOENT, s[MOUNT_DIR].value, ERR_NOWHERE,
			    "no image is mounted there; /Get-MountedImageInfo "
			    "lists where some are");
	if (!r)
		r = fn(m, s, &progress, &err);
	cmd_progress_end(&progress);
	mounted_done(&list);
	return r ? dism_fail(s[MOUNT_DIR].value, &err) : dism_done();
}

// --- Committing --------------------------------------------------------------

static int write_image(const struct mounted *m, const struct cmd_switch *s,
		       struct wim *wim, struct disk *changes,
		       struct cmd_progress *progress, uint32_t *ret_index,
		       struct err *err)
{
	const struct image_commit_options options = {
		.append = s[APPEND].value,
		.name = s[NAME].value,
		.has_integrity = s[CHECK_INTEGRITY].value,
	};
	struct image_mount *mount;
	struct capture *capture;
	int r = image_mount_open(wim, m->index, changes, &mount, err);

	if (r)
		return r;
	r = image_commit(mount, &options, &progress->progress, &capture,
			 ret_index, err);
	if (!r) {
		cmd_progress_end(progress);
		dism_warn_captured(capture_get_result(capture));
		capture_free(capture);
	}
	image_mount_close(mount);
	return r;
}

// The WIM is opened anew, for writing: the server had it for reading.
static int commit(const struct mounted *m, const struct cmd_switch *s,
		  struct cmd_progress *progress, uint32_t *ret_index,
		  struct err *err)
{
	struct dism_output output;
	struct disk *changes;
	int r = disk_open_file(m->changes, 0, &changes, err);

	if (r)
		return r;
	dism_say("Saving image");
	r = dism_output_open(m->image, &output, err);
	// A table of hashes is made of content that is sound.
	if (!r && s[CHECK_INTEGRITY].value)
		r = wim_verify(output.wim, &progress->progress, err);
	if (!r)
		r = write_image(m, s, output.wim, changes, progress, ret_index,
				err);
	if (!r)
		r = dism_output_finish(&output, err);
	dism_output_close(&output);
	disk_close(changes);
	return r;
}

// Takes it from the kernel, and commits it. What is not there any more can be had
// again when more fails.
static int end_with_commit(struct mounted *m, const struct cmd_switch *s,
			   struct cmd_progress *progress, uint32_t *ret_index,
			   struct err *err)
{
	int r;

	if (m->read_only)
		return err_set(err, -EROFS, m->dir, ERR_NOWHERE,
			       "it is mounted for reading only: nothing of it "
			       "can be committed; /Discard unmounts it");
	r = mounted_detach(m, false, err);
	if (!r)
		r = mounted_write(m, err);
	if (r)
		return r;
	r = commit(m, s, progress, ret_index, err);
	if (r)
		cmd_advise(err, "what was changed is kept: /Remount-Image "
				"mounts it again, /Unmount-Image /Discard "
				"throws it away");
	return r;
}

// --- Unmounting --------------------------------------------------------------

static const char *refuse_name(const struct cmd_switch *s)
{
	if (s[NAME].value && !s[APPEND].value)
		return "/Name: only with /Append";
	return s[NAME].value && !*s[NAME].value ? "/Name: a name is missing"
						: NULL;
}

static const char *choose_one(const struct cmd_switch *s)
{
	if (!s[COMMIT].value == !s[DISCARD].value)
		return "/Commit or /Discard: one of them says what becomes of "
		       "the changes";
	if (s[DISCARD].value && (s[APPEND].value || s[NAME].value))
		return "/Append: only with /Commit";
	return refuse_name(s);
}

static int unmount(struct mounted *m, const struct cmd_switch *s,
		   struct cmd_progress *progress, struct err *err)
{
	uint32_t index;
	int r = s[COMMIT].value
			? end_with_commit(m, s, progress, &index, err)
			: mounted_detach(m, mounted_look(m) != MOUNTED_OK, err);

	if (r)
		return r;
	dism_say("Unmounting image");
	if (!m->read_only)
		unlink(m->changes);
	return mounted_remove(m, err);
}

#define SWITCHES                                                               \
	{                                                                      \
		[MOUNT_DIR] = {"MountDir", true, NULL},                        \
		[COMMIT] = {"Commit", false, NULL},                            \
		[DISCARD] = {"Discard", false, NULL},                          \
		[CHECK_INTEGRITY] = {"CheckIntegrity", false, NULL},           \
		[APPEND] = {"Append", false, NULL},                            \
		[NAME] = {"Name", true, NULL},                                 \
		[PROGRESS] = {"Progress", true, NULL},                         \
		[NONE] = {NULL, false, NULL},                                  \
	}

int dism_unmount_image(int argc, char **argv)
{
	struct cmd_switch s[] = SWITCHES;

	return mounted_run(argc, argv, s, &s[PROGRESS], choose_one, unmount);
}

// --- Committing alone --------------------------------------------------------

static const char *refuse_words(const struct cmd_switch *s)
{
	if (s[COMMIT].value || s[DISCARD].value)
		return "/Commit, /Discard: for /Unmount-Image";
	return refuse_name(s);
}

// What is mounted afterwards is the image as it was committed.
static int commit_image(struct mounted *m, const struct cmd_switch *s,
			struct cmd_progress *progress, struct err *err)
{
	struct dism_image image = {0};
	int r = end_with_commit(m, s, progress, &m->index, err);

	if (r)
		return r;
	unlink(m->changes);
	r = dism_open_image(m->image, NULL, NULL, &image, err);
	if (!r)
		r = mounted_make(m, image.wim, err);
	dism_close(&image);
	if (r)
		cmd_advise(err, "it is committed, and no longer mounted");
	return r;
}

int dism_commit_image(int argc, char **argv)
{
	struct cmd_switch s[] = SWITCHES;

	return mounted_run(argc, argv, s, &s[PROGRESS], refuse_words,
			   commit_image);
}
