// SPDX-License-Identifier: MIT

#include <stdio.h>
#include <time.h>

#include "records.h"
#include "windows.h"

enum { IMAGE, FORMAT };

static int open_windows(const char *address, struct dism_windows *w,
			struct err *err)
{
	int r = spot_open(address, 0, &w->spot, err);

	w->address = address;
	return r ? r
		 : service_open(w->spot->tree, w->spot->path, &w->service, err);
}

void dism_windows_leave(struct dism_windows *w)
{
	service_close(w->service);
	spot_close(w->spot);
	w->service = NULL;
	w->spot = NULL;
}

int dism_on_windows(int argc, char **argv, struct cmd_switch *switches,
		    dism_windows_fn *run)
{
	const struct service_windows *is;
	struct dism_windows w = {.address = NULL};
	struct err err = {0};
	int words, r = cmd_switches(argc, argv, switches, &words);

	if (r)
		return r;
	if (words)
		return cmd_misuse(dism_name(), "%s%swhat is this?", argv[1],
				  err_colon(argv[1]));
	r = dism_format_parse(switches[FORMAT].value, &w.is_table);
	if (r)
		return r;
	if (!switches[IMAGE].value || !*switches[IMAGE].value)
		return cmd_misuse(dism_name(),
				  "say by /Image:ADDRESS which Windows is "
				  "meant: the volume or folder that its folder "
				  "\\Windows lies in");
	r = open_windows(switches[IMAGE].value, &w, &err);
	dism_begin();
	if (!r) {
		is = service_get_windows(w.service);
		printf("Image Version: %u.%u.%u.%u\n\n", is->target.major,
		       is->target.minor, is->target.build, is->revision);
		r = run(&w, switches, &err);
	}
	r = r ? dism_fail(switches[IMAGE].value, &err) : dism_done();
	dism_windows_leave(&w);
	return r;
}

const char *dism_yes_no(bool is)
{
	return is ? "Yes" : "No";
}

const char *dism_date(uint64_t filetime, char text[DISM_DATE_TEXT])
{
	time_t seconds = (time_t)filetime_to_unix(filetime);
	struct tm t;

	*text = 0;
	if (filetime && gmtime_r(&seconds, &t))
		snprintf(text, DISM_DATE_TEXT, "%d/%d/%d", t.tm_mon + 1,
			 t.tm_mday, t.tm_year % 10000 + 1900);
	return text;
}

const char *dism_version(uint64_t version, char text[DISM_VERSION_TEXT])
{
	snprintf(text, DISM_VERSION_TEXT, "%u.%u.%u.%u",
		 (unsigned)(version >> 48), (unsigned)(version >> 32 & 0xffff),
		 (unsigned)(version >> 16 & 0xffff),
		 (unsigned)(version & 0xffff));
	return text;
}
