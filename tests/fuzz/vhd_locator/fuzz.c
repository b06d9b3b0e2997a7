// SPDX-License-Identifier: MIT
//
// A VHD's parent locators, and where a parent is then looked for: the first four
// bytes choose kinds and lengths of two, the rest is what they point to.

#include <string.h>

#include "libvdisk/chain/chain_priv.h"
#include "libvdisk/vhd/vhd_priv.h"

#define CHECK(c)                                                               \
	do {                                                                   \
		if (!(c))                                                      \
			__builtin_trap();                                      \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(bool is_volume, const struct vdisk_parent *parent)
{
	const char *child = is_volume ? "\\v\\w\\c.vhd" : "/v/w/c.vhd";
	struct vdisk_places places;

	CHECK(!vdisk_places_list(is_volume, child, parent, &places, NULL));
	for (size_t i = 0; i < places.count; i++) {
		const char *path = places.paths[i];

		CHECK(!is_volume || *path == '\\');
		CHECK(!is_volume || !strstr(path, "\\..\\"));
	}
	vdisk_places_done(&places);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char kinds[8][5] = {"W2ru", "W2ku", "Wi2r", "Wi2k",
					 "MacX", "Mac ", "W2ru", "W2ku"};
	struct vhd_header h = {.parent = "C:\\p.vhd"};
	struct vdisk_parent parent;
	struct disk *file;
	int r;

	if (size < 5)
		return 0;
	CHECK(!disk_memory(size, 512, &file, NULL));
	CHECK(!disk_write(file, 0, data, size, NULL));
	for (int i = 0; i < 2; i++) {
		memcpy(h.locators[i].platform, kinds[data[2 * i] % 8], 5);
		h.locators[i].offset = i ? size / 2 : 4;
		h.locators[i].length = data[2 * i + 1];
	}
	r = vhd_parent_read(file, &h, &parent, NULL);
	CHECK(!r || r == -EBADMSG || r == -ENOMEM);
	if (!r) {
		look(false, &parent);
		look(true, &parent);
		vdisk_parent_done(&parent);
	}
	disk_close(file);
	return 0;
}
