// SPDX-License-Identifier: MIT
//
// Boot#### and BootOrder (UEFI 2.10, section 3.1, 3.3).

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "efi_priv.h"

#define NAME_SIZE 9 // "Boot001A" and a NUL

static void boot_name(uint16_t number, char name[NAME_SIZE])
{
	// Capitals, by 3.3: names of variables are compared byte by byte, and
	// firmware looks for no Boot001a.
	snprintf(name, NAME_SIZE, "Boot%04X", number);
}

int efi_order_decode(const void *data, size_t size, uint16_t **ret,
		     size_t *ret_count, struct err *err)
{
	const le16 *numbers = data;
	uint16_t *order;

	if (size % 2)
		return err_corrupt(err, "BootOrder", ERR_NOWHERE, "%zu bytes",
				   size);
	order = mem_array(size / 2, sizeof(*order));
	if (!order)
		return err_nomem(err);
	for (size_t i = 0; i < size / 2; i++)
		order[i] = get_le16(numbers[i]);
	*ret = order;
	*ret_count = size / 2;
	return 0;
}

int efi_boot_order(struct efi_vars *vars, uint16_t **ret, size_t *ret_count,
		   struct err *err)
{
	struct err found = {0};
	void *data = NULL;
	size_t size = 0;
	int r = efi_var_read(vars, "BootOrder", &efi_global, &data, &size,
			     &found);

	// a machine that was never set up has none
	if (r && r != -ENOENT)
		return err_pass(err, r, &found);
	r = efi_order_decode(data, size, ret, ret_count, err);
	mem_free(data);
	return r;
}

// --- Finding an entry --------------------------------------------------------

int efi_boot_read(struct efi_vars *vars, uint16_t number, struct efi_entry *ret,
		  struct err *err)
{
	char name[NAME_SIZE];
	void *data;
	size_t size;
	int r;

	boot_name(number, name);
	r = efi_var_read(vars, name, &efi_global, &data, &size, err);
	if (r)
		return r;
	r = efi_entry_decode(data, size, ret, err);
	mem_free(data);
	return r;
}

int efi_boot_current(struct efi_vars *vars, struct efi_entry *ret,
		     struct err *err)
{
	void *data;
	size_t size;
	le16 number = {{0}};
	int r = efi_var_read(vars, "BootCurrent", &efi_global, &data, &size,
			     err);

	if (r)
		return r;
	if (size == sizeof(number))
		memcpy(&number, data, sizeof(number));
	else
		r = err_corrupt(err, "BootCurrent", ERR_NOWHERE, "%zu bytes",
				size);
	mem_free(data);
	return r ? r : efi_boot_read(vars, get_le16(number), ret, err);
}

// A GPT partition is known by its GUID alone: numbers and places change with
// the table, and firmware goes by the GUID too. (Case does not count in paths:
// the ESP is FAT.)
static bool same_file(const struct efi_entry *a, const struct efi_entry *b)
{
	if (!a->path || strcasecmp(a->path, b->path) || a->is_gpt != b->is_gpt)
		return false;
	return a->is_gpt ? guid_equal(&a->partition, &b->partition)
			 : a->signature == b->signature && a->start == b->start;
}

// Tells whether a number's entry starts the same file. One that cannot be
// understood does not.
static int is_same(struct efi_vars *vars, uint16_t number,
		   const struct efi_entry *entry, bool *ret, struct err *err)
{
	struct efi_entry e;
	int r = efi_boot_read(vars, number, &e, NULL);

	*ret = false;
	if (r == -ENOMEM)
		return err_nomem(err);
	if (r)
		return 0;
	*ret = same_file(&e, entry);
	efi_entry_done(&e);
	return 0;
}

// Looks through numbers for the entry. Returns 0 with *found, or -ENOMEM.
static int search(struct efi_vars *vars, const uint16_t *numbers, size_t count,
		  const struct efi_entry *entry, bool *found,
		  uint16_t *ret_number, struct err *err)
{
	int r = 0;

	for (size_t i = 0; !r && !*found && i < count; i++) {
		r = is_same(vars, numbers[i], entry, found, err);
		*ret_number = numbers[i];
	}
	return r;
}

// Returns the lowest number that is neither there nor in the order, in which
// numbers without a variable may stand; 65536 when none is left. Taking one of
// those would put the entry to a place in the order that nobody chose.
static unsigned first_free(const uint16_t *numbers, size_t count,
			   const uint16_t *order, size_t order_count)
{
	unsigned n = 0;

	for (size_t i = 0; i < count && numbers[i] <= n; i++)
		n += numbers[i] == n;
	for (size_t i = 0; i < order_count;) {
		if (order[i++] != n)
			continue;
		n++;
		for (size_t k = 0; k < count; k++)
			n += numbers[k] == n;
		i = 0;
	}
	return n;
}

// The numbers in the order come first: a machine may have a second, forgotten
// entry for the file. `numbers` are all that there are.
static int search_all(struct efi_vars *vars, const struct efi_entry *entry,
		      const uint16_t *order, size_t count,
		      const uint16_t *numbers, size_t n, bool *found,
		      uint16_t *ret, struct err *err)
{
	int r;

	*found = false;
	r = search(vars, order, count, entry, found, ret, err);
	if (!r && !*found)
		r = search(vars, numbers, n, entry, found, ret, err);
	return r;
}

