// SPDX-License-Identifier: MIT
//
// What the registry of a captured Windows tells the XML data, and how it comes out of
// the WIM.

#include <sys/stat.h>

#include "hive.h"
#include "unit/libimage/capture/compare.h"

static struct err err;
static char folder[] = "/tmp/windows-XXXXXX";

struct row {
	const char *key, *name, *text; // text NULL: a number
	uint32_t number;
};

static const struct row software_10[] = {
	{"", "EditionID", "Professional", 0},
	{"", "InstallationType", "Client", 0},
	{"", "CurrentVersion", "6.3", 0},
	{"", "CurrentMajorVersionNumber", NULL, 10},
	{"", "CurrentMinorVersionNumber", NULL, 0},
	{"", "CurrentBuild", "19045", 0},
	{"", "CurrentBuildNumber", "19045", 0},
	{"", "UBR", NULL, 2006},
	{"", "BuildLabEx", "19041.1.amd64fre.vb_release.191206-1406", 0},
	{NULL, NULL, NULL, 0},
};

static const struct row software_7[] = {
	{"", "EditionID", "Ultimate", 0},
	{"", "CurrentVersion", "6.1", 0},
	{"", "CurrentBuildNumber", "7601", 0},
	{"", "BuildLabEx", "7601.17514.amd64fre.win7sp1_rtm.101119-1850", 0},
	{NULL, NULL, NULL, 0},
};

static const struct row system_10[] = {
	{"Select", "Current", NULL, 2},
	{"ControlSet002\\Control\\ProductOptions", "ProductType", "WinNT", 0},
	{"ControlSet002\\Control\\Session Manager\\Environment",
	 "PROCESSOR_ARCHITECTURE", "AMD64", 0},
	{"ControlSet002\\Control\\Nls\\Language", "InstallLanguage", "0407", 0},
	{"ControlSet002\\Control\\MUI\\UILanguages\\de-DE", "LCID", NULL,
	 0x407},
	{"ControlSet002\\Control\\MUI\\UILanguages\\en-US", "LCID", NULL,
	 0x409},
	{"ControlSet002\\Control\\Windows", "CSDVersion", NULL, 0},
	{NULL, NULL, NULL, 0},
};

static const struct row system_7[] = {
	{"ControlSet001\\Control\\Windows", "CSDVersion", NULL, 0x100},
	{"ControlSet001\\Control\\Session Manager\\Environment",
	 "PROCESSOR_ARCHITECTURE", "x86", 0},
	{"ControlSet001\\Control\\MUI\\UILanguages\\fr-FR", "Type", NULL, 0x91},
	{NULL, NULL, NULL, 0},
};

static void write_file(const char *name, const void *data, size_t size)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/WINDOWS/system32/config/%s", folder,
		 name);
	f = fopen(path, "w");
	check(f && fwrite(data, 1, size, f) == size && !fclose(f));
}

static void write_hive(const char *name, const char *root,
		       const struct row *rows, bool with_suite)
{
	static const uint8_t suite[] = "T\0S\0\0\0B\0\0\0\0\0";
	struct hive *h;
	struct hive_key *k;
	void *data;
	size_t size;

	check_ok(hive_new("ROOT", &h, &err), &err);
	for (; rows->key; rows++) {
		char path[128];

		snprintf(path, sizeof(path), "%s%s", root, rows->key);
		check_ok(hive_key_add(h, h->root, path, &k, &err), &err);
		if (rows->text)
			check_ok(hive_value_set_string(h, k, rows->name,
						       rows->text, &err),
				 &err);
		else
			check_ok(hive_value_set_u32(h, k, rows->name,
						    rows->number, &err),
				 &err);
		if (with_suite && !strcmp(rows->name, "ProductType"))
			check_ok(hive_value_set(h, k, "ProductSuite",
						HIVE_MULTI_SZ, suite,
						sizeof(suite) - 1, &err),
				 &err);
	}
	check_ok(hive_save(h, &data, &size, &err), &err);
	write_file(name, data, size);
	mem_free(data);
	hive_free(h);
}

static struct capture *capture(void)
{
	const struct capture_options options = {0};
	struct capture *c;

	check_ok(capture_host(folder, &options, NULL, &c, &err), &err);
	return c;
}

static void tells(const struct wim_property *p, size_t count, const char *path,
		  const char *value)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(p[i].path, path)) {
			check(value && !strcmp(p[i].value, value));
			return;
		}
	check(!value);
}

