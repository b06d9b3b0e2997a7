// SPDX-License-Identifier: MIT
//
// An image is taken out of a file. Which content is still used is found out from
// the images that stay, not from the numbers in the blob table: one that is too
// low would lose what they need.

#include <string.h>

#include "write.h"

static int drop_image(struct wim_writer *w, uint32_t index, struct err *err)
{
	int r = wim_xml_remove_image(w->xml, index, err);

	if (r)
		return r;
	w->image_count--;
	memmove(w->metadata + index - 1, w->metadata + index,
		(w->image_count - index + 1) * sizeof(*w->metadata));
	if (w->boot_index == index)
		w->boot_index = 0;
	else if (w->boot_index > index)
		w->boot_index--;
	return 0;
}

int wim_delete(struct wim *w, uint32_t index, struct progress *progress,
	       struct err *err)
{
	struct wim_writer *writer;
	int r = wim_base_index(w, index, err);

	if (!r)
		r = wim_writer_change(w, &writer, err);
	if (r)
		return r;
	r = wim_base_count(writer, index, err);
	if (!r)
		r = drop_image(writer, index, err);
	if (!r)
		r = wim_writer_finish(writer, progress, err);
	wim_writer_free(writer);
	return r;
}
