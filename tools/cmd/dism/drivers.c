// SPDX-License-Identifier: MIT
//
// dism /Get-Drivers: the driver packages of a Windows that does not run.

#include <stdio.h>

#include "records.h"
#include "windows.h"

enum { ALL = DISM_WINDOWS_SWITCH_COUNT, NONE };

static int add_driver(struct dism_records *records,
		      const struct service_driver *d, struct err *err)
{
	char date[DISM_DATE_TEXT], version[DISM_VERSION_TEXT];
	const char *const texts[] = {
		d->published,
		d->original,
		dism_yes_no(d->is_inbox),
		d->class_name,
		d->provider,
		dism_date(d->date, date),
		dism_version(d->version, version),
	};

	return dism_records_add(records, texts, err);
}

static int show_drivers(struct dism_windows *w,
			const struct cmd_switch *switches, struct err *err)
{
	static const char *const labels[] = {
		"Published Name", "Original File Name", "Inbox",
		"Class Name",     "Provider Name",      "Date",
		"Version"};
	struct dism_records records = {
		.labels = labels, .columns = 7, .is_table = w->is_table};
	struct service_driver *drivers;
	size_t count;
	int r;

	printf("Obtaining list of %s drivers from the driver store...\n\n",
	       switches[ALL].value ? "all" : "3rd party");
	fflush(stdout);
	r = service_list_drivers(w->service, &drivers, &count, err);
	if (r)
		return r;
	for (size_t i = 0; !r && i < count; i++)
		if (switches[ALL].value || !drivers[i].is_inbox)
			r = add_driver(&records, &drivers[i], err);
	service_free_drivers(drivers, count);
	if (!r) {
		puts("Driver packages listing:\n");
		if (records.count)
			dism_records_print(&records);
		else
			puts("(No drivers found in the image matching the "
			     "criteria)\n");
	}
	dism_records_done(&records);
	return r;
}

int dism_get_drivers(int argc, char **argv)
{
	struct cmd_switch s[] = {
		DISM_WINDOWS_SWITCHES,
		[ALL] = {"All", false, NULL},
		[NONE] = {NULL, false, NULL},
	};

	return dism_on_windows(argc, argv, s, show_drivers);
}
