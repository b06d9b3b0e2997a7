// SPDX-License-Identifier: MIT
//
// A deployment that is cut off, at any write: the disk is never taken for a
// finished one, and doing it again succeeds. A write that fails is reported.
#include <unistd.h>

#include "deploy.h"
#include "image.h"
#include "part.h"
#include "fault/fault.h"
#include "test.h"

#define DISK_SIZE (96u << 20)

#define SEED    "[disk]\nseed = 01234567-89ab-cdef-0123-456789abcdef\n"
#define GPT     SEED "efi-size = 40M\nmsr-size = 1M\n"
#define IMAGE   "[image]\nfile = small.wim\n"
#define CHILD   "[vhd]\npath = \\v\\c.vhd\nparent = \\v\\g.vhd\n"
#define DYNAMIC "[vhd]\npath = \\v\\g.vhd\nsize = 16M\ntype = dynamic\n"

static const struct scenario {
	const char *name, *text;
	const char *vhds[3]; // on the last partition
} scenarios[] = {
	{"Linux in a VHD",
	 GPT IMAGE "[vhd]\npath = \\v\\g.vhd\nsize = 16M\n"
		   "[boot]\nsystem = linux\n",
	 {"\\v\\g.vhd"}},
	{"Windows: a dynamic VHD and its child, and the environment",
	 GPT IMAGE DYNAMIC CHILD "[boot]\nsystem = windows\n"
				 "environment = yes\n",
	 {"\\v\\g.vhd", "\\v\\c.vhd"}},
	{"Windows by BIOS: a VHDX and a partition",
	 SEED "layout = mbr\nsystem-size = 40M\nsystem-format = ntfs\n" IMAGE
	      "[vhd]\npath = \\x.vhdx\nsize = 12M\ndescription = A\n"
	      "[partition]\nsize = 8M\n[boot]\nsystem = windows\n",
	 {"\\x.vhdx"}},
};
#define SCENARIOS (sizeof(scenarios) / sizeof(scenarios[0]))

static char dir[] = "/tmp/slipway-plan-XXXXXX";
static struct answer *answer;
static const struct scenario *scenario;

static void make_inputs(void)
{
	static const char script[] =
		"cd '%s' && b=tree/Windows/Boot && mkdir -p tree/sub $b/EFI"
		" $b/PCAT m/EFI/BOOT m/slipway &&"
		"seq 20000 >tree/numbers && echo x >tree/sub/x &&"
		"for f in EFI/bootmgfw.efi PCAT/bootmgr PCAT/bootvhd.dll;"
		" do echo $f >$b/$f; done &&"
		"wimlib-imagex capture tree small.wim x --no-acls >log 2>&1 &&"
		"for f in EFI/BOOT/BOOTX64.EFI EFI/BOOT/grubx64.efi"
		" slipway/vmlinuz slipway/initramfs; do echo $f >m/$f; done &&"
		"echo '@ROOT@ @OPTIONS@' >m/slipway/grub-native.cfg &&"
		"echo '@TITLE@ @TIMEOUT@' >m/slipway/grub-windows.cfg";
	char command[2048];

	if (system("command -v wimlib-imagex >/dev/null"))
		skip("wimlib-imagex is not installed");
	check(mkdtemp(dir));
	snprintf(command, sizeof(command), script, dir);
	check(!system(command));
}

static void read_answer(const struct scenario *s)
{
	char name[64];
	struct err err = {0};

	printf("%s\n", s->name);
	snprintf(name, sizeof(name), "%s/answer.ini", dir);
	check_ok(answer_parse(s->text, strlen(s->text), name,
			      ANSWER_START_UNKNOWN, &answer, &err),
		 &err);
	scenario = s;
}

static int deploy(struct disk *disk, struct err *err)
{
	char boot[64];
	const struct plan_target target = {
		.disk = disk, .name = "test disk", .boot_files = boot};
	struct plan *plan = NULL;
	int r;

	snprintf(boot, sizeof(boot), "%s/m", dir);
	r = plan_make(answer, &target, &plan, err);
	if (!r)
		r = plan_run(plan, NULL, err);
	plan_free(plan);
	return r;
}

static struct disk *new_disk(void)
{
	struct disk *d;
	struct err err = {0};

	check_ok(disk_memory(DISK_SIZE, 512, &d, &err), &err);
	return d;
}

// Nothing that reads tables or volumes finds one.
static bool is_blank(struct disk *d)
{
	struct part_table *t;
	struct part_content found;
	struct err err = {0};

	check_ok(part_probe(d, &found, &err), &err);
	if (!part_table_read(d, &t, NULL)) {
		part_table_free(t);
		return false;
	}
	// Half of a GPT is none yet.
	return !part_is_table(&found) &&
	       (found.kind != PART_HOLDS_VOLUME || found.is_inside);
}

static bool volume_is_good(struct disk *volume)
{
	struct ntfs_check_result result = {0};

	return !ntfs_check(volume, NULL, NULL, NULL, &result, NULL) &&
	       !result.problems;
}

