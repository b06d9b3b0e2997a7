// SPDX-License-Identifier: MIT
//
// Split WIMs: parts in any order are one WIM, and each set that is none is
// refused with the file that is wrong; damage is found in whatever part it is.

#include "libwim/wim_priv.h"
#include "set.h"

static uint8_t *data;
static size_t size;

static int drop(void *ctx, const struct wim_blob *blob, uint64_t off,
		const void *bytes, size_t len, struct err *err)
{
	*(uint64_t *)ctx += len;
	return 0;
}

// Opens, loads, extracts and checks. Returns the first error.
static int use(const struct wim_part *parts, size_t count, struct err *err)
{
	uint64_t bytes = 0, sum = 0;
	struct wim_sink sink = {drop, &bytes};
	const struct wim_blob *blobs[64];
	struct wim_image *image;
	struct wim *w = NULL;
	int r = wim_open_parts(parts, count, &w, err);

	check(!r == (w != NULL));
	if (r)
		return r;
	r = wim_image_load(w, 1, &image, err);
	if (!r) {
		check(w->blob_count && w->blob_count <= 64);
		for (size_t i = 0; i < w->blob_count; i++) {
			blobs[i] = &w->blobs[i];
			sum += blobs[i]->size;
		}
		r = wim_extract(w, blobs, w->blob_count, &sink, NULL, NULL,
				err);
		check(r || bytes == sum);
		wim_image_free(image);
	}
	if (!r)
		r = wim_check_integrity(w, NULL, err);
	wim_close(w);
	return r;
}

static void any_order(const struct set *s)
{
	static const size_t orders[][4] = {
		{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 0, 3, 2}, {2, 3, 0, 1}};

	for (size_t i = 0; i < 4; i++) {
		struct wim_part parts[4];
		struct err err = {0};
		struct wim *w;

		for (size_t k = 0; k < 4; k++)
			parts[k] = s->parts[orders[i][k]];
		check_ok(use(parts, 4, &err), &err);
		check_ok(wim_open_parts(parts, 4, &w, &err), &err);
		check_eq(wim_get_info(w)->parts, 4);
		check_eq(wim_get_info(w)->size, size - 4 * 4);
		// reading goes through the parts in their order
		for (size_t k = 0; k < w->blob_count; k++) {
			const struct wim_blob *b = &w->blobs[k];

			check_eq(b->order,
				 w->files[b->part - 1].before + b->offset);
			check(b->part > 1); // as wimlib splits it
		}
		wim_close(w);
	}
}

static void refused(const struct wim_part *parts, size_t count, int code,
		    const char *what, const char *why)
{
	struct err err = {0};

	check_eq(use(parts, count, &err), code);
	if (!strstr(err.what, what) || !strstr(err.why, why)) {
		fprintf(stderr, "%s: %s\n", err.what, err.why);
		exit(1);
	}
}

static void wrong_sets(struct set *s)
{
	struct wim_part parts[5];
	uint8_t byte;

	for (size_t i = 1; i < 4; i++) { // each part but the first is missing
		memcpy(parts, s->parts, sizeof(parts));
		parts[i] = parts[3];
		refused(parts, 3, -ENOENT, "a.swm", "is missing");
	}
	refused(s->parts + 1, 3, -ENOENT, "a2.swm", "part 1 is missing");
	memcpy(parts, s->parts, sizeof(parts));
	parts[4] = (struct wim_part){"again.swm", parts[2].file};
	refused(parts, 5, -EEXIST, "again.swm", "part 3");
	refused(parts, 5, -EEXIST, "again.swm", "a3.swm");

	// another set's GUID, number of parts, compression
	for (size_t at = 0x18; at <= 0x2a; at += 0x12) {
		check(!disk_read(parts[1].file, at, &byte, 1, NULL));
		byte ^= 8;
		check(!disk_write(parts[1].file, at, &byte, 1, NULL));
		refused(parts, 4, -ESTALE, "a2.swm", "another split WIM");
		byte ^= 8;
		check(!disk_write(parts[1].file, at, &byte, 1, NULL));
	}
	byte = 0x40; // chunks of 16 KiB, which LZX has not
	check(!disk_write(parts[1].file, 0x15, &byte, 1, NULL));
	refused(parts, 4, -EBADMSG, "a2.swm", "a chunk cannot have");
	byte = 0x00;
	check(!disk_write(parts[1].file, 0x15, &byte, 1, NULL));
	byte = 0x01;
	check(!disk_write(parts[1].file, 0x16, &byte, 1, NULL));
	refused(parts, 4, -EBADMSG, "a2.swm", "another one than that of a.swm");
	byte = 0x00;
	check(!disk_write(parts[1].file, 0x16, &byte, 1, NULL));
	byte = 0x80;
	check(!disk_write(parts[1].file, 0x15, &byte, 1, NULL));

	// a part that says it is whole
	byte = 1;
	check(!disk_write(parts[0].file, 0x2a, &byte, 1, NULL));
	refused(parts, 4, -ESTALE, "a.swm", "not part of a split WIM");
	byte = 4;
	check(!disk_write(parts[0].file, 0x2a, &byte, 1, NULL));
	refused(parts, 1, -ENOENT, "a.swm", "part 2 is missing");
	parts[0].name = NULL;
	refused(parts, 1, -ENOENT, "WIM", "part 2 is missing");
}