static void seven(void)
{
	const struct wim_property *p;
	struct capture *c;
	size_t n;

	write_hive("software", "Microsoft\\Windows NT\\CurrentVersion",
		   software_7, false);
	write_hive("SYSTEM", "", system_7, false);
	c = capture();
	check_ok(capture_windows(c, &p, &n, &err), &err);
	tells(p, n, "WINDOWS/ARCH", "0");
	tells(p, n, "WINDOWS/VERSION/MAJOR", "6");
	tells(p, n, "WINDOWS/VERSION/MINOR", "1");
	tells(p, n, "WINDOWS/VERSION/BUILD", "7601");
	tells(p, n, "WINDOWS/VERSION/SPBUILD", "17514");
	tells(p, n, "WINDOWS/VERSION/SPLEVEL", "1");
	tells(p, n, "WINDOWS/LANGUAGES/LANGUAGE", "fr-FR");
	tells(p, n, "WINDOWS/LANGUAGES/DEFAULT", "fr-FR");
	tells(p, n, "WINDOWS/INSTALLATIONTYPE", NULL);
	tells(p, n, "WINDOWS/PRODUCTSUITE", NULL);
	capture_free(c);
}

static void write_image(struct capture *c, const struct wim_property *p,
			size_t count, struct disk *file)
{
	const struct wim_write_options options = {
		.compression = WIM_COMPRESSION_XPRESS};
	const struct wim_new_image info = {
		.name = "Windows", .properties = p, .property_count = count};
	struct wim_content *const *list;
	struct wim_writer *w;
	size_t n;

	list = capture_content(c, &n);
	check_ok(wim_writer_create(file, &options, &w, &err), &err);
	check_ok(wim_writer_add_content(w, list, n, NULL, &err), &err);
	check_ok(wim_writer_add_image(w, capture_image(c), &info, &err), &err);
	check_ok(wim_writer_finish(w, NULL, &err), &err);
	wim_writer_free(w);
}

static void ten(void)
{
	const struct wim_image_info *info;
	const struct wim_property *p;
	struct capture *c;
	struct disk *file;
	struct wim *w;
	size_t n;

	write_hive("software", "Microsoft\\Windows NT\\CurrentVersion",
		   software_10, false);
	write_hive("SYSTEM", "", system_10, true);
	c = capture();
	check_ok(capture_windows(c, &p, &n, &err), &err);
	check_ok(disk_memory(0, 512, &file, &err), &err);
	write_image(c, p, n, file);
	check_ok(wim_open(file, &w, &err), &err);
	info = wim_get_image_info(w, 1);
	check(!strcmp(info->architecture, "x64"));
	check(!strcmp(info->product_name,
		      "Microsoft\xc2\xae Windows\xc2\xae Operating System"));
	check(!strcmp(info->edition, "Professional"));
	check(!strcmp(info->installation_type, "Client"));
	check(!strcmp(info->product_type, "WinNT"));
	check(!strcmp(info->product_suite, "TS"));
	check(!strcmp(info->languages, "de-DE,en-US"));
	check(!strcmp(info->default_language, "de-DE"));
	check(!strcmp(info->version, "10.0.19045"));
	check_eq(info->service_pack_build, 2006);
	check_eq(info->service_pack_level, 0);
	check(!strcmp(info->system_root, "WINDOWS"));
	wim_close(w);
	disk_close(file);
	capture_free(c);
}

// A Windows whose registry is not there, or is none, is a tree like any other.
static void without(void)
{
	const struct wim_property *p = NULL;
	struct capture *c = capture();
	size_t n = 1;

	check_ok(capture_windows(c, &p, &n, &err), &err);
	check_eq(n, 0);
	capture_free(c);
	write_file("software", "no hive", 7);
	c = capture();
	n = 1;
	check_ok(capture_windows(c, &p, &n, &err), &err);
	check_eq(n, 0);
	capture_free(c);
}

int main(void)
{
	static const char *const parts[] = {"", "/WINDOWS", "/WINDOWS/system32",
					    "/WINDOWS/system32/config"};
	char path[256];

	check(mkdtemp(folder));
	for (size_t i = 1; i < 4; i++) {
		snprintf(path, sizeof(path), "%s%s", folder, parts[i]);
		check(!mkdir(path, 0755));
	}
	without();
	seven();
	ten();
	snprintf(path, sizeof(path), "rm -rf %s", folder);
	check_eq(system(path), 0);
	return 0;
}
