// SPDX-License-Identifier: MIT
//
// What the kinds of targets of /Apply-Image have in common.

#ifndef DISM_APPLY_H
#define DISM_APPLY_H

#include "dism.h"
#include "volume.h"

// Tells whether a text is a folder of the host.
bool dism_is_host_folder(const char *path);

// Applies an image to one, and tells what it cannot hold.
// Returns as image_into_host.
int dism_apply_into_host(const struct dism_image *image, const char *folder,
			 bool verify, bool keep_links, bool unix_data,
			 struct cmd_progress *progress, struct err *err);

// Says that it begins.
void dism_say_applying(void);

// Applies an image to a folder of a volume, which keeps what it holds, and tells what
// it cannot hold.
// Returns as tree_begin, image_into_ntfs and image_into_tree.
int dism_apply_into_volume(const struct dism_image *image, struct tree *volume,
			   const char *folder, bool verify, bool keep_links,
			   struct cmd_progress *progress, struct err *err);

// Warns of a loss: `first` is where it was met first. Nothing for a count of 0.
void dism_warn_lost(const char *text, const char *first, uint64_t count);

#endif
