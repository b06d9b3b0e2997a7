// SPDX-License-Identifier: MIT
//
// dism /Split-Image: a WIM file as a set of files, for media or file systems that
// take no large ones.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dism.h"
#include "output.h"

enum {
	IMAGE_FILE,
	WIM_FILE,
	SWM_FILE,
	FILE_SIZE,
	CHECK_INTEGRITY,
	PROGRESS,
	NONE
};

struct parts {
	const char *path; // of part 1
	struct dism_output *outputs;
	size_t count;
	char **names;
};

// install.swm, install2.swm, install3.swm: the number stands before the last dot
// of the name.
static char *name_part(const char *path, uint16_t part)
{
	const char *name = path + strlen(path), *dot;
	size_t size = strlen(path) + sizeof("65535");
	char *text = mem_alloc(size);

	while (name > path && !strchr("/\\:", name[-1]))
		name--;
	dot = strrchr(name, '.');
	if (!dot || dot == name)
		dot = name + strlen(name);
	if (text && part == 1)
		strcpy(text, path);
	else if (text)
		snprintf(text, size, "%.*s%" PRIu16 "%s", (int)(dot - path),
			 path, part, dot);
	return text;
}

static int make_part(void *ctx, uint16_t part, uint16_t parts,
		     struct disk **ret, struct err *err)
{
	struct parts *p = ctx;
	int r;

	if (!p->outputs) {
		p->outputs = mem_array(parts, sizeof(*p->outputs));
		p->names = mem_array(parts, sizeof(*p->names));
		if (!p->outputs || !p->names)
			return err_nomem(err);
	}
	p->names[p->count] = name_part(p->path, part);
	if (!p->names[p->count])
		return err_nomem(err);
	r = p->count ? dism_output_make_beside(&p->outputs[0],
					       p->names[p->count],
					       &p->outputs[p->count], err)
		     : dism_output_make(p->names[0], &p->outputs[0], err);
	*ret = p->outputs[p->count].file;
	p->count++;
	return r;
}

static int finish_parts(struct parts *p, struct err *err)
{
	int r = 0;

	// Part 1, by which the set is found, last.
	for (size_t i = p->count; !r && i--;)
		r = dism_output_finish(&p->outputs[i], err);
	return r;
}

static void close_parts(struct parts *p)
{
	for (size_t i = p->count; i--;) {
		dism_output_close(&p->outputs[i]);
		mem_free(p->names[i]);
	}
	mem_free(p->outputs);
	mem_free(p->names);
}

// Reads a number of megabytes. Returns 0 for none.
static uint64_t parse_size(const char *text)
{
	char *end;
	unsigned long long mb = strtoull(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || mb > UINT32_MAX)
		return 0;
	return (uint64_t)mb << 20;
}

static int run(const struct dism_image *image, const struct cmd_switch *s,
	       uint64_t size, struct cmd_progress *progress, struct err *err)
{
	struct parts parts = {.path = s[SWM_FILE].value};
	struct wim_split_files files = {make_part, &parts};
	int r;

	r = dism_check_integrity(image->wim, s[CHECK_INTEGRITY].value,
				 &progress->progress, err);
	if (!r) {
		dism_say("Splitting image");
		r = wim_split(image->wim, size, &files, &progress->progress,
			      err);
	}
	if (!r)
		r = finish_parts(&parts, err);
	close_parts(&parts);
	return r;
}

int dism_split_image(int argc, char **argv)
{
	struct cmd_switch s[] = {
		[IMAGE_FILE] = {"ImageFile", true, NULL},
		[WIM_FILE] = {"WimFile", true, NULL},
		[SWM_FILE] = {"SWMFile", true, NULL},
		[FILE_SIZE] = {"FileSize", true, NULL},
		[CHECK_INTEGRITY] = {"CheckIntegrity", false, NULL},
		[PROGRESS] = {"Progress", true, NULL},
		[NONE] = {NULL, false, NULL},
	};
	struct cmd_switch source[] = {DISM_IMAGE_SWITCHES};
	struct cmd_progress progress;
	struct dism_image image;
	struct err err = {0};
	uint64_t size;
	int r = dism_read_switches(argc, argv, s, &s[PROGRESS], &progress);

	if (r)
		return r;
	if (!s[SWM_FILE].value || !s[FILE_SIZE].value)
		return cmd_misuse(dism_name(),
				  s[SWM_FILE].value
					  ? "/FileSize:MB is missing: "
					    "how large may a part be?"
					  : "/SWMFile:FILE is missing: "
					    "how is part 1 called?");
	size = parse_size(s[FILE_SIZE].value);
	if (!size)
		return cmd_misuse(dism_name(),
				  "/FileSize:%s: not a number of megabytes",
				  s[FILE_SIZE].value);
	source[0].value = s[IMAGE_FILE].value;
	source[1].value = s[WIM_FILE].value;
	r = dism_open(source, false, &image);
	if (r)
		return r;
	dism_begin();
	r = run(&image, s, size, &progress, &err);
	cmd_progress_end(&progress);
	dism_close(&image);
	return r ? dism_fail(s[SWM_FILE].value, &err) : dism_done();
}
