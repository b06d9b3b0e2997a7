// SPDX-License-Identifier: MIT
//
// imagex /info: what a WIM file is, and its XML data; a name, a description, the
// edition and the image to boot are set.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "dism.h"
#include "output.h"

enum {
	NEW_NAME = DISM_IMAGE_SWITCH_COUNT,
	NEW_DESCRIPTION,
	FLAGS,
	BOOTABLE,
	CHECK_INTEGRITY,
	XML,
	NONE
};

// --- Shown -------------------------------------------------------------------

static const char *const compressions[] = {
	[WIM_COMPRESSION_NONE] = "None",
	[WIM_COMPRESSION_XPRESS] = "XPRESS",
	[WIM_COMPRESSION_LZX] = "LZX",
	[WIM_COMPRESSION_LZMS] = "LZMS",
};

// Prints XML with an element a line, those within others indented, and elements
// that hold text alone on one line.
static void print_indented(const char *xml)
{
	int depth = 0;

	while (*xml) {
		bool is_end = !strncmp(xml, "</", 2);
		const char *close = strchr(xml, '>');
		const char *text, *next;

		if (*xml != '<' || !close)
			break;
		text = close + 1;
		next = text + strcspn(text, "<");
		depth -= is_end;
		printf("%*s", depth > 0 ? depth * 2 : 0, "");
		if (!is_end && close[-1] != '/' && !strncmp(next, "</", 2) &&
		    strchr(next, '>')) {
			// all of the element, with its text
			const char *end = strchr(next, '>') + 1;

			printf("%.*s\n", (int)(end - xml), xml);
			xml = end;
			continue;
		}
		printf("%.*s\n", (int)(text - xml), xml);
		if (!is_end && close[-1] != '/' && close[-1] != '?' &&
		    close[-1] != '-')
			depth++;
		xml = next;
	}
}

static int show(const struct dism_image *image, bool xml_alone, struct err *err)
{
	const struct wim_info *info = wim_get_info(image->wim);
	char guid[GUID_TEXT], *xml;
	int r = wim_get_xml(image->wim, image->index, &xml, err);

	if (r)
		return r;
	if (!xml_alone)
		printf("WIM Information:\n"
		       "----------------\n"
		       "Path:        %s\n"
		       "GUID:        %s\n"
		       "Image Count: %" PRIu32 "\n"
		       "Compression: %s\n"
		       "Part Number: 1/%u\n"
		       "Boot Index:  %" PRIu32 "\n"
		       "Integrity:   %s\n\n"
		       "Available Image Choices:\n"
		       "------------------------\n",
		       image->path, guid_format(&info->guid, guid),
		       info->images, compressions[info->compression],
		       (unsigned)info->parts, info->boot_index,
		       info->has_integrity ? "yes" : "no");
	print_indented(xml);
	mem_free(xml);
	fflush(stdout);
	dism_tell_unused(image->path, image->wim);
	return 0;
}

// --- Set ---------------------------------------------------------------------

static int set(const struct dism_image *image, const struct cmd_switch *s,
	       struct err *err)
{
	struct wim_property p[3];
	struct dism_output output;
	size_t count = 0;
	int r;

	if (s[NEW_NAME].value)
		p[count++] = (struct wim_property){"NAME", s[NEW_NAME].value};
	if (s[NEW_DESCRIPTION].value)
		p[count++] = (struct wim_property){"DESCRIPTION",
						   s[NEW_DESCRIPTION].value};
	if (s[FLAGS].value)
		p[count++] = (struct wim_property){"FLAGS", s[FLAGS].value};
	r = dism_output_open(image->path, &output, err);
	if (r)
		return r;
	if (count)
		r = wim_set_properties(output.wim, image->index, p, count, err);
	if (!r && s[BOOTABLE].value)
		r = wim_set_boot(output.wim, image->index, err);
	if (!r)
		r = dism_output_finish(&output, err);
	dism_output_close(&output);
	return r;
}

static int run(const struct dism_image *image, const struct cmd_switch *s,
	       struct err *err)
{
	struct cmd_progress progress;
	int r = 0;

	best_effort(dism_progress_init(&progress,
				       s[XML].value ? "none" : NULL));
	if (s[CHECK_INTEGRITY].value)
		r = wim_check_integrity(image->wim, &progress.progress, err);
	cmd_progress_end(&progress);
	if (r)
		return r;
	if (s[NEW_NAME].value || s[NEW_DESCRIPTION].value || s[FLAGS].value ||
	    s[BOOTABLE].value)
		return set(image, s, err);
	return show(image, s[XML].value, err);
}

int imagex_info(int argc, char **argv)
{
	struct cmd_switch s[] = {
		DISM_IMAGE_SWITCHES,
		[NEW_NAME] = {"NewName", true, NULL},
		[NEW_DESCRIPTION] = {"NewDescription", true, NULL},
		[FLAGS] = {"Flags", true, NULL},
		[BOOTABLE] = {"Bootable", false, NULL},
		[CHECK_INTEGRITY] = {"CheckIntegrity", false, NULL},
		[XML] = {"Xml", false, NULL},
		[NONE] = {NULL, false, NULL},
	};
	struct dism_image image;
	struct err err = {0};
	int words, r = cmd_switches(argc, argv, s, &words);

	if (!r)
		r = dism_check_name(s[NEW_NAME].value);
	if (!r)
		r = dism_open(s, false, &image);
	if (r)
		return r;
	if (!image.index &&
	    (s[NEW_NAME].value || s[FLAGS].value || s[BOOTABLE].value)) {
		dism_close(&image);
		return cmd_misuse(dism_name(), "which image? A number or a "
					       "name behind the file");
	}
	if (!s[XML].value)
		dism_begin();
	r = run(&image, s, &err);
	if (r)
		r = dism_fail(image.path, &err);
	dism_close(&image);
	return r;
}
