// SPDX-License-Identifier: MIT
//
// What the XML data says of the images ("Windows Imaging File Format (WIM)"
// white paper, "XML data"): names, sizes, times, and what Windows is in them.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "wim_priv.h"

static const char what[] = "WIM XML data";
static const char image_path[] = "WIM/IMAGE";

#define MAX_LANGUAGES 1000 // characters of the list; what is behind is left out

struct builder {
	struct wim *w;
	struct wim_image_info *image; // being described, or NULL
	uint32_t version[3];
	bool has_version;
	struct err *err;
};

static const struct {
	const char *path;
	size_t offset;
} strings[] = {
	{"NAME", offsetof(struct wim_image_info, name)},
	{"DESCRIPTION", offsetof(struct wim_image_info, description)},
	{"DISPLAYNAME", offsetof(struct wim_image_info, display_name)},
	{"DISPLAYDESCRIPTION",
	 offsetof(struct wim_image_info, display_description)},
	{"FLAGS", offsetof(struct wim_image_info, flags)},
	{"WINDOWS/PRODUCTNAME", offsetof(struct wim_image_info, product_name)},
	{"WINDOWS/EDITIONID", offsetof(struct wim_image_info, edition)},
	{"WINDOWS/INSTALLATIONTYPE",
	 offsetof(struct wim_image_info, installation_type)},
	{"WINDOWS/HAL", offsetof(struct wim_image_info, hal)},
	{"WINDOWS/PRODUCTTYPE", offsetof(struct wim_image_info, product_type)},
	{"WINDOWS/PRODUCTSUITE",
	 offsetof(struct wim_image_info, product_suite)},
	{"WINDOWS/SYSTEMROOT", offsetof(struct wim_image_info, system_root)},
	{"WINDOWS/LANGUAGES/DEFAULT",
	 offsetof(struct wim_image_info, default_language)},
};

static const struct {
	const char *path;
	size_t offset;
} numbers[] = {
	{"FILECOUNT", offsetof(struct wim_image_info, files)},
	{"DIRCOUNT", offsetof(struct wim_image_info, directories)},
	{"TOTALBYTES", offsetof(struct wim_image_info, bytes)},
	{"HARDLINKBYTES", offsetof(struct wim_image_info, hard_link_bytes)},
};

static const struct {
	const char *path;
	size_t offset;
	unsigned shift;
} times[] = {
	{"CREATIONTIME/HIGHPART", offsetof(struct wim_image_info, created), 32},
	{"CREATIONTIME/LOWPART", offsetof(struct wim_image_info, created), 0},
	{"LASTMODIFICATIONTIME/HIGHPART",
	 offsetof(struct wim_image_info, modified), 32},
	{"LASTMODIFICATIONTIME/LOWPART",
	 offsetof(struct wim_image_info, modified), 0},
};

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static int set_string(struct builder *b, const char **field, const char *text)
{
	struct wim *w = b->w;
	char *copy;

	if (mem_grow((void **)&w->strings, w->string_count, &w->string_capacity,
		     sizeof(*w->strings)))
		return err_nomem(b->err);
	copy = mem_strdup(text);
	if (!copy)
		return err_nomem(b->err);
	w->strings[w->string_count++] = copy;
	*field = copy;
	return 0;
}

static const char *architecture(const char *number)
{
	static const struct {
		const char *number, *name;
	} known[] = {{"0", "x86"},
		     {"5", "ARM"},
		     {"6", "ia64"},
		     {"9", "x64"},
		     {"12", "ARM64"}};

	for (size_t i = 0; i < COUNT(known); i++)
		if (!strcmp(number, known[i].number))
			return known[i].name;
	return number;
}

static int add_language(struct builder *b, const char *text)
{
	const char *before = b->image->languages;
	size_t size = strlen(before) + strlen(text) + 2;
	char *all;
	int r;

	if (!*before)
		return set_string(b, &b->image->languages, text);
	if (size > MAX_LANGUAGES)
		return 0;
	all = mem_alloc(size);
	if (!all)
		return err_nomem(b->err);
	snprintf(all, size, "%s,%s", before, text);
	r = set_string(b, &b->image->languages, all);
	mem_free(all);
	return r;
}

// Enters the version once it is whole.
static int end_image(struct builder *b)
{
	char version[40];

	if (!b->image || !b->has_version)
		return 0;
	snprintf(version, sizeof(version), "%" PRIu32 ".%" PRIu32 ".%" PRIu32,
		 b->version[0], b->version[1], b->version[2]);
	return set_string(b, &b->image->version, version);
}

static int on_attribute(void *ctx, const char *path, const char *name,
			const char *value)
{
	struct builder *b = ctx;
	unsigned long index;
	int r;

	if (strcasecmp(path, image_path) || strcasecmp(name, "INDEX"))
		return 0;
	r = end_image(b);
	if (r)
		return r;
	// The number counts, not the order: programs that export or delete
	// images may leave them in any. The header decides how many there are;
	// what is told of others is skipped.
	index = strtoul(value, NULL, 10);
	b->image = index && index <= b->w->info.images
			   ? &b->w->images[index - 1]
			   : NULL;
	b->has_version = false;
	memset(b->version, 0, sizeof(b->version));
	return 0;
}

