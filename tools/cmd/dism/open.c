// SPDX-License-Identifier: MIT
//
// What the verbs of dism share: their switches, and the image that these name.

#include <stdio.h>
#include <string.h>

#include "dism.h"
#include "image_files.h"
#include "wim_write.h"

// Finds the chosen image in an open file.
static int choose_image(const char *path, const char *index, const char *name,
			struct dism_image *image)
{
	const char *wanted = index ? index : name;
	struct err err = {0};

	if (!wanted)
		return CMD_OK;
	if (index && (!*index || index[strspn(index, "0123456789")]))
		return cmd_misuse(dism_name(), "/Index:%s: not a number from 1",
				  index);
	image->index = wim_find_image(image->wim, wanted);
	if (image->index)
		return CMD_OK;
	best_effort(wim_no_image(image->wim, path, wanted, &err));
	return dism_fail(path, &err);
}

int dism_open_image(const char *path, const char *pattern,
		    const char *credentials, struct dism_image *image,
		    struct err *err)
{
	struct wim_files files = image_files(&image->credentials.logon);
	struct image_names names = {0};
	int r = credentials_read(credentials, &image->credentials, err);

	if (!r)
		r = image_names_add(&names, path, err);
	if (!r && pattern)
		r = image_names_match(&names, pattern, err);
	if (!r)
		r = wim_open_files(&files, (const char *const *)names.items,
				   names.count, &image->wim, err);
	image_names_free(&names);
	return r;
}

int dism_open(const struct cmd_switch *switches, bool needs_image,
	      struct dism_image *ret)
{
	const char *path = switches[0].value ? switches[0].value
					     : switches[1].value;
	const char *index = switches[2].value, *name = switches[3].value;
	struct err err = {0};
	int status = CMD_OK;

	if (!path)
		return cmd_misuse(
			dism_name(),
			"/ImageFile:FILE is missing: which WIM file?");
	if (index && name)
		return cmd_misuse(dism_name(),
				  "/Index and /Name: only one of them");
	if (needs_image && !index && !name)
		return cmd_misuse(dism_name(),
				  "/Index:N or /Name:NAME is missing; "
				  "/Get-ImageInfo lists the images");
	*ret = (struct dism_image){.path = path};
	if (dism_open_image(path, switches[4].value, switches[5].value, ret,
			    &err))
		status = dism_fail(path, &err);
	else
		status = choose_image(path, index, name, ret);
	if (status != CMD_OK)
		dism_close(ret);
	return status;
}

// Reads the switches of a verb that takes no other words.
static int read_switches(int argc, char **argv, struct cmd_switch *switches)
{
	int others, status = cmd_switches(argc, argv, switches, &others);

	if (!status && others)
		status = cmd_misuse(dism_name(),
				    "%s%sunexpected; a switch begins with /",
				    argv[1], err_colon(argv[1]));
	return status;
}

int dism_read_switches(int argc, char **argv, struct cmd_switch *switches,
		       const struct cmd_switch *style,
		       struct cmd_progress *progress)
{
	int status = read_switches(argc, argv, switches);

	return status ? status : dism_progress_init(progress, style->value);
}

int dism_open_named(int argc, char **argv, bool needs_image,
		    struct dism_image *ret)
{
	struct cmd_switch switches[] = {DISM_IMAGE_SWITCHES, {0}};
	int status = read_switches(argc, argv, switches);

	return status ? status : dism_open(switches, needs_image, ret);
}

int dism_on_image(int argc, char **argv, struct cmd_switch *switches,
		  const struct cmd_switch *style, bool needs_image,
		  dism_run_fn *run)
{
	struct cmd_progress progress;
	struct dism_image image;
	struct err err = {0};
	int r = dism_read_switches(argc, argv, switches, style, &progress);

	if (!r)
		r = dism_open(switches, needs_image, &image);
	if (r)
		return r;
	dism_begin();
	r = run(&image, switches, &progress.progress, &err);
	cmd_progress_end(&progress);
	r = r ? dism_fail(image.path, &err) : dism_done();
	dism_close(&image);
	return r;
}

int dism_check_name(const char *name)
{
	if (!name || (*name && strlen(name) <= WIM_MAX_IMAGE_NAME))
		return 0;
	return *name ? cmd_misuse(dism_name(),
				  "/Name: it has %zu bytes, and an image's "
				  "name at most %u",
				  strlen(name), WIM_MAX_IMAGE_NAME)
		     : cmd_misuse(dism_name(), "/Name: a name is missing");
}

void dism_close(struct dism_image *image)
{
	wim_close(image->wim);
	credentials_free(&image->credentials);
}
