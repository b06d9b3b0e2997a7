// SPDX-License-Identifier: MIT
//
// dism /Mount-Image and /Remount-Image: an image as a volume in a folder of this
// machine.

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "image_mount.h"
#include "mounted.h"
#include "output.h"

enum {
	MOUNT_DIR = DISM_IMAGE_SWITCH_COUNT,
	READ_ONLY,
	OPTIMIZE,
	CHECK_INTEGRITY,
	PROGRESS,
	NONE
};

// --- Words -------------------------------------------------------------------

static int failed(const char *path, struct err *err)
{
	int r = -errno;

	return err_set(err, r, path, ERR_NOWHERE, "%s", strerror(-r));
}

static int whole_path(const char *path, char **ret, struct err *err)
{
	char real[PATH_MAX];

	if (!realpath(path, real))
		return failed(path, err);
	*ret = mem_strdup(real);
	return *ret ? 0 : err_nomem(err);
}

// An address with its path from the root on, as later commands run elsewhere.
static int whole_address(const char *text, char **ret, struct err *err)
{
	struct address_parts parts;
	char real[PATH_MAX];
	size_t size;
	int r = address_split(text, &parts, err);

	if (r)
		return r;
	if (net_is_name(parts.path))
		snprintf(real, sizeof(real), "%s", parts.path);
	else if (!realpath(parts.path, real))
		r = failed(parts.path, err);
	if (!r) {
		size = strlen(real) + strlen(parts.rest) + 1;
		*ret = mem_alloc(size);
		if (*ret)
			snprintf(*ret, size, "%s%s", real, parts.rest);
		else
			r = err_nomem(err);
	}
	address_parts_done(&parts);
	return r;
}

static int check_folder(const char *dir, struct err *err)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	bool is_empty = true;

	if (!d)
		return failed(dir, err);
	while ((e = readdir(d)))
		is_empty &= !strcmp(e->d_name, ".") || !strcmp(e->d_name, "..");
	closedir(d);
	return is_empty ? 0
			: err_set(err, -ENOTEMPTY, dir, ERR_NOWHERE,
				  "there are files in it: an image is mounted "
				  "onto an empty folder");
}

// --- A new mount -------------------------------------------------------------

// For writing a file of its own; for reading the folder of one without a name.
static int name_changes(struct mounted *m, struct err *err)
{
	char real[PATH_MAX], *path;
	size_t size;

	if (m->read_only)
		return whole_path(dism_scratch_dir(), &m->changes, err);
	if (!realpath(dism_scratch_dir(), real))
		return failed(dism_scratch_dir(), err);
	size = strlen(real) + sizeof(m->id) + 16;
	path = mem_alloc(size);
	if (!path)
		return err_nomem(err);
	snprintf(path, size, "%s/slipway-mount-%s", real, m->id);
	m->changes = path;
	return 0;
}

static int fill_in(struct mounted *m, const struct dism_image *image,
		   const struct cmd_switch *s, struct err *err)
{
	struct guid id;
	int r = guid_random(&id, err);

	if (r)
		return r;
	*m = (struct mounted){.index = image->index,
			      .read_only = s[READ_ONLY].value,
			      .device = -1,
			      .pid = -1};
	guid_format(&id, m->id);
	r = whole_path(s[MOUNT_DIR].value, &m->dir, err);
	if (!r)
		r = whole_address(image->path, &m->image, err);
	// The switches of a pattern and of credentials: see DISM_IMAGE_SWITCHES.
	if (!r && s[4].value)
		r = whole_address(s[4].value, &m->parts, err);
	if (!r && s[5].value)
		r = whole_path(s[5].value, &m->credentials, err);
	return r ? r : name_changes(m, err);
}

// One that a commit cannot change is better refused before anything was changed.
static int check_writable(const struct mounted *m, struct err *err)
{
	struct dism_output output;
	int r = dism_output_open(m->image, &output, err);

	if (r) {
		cmd_advise(err, "/ReadOnly mounts it so that it can be read");
		return r;
	}
	dism_output_close(&output);
	return 0;
}

static int make_changes(const struct mounted *m, uint64_t size, struct err *err)
{
	struct disk *file;
	int r = disk_create_file(m->changes, size, 512, &file, err);

	if (r)
		return r;
	r = disk_finish(file, err);
	disk_close(file);
	return r;
}

