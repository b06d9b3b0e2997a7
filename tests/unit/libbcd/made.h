// SPDX-License-Identifier: MIT
//
// A fresh store with one Windows in it, as bytes that are always the same.

#ifndef MADE_H
#define MADE_H

#include "bcd.h"

// `time` (FILETIME) is that of all keys. Free *ret with mem_free.
static inline int made_store(const struct bcd_windows_entry *entry,
			     uint64_t time, void **ret, size_t *ret_size,
			     struct err *err)
{
	struct hive_key *root;
	struct bcd *bcd;
	int r = bcd_new(true, &bcd, err);

	if (r)
		return r;
	root = bcd->hive->root;
	bcd->hive->now = bcd->hive->written = root->written = time;
	for (size_t i = 0; i < root->subkey_count; i++)
		root->subkeys[i]->written = time;
	r = bcd_add_windows(bcd, entry, NULL, err);
	if (!r)
		r = bcd_save(bcd, ret, ret_size, err);
	bcd_free(bcd);
	return r;
}

#endif
