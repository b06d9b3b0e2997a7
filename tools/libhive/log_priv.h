// SPDX-License-Identifier: MIT
//
// What the files that complete a hive from its logs share.

#ifndef HIVE_LOG_PRIV_H
#define HIVE_LOG_PRIV_H

#include <string.h>

#include "hive_priv.h"

#define LOG_SECTOR 512u // the header's, and what entries and pages align to
#define LOG_SINGLE 2u   // .LOG; the two before it take turns

// The bytes of the hive that is put together.
struct hive_image {
	uint8_t *data;
	size_t size; // header and bins
	size_t most; // it can never grow beyond this
	struct hive_header_disk header;
	uint32_t sequence; // of what was applied last
	unsigned applied;  // entries
	struct err *err;
};

// Tells whether a hive's or a log's header has its signature and checksum.
bool hive_log_header_is_good(const void *data, size_t size);

// Makes the image hold so many bytes of bins; new ones are zero.
// Returns 0, -EBADMSG for a length that cannot be, or -ENOMEM.
int hive_image_resize(struct hive_image *im, uint32_t bins);

// Tells whether any of the logs is of the format of Windows 8.1 and later. Then
// logs of the older one are leftovers.
bool hive_log_any_new(const struct hive_log *logs);

// Applies the entries of the logs. The hive's own header may be damaged.
// Returns 0, -ENOTSUP when no entry continues the hive, or -ENOMEM.
int hive_log_apply_new(struct hive_image *im, const struct hive_log *logs);

// The same for the format of Windows 8 and earlier, from a hive of `size` bytes;
// im->data is new memory on success.
// Returns 0, -ENOTSUP when no log belongs to the hive, -EBADMSG when what
// belongs to it is cut short or broken, or -ENOMEM.
int hive_log_apply_old(struct hive_image *im, const void *data, size_t size,
		       const struct hive_log *logs);

#endif
