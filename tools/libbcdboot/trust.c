// SPDX-License-Identifier: MIT
//
// Which of Microsoft's two signing certificates a firmware trusts to start
// Windows: its db holds the certificate, its dbx does not.
//
// A database is a chain of signature lists (UEFI 2.10, 32.4.1): type GUID, size
// of the list, of its header and of an entry; then entries, each an owner's GUID
// and the data. A file of efivarfs has four bytes of attributes before it.

#include <string.h>

#include "bcdboot.h"

#define LIST_HEADER 28u
#define OWNER       16u

// a5c059a1-94e4-4aa7-87b5-ab155c2bf072: X.509 certificates
static const uint8_t x509[16] = {0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94,
				 0xa7, 0x4a, 0x87, 0xb5, 0xab, 0x15,
				 0x5c, 0x2b, 0xf0, 0x72};

// Checks one list. Returns its size, or 0.
static uint32_t list_size(const uint8_t *p, size_t left)
{
	uint32_t size, header, entry;

	if (left < LIST_HEADER)
		return 0;
	size = load_le32(p + 16);
	header = load_le32(p + 20);
	entry = load_le32(p + 24);
	if (size < LIST_HEADER || size > left || header > size - LIST_HEADER ||
	    entry <= OWNER || (size - LIST_HEADER - header) % entry)
		return 0;
	return size;
}

static bool is_chain(const uint8_t *p, size_t size)
{
	while (size) {
		uint32_t n = list_size(p, size);

		if (!n)
			return false;
		p += n;
		size -= n;
	}
	return true;
}

// A certificate is known by its subject's common name, which stands in it as
// plain text.
static bool holds(const uint8_t *p, size_t size, const char *name)
{
	while (size) {
		uint32_t n = list_size(p, size), entry = load_le32(p + 24);

		if (!memcmp(p, x509, sizeof(x509)))
			for (uint32_t at = LIST_HEADER + load_le32(p + 20);
			     at < n; at += entry)
				if (memmem(p + at + OWNER, entry - OWNER, name,
					   strlen(name)))
					return true;
		p += n;
		size -= n;
	}
	return false;
}

// Steps over the attributes that efivarfs puts first.
static int open_database(const uint8_t **data, size_t *size, const char *what,
			 struct err *err)
{
	if (is_chain(*data, *size))
		return 0;
	if (*size >= 4 && is_chain(*data + 4, *size - 4)) {
		*data += 4;
		*size -= 4;
		return 0;
	}
	return err_corrupt(err, what, ERR_NOWHERE,
			   "not a chain of signature lists");
}

int bcdboot_trust(const void *db, size_t db_size, const void *dbx,
		  size_t dbx_size, unsigned *ret, struct err *err)
{
	static const char *const names[] = {
		"Microsoft Windows Production PCA 2011",
		"Windows UEFI CA 2023"};
	const uint8_t *good = db, *bad = dbx;
	int r = open_database(&good, &db_size, "firmware's db", err);

	if (!r)
		r = open_database(&bad, &dbx_size, "firmware's dbx", err);
	if (r)
		return r;
	*ret = 0;
	for (unsigned i = 0; i < 2; i++)
		if (holds(good, db_size, names[i]) &&
		    !holds(bad, dbx_size, names[i]))
			*ret |= 1u << i;
	return 0;
}