// Serves it and mounts the device; what was begun is taken back when it fails.
static int bring_up(struct mounted *m, bool is_new, struct err *err)
{
	int r = mounted_serve(m, is_new, err);

	if (!r)
		r = mounted_write(m, err);
	if (!r)
		r = mounted_attach(m, err);
	if (r == -ENODEV)
		cmd_advise(err, "/Apply-Image puts the files into a folder");
	if (r)
		best_effort(mounted_detach(m, true, NULL));
	return r;
}

static int make(struct mounted *m, uint64_t size, struct err *err)
{
	int r = m->read_only ? 0 : make_changes(m, size, err);

	if (r)
		return r;
	// Entered before, so that nothing of it is forgotten.
	r = mounted_write(m, err);
	if (!r)
		r = bring_up(m, true, err);
	if (r) {
		if (!m->read_only)
			unlink(m->changes);
		best_effort(mounted_remove(m, NULL));
	}
	return r;
}

int mounted_make(struct mounted *m, struct wim *wim, struct err *err)
{
	struct image_mount_plan plan;
	int r = image_mount_plan(wim, m->index, m->read_only, &plan, err);

	if (!r && plan.encrypted.count)
		cmd_warn(dism_name(), plan.encrypted.first,
			 "it is not there: the image holds it encrypted (EFS; "
			 "%llu files or folders)",
			 (unsigned long long)plan.encrypted.count);
	return r ? r : make(m, plan.size, err);
}

static int check_new(const struct mounted *m, struct err *err)
{
	struct mounted_list list;
	struct mounted *other;
	int r = geteuid() ? err_set(err, -EPERM, m->dir, ERR_NOWHERE,
				    "mounting is for root; /Apply-Image puts "
				    "the files into a folder")
			  : check_folder(m->dir, err);

	if (!r)
		r = mounted_read(&list, err);
	if (r)
		return r;
	other = mounted_find(&list, m->dir);
	if (other)
		r = err_set(err, -EBUSY, m->dir, ERR_NOWHERE,
			    "image %u of %s is mounted there, or was: "
			    "/Unmount-Image ends that",
			    (unsigned)other->index, other->image);
	mounted_done(&list);
	return r;
}

static int run(const struct dism_image *image, const struct cmd_switch *s,
	       struct progress *progress, struct err *err)
{
	struct mounted m = {.device = -1};
	int r = fill_in(&m, image, s, err);

	if (!r)
		r = check_new(&m, err);
	if (!r && s[CHECK_INTEGRITY].value)
		r = wim_check_integrity(image->wim, progress, err);
	if (!r && !m.read_only)
		r = check_writable(&m, err);
	if (!r) {
		dism_say("Mounting image");
		r = mounted_make(&m, image->wim, err);
	}
	mounted_free(&m);
	return r;
}

int dism_mount_image(int argc, char **argv)
{
	struct cmd_switch s[] = {
		DISM_IMAGE_SWITCHES,
		[MOUNT_DIR] = {"MountDir", true, NULL},
		[READ_ONLY] = {"ReadOnly", false, NULL},
		[OPTIMIZE] = {"Optimize", false, NULL},
		[CHECK_INTEGRITY] = {"CheckIntegrity", false, NULL},
		[PROGRESS] = {"Progress", true, NULL},
		[NONE] = {NULL, false, NULL},
	};

	struct cmd_progress progress;
	struct dism_image image;
	struct err err = {0};
	int r = dism_read_switches(argc, argv, s, &s[PROGRESS], &progress);

	if (!r && !s[MOUNT_DIR].value)
		r = cmd_misuse(dism_name(), "/MountDir:FOLDER is missing: onto "
					    "which empty folder?");
	if (!r)
		r = dism_open(s, true, &image);
	if (r)
		return r;
	dism_begin();
	r = run(&image, s, &progress.progress, &err);
	cmd_progress_end(&progress);
	r = r ? dism_fail(image.path, &err) : dism_done();
	dism_close(&image);
	return r;
}

// --- One that was there ------------------------------------------------------

static int remount(struct mounted *m, const struct cmd_switch *s,
		   struct cmd_progress *progress, struct err *err)
{
	int r;

	if (mounted_look(m) == MOUNTED_OK)
		return err_set(err, -EBUSY, m->dir, ERR_NOWHERE,
			       "it is mounted");
	dism_say("Remounting image");
	r = mounted_detach(m, true, err);
	if (!r)
		r = check_folder(m->dir, err);
	return r ? r : bring_up(m, false, err);
}

int dism_remount_image(int argc, char **argv)
{
	struct cmd_switch s[] = {{"MountDir", true, NULL},
				 {"Progress", true, NULL},
				 {NULL, false, NULL}};

	return mounted_run(argc, argv, s, &s[1], NULL, remount);
}
