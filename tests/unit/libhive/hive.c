// SPDX-License-Identifier: MIT
//
// A new hive: what is in it, and which names its root key may have.

#include "hive.h"
#include "test.h"

int main(void)
{
	struct err err = {0};
	struct hive *hive = NULL;
	char name[300];

	check_ok(hive_new("", &hive, &err), &err);
	check_eq(hive->minor, 3);
	check_eq(hive->root->name_len, 0);
	check_eq(hive->root->flags, HIVE_KEY_ROOT | HIVE_KEY_NO_DELETE);
	check_eq(hive->security_count, 1);
	hive_free(hive);

	memset(name, 'x', sizeof(name));
	name[255] = 0;
	check_ok(hive_new(name, &hive, &err), &err);
	check_eq(hive->root->name_len, 255);
	hive_free(hive);

	hive = NULL;
	name[255] = 'x';
	name[256] = 0;
	check_eq(hive_new(name, &hive, NULL), -EINVAL);
	check_eq(hive_new("\xc0", &hive, NULL), -EINVAL);
	check(!hive);
	hive_free(NULL);
	return 0;
}