// A whole disk's own volume is sound; of a child only itself is looked at.
static bool vhd_is_good(struct ntfs *host, const char *path)
{
	struct disk *file, *disk, *guest;
	struct vdisk_info info;
	struct err err = {0};
	bool good = true;

	check_ok(ntfs_open_file(host, path, &file, &err), &err);
	check_ok(vdisk_probe(file, &info, &err), &err);
	if (info.type != VDISK_DIFFERENCING) {
		check_ok(vdisk_open(file, &disk, &err), &err);
		check_ok(part_open(disk, 1, &guest, &err), &err);
		good = volume_is_good(guest);
		disk_close(guest);
		disk_close(disk);
	}
	disk_close(file);
	return good;
}

// Table, every NTFS volume, and what is in the VHDs on the last one.
static bool is_finished(struct disk *d)
{
	struct part_table *t;
	struct disk *volume;
	struct ntfs *host;
	unsigned last;
	bool good = true;
	struct err err = {0};

	if (part_table_read(d, &t, NULL))
		return false;
	last = t->parts[t->count - 1].number;
	part_table_free(t);
	for (unsigned n = 2; n <= last; n++) {
		struct part_content found;

		check_ok(part_open(d, n, &volume, &err), &err);
		check_ok(part_probe(volume, &found, &err), &err);
		if (n == last || part_content_is(&found, "NTFS"))
			check(volume_is_good(volume));
		if (n < last)
			disk_close(volume);
	}
	check_ok(ntfs_open(volume, &host, &err), &err);
	for (size_t i = 0; i < 3 && scenario->vhds[i]; i++)
		good &= vhd_is_good(host, scenario->vhds[i]);
	ntfs_close(host);
	disk_close(volume);
	return good;
}

static enum record_fate drop(void *ctx, size_t index)
{
	return RECORD_DROP;
}

static enum record_fate tear(void *ctx, size_t index)
{
	return RECORD_TEAR;
}

static enum record_fate every_second(void *ctx, size_t index)
{
	return index % 2 ? RECORD_DROP : RECORD_KEEP;
}

static void check_cut(const struct record_log *log, size_t count)
{
	static enum record_fate (*const fates[])(void *, size_t) = {
		NULL, drop, tear, every_second};

	for (size_t i = 0; i < sizeof(fates) / sizeof(fates[0]); i++) {
		struct disk *d = new_disk();
		struct err err = {0};

		record_replay(log, count, d, fates[i], NULL);
		if (!is_finished(d)) {
			check(is_blank(d));
			check_ok(deploy(d, &err), &err);
			check(is_finished(d));
		}
		disk_close(d);
	}
}

// Each entry in turn, all kept: blank until the table's own writes.
static void check_each_prefix(const struct record_log *log)
{
	struct disk *d = new_disk();
	size_t finished_at = 0;

	for (size_t i = 0; i < log->count; i++) {
		const struct record_log one = {&log->items[i], 1, 1};

		record_replay(&one, 1, d, NULL, NULL);
		if (is_blank(d))
			check(!finished_at);
		else if (!finished_at)
			finished_at = i;
	}
	// from the first sign of a table on only the table is written
	check(finished_at && log->count - finished_at < 12);
	check(is_finished(d));
	disk_close(d);
}

static void check_power_cuts(void)
{
	struct record_log log = {0};
	struct disk *base = new_disk(), *d = record_disk(base, &log);
	struct err err = {0};

	check_ok(deploy(d, &err), &err);
	disk_close(d);
	check(is_finished(base));
	disk_close(base);
	check(log.count > 30);
	check_each_prefix(&log);
	for (size_t i = 0; i <= log.count; i++)
		if (i + 12 > log.count || i % 29 == 0)
			check_cut(&log, i);
	record_free(&log);
}

// The N-th write fails: it is said, and the disk is blank.
static void check_failed_writes(bool persistent)
{
	for (unsigned n = 1;; n += persistent ? 7 : 3) {
		struct fault_plan plan = {.fail_at = n,
					  .persistent = persistent,
					  .writes_only = true};
		struct disk *base = new_disk(), *d = fault_disk(base, &plan);
		struct err err = {0};
		int r = deploy(d, &err);

		disk_close(d);
		if (!plan.failed) {
			check_ok(r, &err);
			disk_close(base);
			return;
		}
		check_eq(r, -EIO);
		check(strstr(err.why, "made to fail"));
		check(is_blank(base) || is_finished(base));
		disk_close(base);
	}
}

// The N-th allocation fails: no memory is lost, and nothing finished.
static void check_failed_allocations(void)
{
	for (unsigned n = 1;; n += n < 60 ? 1 : n / 8) {
		struct disk *d = new_disk();
		size_t live = fault_mem_live();
		struct err err = {0};
		int r;

		fault_mem(n, false);
		r = deploy(d, &err);
		if (!fault_mem_failed()) {
			fault_mem(0, false);
			check_ok(r, &err);
			disk_close(d);
			return;
		}
		fault_mem(0, false);
		check_eq(fault_mem_live(), live);
		check_eq(r, -ENOMEM);
		check(is_blank(d));
		disk_close(d);
	}
}

int main(void)
{
	char command[64];

	make_inputs();
	for (size_t i = 0; i < SCENARIOS; i++) {
		read_answer(&scenarios[i]);
		check_power_cuts();
		check_failed_writes(false);
		check_failed_writes(true);
		check_failed_allocations();
		answer_free(answer);
	}
	snprintf(command, sizeof(command), "rm -r '%s'", dir);
	return system(command) != 0;
}
