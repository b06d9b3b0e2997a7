// SPDX-License-Identifier: MIT
//
// Solid resources in blob tables: where content is found, in a run of several
// resources too, and what is refused.

#include "libwim/wim_priv.h"
#include "solid_wim.h"

#define ORDER 12

static const size_t sizes[] = {100, 9000, 1, 5000, 4096};

static void make(struct solid_wim *s, size_t second)
{
	*s = (struct solid_wim){.chunk_size = 1 << ORDER,
				.compression = SOLID_XPRESS,
				.sizes = sizes,
				.count = 5,
				.second = second};
	solid_wim_make(s);
}

static void found(size_t second)
{
	struct solid_wim s;
	struct err err = {0};
	struct wim *w;
	uint64_t offset = 0, order = 0;

	make(&s, second);
	check_ok(wim_open(s.disk, &w, &err), &err);
	check_eq(w->blob_count, 5);
	check_eq(w->solid_count, second ? 2 : 1);
	for (size_t i = 0; i < 5; i++) {
		const struct wim_blob *b = &w->blobs[i];

		if (second && i == second)
			offset = 0;
		check_eq(b->size, sizes[i]);
		check_eq(b->solid, second && i >= second ? 2 : 1);
		check_eq(b->offset, offset);
		check_eq(b->part, 1);
		check(b->order >= order && b->compressed);
		offset += b->size;
		order = b->order;
	}
	wim_close(w);
	disk_close(s.disk);
}

static const struct {
	char at; // 'r': in the resource, 't': in the table
	unsigned off, value;
	int code;
	const char *why;
} cases[] = {
	{'r', 8, 0, -EBADMSG, "a chunk cannot have 16"},
	{'r', 9, 0x30, -EBADMSG, "a chunk cannot have 12288 bytes"},
	{'r', 12, 4, -ENOTSUP, "compression is not known (number 4)"},
	{'r', 13, 1, -ENOTSUP, "compression is not known (number 257)"},
	{'r', 1, 0x40, -EBADMSG, "cannot be stored"},
	{'r', 7, 0x80, -EBADMSG, "cannot be stored"},
	{'t', 24, 2, -EBADMSG, "part 2 of 1"},
	{'t', 2, 1, -EBADMSG, "not within the file"},
	{'t', 7, 0, -EBADMSG, "has two sizes"}, // a resource by itself
	{'t', 20, 0, -EBADMSG, "in no solid resource"},
	{'t', 50, 101, 0, NULL}, // overlaps, which is told when it is read
	{'t', 54 + 4, 0, 0, NULL},
	{'t', 5 * 50 + 1, 0x17, -EBADMSG, "content of 5888 bytes at 14101"},
	{'t', 5 * 50 + 10, 1, -EBADMSG, "in no solid resource"},
	{'t', 5 * 50 + 15, 0xff, -EBADMSG, "in no solid resource"},
};

static void refused(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint8_t value = (uint8_t)cases[i].value;
		struct solid_wim s;
		struct err err = {0};
		struct wim *w = NULL;
		int r;

		make(&s, 0);
		check(!disk_write(s.disk,
				  cases[i].off + (cases[i].at == 'r'
							  ? s.resources[0]
							  : s.table),
				  &value, 1, NULL));
		if (cases[i].off == 8 && cases[i].at == 'r')
			check(!disk_write(s.disk, s.resources[0] + 8,
					  "\x10\0\0", 4, NULL));
		r = wim_open(s.disk, &w, &err);
		if (r != cases[i].code ||
		    (r && !strstr(err.why, cases[i].why))) {
			fprintf(stderr, "%zu: %d %s\n", i, r, err.why);
			exit(1);
		}
		wim_close(w);
		disk_close(s.disk);
	}
}

// Content in a part of a set that another part's table tells of.
static void in_another_part(void)
{
	struct wim_part parts[2];
	struct wim_header_disk h;
	struct solid_wim s;
	struct err err = {0};
	struct wim *w;
	le16 two = to_le16(2);
	struct disk *first;
	uint64_t size = sizeof(struct blob_disk) * 6;
	uint8_t table[sizeof(struct blob_disk) * 6];

	make(&s, 0);
	check(!disk_read(s.disk, 0, &h, sizeof(h), NULL));
	check(!disk_read(s.disk, s.table, table, sizeof(table), NULL));
	for (size_t i = 0; i < 6; i++)
		memcpy(table + i * sizeof(struct blob_disk) + 24, &two, 2);
	h.parts = two;
	check(!disk_memory(sizeof(h) + size, 512, &first, NULL));
	check(!disk_write(first, sizeof(h), table, size, NULL));
	h.blobs = made_resource(sizeof(h), size, 0);
	check(!disk_write(first, 0, &h, sizeof(h), NULL));
	h.part = two;
	h.blobs = made_resource(0, 0, 0);
	check(!disk_write(s.disk, 0, &h, sizeof(h), NULL));
	parts[0] = (struct wim_part){"a.swm", first};
	parts[1] = (struct wim_part){"a2.swm", s.disk};
	check_ok(wim_open_parts(parts, 2, &w, &err), &err);
	check_eq(w->solids[0].part, 2);
	check_eq(w->blobs[4].part, 2);
	check_ok(wim_verify(w, NULL, &err), &err);
	wim_close(w);
	disk_close(first);
	disk_close(s.disk);
}

int main(void)
{
	in_another_part();
	found(0);
	found(1);
	found(3);
	refused();
	return 0;
}
