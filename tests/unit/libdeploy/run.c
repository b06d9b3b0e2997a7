// SPDX-License-Identifier: MIT
//
// A deployment over old content that the device cannot discard: everything that
// belongs to a structure is the same as on a new disk. Only free space, and the
// rest of a file's last cluster, may hold what was there.
#include "fixture.h"

#define DISK_SIZE (96 * MIB)

static struct disk *deployed(const struct answer *a, uint8_t old)
{
	static uint8_t garbage[MIB];
	struct disk *d = fixture_disk(DISK_SIZE);

	memset(garbage, old, sizeof(garbage));
	for (uint64_t at = 0; at < DISK_SIZE; at += sizeof(garbage))
		check(!disk_write(d, at, garbage, sizeof(garbage), NULL));
	fixture_deploy(a, d);
	return d;
}

static uint8_t *bytes(struct disk *d, uint64_t off, size_t len)
{
	uint8_t *p = malloc(len);

	check(p);
	check_ok(disk_read(d, off, p, len, &fixture_err), &fixture_err);
	return p;
}

static void same(struct disk *a, struct disk *b, uint64_t off, size_t len)
{
	uint8_t *x = bytes(a, off, len), *y = bytes(b, off, len);

	for (size_t i = 0; i < len; i++) {
		if (x[i] == y[i])
			continue;
		fprintf(stderr, "differs at %llu: %02x, %02x\n",
			(unsigned long long)off + i, x[i], y[i]);
		check(x[i] == y[i]);
	}
	free(x);
	free(y);
}

// Compares what the volume's bitmap calls used, but for the slack of files.
static uint64_t same_volume(struct disk *a, struct disk *b)
{
	size_t cluster, clusters, count, used = 0;
	uint8_t *map;
	struct ntfs *n;
	void *data;

	check_ok(ntfs_open(a, &n, &fixture_err), &fixture_err);
	cluster = ntfs_get_info(n)->cluster_size;
	clusters = ntfs_get_info(n)->clusters;
	check_ok(ntfs_read_file(n, "\\$Bitmap", MIB, &data, &count,
				&fixture_err),
		 &fixture_err);
	ntfs_close(n);
	map = data;
	for (size_t i = 0; i < clusters; i++) {
		if (!(map[i / 8] >> i % 8 & 1))
			continue;
		same(a, b, i * cluster, cluster);
		used++;
	}
	same(a, b, a->size - 512, 512);
	mem_free(data);
	return used;
}

static void same_esp(struct disk *a, struct disk *b)
{
	struct fat *x, *y;
	struct fat_check_result r;

	same(a, b, 0, 32 * 512);
	check_ok(fat_open(a, &x, &fixture_err), &fixture_err);
	check_ok(fat_open(b, &y, &fixture_err), &fixture_err);
	check_ok(fat_check(x, &r, &fixture_err), &fixture_err);
	check_ok(fat_check(y, &r, &fixture_err), &fixture_err);
	fat_close(x);
	fat_close(y);
}

static struct disk *guest_of(struct disk *host, struct ntfs **n,
			     struct disk **vhd)
{
	check_ok(ntfs_open(host, n, &fixture_err), &fixture_err);
	check_ok(ntfs_open_file(*n, "\\v\\g.vhd", vhd, &fixture_err),
		 &fixture_err);
	return fixture_part(*vhd, 1);
}

static void check_same(void)
{
	struct answer *answer = fixture_answer("linux", "efi-size = 40M\n"
							"msr-size = 1M\n"
							"wipe = yes");
	struct disk *a = deployed(answer, 0), *b = deployed(answer, 0xa5);
	struct disk *host[2], *vhd[2], *guest[2], *esp[2];
	struct ntfs *n[2];

	same(a, b, 0, MIB); // up to the first partition
	same(a, b, DISK_SIZE - 33 * 512, 33 * 512);
	for (int i = 0; i < 2; i++) {
		esp[i] = fixture_part(i ? b : a, 1);
		host[i] = fixture_part(i ? b : a, 3);
		guest[i] = guest_of(host[i], &n[i], &vhd[i]);
	}
	same_esp(esp[0], esp[1]);
	check(same_volume(guest[0], guest[1]) > 20);
	// inside the VHD: all but the guest's volume, and its footer
	same(vhd[0], vhd[1], 0, MIB);
	same(vhd[0], vhd[1], vhd[0]->size - 512, 512);
	for (int i = 0; i < 2; i++) {
		disk_close(guest[i]);
		disk_close(vhd[i]);
		ntfs_close(n[i]);
		disk_close(host[i]);
		disk_close(esp[i]);
	}
	disk_close(a);
	disk_close(b);
	answer_free(answer);
}

static int cancel(void *ctx, const char *stage, uint64_t done, uint64_t total)
{
	return -ECANCELED;
}

static void check_cancelled(void)
{
	struct answer *a = fixture_answer("linux", "efi-size = 40M");
	struct progress progress = {.report = cancel};
	struct disk *d = fixture_disk(DISK_SIZE);
	struct part_table *t;
	struct plan *plan;
	struct err err = {0};

	check_ok(fixture_plan(a, d, &plan, &err), &err);
	check_eq(plan_run(plan, &progress, &err), -ECANCELED);
	check(err.code == -ECANCELED && err.why[0]);
	plan_free(plan);
	check(part_table_read(d, &t, NULL));
	disk_close(d);
	answer_free(a);
}

int main(void)
{
	fixture_make();
	check_same();
	check_cancelled();
	fixture_end();
	return 0;
}
