// SPDX-License-Identifier: MIT
//
// The checker: volumes that Windows and mkntfs made have no problems; each
// change of a field breaks the rule that stands beside it.

#include "unit/libntfs/planted.h"

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
	for (size_t i = 0; i < PLANTED; i++) {
		const struct planted *c = &planted[i];
		struct seen s = {.rule = c->rule};

		if (c->volume != SEED && !samples_there)
			continue;
		d = load_planted(c);
		plant(d, c);
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
