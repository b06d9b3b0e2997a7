// SPDX-License-Identifier: MIT
//
// The mark of a disk that was deployed: by what it is known again, and what of
// it depends on the day.
#include "fixture.h"

#define MARK "\\slipway\\deployed.txt"
#define DAY  UINT64_C(1796000000) // 2026-11-30

static const char gpt[] = "efi-size = 40M\nmsr-size = 1M";
static const char wipe[] = "efi-size = 40M\nmsr-size = 1M\nwipe = yes";

static int plan(struct answer *a, struct disk *d, const char *origin, bool once,
		struct plan **ret, struct err *err)
{
	const struct plan_target target = {.disk = d,
					   .name = "test disk",
					   .boot_files = fixture_boot,
					   .origin = origin,
					   .now = DAY,
					   .once = once};

	return plan_make(a, &target, ret, err);
}

static struct disk *deployed(struct answer *a, const char *origin)
{
	struct disk *d = fixture_disk(96 * MIB);
	struct plan *p;

	check_ok(plan(a, d, origin, true, &p, &fixture_err), &fixture_err);
	check(!plan_has_begun(p));
	check_ok(plan_run(p, NULL, &fixture_err), &fixture_err);
	check(plan_has_begun(p));
	plan_free(p);
	return d;
}

// What planning says; the text is err's.
static int again(const char *system, const char *keys, struct disk *d,
		 const char *origin, bool once, struct err *err)
{
	struct answer *a = fixture_answer(system, keys);
	struct plan *p = (struct plan *)1;
	int r = plan(a, d, origin, once, &p, err);

	check(!r == (p != (struct plan *)1));
	if (!r)
		plan_free(p);
	answer_free(a);
	return r;
}

static void expect(int r, int code, const struct err *err, const char *why)
{
	printf("%d %s\n", r, err->why);
	check_eq(r, code);
	check(!why || strstr(err->why, why));
}

static void change_mark(struct disk *d, const char *text)
{
	struct disk *esp = fixture_part(d, 1);
	struct err *err = &fixture_err;
	struct tree *v;

	check_ok(volume_open(esp, &v, err), err);
	check_ok(tree_begin(v, err), err);
	if (text)
		check_ok(tree_write_file(v, MARK, text, strlen(text),
					 TREE_ARCHIVE, 0, err),
			 err);
	else
		check_ok(tree_remove(v, MARK, err), err);
	check_ok(tree_sync(v, err), err);
	tree_close(v);
	disk_close(esp);
}

static char *read_mark(struct disk *d)
{
	struct disk *esp = fixture_part(d, 1);
	struct tree *v;
	void *text;
	size_t size;

	check_ok(volume_open(esp, &v, &fixture_err), &fixture_err);
	check_ok(tree_read_file(v, MARK, MIB, &text, &size, &fixture_err),
		 &fixture_err);
	tree_close(v);
	disk_close(esp);
	return text;
}

#define AGAIN(system, keys, origin, once, code, why)                           \
	do {                                                                   \
		struct err e = {0};                                            \
		int r = again(system, keys, d, origin, once, &e);              \
                                                                               \
		expect(r, code, &e, why);                                      \
	} while (0)

static void known_again(const char *system)
{
	struct answer *a = fixture_answer(system, wipe);
	struct disk *d = deployed(a, "medium 1");
	char *before = read_mark(d), *text;

	AGAIN(system, wipe, "medium 1", true, -EALREADY,
	      "it was deployed from this answer file");
	AGAIN(system, wipe, "medium 1", false, 0, NULL);
	AGAIN(system, wipe, "medium 2", true, 0, NULL);
	AGAIN(system, wipe, NULL, true, 0, NULL);
	AGAIN(system, "efi-size = 40M\nmsr-size = 1M\nwipe = yes ", "medium 1",
	      true, 0, NULL); // a letter more
	AGAIN(system, gpt, "medium 1", true, -EEXIST, "it holds data");
	// another image of the same name
	fixture_run(
		"for w in linux windows; do mv $w.wim $w.old;"
		" mkdir -p other/Windows/Boot/EFI;"
		" echo o >other/Windows/Boot/EFI/bootmgfw.efi;"
		" wimlib-imagex capture other $w.wim x --no-acls >log; done");
	AGAIN(system, wipe, "medium 1", true, 0, NULL);
	fixture_run("for w in linux windows; do mv $w.old $w.wim; done");
	AGAIN(system, wipe, "medium 1", true, -EALREADY, NULL);
	// a mark of another day is as good; what is no mark is none
	text = malloc(strlen(before) + 40);
	check(text);
	sprintf(text, "%sdate = 2031-02-03\n", before);
	change_mark(d, text);
	AGAIN(system, wipe, "medium 1", true, -EALREADY,
	      "from this answer file on 2031-02-03");
	change_mark(d, "answer = 1\n");
	AGAIN(system, wipe, "medium 1", true, 0, NULL);
	change_mark(d, NULL);
	AGAIN(system, wipe, "medium 1", true, 0, NULL);
	free(text);
	mem_free(before);
	disk_close(d);
	answer_free(a);
}

// Data that may not be wiped is refused, but not where nothing is to be done.
static void kept(void)
{
	struct answer *a = fixture_answer("linux", gpt);
	struct disk *d = deployed(a, "medium 1");

	AGAIN("linux", gpt, "medium 1", true, -EALREADY, NULL);
	AGAIN("linux", gpt, "medium 1", false, -EEXIST,
	      "it was deployed from this answer file; nothing is done");
	AGAIN("linux", gpt, "medium 2", true, -EEXIST, "it holds data (GPT");
	fixture_run("mv linux.wim gone.wim");
	AGAIN("linux", gpt, "medium 1", true, -EEXIST, "it holds data");
	fixture_run("mv gone.wim linux.wim");
	disk_close(d);
	answer_free(a);
}

// The day is said where it does not make two equal deployments differ.
static void day(void)
{
	struct answer *a = fixture_answer("linux", gpt);
	struct disk *d = deployed(a, NULL);
	char *text = read_mark(d);

	check(!strstr(text, "date"));
	check(strstr(text, "from = unknown\n"));
	mem_free(text);
	disk_close(d);
	a->has_seed = false;
	d = deployed(a, "http://host/answer.ini");
	text = read_mark(d);
	check(strstr(text, "from = http://host/answer.ini\n"));
	check(strstr(text, "date = 2026-11-30\n"));
	mem_free(text);
	AGAIN("linux", gpt, "http://host/answer.ini", true, -EALREADY,
	      " on 2026-11-30");
	disk_close(d);
	answer_free(a);
}

// A system partition that is none any more bears no mark.
static void broken(void)
{
	struct answer *a = fixture_answer("linux", wipe);
	struct disk *d = deployed(a, "medium 1");
	struct plan *p = (struct plan *)1;
	struct err err = {0};

	// the boot sector of the system partition says nothing that is known
	check(!disk_zero(d, MIB, 512, NULL));
	check_ok(plan(a, d, "medium 1", true, &p, &err), &err);
	plan_free(p);
	disk_close(d);
	answer_free(a);
}

int main(void)
{
	fixture_make();
	known_again("linux");
	known_again("windows");
	kept();
	day();
	broken();
	fixture_end();
	return 0;
}
