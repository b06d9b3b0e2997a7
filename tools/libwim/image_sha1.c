// SPDX-License-Identifier: MIT
//
// Which image it is: its metadata names every file with the hash of its
// content, and has a hash of its own ("Windows Imaging File Format (WIM)" white
// paper, "Lookup Table").

#include "wim_priv.h"

const uint8_t *wim_image_sha1(const struct wim *w, uint32_t index)
{
	return index && index <= w->info.images ? w->metadata[index - 1].sha1
						: NULL;
}
