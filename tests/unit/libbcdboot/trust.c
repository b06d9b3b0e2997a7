// SPDX-License-Identifier: MIT
//
// Which certificates a firmware trusts, from its signature databases.

#include "bcdboot.h"
#include "test.h"

static const uint8_t x509[16] = {0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94,
				 0xa7, 0x4a, 0x87, 0xb5, 0xab, 0x15,
				 0x5c, 0x2b, 0xf0, 0x72};

#define OLD "xxMicrosoft Windows Production PCA 2011x"
#define NEW "xxWindows UEFI CA 2023"

struct database {
	uint8_t bytes[1024];
	size_t size;
};

static void put(uint8_t *p, uint32_t v)
{
	le32 x = to_le32(v);

	memcpy(p, &x, 4);
}

// Adds a list of one certificate, with a header of its own.
static void add(struct database *d, const char *certificate, uint8_t kind)
{
	size_t len = strlen(certificate);
	uint8_t *p = d->bytes + d->size;

	memcpy(p, x509, 16);
	p[0] ^= kind;
	put(p + 16, (uint32_t)(28 + 4 + 16 + len));
	put(p + 20, 4);
	put(p + 24, (uint32_t)(16 + len));
	memcpy(p + 28 + 4 + 16, certificate, len);
	d->size += 28 + 4 + 16 + len;
}

static unsigned trust(const struct database *db, const struct database *dbx)
{
	struct err err = {0};
	unsigned t = 99;

	check_ok(bcdboot_trust(db->bytes, db->size, dbx->bytes, dbx->size, &t,
			       &err),
		 &err);
	return t;
}

int main(void)
{
	struct database none = {.size = 0}, both = {.size = 0};
	struct database old = {.size = 0}, hash = {.size = 0}, d;
	unsigned t;

	add(&both, "something else", 0);
	add(&both, OLD, 0);
	add(&both, NEW, 0);
	add(&old, OLD, 0);
	add(&hash, OLD, 1);
	check_eq(trust(&none, &none), 0);
	check_eq(trust(&old, &none), BCDBOOT_TRUST_2011);
	check_eq(trust(&both, &none), BCDBOOT_TRUST_2011 | BCDBOOT_TRUST_2023);
	check_eq(trust(&both, &old), BCDBOOT_TRUST_2023);
	check_eq(trust(&old, &old), 0);
	check_eq(trust(&hash, &none), 0); // no list of certificates
	// with the attributes that efivarfs puts first
	d = old;
	memmove(d.bytes + 4, d.bytes, d.size);
	d.size += 4;
	put(d.bytes, 0x27);
	check_eq(trust(&d, &none), BCDBOOT_TRUST_2011);
	check_eq(trust(&both, &d), BCDBOOT_TRUST_2023);

	for (size_t n = 1; n < old.size; n++)
		if (n != 4)
			check_eq(bcdboot_trust(old.bytes, n, NULL, 0, &t, NULL),
				 -EBADMSG);
	for (size_t at = 16; at < 28; at += 4) {
		d = old;
		put(d.bytes + at, 0xfffffff0);
		check_eq(bcdboot_trust(old.bytes, old.size, d.bytes, d.size, &t,
				       NULL),
			 -EBADMSG);
		put(d.bytes + at, 0);
		if (at != 20)
			check_eq(bcdboot_trust(d.bytes, d.size, NULL, 0, &t,
					       NULL),
				 -EBADMSG);
	}
	check_eq(bcdboot_trust("abcdef", 6, NULL, 0, &t, NULL), -EBADMSG);
	return 0;
}