static int choose_number(struct efi_vars *vars, const struct efi_entry *entry,
			 const uint16_t *order, size_t count, bool *found,
			 uint16_t *ret, struct err *err)
{
	uint16_t *numbers;
	size_t n;
	unsigned number;
	int r = efi_boot_numbers(vars, &numbers, &n, err);

	if (r)
		return r;
	r = search_all(vars, entry, order, count, numbers, n, found, ret, err);
	if (!r && !*found) {
		number = first_free(numbers, n, order, count);
		if (number > UINT16_MAX)
			r = err_set(err, -ENOSPC, "Boot####", ERR_NOWHERE,
				    "all numbers are taken");
		*ret = (uint16_t)number;
	}
	mem_free(numbers);
	return r;
}

int efi_boot_find(struct efi_vars *vars, const struct efi_entry *entry,
		  uint16_t *ret_number, struct err *err)
{
	uint16_t *order, *numbers, number = 0;
	bool found = false;
	size_t count, n;
	int r = efi_boot_order(vars, &order, &count, err);

	if (r)
		return r;
	r = efi_boot_numbers(vars, &numbers, &n, err);
	if (!r) {
		r = search_all(vars, entry, order, count, numbers, n, &found,
			       &number, err);
		mem_free(numbers);
	}
	mem_free(order);
	if (!r && !found)
		r = err_set(err, -ENOENT, "Boot####", ERR_NOWHERE,
			    "no entry starts %s", entry->path);
	if (!r)
		*ret_number = number;
	return r;
}

// --- Changing ----------------------------------------------------------------

// Writes a variable unless it holds the same already: the flash memory behind
// them wears, and some firmware frees old copies only when it restarts.
static int change(struct efi_vars *vars, const char *name, const void *data,
		  size_t size, struct err *err)
{
	void *old;
	size_t old_size;

	if (!efi_var_read(vars, name, &efi_global, &old, &old_size, NULL)) {
		bool same = old_size == size && !memcmp(old, data, size);

		mem_free(old);
		if (same)
			return 0;
	}
	return efi_var_write(vars, name, &efi_global, data, size, err);
}

size_t efi_order_arrange(uint16_t *order, size_t count, uint16_t number,
			 enum efi_boot_place place)
{
	size_t at = 0, n = 0;

	while (at < count && order[at] != number)
		at++;
	// it is in the order: there it stays
	if (place >= EFI_BOOT_KEEP && at < count)
		return count;
	for (size_t i = 0; i < count; i++)
		if (order[i] != number)
			order[n++] = order[i];
	at = place == EFI_BOOT_FIRST || place == EFI_BOOT_KEEP_FIRST ? 0 : n;
	memmove(order + at + 1, order + at, (n - at) * sizeof(*order));
	order[at] = number;
	return n + 1;
}

static int write_order(struct efi_vars *vars, const uint16_t *order,
		       size_t count, struct err *err)
{
	le16 *data = mem_array(count, sizeof(*data));
	int r;

	if (!data)
		return err_nomem(err);
	for (size_t i = 0; i < count; i++)
		data[i] = to_le16(order[i]);
	r = change(vars, "BootOrder", data, count * sizeof(*data), err);
	mem_free(data);
	return r;
}

static int write_entry(struct efi_vars *vars, uint16_t number,
		       const struct efi_entry *entry, struct err *err)
{
	char name[NAME_SIZE];
	void *data;
	size_t size;
	int r = efi_entry_encode(entry, &data, &size, err);

	if (r)
		return r;
	boot_name(number, name);
	r = change(vars, name, data, size, err);
	mem_free(data);
	return r;
}

static int add(struct efi_vars *vars, const struct efi_entry *entry,
	       enum efi_boot_place place, uint16_t *order, size_t count,
	       uint16_t *ret_number, struct err *err)
{
	char name[NAME_SIZE];
	uint16_t number = 0;
	bool found;
	int r = choose_number(vars, entry, order, count, &found, &number, err);

	if (!r)
		r = write_entry(vars, number, entry, err);
	if (r)
		return r;
	// The entry before the order: firmware may drop numbers from the order
	// that name nothing.
	count = efi_order_arrange(order, count, number, place);
	r = write_order(vars, order, count, err);
	if (r && !found) { // nothing names it: it would only take up room
		boot_name(number, name);
		best_effort(efi_var_remove(vars, name, &efi_global, NULL));
	}
	if (!r && ret_number)
		*ret_number = number;
	return r;
}

int efi_boot_add(struct efi_vars *vars, const struct efi_entry *entry,
		 enum efi_boot_place place, uint16_t *ret_number,
		 struct err *err)
{
	uint16_t *order, *room;
	size_t count;
	int r;

	if (!entry->path)
		return err_set(err, -EINVAL, "load option", ERR_NOWHERE,
			       "it names no file");
	r = efi_boot_order(vars, &order, &count, err);
	if (r)
		return r;
	room = mem_resize(order, count + 1, sizeof(*order));
	if (room)
		order = room;
	r = room ? add(vars, entry, place, order, count, ret_number, err)
		 : err_nomem(err);
	mem_free(order);
	return r;
}

// Always written, even if it is there: firmware takes it away before it starts
// the entry (3.1.1), so what is there was never used.
int efi_boot_next(struct efi_vars *vars, uint16_t number, struct err *err)
{
	const le16 data = to_le16(number);

	return efi_var_write(vars, "BootNext", &efi_global, &data, sizeof(data),
			     err);
}
