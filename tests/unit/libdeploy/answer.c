// SPDX-License-Identifier: MIT
#include "deploy.h"
#include "test.h"

#define REST                                                                   \
	"[image]\nfile = install.wim\n[vhd]\npath = \\vhd\\win.vhd\n"          \
	"size = 6G\n[boot]\nsystem = linux\n"

static void check_good(void)
{
	static const char text[] =
		"\xef\xbb\xbf; comment\r\n[disk]\r\n size = 4G..16G \r\n"
		"bus=nvme\nmodel = QEMU*\nwipe = yes\n"
		"seed = 01234567-89ab-cdef-0123-456789abcdef\n" REST
		"# comment\noptions = console=ttyS0 quiet\ntimeout = 5\n"
		"[finish]\naction = restart";
	struct answer *a;
	struct err err = {0};

	check_ok(answer_parse(text, sizeof(text) - 1, "/m/a/answer.ini", &a,
			      &err), &err);
	check(a->rule.size_min == UINT64_C(4) << 30);
	check(a->rule.size_max == UINT64_C(16) << 30);
	check(!strcmp(a->rule.bus, "nvme") && !strcmp(a->rule.model, "QEMU*"));
	check(a->has_rule && a->wipe && a->has_seed);
	check(!strcmp(a->image_file, "/m/a/install.wim"));
	check(!strcmp(a->image, "1"));
	check(!strcmp(a->vhd_path, "\\vhd\\win.vhd"));
	check(a->vhd_size == UINT64_C(6) << 30);
	check(a->system == BOOT_LINUX && a->finish == FINISH_RESTART);
	check(!strcmp(a->options, "console=ttyS0 quiet"));
	check_eq(a->timeout, 5);
	check(a->efi_size == 260 << 20 && a->msr_size == 16 << 20);
	answer_free(a);
	answer_free(NULL);

	check_ok(answer_parse(REST, strlen(REST), "a.ini", &a, &err), &err);
	check(!a->has_rule && !a->wipe && !a->has_seed);
	check(!strcmp(a->image_file, "install.wim"));
	answer_free(a);
}

static const struct {
	const char *text;
	uint64_t line; // ERR_NOWHERE: of the whole file
	const char *why;
} bad[] = {
	{"", ERR_NOWHERE, "[image] needs \"file\""},
	{"x = 1\n", 1, "before the first section"},
	{"[disk\n", 1, "\"]\" is missing"},
	{"[disc]\n", 1, "no section [disc]"},
	{"[disk]\nnonsense\n", 2, "neither"},
	{"[disk]\n\ncolour = red\n", 3, "no key \"colour\" in [disk]"},
	{"[disk]\nwipe = yes\nwipe = no\n", 3, "on line 2 already"},
	{"[disk]\nwipe = maybe\n", 2, "must be yes or no"},
	{"[disk]\nsize = 8GB\n", 2, "must be like 8G"},
	{"[disk]\nsize = 8G..4G\n", 2, "must be like 8G"},
	{"[disk]\nsize = 8G...9G\n", 2, "must be like 8G"},
	{"[disk]\nbus = floppy\n", 2, "must be nvme"},
	{"[disk]\nserial =\n", 2, "given a value"},
	{"[disk]\nseed = 123\n", 2, "must be a GUID"},
	{"[vhd]\nsize = 0\n", 2, "must be a size"},
	{"[vhd]\npath = win.vhd\n", 2, "must be a path"},
	{"[vhd]\npath = \\..\\win.vhd\n", 2, "must be a path"},
	{"[vhd]\npath = \\a:b.vhd\n", 2, "must be a path"},
	{"[vhd]\npath = \\folder\\\n", 2, "must be a path"},
	{"[vhd]\npath = \\a\x1b.vhd\n", 2, "must be a path"},
	{"[vhd]\ntype = elastic\n", 2, "must be"},
	{"[boot]\nsystem = beos\n", 2, "must be windows or linux"},
	{"[boot]\noptions = 'quoted'\n", 2, "must be words"},
	{"[boot]\ntimeout = -1\n", 2, "must be a number"},
	{"[image]\nfile = i.wim\n[vhd]\npath = \\w.vhd\nsize = 1000\n"
	 "[boot]\nsystem = linux\n", ERR_NOWHERE, "multiple of 512"},
	{"[image]\nfile = i.wim\n[vhd]\npath = \\w.vhd\nsize = 2041G\n"
	 "[boot]\nsystem = linux\n", ERR_NOWHERE, "over 2040 GiB"},
	{"[disk]\nefi-size = 40000001\n[image]\nfile = i.wim\n[vhd]\n"
	 "path = \\w.vhd\nsize = 1G\n[boot]\nsystem = linux\n", ERR_NOWHERE,
	 "multiples of 4K"},
	{"[image]\nfile = i.wim\n[vhd]\npath = \\it's.vhd\nsize = 1G\n"
	 "[boot]\nsystem = linux\n", ERR_NOWHERE, "cannot have"},
};

static void check_bad(void)
{
	struct answer *a = (struct answer *)1;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = {0};

		printf("%s\n", bad[i].text);
		check_eq(answer_parse(bad[i].text, strlen(bad[i].text), "a.ini",
				      &a, &err), -EBADMSG);
		check_eq(err.where, bad[i].line);
		check(strstr(err.why, bad[i].why));
		check(a == (struct answer *)1);
	}
	check_eq(answer_parse("[disk]\0", 7, "a.ini", &a, NULL), -EBADMSG);
}

int main(void)
{
	check_good();
	check_bad();
	return 0;
}
