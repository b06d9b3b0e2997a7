// SPDX-License-Identifier: MIT
//
// The checker: volumes that Windows and mkntfs made have no problems; each
// change of a field breaks the rule that stands beside it.

#include "libntfs/check/check.h"
#include "unit/libntfs/volumes.h"

enum place {
	DEVICE,  // of the volume, absolute
	RECORD,  // of a file record
	ATTR,    // of an attribute in its record
	VALUE,   // of a resident value, or of the run list
	CONTENT, // of a stream's content
	KEY,     // of an index block, at the first entry with a key; `index`
	LAST,    // the same, the entry with NTFS_IE_LAST
};

enum { SEED = -1 }; // as the volume: the one that mkntfs made

// Each adds `add` to the number of `size` bytes at `offset` of a place.
static const struct change {
	const char *rule;
	int volume;
	uint64_t record;
	enum place place;
	uint32_t type;
	const char *name;
	uint32_t offset;
	unsigned size;
	int64_t add;
} changes[] = {
	{"boot-signature", SEED, 0, DEVICE, 0, NULL, 0x1fe, 1, 1},
	{"boot-reserved", SEED, 0, DEVICE, 0, NULL, 0x0e, 1, 1},
	{"boot-media", SEED, 0, DEVICE, 0, NULL, 0x15, 1, 1},
	{"boot-copy", SEED, 0, DEVICE, 0, NULL, 0x60, 1, 1},
	{"boot-copy", SEED, 0, DEVICE, 0, NULL, SEED_VOLUME - 9, 1, 1},
	{"boot-mft", SEED, 0, DEVICE, 0, NULL, 0x38, 1, 1},
	{"mft-mirror", SEED, 1, RECORD, 0, NULL, 0x08, 1, 1},
	{"mft-bitmap", SEED, 0, CONTENT, 0xb0, NULL, 8, 1, -1},
	{"mft-bitmap", SEED, 65, RECORD, 0, NULL, 0x16, 1, -1},
	{"record-header", SEED, 65, RECORD, 0, NULL, 0x00, 1, 1},
	{"record-header", SEED, 65, RECORD, 0, NULL, 0x06, 1, 1},
	{"record-header", SEED, 65, RECORD, 0, NULL, 0x30, 1, 1}, // sequence
	{"record-header", SEED, 65, RECORD, 0, NULL, 0x18, 2, 4096},
	{"record-number", SEED, 65, RECORD, 0, NULL, 0x2c, 1, 1},
	{"record-sequence", SEED, 4, RECORD, 0, NULL, 0x10, 1, 1},
	{"record-used", SEED, 65, RECORD, 0, NULL, 0x18, 1, 8},
	{"record-orphan", SEED, 66, RECORD, 0, NULL, 0x10, 1, 1},
	{"attr-list", SEED, 66, RECORD, 0, NULL, 0x10, 1, 1},
	{"link-count", SEED, 65, RECORD, 0, NULL, 0x12, 1, 1},
	{"attr-id", SEED, 65, RECORD, 0, NULL, 0x28, 2, -1},
	{"attr-id", SEED, 65, ATTR, 0x30, NULL, 0x0e, 2, -1},
	{"attr-header", SEED, 65, ATTR, 0x30, NULL, 0x04, 1, 4},
	{"attr-header", SEED, 65, ATTR, 0x30, NULL, 0x08, 1, 2},
	{"attr-header", SEED, 65, ATTR, 0x30, NULL, 0x10, 2, 999},
	{"attr-type", SEED, 65, ATTR, 0x80, NULL, 0x00, 1, 0x78},
	{"attr-order", SEED, 65, ATTR, 0x30, NULL, 0x00, 1, 0x60},
	{"attr-duplicate", SEED, 65, ATTR, 0x30, NULL, 0x00, 1, -0x20},
	{"attr-form", SEED, 65, ATTR, 0x30, NULL, 0x16, 1, -1},
	{"attr-form", SEED, 65, ATTR, 0x10, NULL, 0x10, 1, -8},
	{"standard-information", SEED, 65, ATTR, 0x10, NULL, 0, 2, 0x1000},
	{"attr-list", SEED, 64, CONTENT, 0x20, NULL, 0x18, 1, 77},
	{"attr-place", SEED, 66, RECORD, 0, NULL, 0x38, 1, -0x70},
	{"folder-names", 3, 33, ATTR, 0x10, NULL, 0x00, 1, 0x20},
	{"attr-list-order", SEED, 64, CONTENT, 0x20, NULL, 0, 1, 0x30},
	{"file-name", SEED, 65, VALUE, 0x30, NULL, 0x41, 1, 9},
	{"file-name", SEED, 65, VALUE, 0x30, NULL, 0x40, 1, -1},
	{"file-name", SEED, 65, VALUE, 0x30, NULL, 0x42, 1, '\\' - 'f'},
	{"name-space", SEED, 65, VALUE, 0x30, NULL, 0x41, 1, 1},
	{"name-entry", SEED, 65, VALUE, 0x30, NULL, 0x42, 1, 1},
	{"entry-file", SEED, 65, VALUE, 0x30, NULL, 0x42, 1, 1},
	{"name-entry", SEED, 65, VALUE, 0x30, NULL, 0x00, 1, 1},
	{"folder-flag", SEED, 65, RECORD, 0, NULL, 0x16, 1, 2},
	{"folder-flag", 3, 33, RECORD, 0, NULL, 0x16, 1, -2},
	{"folder-path", 3, 33, VALUE, 0x30, NULL, 0x00, 1, 28},
	{"folder-path", 3, 33, VALUE, 0x30, NULL, 0x00, 2, 5000},
	{"stream-allocated", SEED, 10, ATTR, 0x80, NULL, 0x28, 2, 512},
	{"stream-size", SEED, 10, ATTR, 0x80, NULL, 0x30, 4, 0x10000},
	{"stream-valid", SEED, 10, ATTR, 0x80, NULL, 0x38, 4, 0x10000},
	{"stream-flags", SEED, 10, ATTR, 0x80, NULL, 0x0c, 2, -0x8000},
	{"stream-total", 0, 38, ATTR, 0x80, NULL, 0x40, 2, 0x400},
	{"runs", SEED, 10, ATTR, 0x80, NULL, 0x18, 1, 1},
	{"runs", SEED, 10, VALUE, 0x80, NULL, 0, 1, 0x0f},
	{"runs", SEED, 10, VALUE, 0x80, NULL, 4, 1, 0x70},
	{"bitmap-lost", SEED, 10, VALUE, 0x80, NULL, 3, 1, 1},
	{"cross-link", SEED, 10, VALUE, 0x80, NULL, 4, 1, 4},
	{"bitmap-lost", SEED, 6, CONTENT, 0x80, NULL, 400, 1, 1},
	{"bitmap-free", SEED, 6, CONTENT, 0x80, NULL, 0, 1, -1},
	{"bitmap-size", SEED, 6, ATTR, 0x80, NULL, 0x30, 2, -8},
	{"badclus", SEED, 8, ATTR, 0x80, "$Bad", 0x30, 2, 512},
	{"boot-file", SEED, 7, ATTR, 0x80, NULL, 0x30, 2, -512},
	{"index-root", SEED, 5, VALUE, 0x90, "$I30", 0x04, 1, 1},
	{"index-root", SEED, 5, VALUE, 0x90, "$I30", 0x08, 2, 4096},
	{"index-root", SEED, 5, VALUE, 0x90, "$I30", 0x0c, 1, 1},
	{"index-header", SEED, 5, VALUE, 0x90, "$I30", 0x14, 1, 8},
	{"index-header", SEED, 5, CONTENT, 0xa0, "$I30", 0x20, 2, -8},
	{"index-header", SEED, 5, CONTENT, 0xa0, "$I30", 0x1c, 2, 8},
	{"index-children", SEED, 5, CONTENT, 0xa0, "$I30", 0x24, 1, 1},
	{"index-vcn", SEED, 5, VALUE, 0x90, "$I30", 0x30, 1, 1},
	{"index-block", SEED, 5, CONTENT, 0xa0, "$I30", 0x10, 1, 8},
	{"index-block", SEED, 5, CONTENT, 0xa0, "$I30", 0x00, 1, 1},
	{"index-bitmap", SEED, 5, VALUE, 0xb0, "$I30", 0, 1, -1},
	{"index-unreached", SEED, 5, VALUE, 0xb0, "$I30", 0, 1, 2},
	{"index-entry", SEED, 5, KEY, 0xa0, "$I30", 0x08, 1, 4},
	{"index-order", SEED, 5, KEY, 0xa0, "$I30", 0x52 + 2, 1, 1},
	{"index-order", SEED, 9, VALUE, 0x90, "$SII", 0x30, 1, 9},
	{"index-order", SEED, 9, VALUE, 0x90, "$SDH", 0x33, 1, 0xff},
	{"index-duplicate", SEED, 9, VALUE, 0x90, "$SII", 0x30, 1, 1},
	{"entry-name", SEED, 5, KEY, 0xa0, "$I30", 0x0a, 1, -2},
	{"entry-name", SEED, 5, KEY, 0xa0, "$I30", 0x51, 1, 7},
	{"entry-file", SEED, 5, KEY, 0xa0, "$I30", 0x00, 1, 99},
	{"entry-file", SEED, 5, KEY, 0xa0, "$I30", 0x06, 1, 1},
	{"entry-parent", SEED, 5, KEY, 0xa0, "$I30", 0x16, 1, 1},
	{"index-entry", SEED, 5, LAST, 0xa0, "$I30", 0x0c, 1, -2},
	{"entry-attributes", 3, 35, VALUE, 0x10, NULL, 0x20, 1, 1},
	{"file-attributes", 3, 35, VALUE, 0x10, NULL, 0x23, 1, 1},
	{"file-attributes", SEED, 65, VALUE, 0x10, NULL, 0x22, 1, 0x80},
	{"entry-attributes", SEED, 5, KEY, 0xa0, "$I30", 0x4b, 1, 0x10},
	{"entry-times", 3, 35, VALUE, 0x10, NULL, 0x08, 1, 1},
	{"entry-reparse", 3, 37, VALUE, 0xc0, NULL, 0x03, 1, 1},
	{"entry-reparse", 0, 37, VALUE, 0xd0, NULL, 0, 1, 1},
	{"entry-size", 3, 35, ATTR, 0x80, NULL, 0x10, 1, -1},
	{"volume", SEED, 3, ATTR, 0x70, NULL, 0x00, 1, 1},
	{"volume-version", SEED, 3, VALUE, 0x70, NULL, 8, 1, 4},
	{"volume-dirty", SEED, 3, VALUE, 0x70, NULL, 10, 1, 1},
	{"upcase", SEED, 10, CONTENT, 0x80, NULL, 2 * 'a', 1, 1},
	{"upcase", SEED, 10, ATTR, 0x80, NULL, 0x30, 1, -1},
	{"attrdef", SEED, 4, CONTENT, 0x80, NULL, 0x80, 1, 0x20},
	{"attrdef", SEED, 4, CONTENT, 0x80, NULL, 0xa0 * 8 + 0x80, 1, -0xa0},
	{"log", SEED, 2, CONTENT, 0x80, NULL, 0, 1, 1},
	{"log-unclean", 3, 2, CONTENT, 0x80, NULL, 0x3e, 1, -2},
	{"sds-entry", SEED, 9, CONTENT, 0x80, "$SDS", 8, 1, 16},
	{"sds-hash", SEED, 9, CONTENT, 0x80, "$SDS", 0x1c, 1, 1},
	{"sds-mirror", SEED, 9, CONTENT, 0x80, "$SDS", 0x40018, 1, 1},
	{"security-descriptor", SEED, 9, CONTENT, 0x80, "$SDS", 0x14, 1, 1},
	{"security-index", SEED, 9, VALUE, 0x90, "$SII", 0x34, 1, 1},
	{"security-index", SEED, 9, VALUE, 0x90, "$SDH", 0x38, 1, 1},
	{"security-id", 3, 35, VALUE, 0x10, NULL, 0x34, 2, 0x200},
	{"reparse", 3, 37, VALUE, 0xc0, NULL, 0, 1, 1},
	{"reparse", 3, 26, VALUE, 0x90, "$R", 0x30, 1, 1},
	{"object-id", 0, 46, VALUE, 0x40, NULL, 3, 1, 1},
	{"ea", 0, 37, VALUE, 0xd0, NULL, 0, 1, 1},
	{"ea", 0, 37, VALUE, 0xe0, NULL, 5, 1, 100},
};

