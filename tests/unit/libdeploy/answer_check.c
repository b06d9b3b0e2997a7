// SPDX-License-Identifier: MIT
//
// The layout: what is asked for, and how the machine was started.
#include "answer.h"
#include "test.h"

#define VHD     "[image]\nfile = i.wim\n[vhd]\npath = \\a.vhd\nsize = 1G\n[boot]\n"
#define WINDOWS VHD "system = windows\n"
#define LINUX   VHD "system = linux\n"

#define UNKNOWN ANSWER_START_UNKNOWN
#define UEFI    ANSWER_START_UEFI
#define BIOS    ANSWER_START_BIOS

static const struct {
	const char *text;
	enum answer_start start;
	int layout;    // or -1: refused
	uint64_t line; // then
	const char *why;
} cases[] = {
	{WINDOWS, UNKNOWN, ANSWER_GPT, 0, NULL},
	{WINDOWS, UEFI, ANSWER_GPT, 0, NULL},
	{WINDOWS, BIOS, ANSWER_MBR, 0, NULL},
	{LINUX, UEFI, ANSWER_GPT, 0, NULL},
	{"[disk]\nlayout = gpt\n" WINDOWS, UNKNOWN, ANSWER_GPT, 0, NULL},
	{"[disk]\nlayout = gpt\n" WINDOWS, UEFI, ANSWER_GPT, 0, NULL},
	{"[disk]\nlayout = mbr\n" WINDOWS, UNKNOWN, ANSWER_MBR, 0, NULL},
	{"[disk]\nlayout = mbr\n" WINDOWS, BIOS, ANSWER_MBR, 0, NULL},
	// contradictions
	{"[disk]\n\nlayout = mbr\n" WINDOWS, UEFI, -1, 3, "started by UEFI"},
	{"[disk]\nlayout = gpt\n" WINDOWS, BIOS, -1, 2, "started by BIOS"},
	{"[disk]\nlayout = gpt\n" LINUX, BIOS, -1, 2, "other-machine = yes"},
	{"[disk]\nlayout = mbr\n" WINDOWS, UEFI, -1, 2, "other-machine = yes"},
	{"[disk]\nefi-size = 300M\n" WINDOWS, BIOS, -1, 2,
	 "layout = mbr has system-size; without a layout it is mbr here"},
	{"[disk]\nmsr-size = 16M\n" WINDOWS, BIOS, -1, 2, "started by BIOS"},
	{"[disk]\nsystem-size = 300M\n" WINDOWS, UEFI, -1, 2,
	 "needs layout = mbr"},
	{LINUX, BIOS, -1, ERR_NOWHERE,
	 "needs layout = gpt; without a layout it is mbr here"},
	{WINDOWS "environment = yes\n", BIOS, -1, 8, "without a layout"},
	{"[disk]\nlayout = mbr\n" LINUX, UNKNOWN, -1, 2,
	 "system = linux needs layout = gpt"},
	// wanted nevertheless
	{"[disk]\nother-machine = yes\n" LINUX, BIOS, ANSWER_GPT, 0, NULL},
	{"[disk]\nother-machine = yes\nlayout = gpt\n" LINUX, BIOS, ANSWER_GPT,
	 0, NULL},
	{"[disk]\nlayout = mbr\nother-machine = yes\n" WINDOWS, UEFI,
	 ANSWER_MBR, 0, NULL},
	{"[disk]\nother-machine = no\nlayout = mbr\n" WINDOWS, UEFI, -1, 3,
	 "started by UEFI"},
};

int main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct answer *a = (struct answer *)1;
		struct err err = {0};
		int r = answer_parse(cases[i].text, strlen(cases[i].text),
				     "a.ini", cases[i].start, &a, &err);

		printf("%zu: %d %s\n", i, r, err.why);
		if (cases[i].layout < 0) {
			check_eq(r, -EBADMSG);
			check(a == (struct answer *)1);
			check(err.where == cases[i].line);
			check(strstr(err.why, cases[i].why));
			check(strlen(err.why) < sizeof(err.why) - 1);
			continue;
		}
		check_ok(r, &err);
		check_eq((int)a->layout, cases[i].layout);
		check_eq(a->system_size >> 20,
			 a->layout == ANSWER_GPT ? 260 : 100);
		answer_free(a);
	}
	return 0;
}
