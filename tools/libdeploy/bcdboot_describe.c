// SPDX-License-Identifier: MIT
//
// What an installed Windows calls itself: from its SOFTWARE hive.

#include <stdlib.h>
#include <string.h>

#include "bcdboot_priv.h"

#define MAX_HIVE (UINT64_C(1) << 30) // SOFTWARE has some 100 MiB
#define CURRENT "Microsoft\\Windows NT\\CurrentVersion"
#define FIRST_WINDOWS_11 22000 // build; its ProductName still says 10

static int load_hive(struct ntfs *source, const char *path, struct hive **ret,
		     struct err *err)
{
	static const char *const ends[] = {".LOG1", ".LOG2", ".LOG"};
	struct hive_log logs[HIVE_LOGS] = {{NULL, 0}};
	char log[BCDBOOT_MAX_PATH + 8];
	void *data, *log_data;
	size_t size;
	int r = ntfs_read_file(source, path, MAX_HIVE, &data, &size, err);

	if (r)
		return r;
	for (size_t i = 0; !r && i < HIVE_LOGS && hive_is_dirty(data, size);
	     i++) {
		memcpy(log, path, strlen(path));
		memcpy(log + strlen(path), ends[i], strlen(ends[i]) + 1);
		r = ntfs_read_file(source, log, MAX_HIVE, &log_data,
				   &logs[i].size, NULL);
		if (!r)
			logs[i].data = log_data;
		else if (r == -ENOENT)
			r = 0;
		else
			err_set(err, r, log, ERR_NOWHERE,
				"the hive's log cannot be read");
	}
	if (!r)
		r = hive_load_part(data, size, logs, CURRENT, false, ret, err);
	for (size_t i = 0; i < HIVE_LOGS; i++)
		mem_free((void *)logs[i].data);
	mem_free(data);
	return r;
}

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

int bcdboot_describe(struct ntfs *source, const char *windows, char **ret,
		     struct err *err)
{
	char path[BCDBOOT_MAX_PATH];
	struct hive_key *key;
	struct hive *hive;
	int r = bcdboot_join(path, windows, "System32\\config\\SOFTWARE", err);

	if (!r)
		r = load_hive(source, path, &hive, err);
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