struct seen {
	const char *rule;
	bool found;
	bool print;
};

static void note(void *ctx, const struct ntfs_problem *p)
{
	struct seen *s = ctx;

	if (s->rule && !strcmp(ntfs_rule_name(p->rule), s->rule))
		s->found = true;
	if (s->print)
		fprintf(stderr, "  [%s] %lld %s\n", ntfs_rule_name(p->rule),
			(long long)p->record, p->text);
	check(*p->text);
}

static uint64_t count_problems(struct disk *d, struct seen *s)
{
	struct ntfs_check_result result;
	struct err err = {0};

	check_ok(ntfs_check(d, note, s, NULL, &result, &err), &err);
	check(result.files && result.folders && result.clusters_used);
	return result.problems;
}

static void add(struct disk *d, uint64_t off, unsigned size, int64_t value)
{
	uint8_t bytes[8] = {0};
	uint64_t v = 0;
	struct err err = {0};

	check_ok(disk_read(d, off, bytes, size, &err), &err);
	for (unsigned i = 0; i < size; i++)
		v |= (uint64_t)bytes[i] << 8 * i;
	v += (uint64_t)value;
	for (unsigned i = 0; i < size; i++)
		bytes[i] = (uint8_t)(v >> 8 * i);
	check_ok(disk_write(d, off, bytes, size, &err), &err);
}

