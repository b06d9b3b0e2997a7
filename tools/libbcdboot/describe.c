// SPDX-License-Identifier: MIT
//
// What an installed Windows calls itself: from its SOFTWARE hive.

#include <stdlib.h>
#include <string.h>

#include "bcdboot_priv.h"

#define CURRENT          "Microsoft\\Windows NT\\CurrentVersion"
#define FIRST_WINDOWS_11 22000 // build; its ProductName still says 10

// Changes "Windows 10" at the beginning to "Windows 11" where the build says so.
static void correct(const struct hive_key *key, char *name)
{
	static const char ten[] = "Windows 10";
	char *build;

	if (strncmp(name, ten, sizeof(ten) - 1) ||
	    hive_value_get_string(key, "CurrentBuild", &build, NULL))
		return;
	if (atoi(build) >= FIRST_WINDOWS_11)
		name[sizeof(ten) - 2] = '1';
	mem_free(build);
}

int bcdboot_describe(struct tree *source, const char *windows, char **ret,
		     struct err *err)
{
	struct hive_bytes bytes;
	struct hive_key *key;
	struct hive *hive;
	int r = bcdboot_hive_read(source, windows, "SOFTWARE", &bytes, err);

	if (r)
		return r;
	r = bcdboot_hive_load(&bytes, CURRENT, &hive, err);
	hive_bytes_done(&bytes);
	if (r)
		return r;
	r = hive_key_find(hive->root, CURRENT, &key, err);
	if (!r)
		r = hive_value_get_string(key, "ProductName", ret, err);
	if (!r)
		correct(key, *ret);
	hive_free(hive);
	return r;
}

bool bcdboot_is_locale(const char *s)
{
	size_t part = 0, len = 0;

	for (;; s++) {
		char lower = *s | 0x20;
		bool digit = *s >= '0' && *s <= '9';

		if ((lower >= 'a' && lower <= 'z') || (digit && part)) {
			len++;
			continue;
		}
		if (len < 2 || len > (part ? 8 : 3) || (*s && *s != '-'))
			return false;
		if (!*s)
			return part < 4;
		part++;
		len = 0;
	}
}
