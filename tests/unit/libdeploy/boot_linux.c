// SPDX-License-Identifier: MIT
//
// The loader's configuration of a machine that boots Linux: blanks that are
// filled in, and templates that are refused.
#include "fixture.h"

static const struct {
	const char *template, *options, *config; // ROOT is "<root>" here
} configs[] = {
	{"@ROOT@@OPTIONS@", NULL, "<root>"},
	{"a @ROOT@ b @OPTIONS@ c", "quiet", "a <root> b quiet c"},
	{"@ROOT@ @ROOT@@ROOT@ @OPTIONS@ @OPTIONS@", "x=1",
	 "<root> <root><root> x=1 x=1"},
	{"@ROO@ROOT@T@ @OPTION@ @OPTIONS@@", "y", "@ROO<root>T@ @OPTION@ y@"},
	{"@OPTIONS@\n@ROOT@", "", "\n<root>"},
};

static void put_template(const char *text)
{
	char path[100];
	FILE *f;

	snprintf(path, sizeof(path), "%s/slipway/grub-native.cfg",
		 fixture_boot);
	f = fopen(path, "w");
	check(f && fputs(text, f) >= 0);
	fclose(f);
}

// Reads a file of the EFI system partition.
static char *read_file(struct disk *d, const char *path)
{
	struct disk *esp = fixture_part(d, 1);
	struct fat *f;
	void *data;
	size_t size;

	check_ok(fat_open(esp, &f, &fixture_err), &fixture_err);
	check_ok(fat_read_file(f, path, 1 << 20, &data, &size, &fixture_err),
		 &fixture_err);
	fat_close(f);
	disk_close(esp);
	return data;
}

// Writes what must be in the file, with the place of the VHD put in.
static void expand(struct disk *d, const char *text, char *out, size_t size)
{
	struct part_table *t;
	char id[GUID_TEXT];
	const char *mark;

	check_ok(part_table_read(d, &t, &fixture_err), &fixture_err);
	guid_format(&part_find(t, 3)->id, id);
	part_table_free(t);
	*out = 0;
	for (; (mark = strstr(text, "<root>")); text = mark + 6) {
		size_t n = strlen(out);

		snprintf(out + n, size - n, "%.*sPARTUUID=%s:\\v\\g.vhd@1",
			 (int)(mark - text), text, id);
	}
	strncat(out, text, size - strlen(out) - 1);
}

static void check_configs(void)
{
	for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
		struct answer *a = fixture_answer("linux", "efi-size = 40M");
		struct disk *d = fixture_disk(96 * MIB);
		char wanted[1000], *found;

		put_template(configs[i].template);
		mem_free(a->options);
		a->options = NULL;
		if (configs[i].options) {
			a->options = mem_strdup(configs[i].options);
			check(a->options);
		}
		fixture_deploy(a, d);
		found = read_file(d, "EFI/debian/grub.cfg");
		expand(d, configs[i].config, wanted, sizeof(wanted));
		printf("%s\n%s\n", found, wanted);
		check(!strcmp(found, wanted));
		mem_free(found);
		found = read_file(d, "slipway/vmlinuz");
		check(!strcmp(found, "slipway/vmlinuz\n"));
		mem_free(found);
		disk_close(d);
		answer_free(a);
	}
}

// What is not there or not right is told by the plan.
static void check_refusals(void)
{
	struct answer *a = fixture_answer("linux", "efi-size = 40M");
	struct disk *d = fixture_disk(96 * MIB);
	struct plan_target target = {.disk = d, .name = "test disk"};
	struct plan *plan = NULL;
	struct err err = {0};

	check_eq(plan_make(a, &target, &plan, &err), -ENOENT);
	check(strstr(err.why, "--boot-files"));
	fixture_run("mv m/slipway/initramfs kept");
	check_eq(fixture_plan(a, d, &plan, NULL), -ENOENT);
	fixture_run("mv kept m/slipway/initramfs");
	put_template("no mark");
	check_eq(fixture_plan(a, d, &plan, NULL), -EBADMSG);
	put_template("@ROOT@");
	check_eq(fixture_plan(a, d, &plan, NULL), -EBADMSG);
	check(!plan);
	fixture_run("head -c 70000 /dev/zero >m/slipway/grub-native.cfg");
	check_eq(fixture_plan(a, d, &plan, NULL), -EFBIG);
	put_template("@ROOT@@OPTIONS@");
	fixture_run("truncate -s 37M m/slipway/initramfs");
	check_eq(fixture_plan(a, d, &plan, NULL), -ENOSPC);
	disk_close(d);
	answer_free(a);
}

int main(void)
{
	fixture_make();
	check_configs();
	check_refusals();
	fixture_end();
	return 0;
}