// An entry of a blob table: of a part that is not there; of another part than
// the table's, which counts; metadata in another table than the first's, which
// does not.
static void tables(struct set *s)
{
	struct wim_header_disk h;
	struct blob_disk blob;
	struct err err = {0};
	uint64_t at;

	check(!disk_read(s->parts[1].file, 0, &h, sizeof(h), NULL));
	at = get_le64(h.blobs.offset);
	check(!disk_read(s->parts[1].file, at, &blob, sizeof(blob), NULL));
	check_eq(get_le16(blob.part), 2);
	blob.part = to_le16(5);
	check(!disk_write(s->parts[1].file, at, &blob, sizeof(blob), NULL));
	refused(s->parts, 4, -EBADMSG, "a2.swm", "part 5 of 4");
	blob.part = to_le16(0);
	check(!disk_write(s->parts[1].file, at, &blob, sizeof(blob), NULL));
	refused(s->parts, 4, -EBADMSG, "a2.swm", "part 0 of 4");
	blob.part = to_le16(3); // whose bytes are others
	check(!disk_write(s->parts[1].file, at, &blob, sizeof(blob), NULL));
	check_eq(use(s->parts, 4, &err), -EBADMSG);
	check(strstr(err.what, "a3.swm"));
	blob.part = to_le16(2);
	blob.resource.flags |= RESOURCE_METADATA; // content is missing then
	check(!disk_write(s->parts[1].file, at, &blob, sizeof(blob), NULL));
	refused(s->parts, 4, -EBADMSG, "", "is not in the file");
	blob.resource.flags ^= RESOURCE_METADATA;
	check(!disk_write(s->parts[1].file, at, &blob, sizeof(blob), NULL));
	err = (struct err){0};
	check_ok(use(s->parts, 4, &err), &err);
}

// Every byte that says something is changed once, in every part.
static void damage(const struct set *s)
{
	for (size_t i = 0; i < s->count; i++) {
		struct disk *file = s->parts[i].file;

		for (uint64_t at = 0; at < file->size;
		     at += at < 208 ? 1 : 11) {
			uint8_t right, wrong;
			struct err err = {0};
			int r;

			check(!disk_read(file, at, &right, 1, NULL));
			wrong = right ^ 0x55;
			check(!disk_write(file, at, &wrong, 1, NULL));
			r = use(s->parts, s->count, &err);
			check(!r || r == -EBADMSG || r == -ENOTSUP ||
			      r == -EFBIG || r == -ENOENT || r == -EEXIST ||
			      r == -ESTALE);
			check(!r || (err.what[0] && err.why[0]));
			check(!disk_write(file, at, &right, 1, NULL));
		}
	}
}

int main(void)
{
	struct err err = {0};
	struct set s;

	data = read_sample("tests/fuzz/wim_parts/seeds/lzx.set", &size);
	set_load(&s, data, size);
	check_eq(s.count, 4);
	check_ok(use(s.parts, 4, &err), &err);
	any_order(&s);
	tables(&s);
	wrong_sets(&s);
	damage(&s);
	set_free(&s);
	free(data);
	return 0;
}
