// SPDX-License-Identifier: MIT
//
// The life of a hive's tree in memory.

#include <string.h>

#include "hive_priv.h"

// Self-relative descriptor ([MS-DTYP] 2.4.6): owner Administrators, group the
// system; Administrators may read (0x00060019), the system has all
// (0x000f003f). So it is on the keys of a store: nobody else is to change what
// the machine starts.
static const uint8_t store_security[100] = {
	0x01, 0x00, 0x04, 0x80, 0x48, 0x00, 0x00, 0x00, 0x58, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x14, 0x00, 0x00, 0x00, 0x02, 0x00, 0x34, 0x00,
	0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x18, 0x00, 0x19, 0x00, 0x06, 0x00,
	0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0x20, 0x00, 0x00, 0x00,
	0x20, 0x02, 0x00, 0x00, 0x00, 0x00, 0x14, 0x00, 0x3f, 0x00, 0x0f, 0x00,
	0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0x12, 0x00, 0x00, 0x00,
	0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0x20, 0x00, 0x00, 0x00,
	0x20, 0x02, 0x00, 0x00, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05,
	0x12, 0x00, 0x00, 0x00,
};

void hive_value_done(struct hive_value *value)
{
	mem_free(value->name);
	// lent data lies in the hive's bytes, which go with the hive
	if (!value->lent)
		mem_free(value->data);
}

void hive_key_free(struct hive_key *key)
{
	if (!key)
		return;
	for (size_t i = 0; i < key->subkey_count; i++)
		hive_key_free(key->subkeys[i]);
	for (size_t i = 0; i < key->value_count; i++)
		hive_value_done(&key->values[i]);
	mem_free(key->subkeys);
	mem_free(key->values);
	mem_free(key->class_name);
	mem_free(key->name);
	mem_free(key);
}

void hive_free(struct hive *hive)
{
	if (!hive)
		return;
	hive_key_free(hive->root);
	for (size_t i = 0; i < hive->security_count; i++)
		mem_free(hive->security[i].data);
	mem_free(hive->security);
	mem_free(hive->bytes);
	mem_free(hive);
}

static int fill(struct hive *hive, const char *root_name, struct err *err)
{
	size_t len;
	int r;

	// 1.3, as Windows' own stores: all since NT 4 read it
	hive->minor = 3;
	hive->sequence = 1;
	hive->root = mem_alloc(sizeof(*hive->root));
	hive->security = mem_alloc(sizeof(*hive->security));
	if (!hive->root || !hive->security)
		return err_nomem(err);
	hive->security_capacity = 1;
	hive->security[0].data =
		mem_dup(store_security, sizeof(store_security));
	if (!hive->security[0].data)
		return err_nomem(err);
	hive->security[0].size = sizeof(store_security);
	hive->security_count = 1;
	hive->root->flags = HIVE_KEY_ROOT | HIVE_KEY_NO_DELETE;
	r = utf16_from_utf8(root_name, &hive->root->name, &len);
	if (r == -ENOMEM)
		return err_nomem(err);
	if (r || len > HIVE_MAX_KEY_NAME)
		return err_set(err, -EINVAL, root_name, ERR_NOWHERE,
			       "not a name for a key");
	hive->root->name_len = (uint16_t)len;
	return 0;
}

int hive_new(const char *root_name, struct hive **ret, struct err *err)
{
	struct hive *hive = mem_alloc(sizeof(*hive));
	int r;

	if (!hive)
		return err_nomem(err);
	r = fill(hive, root_name, err);
	if (r)
		hive_free(hive);
	else
		*ret = hive;
	return r;
}
