// SPDX-License-Identifier: MIT
//
// dism /Get-ImageInfo: what images a WIM file holds, or all about one of them,
// laid out as Windows' DISM does.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "dism.h"
#include "output.h"

static void show_line(const char *label, const char *value)
{
	printf("%s : %s\n", label, *value ? value : "<undefined>");
}

// Writes a number with commas between groups of three digits. Returns buf.
static char *with_commas(uint64_t n, char buf[32])
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, n);
	char *out = buf;

	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			*out++ = ',';
		*out++ = digits[i];
	}
	*out = 0;
	return buf;
}

static void show_time(const char *label, uint64_t filetime)
{
	time_t seconds = (time_t)filetime_to_unix(filetime);
	struct tm t;
	char text[64] = "";

	// "1/31/2018 - 5:08:18 PM", UTC
	if (filetime && gmtime_r(&seconds, &t))
		snprintf(text, sizeof(text), "%d/%d/%d - %d:%02d:%02d %s",
			 t.tm_mon + 1, t.tm_mday, t.tm_year + 1900,
			 t.tm_hour % 12 ? t.tm_hour % 12 : 12, t.tm_min,
			 t.tm_sec, t.tm_hour < 12 ? "AM" : "PM");
	show_line(label, text);
}

static void show_number(const char *label, bool is_known, uint32_t n)
{
	char text[16];

	snprintf(text, sizeof(text), "%" PRIu32, n);
	show_line(label, is_known ? text : "");
}

static void show_languages(const struct wim_image_info *info)
{
	const char *p = info->languages;

	if (!*p) {
		show_line("Languages", "");
		return;
	}
	puts("Languages :");
	while (*p) {
		size_t len = strcspn(p, ",");
		bool is_default = len == strlen(info->default_language) &&
				  !strncasecmp(p, info->default_language, len);

		printf("\t%.*s%s\n", (int)len, p,
		       is_default ? " (Default)" : "");
		p += len + (p[len] == ',');
	}
}

static void show_summary(const struct wim_image_info *info)
{
	char size[32];

	printf("Index : %" PRIu32 "\n", info->index);
	show_line("Name", info->name);
	show_line("Description", info->description);
	printf("Size : %s bytes\n", with_commas(info->bytes, size));
}

static void show_all(const struct wim_image_info *info)
{
	bool has_version = *info->version;

	show_summary(info);
	show_line("WIM Bootable", info->wimboot ? "Yes" : "No");
	show_line("Architecture", info->architecture);
	show_line("Hal", info->hal);
	show_line("Version", info->version);
	show_number("ServicePack Build", has_version, info->service_pack_build);
	show_number("ServicePack Level", has_version, info->service_pack_level);
	show_line("Edition", info->edition);
	show_line("Installation", info->installation_type);
	show_line("ProductType", info->product_type);
	show_line("ProductSuite", info->product_suite);
	show_line("System Root", info->system_root);
	printf("Directories : %" PRIu64 "\n", info->directories);
	printf("Files : %" PRIu64 "\n", info->files);
	show_time("Created", info->created);
	show_time("Modified", info->modified);
	show_languages(info);
}

int dism_image_info(int argc, char **argv)
{
	struct dism_image image;
	int status = dism_open_named(argc, argv, false, &image);

	if (status)
		return status;
	dism_begin();
	printf("Details for image : %s\n\n", image.path);
	if (image.index) {
		show_all(wim_get_image_info(image.wim, image.index));
		puts("");
	}
	for (uint32_t i = 1;
	     !image.index && i <= wim_get_info(image.wim)->images; i++) {
		show_summary(wim_get_image_info(image.wim, i));
		puts("");
	}
	fflush(stdout);
	dism_tell_unused(image.path, image.wim);
	dism_close(&image);
	return dism_done();
}
