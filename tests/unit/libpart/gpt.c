// SPDX-License-Identifier: MIT
//
// GPTs on disks: both copies, their checks (UEFI 2.10, 5.3.2), disks that grew
// or shrank. One good copy is enough, and writing mends the other.

#include "libpart/part_priv.h"
#include "unit/libpart/sparse.h"

#define MIB ((uint64_t)1 << 20)

static const struct guid id = {{7}};

static void make(struct disk *d)
{
	struct part p = {.type = part_type_efi,
			 .size = MIB,
			 .name = "Grüße",
			 .attributes = PART_GPT_NO_LETTER};
	struct part_table *t;
	struct err err = {0};

	check_ok(part_table_new(PART_GPT, d, &id, 0, &t, &err), &err);
	check_ok(part_table_add(t, &p, NULL, &err), &err);
	p.size = 0;
	check_ok(part_table_add(t, &p, NULL, &err), &err);
	check_ok(part_table_write(t, d, &err), &err);
	part_table_free(t);
}

static struct part_table *read_table(struct disk *d)
{
	struct part_table *t = NULL;
	struct err err = {0};

	check_ok(part_table_read(d, &t, &err), &err);
	check_eq(t->style, PART_GPT);
	check_eq(t->count, 2);
	check(guid_equal(&t->disk_id, &id));
	check(!strcmp(t->parts[0].name, "Grüße"));
	check(guid_equal(&t->parts[1].type, &part_type_efi));
	check_eq(t->parts[1].start, 2 * MIB);
	check(t->parts[1].attributes == PART_GPT_NO_LETTER);
	return t;
}

static void test_round(uint64_t size, uint32_t sector)
{
	struct disk *d = new_sparse(size, sector);
	struct part_table *t;

	make(d);
	t = read_table(d);
	check(!t->primary_broken && !t->backup_broken && !t->hybrid);
	check_eq(t->parts[1].size,
		 round_down(size - 33 * sector, MIB) - 2 * MIB);
	part_table_free(t);
	disk_close(d);
}

static void flip(struct disk *d, uint64_t at)
{
	uint8_t b;

	check_ok(disk_read(d, at, &b, 1, NULL), NULL);
	b ^= 1;
	check_ok(disk_write(d, at, &b, 1, NULL), NULL);
}

// One flipped bit breaks the copy it is in; writing the table mends it.
static void test_broken(void)
{
	static const uint64_t places[] = {512, 512 + 0x20, 512 + 0x38, 1024,
					  1024 + 127 * 128};
	const uint64_t size = 10 * MIB;

	for (size_t i = 0; i < 10; i++) {
		struct disk *d = new_sparse(size, 512);
		uint64_t at = places[i / 2];
		struct part_table *t = NULL;
		struct err err = {0};

		make(d);
		if (i & 1) // the backup's entries lie before its header
			at = at < 1024 ? size - 512 + at - 512
				       : size - 33 * 512 + at - 1024;
		flip(d, at);
		t = read_table(d);
		check_eq(t->primary_broken, !(i & 1));
		check_eq(t->backup_broken, i & 1);
		check_ok(part_table_write(t, d, &err), &err);
		part_table_free(t);
		t = read_table(d);
		check(!t->primary_broken && !t->backup_broken);
		part_table_free(t);
		flip(d, 512);
		flip(d, size - 512);
		check_eq(part_table_read(d, &t, &err), -EBADMSG);
		check_eq(err.where, 512);
		disk_close(d);
	}
}

static void test_grown_and_shrunk(void)
{
	struct disk *d = new_sparse(10 * MIB, 512);
	struct part_table *t;
	struct err err = {0};

	make(d);
	d->size = 20 * MIB;
	t = read_table(d);
	check(!t->primary_broken && !t->backup_broken);
	check(t->grown && !t->shrunk);
	check_eq(t->last_usable, 20 * MIB - 33 * 512);
	check_ok(part_table_write(t, d, &err), &err);
	part_table_free(t);
	t = read_table(d);
	check(!t->grown && !t->shrunk);
	part_table_free(t);
	check_ok(disk_zero(d, 512, 512, &err), &err);
	t = read_table(d);
	check(t->primary_broken);
	part_table_free(t);
	make(d);
	d->size -= 512;
	check_ok(part_table_read(d, &t, &err), &err);
	check(t->backup_broken && t->shrunk);
	part_table_free(t);
	d->size -= 2 * MIB;
	check_eq(part_table_read(d, &t, &err), -EBADMSG);
	disk_close(d);
}

// The end of the disk is gone, and no partition lay there.
static void test_shrunk(void)
{
	const struct part spec = {.type = part_type_data, .size = 4 * MIB};
	struct disk *d = new_sparse(10 * MIB, 512);
	struct part_table *t;
	struct err err = {0};

	check_ok(part_table_new(PART_GPT, d, &id, 0, &t, &err), &err);
	check_ok(part_table_add(t, &spec, NULL, &err), &err);
	check_ok(part_table_write(t, d, &err), &err);
	part_table_free(t);
	d->size = 7 * MIB;
	check_ok(part_table_read(d, &t, &err), &err);
	check(t->shrunk && t->backup_broken && !t->overlapping);
	check_eq(t->last_usable, 7 * MIB - 33 * 512);
	check_ok(part_table_write(t, d, &err), &err);
	part_table_free(t);
	check_ok(part_table_read(d, &t, &err), &err);
	check(!t->shrunk && !t->backup_broken && t->count == 1);
	part_table_free(t);
	disk_close(d);
}

// A partition that leaves the disk is left out by who only looks.
static void test_look(void)
{
	const struct part spec = {.type = part_type_data, .size = 4 * MIB};
	struct disk *d = new_sparse(10 * MIB, 512);
	struct part_table *t;
	struct err err = {0}, flaw;

	check_ok(part_table_new(PART_GPT, d, &id, 0, &t, &err), &err);
	for (int i = 0; i < 2; i++)
		check_ok(part_table_add(t, &spec, NULL, &err), &err);
	check_ok(part_table_write(t, d, &err), &err);
	part_table_free(t);
	check_ok(part_table_look(d, &t, &flaw, &err), &err);
	check(!flaw.code && !t->lost);
	part_table_free(t);
	d->size = 7 * MIB;
	check_eq(part_table_read(d, &t, NULL), -EBADMSG);
	check_ok(part_table_look(d, &t, &flaw, &err), &err);
	check_eq(t->count, 1);
	check_eq(t->lost, 1);
	check(strstr(flaw.why, "partition 2"));
	check_eq(part_table_write(t, d, NULL), -ENOTSUP);
	part_table_free(t);
	disk_close(d);
}

int main(void)
{
	test_round(10 * MIB, 512);
	test_round(10 * MIB, 4096);
	test_round((uint64_t)1 << 62, 512);
	test_round((uint64_t)1 << 62, 4096);
	test_broken();
	test_grown_and_shrunk();
	test_shrunk();
	test_look();
	return 0;
}