// Where the first entry with a key of an index block begins, or its last one.
static uint32_t find_entry(struct disk *block, bool last)
{
	uint8_t head[16];
	uint32_t off;
	struct err err = {0};

	check_ok(disk_read(block, 0x18, head, 4, &err), &err);
	off = 0x18 + get_le32(*(le32 *)head);
	while (last) {
		check_ok(disk_read(block, off, head, 16, &err), &err);
		if (head[12] & NTFS_IE_LAST)
			break;
		off += get_le16(*(le16 *)(head + 8));
	}
	return off;
}

static void apply(struct disk *d, const struct change *c)
{
	struct ntfs_file f;
	struct ntfs_attr a;
	struct ntfs *n;
	struct disk *content;
	struct err err = {0};
	uint64_t off = c->offset;

	if (c->place == DEVICE) {
		add(d, off, c->size, c->add);
		return;
	}
	check_ok(ntfs_open(d, &n, &err), &err);
	if (c->place == RECORD) {
		add(n->mft, c->record * 1024 + off, c->size, c->add);
		ntfs_close(n);
		return;
	}
	check_ok(ntfs_file_open(n, c->record, &f, &err), &err);
	check_ok(ntfs_file_find_named(&f, c->type, c->name, &a, &err), &err);
	if (c->place == ATTR || (c->place == VALUE)) {
		if (c->place == VALUE)
			off += (uint64_t)((a.resident ? a.value : a.runs) -
					  a.record->data);
		else
			off += a.offset;
		add(n->mft, a.record->number * 1024 + off, c->size, c->add);
	} else {
		check_ok(ntfs_stream_open(&f, &a, &content, &err), &err);
		if (c->place != CONTENT)
			off += find_entry(content, c->place == LAST);
		add(content, off, c->size, c->add);
		disk_close(content);
	}
	ntfs_file_done(&f);
	ntfs_close(n);
}

