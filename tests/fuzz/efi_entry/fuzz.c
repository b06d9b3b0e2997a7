// SPDX-License-Identifier: MIT
//
// Reads load options. What starts a file must be laid out and read again as the
// same.

#include "efi.h"
#include "test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(const struct efi_entry *e)
{
	struct efi_entry again;
	struct err err = {0};
	size_t size;
	void *data;

	check_ok(efi_entry_encode(e, &data, &size, &err), &err);
	check_ok(efi_entry_decode(data, size, &again, &err), &err);
	check(!strcmp(e->title, again.title) && !strcmp(e->path, again.path));
	check(e->active == again.active && e->is_gpt == again.is_gpt);
	check(e->start == again.start && e->size == again.size);
	check(guid_equal(&e->partition, &again.partition));
	check_eq(e->signature, again.signature);
	check_eq(e->partition_number, again.partition_number);
	check_eq(e->optional_size, again.optional_size);
	if (e->optional_size)
		check(!memcmp(e->optional, again.optional, e->optional_size));
	efi_entry_done(&again);
	mem_free(data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = mem_dup(data, size);
	struct err err = {0};
	struct efi_entry e;
	int r = efi_entry_decode(copy, size, &e, &err);

	check(r == err.code && (!r || r == -EBADMSG));
	if (!r) {
		if (e.path && size < 60000)
			round_trip(&e);
		efi_entry_done(&e);
	}
	mem_free(copy);
	return 0;
}
