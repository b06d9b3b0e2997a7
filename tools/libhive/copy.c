// SPDX-License-Identifier: MIT
//
// Copying keys with all below them, within a hive and between two.

#include "hive_priv.h"

static int copy_values(struct hive *hive, struct hive_key *to,
		       const struct hive_key *from, struct err *err)
{
	int r = 0;

	for (size_t i = 0; !r && i < from->value_count; i++) {
		const struct hive_value *v = &from->values[i];

		r = hive_value_put(hive, to, v->name, v->name_len, v->type,
				   v->data, v->size, err);
	}
	return r;
}

static int copy_key(struct hive *hive, struct hive_key *to,
		    const struct hive_key *from, const struct hive_key *except,
		    struct err *err)
{
	int r = copy_values(hive, to, from, err);

	for (size_t i = 0; !r && i < from->subkey_count; i++) {
		const struct hive_key *sub = from->subkeys[i];
		struct hive_key *copy;

		if (sub == except)
			continue;
		r = hive_key_child(hive, to, sub->name, sub->name_len, &copy,
				   err);
		// making it may have moved what `from` holds, when it is `to`
		if (!r && copy != sub)
			r = copy_key(hive, copy, sub, except, err);
	}
	return r;
}

int hive_key_copy(struct hive *hive, struct hive_key *to,
		  const struct hive_key *from, bool all, struct err *err)
{
	if (to == from)
		return 0;
	return all ? copy_key(hive, to, from, to, err)
		   : copy_values(hive, to, from, err);
}
