// SPDX-License-Identifier: MIT
//
// dism /Get-DriverInfo: all of one driver package, in the store of a Windows that
// does not run, or in a file that is not in it yet.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "windows.h"

#define LANGUAGE 0x0409 // texts of INF files: English

enum { DRIVER = DISM_WINDOWS_SWITCH_COUNT, NONE };

static void show(const char *label, const char *value)
{
	printf("%s : %s\n", label, value);
}

// Prints what is said of the package as a whole.
static void show_package(const struct service_driver *d)
{
	char date[DISM_DATE_TEXT], version[DISM_VERSION_TEXT], guid[GUID_TEXT];

	puts("Driver package information:\n");
	show("Published Name", d->published);
	show("Driver Store Path", d->folder);
	show("Class Name", d->class_name);
	show("Class Description", d->class_text);
	printf("Class GUID : {%s}\n", guid_format(&d->class_guid, guid));
	show("Date", dism_date(d->date, date));
	show("Version", dism_version(d->version, version));
	show("Boot Critical", dism_yes_no(d->is_boot_critical));
	show("Provider Name", d->provider);
	show("Catalog File", d->catalog);
	show("Inbox", dism_yes_no(d->is_inbox));
	putchar('\n');
}

struct models {
	const struct inf *inf;
	enum inf_arch arch;
	size_t count;
};

// The service of the section that installs a device: that of its AddService which
// is marked as the device's own.
static const char *service_of(const struct models *m, const char *install)
{
	const struct inf_section *section =
		inf_find_install(m->inf, install, m->arch);
	char name[INF_MAX_NAME + sizeof(".Services")];

	if (!section)
		return "";
	snprintf(name, sizeof(name), "%s.Services", section->name);
	section = inf_find(m->inf, name);
	for (size_t i = 0; section && i < section->count; i++) {
		const struct inf_line *line = &section->lines[i];
		unsigned long flags = strtoul(inf_field(line, 1), NULL, 0);

		if (line->key && !strcasecmp(line->key, "AddService") &&
		    flags & 2)
			return inf_field(line, 0);
	}
	return "";
}

static void show_ids(const struct inf_model *model)
{
	fputs("Compatible IDs :", stdout);
	for (size_t i = 1; i < model->id_count; i++)
		printf("%s %s", i > 1 ? "," : "", model->ids[i]);
	putchar('\n');
}

static int show_model(void *ctx, const struct inf_model *model, struct err *err)
{
	struct models *m = ctx;

	(void)err; // printing does not fail
	if (!m->count++)
		printf("Drivers for architecture : %s\n\n",
		       inf_arch_name(m->arch));
	show("Manufacturer", model->manufacturer);
	show("Description", model->description);
	show("Architecture", inf_arch_name(m->arch));
	show("Hardware ID", model->id_count ? model->ids[0] : "");
	show("Service Name", service_of(m, model->install));
	show_ids(model);
	putchar('\n');
	return 0;
}

static int show_models(const struct dism_windows *w, const struct inf *inf,
		       const char *name, struct err *err)
{
	const struct inf_target *target =
		&service_get_windows(w->service)->target;
	struct models m = {.inf = inf, .arch = target->arch};
	struct err inner = {0};
	int r = inf_models(inf, LANGUAGE, target, show_model, &m, &inner);

	if (r)
		return err_of(err, name, &inner);
	if (!m.count)
		printf("It has no drivers for this image (%s, %u.%u.%u).\n\n",
		       inf_arch_name(target->arch), target->major,
		       target->minor, target->build);
	return 0;
}

// A package of the store, by its published name.
static int show_published(const struct dism_windows *w, const char *name,
			  struct err *err)
{
	struct service_driver *drivers;
	struct inf *inf = NULL;
	size_t count, i = 0;
	int r = service_list_drivers(w->service, &drivers, &count, err);

	if (r)
		return r;
	while (i < count && strcasecmp(drivers[i].published, name))
		i++;
	if (i == count)
		r = err_set(err, -ENOENT, name, ERR_NOWHERE,
			    "the image has no driver package of that name: "
			    "/Get-Drivers /All lists them; a file is named "
			    "with its folder (./%s)",
			    name);
	if (!r)
		r = service_open_published(w->service, drivers[i].published,
					   &inf, err);
	if (!r) {
		show_package(&drivers[i]);
		r = show_models(w, inf, name, err);
	}
	inf_free(inf);
	service_free_drivers(drivers, count);
	return r;
}

static int read_version(const struct inf *inf, const char *path,
			const struct inf_target *target,
			struct inf_version *ret, struct err *err)
{
	struct err inner = {0};
	int r = inf_get_version(inf, LANGUAGE, target, ret, &inner);

	return r ? err_of(err, path, &inner) : 0;
}

// A file that is not in the store yet.
static int show_file(const struct dism_windows *w, const char *path,
		     struct err *err)
{
	const struct inf_target *target =
		&service_get_windows(w->service)->target;
	struct service_driver d = {.folder = (char *)path};
	struct inf_version v = {0};
	struct inf *inf = NULL;
	struct spot *spot;
	int r = spot_open(path, SPOT_HOST_FILE, &spot, err);

	if (r)
		return r;
	r = service_read_inf(spot->tree, spot->path, &inf, err);
	if (!r)
		r = read_version(inf, path, target, &v, err);
	if (!r) {
		d.published = (char *)"";
		d.class_guid = v.class_guid;
		d.class_name = v.class_name;
		d.provider = v.provider;
		d.catalog = v.catalog;
		d.date = v.date;
		d.version = v.version;
		r = service_describe_class(w->service, &d, err);
	}
	if (!r) {
		show_package(&d);
		r = show_models(w, inf, path, err);
	}
	mem_free(d.class_text);
	inf_version_done(&v);
	inf_free(inf);
	spot_close(spot);
	return r;
}

static int show_driver_info(struct dism_windows *w,
			    const struct cmd_switch *switches, struct err *err)
{
	const char *driver = switches[DRIVER].value;

	if (!driver || !*driver)
		return err_set(err, -EINVAL, "/Driver", ERR_NOWHERE,
			       "say which: /Driver:oem1.inf, or "
			       "/Driver:FOLDER/FILE.inf of one that is not in "
			       "the image yet");
	return strpbrk(driver, "\\/:@") ? show_file(w, driver, err)
					: show_published(w, driver, err);
}

int dism_get_driver_info(int argc, char **argv)
{
	struct cmd_switch s[] = {
		DISM_WINDOWS_SWITCHES,
		[DRIVER] = {"Driver", true, NULL},
		[NONE] = {NULL, false, NULL},
	};

	return dism_on_windows(argc, argv, s, show_driver_info);
}
