// SPDX-License-Identifier: MIT
//
// What a volume says about being a medium of this environment. FAT: libfat.
// A CD: the primary volume descriptor (ECMA-119, 8.4).

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "fat.h"
#include "machine.h"

#define LABEL "SLIPWAY"

#define ISO_DESCRIPTOR 32768u // sector 16 (ECMA-119, 6.2.1)
#define ISO_VOLUME_ID  40u    // 32 bytes, filled up with blanks
#define ISO_VOLUME_SET 190u   // 128 bytes
#define ISO_SIZE       2048u

#define ID_DIGITS (MEDIUM_ID_SIZE - 1)

struct probe {
	int (*found)(void *ctx, const char *id, bool is_cd);
	void *ctx;
	bool has_id;
	int result; // of `found`
};

// Copies an identity, in small letters. Returns false when it is none.
static bool take_id(const char *text, char id[MEDIUM_ID_SIZE])
{
	for (size_t i = 0; i < ID_DIGITS; i++) {
		if (!isxdigit((unsigned char)text[i]))
			return false;
		id[i] = (char)tolower((unsigned char)text[i]);
	}
	id[ID_DIGITS] = 0;
	return true;
}

static int look_at_name(void *ctx, const struct fat_stat *entry)
{
	struct probe *p = ctx;
	char id[MEDIUM_ID_SIZE];

	if (entry->is_directory || !take_id(entry->name, id) ||
	    strcasecmp(entry->name + ID_DIGITS, ".id"))
		return 0;
	p->has_id = true;
	p->result = p->found(p->ctx, id, false);
	return p->result;
}

static int probe_fat(struct disk *volume, struct probe *p)
{
	struct fat *fat;
	int r = fat_open(volume, &fat, NULL);

	if (r)
		return r == -ENOMEM ? r : 0;
	r = fat_list(fat, "\\slipway", look_at_name, p, NULL);
	if (r != -ENOMEM) // a folder that is missing or broken has no identity
		r = p->result;
	if (!r && !p->has_id && !strcasecmp(fat_get_info(fat)->label, LABEL))
		r = p->found(p->ctx, "", false);
	fat_close(fat);
	return r;
}

static int probe_iso(struct disk *volume, struct probe *p)
{
	static const uint8_t mark[] = {1, 'C', 'D', '0', '0', '1', 1};
	char sector[ISO_SIZE], id[MEDIUM_ID_SIZE];

	if (!range_ok(ISO_DESCRIPTOR, ISO_SIZE, volume->size) ||
	    disk_read(volume, ISO_DESCRIPTOR, sector, ISO_SIZE, NULL) ||
	    memcmp(sector, mark, sizeof(mark)))
		return 0;
	if (take_id(sector + ISO_VOLUME_SET, id) &&
	    sector[ISO_VOLUME_SET + ID_DIGITS] == ' ')
		return p->found(p->ctx, id, true);
	if (!memcmp(sector + ISO_VOLUME_ID, LABEL " ", sizeof(LABEL)))
		return p->found(p->ctx, "", true);
	return 0;
}

int medium_probe(struct disk *volume,
		 int (*found)(void *ctx, const char *id, bool is_cd), void *ctx)
{
	struct probe p = {found, ctx, false, 0};
	int r = probe_iso(volume, &p);

	return r ? r : probe_fat(volume, &p);
}
