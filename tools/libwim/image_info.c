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

#define MAX_LANGUAGES 1000 // characters of the list; what is behind is left out
#define VERSION_TEXT  40

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

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

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

// Lists the languages, separated by commas.
static int read_languages(struct wim_xml *x, const struct wim_xml_node *image,
			  const char **ret, struct err *err)
{
	const struct wim_xml_node *n =
		wim_xml_find(image, "WINDOWS/LANGUAGES/LANGUAGE");
	char *list = n ? wim_xml_alloc(x, MAX_LANGUAGES) : NULL;
	size_t used = 0;

	if (n && !list)
		return err_nomem(err);
	for (; n; n = wim_xml_next(n)) {
		const char *text = wim_xml_own_text(n);

		if (used + strlen(text) + 2 > MAX_LANGUAGES)
			break;
		used += (size_t)snprintf(list + used, MAX_LANGUAGES - used,
					 "%s%s", used ? "," : "", text);
	}
	*ret = list ? list : "";
	return 0;
}

// Times are written in hexadecimal (0x...), all else in decimal.
static uint64_t number(const struct wim_xml_node *image, const char *path)
{
	const char *text = wim_xml_text(image, path);

	return text ? strtoull(text, NULL, 0) : 0;
}

// A FILETIME over INT64_MAX is none ([MS-FSCC] 2.1.1): it counts as not given.
static uint64_t read_time(const struct wim_xml_node *image, const char *high,
			  const char *low)
{
	uint64_t time = number(image, high) << 32 |
			(number(image, low) & UINT32_MAX);

	return time > INT64_MAX ? 0 : time;
}

static int read_version(struct wim_xml *x, const struct wim_xml_node *image,
			const char **ret, struct err *err)
{
	const struct wim_xml_node *n = wim_xml_find(image, "WINDOWS/VERSION");
	char *text;

	if (!n || (!wim_xml_find(n, "MAJOR") && !wim_xml_find(n, "MINOR") &&
		   !wim_xml_find(n, "BUILD")))
		return 0;
	text = wim_xml_alloc(x, VERSION_TEXT);
	if (!text)
		return err_nomem(err);
	snprintf(text, VERSION_TEXT, "%" PRIu32 ".%" PRIu32 ".%" PRIu32,
		 (uint32_t)number(n, "MAJOR"), (uint32_t)number(n, "MINOR"),
		 (uint32_t)number(n, "BUILD"));
	*ret = text;
	return 0;
}

static int read_image(struct wim_xml *x, const struct wim_xml_node *node,
		      struct wim_image_info *image, struct err *err)
{
	const char *text;
	int r;

	for (size_t i = 0; i < COUNT(strings); i++) {
		text = wim_xml_text(node, strings[i].path);
		if (text)
			*(const char **)(void *)((char *)image +
						 strings[i].offset) = text;
	}
	for (size_t i = 0; i < COUNT(numbers); i++) {
		uint64_t value = number(node, numbers[i].path);

		memcpy((char *)image + numbers[i].offset, &value,
		       sizeof(value));
	}
	image->created = read_time(node, "CREATIONTIME/HIGHPART",
				   "CREATIONTIME/LOWPART");
	image->modified = read_time(node, "LASTMODIFICATIONTIME/HIGHPART",
				    "LASTMODIFICATIONTIME/LOWPART");
	image->wimboot = number(node, "WIMBOOT") == 1;
	image->service_pack_build =
		(uint32_t)number(node, "WINDOWS/VERSION/SPBUILD");
	image->service_pack_level =
		(uint32_t)number(node, "WINDOWS/VERSION/SPLEVEL");
	text = wim_xml_text(node, "WINDOWS/ARCH");
	if (text)
		image->architecture = architecture(text);
	r = read_version(x, node, &image->version, err);
	return r ? r : read_languages(x, node, &image->languages, err);
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

// Fills in what the tree says of the images. Their numbers count, not the order:
// programs that export or delete images may leave them in any. The header decides
// how many there are; what is told of others is skipped.
static int read_images(struct wim *w, struct err *err)
{
	struct wim_xml_node *n = wim_xml_find(wim_xml_root(w->xml), "IMAGE");
	bool *is_read = mem_array(w->info.images, sizeof(*is_read));
	int r = is_read ? 0 : err_nomem(err);

	for (; n && !r; n = wim_xml_next(n)) {
		uint32_t index = wim_xml_image_index(n);

		// Of several with a number the first counts, as when one is
		// changed; else there would be no end to what they take.
		if (!index || index > w->info.images || is_read[index - 1])
			continue;
		is_read[index - 1] = true;
		r = read_image(w->xml, n, &w->images[index - 1], err);
	}
	mem_free(is_read);
	return r;
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
		return wim_xml_new(&w->xml, err);
	r = wim_resource_read(w, 0, xml, what, WIM_MAX_XML, &data, err);
	if (r)
		return r;
	r = wim_xml_parse(data, (size_t)xml->size, &w->xml, err);
	mem_free(data);
	if (!r && wim_xml_find(wim_xml_root(w->xml), "ESD/ENCRYPTED"))
		r = err_set(err, -ENOTSUP, "", ERR_NOWHERE,
			    "this ESD is encrypted, which is not read here: "
			    "take the one of a medium, or of the Media "
			    "Creation Tool");
	return r ? r : read_images(w, err);
}

void wim_images_free(struct wim *w)
{
	wim_xml_free(w->xml);
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

// A document of one image, and what stands around it left out.
static int encode(const struct wim_xml *x, uint32_t index, void **ret,
		  size_t *ret_size, struct err *err)
{
	const struct wim_xml_node *image = wim_xml_image(x, index);
	struct wim_xml_node *copy;
	struct wim_xml *one;
	int r;

	if (!index)
		return wim_xml_encode(x, ret, ret_size, err);
	if (!image)
		return err_set(err, -ENOENT, what, ERR_NOWHERE,
			       "there is no image %" PRIu32 " in it", index);
	r = wim_xml_new(&one, err);
	if (r)
		return r;
	r = wim_xml_add_image(one, index, image, &copy, err);
	if (!r)
		r = wim_xml_encode(one, ret, ret_size, err);
	wim_xml_free(one);
	return r;
}

int wim_get_xml(const struct wim *w, uint32_t index, char **ret,
		struct err *err)
{
	size_t size;
	void *units;
	int r = encode(w->xml, index, &units, &size, err);

	if (r)
		return r;
	// behind the byte order mark
	*ret = utf16_to_utf8((const le16 *)units + 1, size / 2 - 1);
	mem_free(units);
	return *ret ? 0 : err_nomem(err);
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
