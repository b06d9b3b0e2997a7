// SPDX-License-Identifier: MIT
//
// What must stay as it is because the file of an attached virtual disk lies in it.
// Nobody holds that file between two commands, so the list is what is asked.

#include <ctype.h>
#include <string.h>

#include "storage_priv.h"

static bool is_separator(char c)
{
	return c == '\\' || c == '/';
}

// In volumes case does not count; two files of the host that differ in nothing else
// are refused at worst.
static bool is_same(char a, char b)
{
	return (is_separator(a) && is_separator(b)) ||
	       tolower((unsigned char)a) == tolower((unsigned char)b);
}

static bool is_held(const char *file, const char *address, bool itself)
{
	size_t n = 0;

	while (address[n] && is_same(file[n], address[n]))
		n++;
	if (address[n])
		return false;
	return file[n] ? strchr("@:\\/", file[n]) != NULL : itself;
}

static int refuse(const char *file, const char *address, struct err *err)
{
	return err_set(err, -EBUSY, address, ERR_NOWHERE,
		       "the virtual disk %s is attached: detach it first",
		       file);
}

bool storage_is_gone(const struct storage_effects *effects, const char *address)
{
	struct place *place;
	int r = effects->open_place(address,
				    ADDRESS_FILE | ADDRESS_VIRTUAL |
					    ADDRESS_LOOK,
				    &place, NULL);

	if (!r)
		effects->close_place(place);
	return r == -ENOENT;
}

int storage_check_attached(const struct storage_effects *effects,
			   const char *address, bool itself, struct err *err)
{
	struct storage_state state;
	int r = effects->read_state(&state, err);

	if (r)
		return r;
	for (size_t i = 0; i < state.count && !r; i++) {
		const struct storage_state_disk *d = &state.disks[i];

		if (d->is_attached && is_held(d->address, address, itself) &&
		    !storage_is_gone(effects, d->address))
			r = refuse(d->address, address, err);
	}
	storage_state_done(&state);
	return r;
}

int storage_check_attached_text(const struct storage_effects *effects,
				const char *text, bool itself, struct err *err)
{
	char *address;
	int r;

	// What is not there holds nothing.
	if (effects->whole(text, &address, NULL))
		return 0;
	r = storage_check_attached(effects, address, itself, err);
	mem_free(address);
	return r;
}