static int on_number(struct builder *b, const char *path, const char *text)
{
	static const char version[] = "WINDOWS/VERSION/";
	static const char *const parts[] = {"MAJOR", "MINOR", "BUILD"};
	// Times are written in hexadecimal (0x...), all else in decimal.
	uint64_t value = strtoull(text, NULL, 0);
	char *image = (char *)b->image;

	for (size_t i = 0; i < COUNT(numbers); i++)
		if (!strcasecmp(path, numbers[i].path))
			memcpy(image + numbers[i].offset, &value,
			       sizeof(value));
	for (size_t i = 0; i < COUNT(times); i++) {
		uint64_t time;

		if (strcasecmp(path, times[i].path))
			continue;
		memcpy(&time, image + times[i].offset, sizeof(time));
		time |= (value & UINT32_MAX) << times[i].shift;
		memcpy(image + times[i].offset, &time, sizeof(time));
	}
	if (!strcasecmp(path, "WIMBOOT"))
		b->image->wimboot = value == 1;
	if (strncasecmp(path, version, sizeof(version) - 1))
		return 0;
	path += sizeof(version) - 1;
	for (size_t i = 0; i < COUNT(parts); i++) {
		if (!strcasecmp(path, parts[i])) {
			b->version[i] = (uint32_t)value;
			b->has_version = true;
		}
	}
	if (!strcasecmp(path, "SPBUILD"))
		b->image->service_pack_build = (uint32_t)value;
	if (!strcasecmp(path, "SPLEVEL"))
		b->image->service_pack_level = (uint32_t)value;
	return 0;
}

static int on_text(void *ctx, const char *path, const char *text)
{
	struct builder *b = ctx;
	size_t prefix = sizeof(image_path) - 1;

	if (!b->image || strncasecmp(path, image_path, prefix) ||
	    path[prefix] != '/')
		return 0;
	path += prefix + 1;
	for (size_t i = 0; i < COUNT(strings); i++)
		if (!strcasecmp(path, strings[i].path))
			return set_string(
				b,
				(const char **)(void *)((char *)b->image +
							strings[i].offset),
				text);
	if (!strcasecmp(path, "WINDOWS/ARCH"))
		return set_string(b, &b->image->architecture,
				  architecture(text));
	if (!strcasecmp(path, "WINDOWS/LANGUAGES/LANGUAGE"))
		return add_language(b, text);
	return on_number(b, path, text);
}

static void clear(struct wim_image_info *image, uint32_t index)
{
	*image = (struct wim_image_info){
		.index = index,
		.architecture = "",
		.languages = "",
		.version = "",
	};
	for (size_t i = 0; i < COUNT(strings); i++)
		*(const char **)(void *)((char *)image + strings[i].offset) =
			"";
}

// Parses UTF-16 text of `size` bytes.
static int parse(struct wim *w, const void *data, size_t size, struct err *err)
{
	struct builder b = {.w = w, .err = err};
	const struct xml_events events = {on_text, on_attribute, &b};
	const le16 *units = data;
	size_t n = size / sizeof(*units);
	char *text;
	int r;

	// The byte order mark belongs there; text without one is in the same
	// order.
	if (n && get_le16(units[0]) == 0xfeff) {
		units++;
		n--;
	}
	text = utf16_to_utf8(units, n);
	if (!text)
		return err_nomem(err);
	r = wim_xml_parse(text, &events, err);
	if (!r)
		r = end_image(&b);
	mem_free(text);
	return r;
}

// A FILETIME over INT64_MAX is none ([MS-FSCC] 2.1.1): it counts as not given.
static void drop_impossible_times(struct wim_image_info *image)
{
	if (image->created > INT64_MAX)
		image->created = 0;
	if (image->modified > INT64_MAX)
		image->modified = 0;
}

int wim_images_read(struct wim *w, struct err *err)
{
	const struct resource *xml = &w->files[0].xml;
	void *data;
	int r;

	w->images = mem_array(w->info.images, sizeof(*w->images));
	if (!w->images)
		return err_nomem(err);
	for (uint32_t i = 0; i < w->info.images; i++)
		clear(&w->images[i], i + 1);
	if (!xml->size)
		return 0;
	r = wim_resource_read(w, 0, xml, what, WIM_MAX_XML, &data, err);
	if (r)
		return r;
	r = parse(w, data, (size_t)xml->size, err);
	mem_free(data);
	for (uint32_t i = 0; i < w->info.images; i++)
		drop_impossible_times(&w->images[i]);
	return r;
}

void wim_images_free(struct wim *w)
{
	for (size_t i = 0; i < w->string_count; i++)
		mem_free(w->strings[i]);
	mem_free(w->strings);
	mem_free(w->images);
}

const struct wim_image_info *wim_get_image_info(const struct wim *w,
						uint32_t index)
{
	return index && index <= w->info.images ? &w->images[index - 1] : NULL;
}

uint32_t wim_find_image(const struct wim *w, const char *name_or_number)
{
	char *end;
	unsigned long index = strtoul(name_or_number, &end, 10);

	if (*name_or_number >= '0' && *name_or_number <= '9' && !*end)
		if (index && index <= w->info.images)
			return (uint32_t)index;
	for (uint32_t i = 0; i < w->info.images; i++)
		if (!strcasecmp(w->images[i].name, name_or_number))
			return i + 1;
	return 0;
}

int wim_no_image(const struct wim *w, const char *file,
		 const char *name_or_number, struct err *err)
{
	char list[1024]; // err_set marks a cut
	size_t used = 0;

	list[0] = 0;
	for (uint32_t i = 0; i < w->info.images && used < sizeof(list); i++)
		used += (size_t)snprintf(list + used, sizeof(list) - used,
					 w->images[i].name[0] ? "%s%u (%s)"
							      : "%s%u",
					 i ? ", " : "", (unsigned)i + 1,
					 w->images[i].name);
	if (!w->info.images)
		return err_set(err, -ENOENT, file, ERR_NOWHERE,
			       "there is no image \"%s\": the file has none",
			       name_or_number);
	return err_set(err, -ENOENT, file, ERR_NOWHERE,
		       "there is no image \"%s\"; its images are %s",
		       name_or_number, list);
}
