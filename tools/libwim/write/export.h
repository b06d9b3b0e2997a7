// SPDX-License-Identifier: MIT
//
// From one WIM to another.

#ifndef WIM_EXPORT_H
#define WIM_EXPORT_H

#include "../extract/extract.h"
#include "ahead.h"
#include "write.h"

#define EXPORT_BUFFER (UINT64_C(1) << 20)

struct export
{
	struct wim *src;
	struct wim_writer *writer;
	bool recompress, is_all;
	uint32_t *uses;                // of each blob of src
	const struct wim_blob **blobs; // to be written, in their order
	size_t count;
	struct wim_ahead *ahead;      // which reads that
	struct wim_content *contents; // of what is compressed again
	uint8_t *buf;                 // EXPORT_BUFFER bytes
	struct progress *progress;
	uint64_t done, total;
};

// Begins. wim_export_done frees. Returns 0 or -ENOMEM.
int wim_export_init(struct export *x, struct wim *src,
		    struct wim_writer *writer, struct progress *progress,
		    struct err *err);

// Frees what an export has.
void wim_export_done(struct export *x);

// Counts the uses of all images. Returns as wim_image_load.
int wim_export_uses(struct export *x, struct err *err);

// For qsort of struct wim_blob *: as they lie. Returns <0, 0 or >0.
int wim_export_by_order(const void *a, const void *b);

// Counts content that is done. Returns 0 or -ECANCELED.
int wim_export_count(struct export *x, uint64_t size, struct err *err);

// Copies bytes of a file of src. Returns as wim_export.
int wim_export_bytes(struct export *x, uint16_t part, uint64_t offset,
		     uint64_t size, struct err *err);

// Copies a resource, and says where it is. Returns as wim_export.
int wim_export_as_is(struct export *x, const struct wim_blob *b,
		     struct listed *ret, struct err *err);

// Copies a solid resource and lists it. Returns as wim_export.
int wim_export_solid(struct export *x, uint32_t solid, struct err *err);

// Lists content of the solid resource that was copied last. Returns 0, -EFBIG or
// -ENOMEM.
int wim_export_list_solid(struct export *x, const struct wim_blob *b,
			  struct err *err);

#endif
