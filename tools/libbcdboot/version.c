// SPDX-License-Identifier: MIT
//
// The version of a Windows, as its loader tells it: the version resource of a
// program is a block VS_VERSIONINFO with a VS_FIXEDFILEINFO in it (Windows' SDK,
// verrsrc.h). It is found by its key; what stands around it in the file is of no
// interest.
//
//     0x00  le16 length, le16 length of the value, le16 type
//     0x06  "VS_VERSION_INFO" in UTF-16, NUL, filled up to a multiple of 4
//     0x28  le32 signature, le32 version of the structure,
//     0x30  le32 file's version, major << 16 | minor, ...

#include <string.h>

#include "bcdboot_priv.h"

#define MAX_LOADER (UINT64_C(64) << 20) // real ones have 1 to 3 MiB
#define KEY        0x06u
#define VALUE      0x28u
#define SIGNATURE  0xfeef04bdu

unsigned bcdboot_file_version(const uint8_t *data, size_t size)
{
	static const char name[] = "VS_VERSION_INFO";
	uint8_t key[2 * sizeof(name)] = {0};
	size_t at = KEY;
	const uint8_t *p;

	for (size_t i = 0; i < sizeof(name); i++)
		key[2 * i] = (uint8_t)name[i];
	while (at < size &&
	       (p = memmem(data + at, size - at, key, sizeof(key)))) {
		size_t start = (size_t)(p - data) - KEY;

		if (range_ok(start, VALUE + 12, size) &&
		    load_le32(data + start + VALUE) == SIGNATURE) {
			uint32_t v = load_le32(data + start + VALUE + 8);

			return (v >> 16 & 0xff) << 8 | (v & 0xff);
		}
		at = start + KEY + 1;
	}
	return 0;
}

static int read_version(struct tree *source, const char *windows,
			const char *loader, unsigned *ret, struct err *err)
{
	char path[BCDBOOT_MAX_PATH];
	size_t size;
	void *data;
	int r = bcdboot_join(path, windows, loader, err);

	if (!r)
		r = tree_read_file(source, path, MAX_LOADER, &data, &size, err);
	if (r)
		return r;
	*ret = bcdboot_file_version(data, size);
	mem_free(data);
	return *ret ? 0
		    : err_set(err, -ENOENT, path, ERR_NOWHERE,
			      "it has no version resource");
}

int bcdboot_version(struct tree *source, const char *windows, unsigned *ret,
		    struct err *err)
{
	unsigned version = 0;
	int r = read_version(source, windows, "System32\\winload.efi", &version,
			     NULL);

	if (r == -ENOENT)
		r = read_version(source, windows, "System32\\winload.exe",
				 &version, err);
	else if (r)
		err_set(err, r, windows, ERR_NOWHERE,
			"its loader cannot be read");
	if (!r)
		*ret = version;
	return r;
}
