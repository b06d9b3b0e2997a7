// SPDX-License-Identifier: MIT
//
// [Version] of an INF file: what kind of driver it is, whose, and how new.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "inf.h"

#define DAY UINT64_C(86400)

static const char *const arch_names[INF_ARCHES] = {"x86", "amd64", "arm",
						   "arm64"};

const char *inf_arch_name(enum inf_arch arch)
{
	return arch_names[arch];
}

bool inf_arch_find(const char *name, enum inf_arch *ret)
{
	for (size_t i = 0; i < INF_ARCHES; i++)
		if (!strcasecmp(name, arch_names[i])) {
			*ret = (enum inf_arch)i;
			return true;
		}
	*ret = INF_AMD64;
	return !strcasecmp(name, "x64");
}

// --- Date and version --------------------------------------------------------

// Reads a decimal number of 1 to `digits` digits, and what must follow it; 0: the
// end.
static bool take_number(const char **p, size_t digits, unsigned *ret)
{
	size_t n = strspn(*p, "0123456789");

	if (!n || n > digits)
		return false;
	*ret = (unsigned)strtoul(*p, NULL, 10);
	*p += n;
	return true;
}

// Days from 1601-01-01 to a date of the Gregorian calendar.
static uint64_t days_until(unsigned year, unsigned month, unsigned day)
{
	static const unsigned before[] = {0,   31,  59,  90,  120, 151,
					  181, 212, 243, 273, 304, 334};
	unsigned y = year - 1601;
	bool is_leap = (year % 4 == 0 && year % 100) || year % 400 == 0;

	return (uint64_t)y * 365 + y / 4 - y / 100 + y / 400 +
	       before[month - 1] + (is_leap && month > 2) + day - 1;
}

// "07/21/2023" or "07-21-2023" to FILETIME.
static bool take_date(const char *p, uint64_t *ret)
{
	unsigned month, day, year;

	if (!take_number(&p, 2, &month) || !strchr("/-", *p) || !*p++ ||
	    !take_number(&p, 2, &day) || !strchr("/-", *p) || !*p++ ||
	    !take_number(&p, 4, &year) || *p)
		return false;
	if (!month || month > 12 || !day || day > 31 || year < 1601)
		return false;
	*ret = days_until(year, month, day) * DAY * 10000000;
	return true;
}

// "100.93.104.24000", of which the last ones may be missing, to one number.
static bool take_version(const char *p, uint64_t *ret)
{
	unsigned part;

	*ret = 0;
	for (int shift = 48; shift >= 0; shift -= 16) {
		if (!take_number(&p, 5, &part) || part > UINT16_MAX)
			return false;
		*ret |= (uint64_t)part << shift;
		if (!*p)
			return true;
		if (*p++ != '.')
			return false;
	}
	return false;
}

static int bad(const struct inf_line *line, const char *what, struct err *err)
{
	return err_bad_text(err, "INF file", line->line, "%s = %s is none",
			    what, inf_field(line, 0));
}

static int read_driver_version(const struct inf_section *section,
			       struct inf_version *v, struct err *err)
{
	const struct inf_line *line = inf_find_line(section, "DriverVer");

	if (!line)
		return 0;
	if (!take_date(inf_field(line, 0), &v->date))
		return bad(line, "DriverVer", err);
	if (*inf_field(line, 1) &&
	    !take_version(inf_field(line, 1), &v->version))
		return err_bad_text(err, "INF file", line->line,
				    "%s is no version", inf_field(line, 1));
	return 0;
}

// --- Texts -------------------------------------------------------------------

static int read_text(const struct inf *inf, uint16_t language,
		     const struct inf_line *line, char **ret, struct err *err)
{
	return inf_expand(inf, language, inf_field(line, 0), ret, err);
}

static int read_guid(const struct inf *inf, uint16_t language,
		     const struct inf_section *section, const char *key,
		     struct guid *ret, bool *is_there, struct err *err)
{
	const struct inf_line *line = inf_find_line(section, key);
	char *text;
	int r;

	*is_there = line;
	if (!line)
		return 0;
	r = read_text(inf, language, line, &text, err);
	if (r)
		return r;
	if (guid_parse(text, ret))
		r = bad(line, key, err);
	mem_free(text);
	return r;
}

// The most special one wins: that of the architecture, of NT, or of all.
static const struct inf_line *find_catalog(const struct inf_section *section,
					   enum inf_arch arch)
{
	char key[sizeof("CatalogFile.NTamd64")];
	const struct inf_line *line;

	snprintf(key, sizeof(key), "CatalogFile.NT%s", arch_names[arch]);
	line = inf_find_line(section, key);
	if (!line)
		line = inf_find_line(section, "CatalogFile.NT");
	return line ? line : inf_find_line(section, "CatalogFile");
}

static bool is_signature(const char *text)
{
	return !strcasecmp(text, "$Windows NT$") ||
	       !strcasecmp(text, "$Chicago$") ||
	       !strcasecmp(text, "$Windows 95$");
}

static int read_all(const struct inf *inf, uint16_t language,
		    const struct inf_target *target,
		    const struct inf_section *section, struct inf_version *v,
		    struct err *err)
{
	int r = read_text(inf, language, inf_find_line(section, "Class"),
			  &v->class_name, err);

	if (!r)
		r = read_text(inf, language, inf_find_line(section, "Provider"),
			      &v->provider, err);
	if (!r)
		r = read_text(inf, language,
			      find_catalog(section, target->arch), &v->catalog,
			      err);
	if (!r)
		r = read_guid(inf, language, section, "ClassGuid",
			      &v->class_guid, &v->has_class_guid, err);
	if (!r)
		r = read_guid(inf, language, section, "ExtensionId",
			      &v->extension_id, &v->is_extension, err);
	return r ? r : read_driver_version(section, v, err);
}

int inf_get_version(const struct inf *inf, uint16_t language,
		    const struct inf_target *target, struct inf_version *ret,
		    struct err *err)
{
	const struct inf_section *section = inf_find(inf, "Version");
	const struct inf_line *line = inf_find_line(section, "Signature");
	char *signature;
	int r = read_text(inf, language, line, &signature, err);

	if (r)
		return r;
	if (!is_signature(signature))
		r = err_set(err, -ENOTSUP, "INF file", ERR_NOWHERE,
			    "its [Version] has no signature of Windows");
	mem_free(signature);
	if (r)
		return r;
	*ret = (struct inf_version){0};
	r = read_all(inf, language, target, section, ret, err);
	if (r)
		inf_version_done(ret);
	return r;
}

void inf_version_done(struct inf_version *v)
{
	mem_free(v->class_name);
	mem_free(v->provider);
	mem_free(v->catalog);
	*v = (struct inf_version){0};
}
