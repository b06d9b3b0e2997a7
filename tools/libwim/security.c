// SPDX-License-Identifier: MIT
//
// Security data at the start of an image's metadata ("Windows Imaging File
// Format (WIM)" white paper, "Security data"): the descriptors that directory
// entries refer to by number.

#include <string.h>

#include "wim_priv.h"

int wim_security_read(const uint8_t *data, size_t size, struct wim_image *image,
		      size_t *ret_size, struct err *err)
{
	static const char what[] = "WIM security data";
	struct security_disk head;
	uint64_t total, at;
	uint32_t count;

	if (size < sizeof(head))
		return err_corrupt(err, what, 0, "it is cut off");
	memcpy(&head, data, sizeof(head));
	count = get_le32(head.count);
	total = round_up(get_le32(head.size), 8);
	// Where there is no descriptor, a size of 0 does no harm.
	if (total < sizeof(head))
		total = sizeof(head);
	if (total > size)
		return err_corrupt(err, what, 0,
				   "%llu bytes are more than the metadata has",
				   (unsigned long long)total);
	at = sizeof(head) + (uint64_t)count * sizeof(le64);
	if (at > total)
		return err_corrupt(err, what, 4,
				   "%u descriptors do not fit into %llu bytes",
				   (unsigned)count, (unsigned long long)total);
	image->security = mem_array(count, sizeof(*image->security));
	if (!image->security)
		return err_nomem(err);
	for (uint32_t i = 0; i < count; i++) {
		uint64_t len =
			load_le64(data + sizeof(head) + i * sizeof(le64));

		if (len < WIM_MIN_DESCRIPTOR || !range_ok(at, len, total))
			return err_corrupt(err, what, at,
					   "descriptor %u of %llu bytes is not "
					   "possible",
					   (unsigned)i,
					   (unsigned long long)len);
		image->security[i].descriptor = data + at;
		image->security[i].size = (size_t)len;
		at += len;
	}
	image->security_count = count;
	*ret_size = (size_t)total;
	return 0;
}
