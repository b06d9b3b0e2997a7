// SPDX-License-Identifier: MIT
//
// Volumes made larger and smaller, with random files in them. For other judges:
//
//     resize random SEED ROUNDS      runs as long as is wanted
//     resize query|extend|shrink FILE [SIZE]

#include "contents.h"
#include "ntfs_resize.h"
#include "scatter.h"
#include "unit/libntfs/change/model.h"
#include "unit/libntfs/volumes.h"

#include "libntfs/change/change.h"

#define T0  UINT64_C(132000000000000000)
#define MIB ((uint64_t)1 << 20)

static struct err err;

static struct disk *slice(struct disk *d, uint64_t size)
{
	struct disk *s;

	check_ok(disk_slice(d, 0, size, &s, &err), &err);
	return s;
}

static void format(struct disk *d, uint64_t size, uint32_t cluster)
{
	struct ntfs_build_options o = {
		.serial = 9, .time = T0, .cluster_size = cluster};
	struct disk *s = slice(d, size);

	check_ok(ntfs_format(s, &o, &err), &err);
	disk_close(s);
}

// Fills a volume at random, in places all over it.
static void fill(struct model *m, struct disk *d, unsigned steps)
{
	m->disk = d;
	check_ok(ntfs_open(d, &m->ntfs, &err), &err);
	check_ok(ntfs_change_begin(m->ntfs, &err), &err);
	for (unsigned i = 0; i < steps; i++) {
		struct ntfs_change *c = ntfs_change_of(m->ntfs);

		if (!model_random(m, 4))
			c->cluster_hint =
				model_random(m, (uint32_t)c->clusters.count);
		model_step(m);
		if (!model_random(m, 40))
			check_ok(ntfs_sync(m->ntfs, &err), &err);
	}
	check_ok(ntfs_sync(m->ntfs, &err), &err);
	ntfs_close(m->ntfs);
}

static uint64_t size_of(struct disk *d)
{
	struct ntfs *n;
	uint64_t size;

	check_ok(ntfs_open(d, &n, &err), &err);
	size = ntfs_get_info(n)->size;
	ntfs_close(n);
	return size + d->sector_size;
}

static void shrink(struct disk *d, uint64_t size, uint64_t sum)
{
	struct disk *s;

	check_ok(ntfs_shrink(d, size, NULL, &err), &err);
	check(size_of(d) <= size);
	s = slice(d, size_of(d)); // all that is needed lies before the end
	check_sound(s);
	check(contents(s) == sum);
	disk_close(s);
}

static void extend(struct disk *d, uint64_t size, uint64_t sum)
{
	check_ok(ntfs_extend(d, size, NULL, &err), &err);
	check_eq(size_of(d), size);
	check_sound(d);
	check(contents(d) == sum);
}

static struct ntfs_shrink_limits query(struct disk *d)
{
	struct ntfs_shrink_limits l;

	check_ok(ntfs_shrink_query(d, &l, &err), &err);
	check_eq(l.size, size_of(d));
	check(l.minimum <= l.in_place && l.in_place <= l.size);
	return l;
}

// --- At random -------------------------------------------------------------------

static uint32_t draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

static void play(uint64_t seed, uint32_t cluster, uint64_t size, unsigned steps,
		 unsigned rounds)
{
	static struct model m;
	struct disk *d, *s;
	uint64_t now = size / 2, sum;

	check_ok(disk_memory(size, 512, &d, &err), &err);
	format(d, now, cluster);
	s = slice(d, now);
	model_init(&m, s, seed, 20000u + draw(&seed, 200000));
	ntfs_close(m.ntfs);
	disk_close(s);
	for (unsigned i = 0; i < rounds; i++) {
		struct ntfs_shrink_limits l;
		uint64_t to;

		s = slice(d, now);
		fill(&m, s, steps);
		if (!draw(&seed, 3))
			scatter(s, seed);
		sum = contents(s);
		l = query(s);
		to = l.minimum;
		if (draw(&seed, 3))
			to += draw(&seed, (uint32_t)(l.size - to + 1));
		to = round_up(to, 512);
		shrink(s, to < now ? to : now, sum);
		disk_close(s);
		if (!draw(&seed, 3))
			to += 512 * draw(&seed, 2000);
		else
			to += 512 * draw(&seed, (uint32_t)((size - to) / 512));
		now = to < size ? to : size;
		s = slice(d, now);
		extend(s, now, sum);
		disk_close(s);
	}
	disk_close(d);
}

static void play_all(uint64_t seed, unsigned rounds)
{
	static const uint32_t clusters[] = {512,  1024,  2048,  4096,
					    8192, 16384, 32768, 65536};

	for (unsigned i = 0; i < rounds; i++) {
		uint32_t cluster = clusters[draw(&seed, 8)];

		printf("%llu %u\n", (unsigned long long)seed, cluster);
		fflush(stdout);
		play(seed, cluster, (16 + draw(&seed, 48)) * MIB,
		     50 + draw(&seed, 500), 4);
	}
}

// What was over at one end is marked in $Bitmap, and free when that is no end any more.
static void test_ends(void)
{
	static const uint64_t ends[] = {3815, 3704, 9000, 8999, 8936, 9400};
	struct disk *d, *s;
	uint64_t sum;

	check_ok(disk_memory(8 * MIB, 512, &d, &err), &err);
	format(d, 3840 * 512 + 512, 512);
	sum = contents(d);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		uint64_t size = ends[i] * 512 + 512;

		s = slice(d, size);
		if (size < size_of(d))
			shrink(d, size, sum);
		else
			extend(s, size, sum);
		disk_close(s);
	}
	disk_close(d);
}

// --- Files of the host -------------------------------------------------------------

static int tell(void *ctx, const char *stage, uint64_t done, uint64_t total)
{
	(void)ctx;
	printf("%s %llu of %llu\n", stage, (unsigned long long)done,
	       (unsigned long long)total);
	return 0;
}

static void use_file(const char *what, const char *path, uint64_t size)
{
	struct progress p = {.report = tell};
	struct ntfs_shrink_limits l;
	struct disk *d;

	check_ok(disk_open_file(path, 0, &d, &err), &err);
	if (!strcmp(what, "query")) {
		check_ok(ntfs_shrink_query(d, &l, &err), &err);
		printf("size %llu in place %llu minimum %llu (%s: %s)\n",
		       (unsigned long long)l.size,
		       (unsigned long long)l.in_place,
		       (unsigned long long)l.minimum, l.path,
		       l.why ? l.why : "");
	} else if (!strcmp(what, "extend")) {
		check_ok(ntfs_extend(d, size ? size : d->size, &p, &err), &err);
	} else {
		check_ok(ntfs_shrink(d, size, &p, &err), &err);
	}
	end_disk(d);
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "random")) {
		play_all(strtoull(argv[2], NULL, 0), (unsigned)atoi(argv[3]));
		return 0;
	}
	if (argc > 2) {
		use_file(argv[1], argv[2],
			 argc > 3 ? strtoull(argv[3], NULL, 0) : 0);
		return 0;
	}
	test_ends();
	play(1, 512, 8 * MIB, 100, 2);
	play(2, 4096, 16 * MIB, 100, 2);
	return 0;
}
