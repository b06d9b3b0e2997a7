// SPDX-License-Identifier: MIT
//
// Plans: disks and answers that fit and that do not, identifiers that derive
// from the seed, and data that is not wiped unasked.
#include "fixture.h"

static const struct {
	const char *what;
	uint64_t disk; // MiB
	uint64_t efi_size, msr_size, vhd_size;
	const char *image;
	int code;
	const char *why;
} cases[] = {
	{"good", 96, 40 * MIB, MIB, 16 * MIB, "1", 0, NULL},
	{"by name", 96, 40 * MIB, MIB, 16 * MIB, "LINUX image", 0, NULL},
	{"no such image", 96, 40 * MIB, MIB, 16 * MIB, "2", -ENOENT,
	 "there is no image \"2\"; its images are 1"},
	{"no room for a table", 0, 40 * MIB, MIB, 16 * MIB, "1", -ENOSPC, ""},
	{"no room for the MSR", 42, 40 * MIB, 16 * MIB, 16 * MIB, "1", -ENOSPC,
	 "Microsoft reserved partition"},
	{"no room for data", 58, 40 * MIB, 16 * MIB, 16 * MIB, "1", -ENOSPC,
	 ""},
	{"no room for the VHD", 60, 40 * MIB, MIB, 18 * MIB, "1", -ENOSPC,
	 "does not fit into the partition"},
	{"no room for the image", 96, 40 * MIB, MIB, 2 * MIB, "1", -ENOSPC,
	 "does not fit into a VHD of 2 MB"},
	{"no room for a partition inside", 96, 40 * MIB, MIB, MIB, "1", -ENOSPC,
	 "too small for a partition"},
	{"no room for a table inside", 96, 40 * MIB, MIB, 512, "1", -ENOSPC,
	 "too small for a partition"},
};

static bool is_zero(struct disk *d)
{
	uint8_t *p = malloc((size_t)d->size);
	bool zero;

	check(p && !disk_read(d, 0, p, (size_t)d->size, NULL));
	zero = mem_is_zero(p, (size_t)d->size);
	free(p);
	return zero;
}

static void check_cases(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct answer *a = fixture_answer("linux", "");
		struct disk *d = fixture_disk(cases[i].disk * MIB + 8192);
		struct plan *plan = (struct plan *)1;
		struct err err = {0};
		int r;

		a->system_size = cases[i].efi_size;
		a->msr_size = cases[i].msr_size;
		a->systems[0]->size = cases[i].vhd_size;
		mem_free(a->systems[0]->image);
		a->systems[0]->image = mem_strdup(cases[i].image);
		r = fixture_plan(a, d, &plan, &err);
		printf("%s: %d %s\n", cases[i].what, r, err.why);
		check_eq(r, cases[i].code);
		check(r || plan_result(plan)->files == 2);
		check(!r || strstr(err.why, cases[i].why));
		check(!r || plan == (struct plan *)1);
		if (!r)
			plan_free(plan);
		check(is_zero(d)); // nothing is written by planning
		disk_close(d);
		answer_free(a);
	}
}

// Equal seeds give equal identifiers, none gives new ones; no two are equal.
static void check_identifiers(void)
{
	struct answer *a = fixture_answer("linux", "efi-size = 40M");
	struct disk *d = fixture_disk(96 * MIB);
	struct plan *p[3];

	for (int i = 0; i < 3; i++) {
		a->has_seed = i < 2;
		check_ok(fixture_plan(a, d, &p[i], &fixture_err), &fixture_err);
	}
	for (int i = 1; i < 3; i++) {
		bool same = i == 1;

		check(same == guid_equal(&p[0]->disk_id, &p[i]->disk_id));
		check(same ==
		      guid_equal(&p[0]->systems[0].id, &p[i]->systems[0].id));
		check(same == guid_equal(&p[0]->systems[0].loader_id,
					 &p[i]->systems[0].loader_id));
		check(same == guid_equal(&p[0]->data->id, &p[i]->data->id));
		check(same ==
		      (p[0]->systems[0].serial == p[i]->systems[0].serial));
		check(same == (p[0]->data_serial == p[i]->data_serial));
		check(same == (p[0]->systems[0].table->mbr_signature ==
			       p[i]->systems[0].table->mbr_signature));
	}
	check(!guid_equal(&p[0]->esp->id, &p[0]->data->id));
	check(!guid_equal(&p[0]->disk_id, &p[0]->systems[0].id));
	check(p[0]->data_serial != p[0]->systems[0].serial);
	for (int i = 0; i < 3; i++)
		plan_free(p[i]);
	disk_close(d);
	answer_free(a);
}

static void first_line(void *ctx, const char *text)
{
	char *line = ctx;

	if (!*line)
		snprintf(line, 256, "%s", text);
}

// Data is kept unless the answer says otherwise; what we began is no data.
static void check_wipe(void)
{
	struct answer *a = fixture_answer("linux", "efi-size = 40M");
	struct disk *d = fixture_disk(96 * MIB);
	struct plan *plan;
	struct err err = {0};
	char line[256] = "";

	fixture_deploy(a, d);
	check_eq(fixture_plan(a, d, &plan, &err), -EEXIST);
	check(strstr(err.why, "(GPT, "));
	check(strstr(err.why, "wipe = yes"));
	a->wipe = true;
	check_ok(fixture_plan(a, d, &plan, &fixture_err), &fixture_err);
	check(part_is_table(&plan->found) && !plan->is_unfinished);
	plan_print(plan, first_line, line);
	check(strstr(line, "96 MB: GPT: whatever it holds is destroyed, new "
			   "GPT"));
	plan_free(plan);
	a->wipe = false;
	check_ok(part_wipe(d, &fixture_err), &fixture_err);
	check_ok(unfinished_mark(d, &part_type_data, &fixture_err),
		 &fixture_err);
	check_ok(fixture_plan(a, d, &plan, &fixture_err), &fixture_err);
	check(plan->is_unfinished);
	*line = 0;
	plan_print(plan, first_line, line);
	check(strstr(line, "left by a deployment that did not end"));
	plan_free(plan);
	// another one's RAID on it since
	err = (struct err){0};
	check_ok(disk_write(d, 96 * MIB - 1024, "Intel Raid ISM Cfg Sig. ", 24,
			    &fixture_err),
		 &fixture_err);
	check_eq(fixture_plan(a, d, &plan, &err), -EEXIST);
	check(strstr(err.why, "Intel RAID (RST) member at byte"));
	disk_close(d);
	answer_free(a);
}

int main(void)
{
	fixture_make();
	check_cases();
	check_identifiers();
	check_wipe();
	fixture_end();
	return 0;
}