static bool has_samples(void)
{
	const char *dir = getenv("SLIPWAY_SAMPLES");
	FILE *f = fopen(dir && *dir ? dir : "../shared/samples", "r");

	if (f)
		fclose(f);
	return f;
}

// Windows' own volumes. That with 1024-byte clusters was copied while in use:
// its log was not closed.
static void check_controls(void)
{
	for (size_t i = 0; i < SAMPLE_VOLUMES; i++) {
		struct disk *d = load_volume(&sample_volumes[i]);
		struct seen s = {.rule = "log-unclean", .print = true};

		check_eq(count_problems(d, &s), i == 0);
		check_eq(s.found, i == 0);
		disk_close(d);
	}
}

int main(void)
{
	bool samples_there = has_samples();
	struct disk *d = load_seed("files");
	struct seen none = {.print = true};
	unsigned failed = 0;

	check_eq(count_problems(d, &none), 0);
	disk_close(d);
	d = load_seed("empty");
	check_eq(count_problems(d, &none), 0);
	disk_close(d);
	if (samples_there)
		check_controls();
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const struct change *c = &changes[i];
		struct seen s = {.rule = c->rule};

		if (c->volume != SEED && !samples_there)
			continue;
		d = c->volume == SEED ? load_seed("files")
				      : load_volume(&sample_volumes[c->volume]);
		apply(d, c);
		count_problems(d, &s);
		if (!s.found) {
			failed++;
			fprintf(stderr, "change %zu does not break %s:\n", i,
				c->rule);
			s.print = true;
			count_problems(d, &s);
		}
		disk_close(d);
	}
	check_eq(failed, 0);
	if (!samples_there)
		puts("without the folder of sample files, which is not there");
	return 0;
}
