// SPDX-License-Identifier: MIT
//
// Answer files: what can be read keeps the promises of its fields, and written
// out again it reads as the same.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "deploy.h"

#define CHECK(c)                                                               \
	do {                                                                   \
		if (!(c))                                                      \
			__builtin_trap();                                      \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_fields(const struct answer *a)
{
	CHECK(a->rule.size_min <= a->rule.size_max);
	CHECK(a->vhd_path[0] == '\\' && !strpbrk(a->vhd_path, "/:*?\"<>|\n"));
	CHECK(a->vhd_size && !(a->vhd_size % 512) && a->vhd_size >> 40 < 2);
	CHECK(a->efi_size && a->msr_size && a->image[0] && a->image_file[0]);
	CHECK(a->system == BOOT_WINDOWS || !strchr(a->vhd_path, '\''));
	CHECK(!a->options || !strpbrk(a->options, "'\"\\$`;{}\n"));
}

static void print_text(FILE *f, const char *key, const char *value)
{
	if (value)
		fprintf(f, "%s = %s\n", key, value);
}

static void print(FILE *f, const struct answer *a)
{
	fprintf(f, "[disk]\nefi-size = %llu\nwipe = %s\n",
		(unsigned long long)a->efi_size, a->wipe ? "yes" : "no");
	print_text(f, "label", a->data_label);
	print_text(f, "[image]\nfile", a->image_file);
	print_text(f, "[vhd]\npath", a->vhd_path);
	fprintf(f, "size = %llu\n[boot]\nsystem = %s\n",
		(unsigned long long)a->vhd_size,
		a->system == BOOT_LINUX ? "linux" : "windows");
	print_text(f, "description", a->description);
	print_text(f, "options", a->options);
}

static void again(const struct answer *a)
{
	struct answer *b;
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	CHECK(f);
	print(f, a);
	fclose(f);
	CHECK(!answer_parse(text, size, "answer.ini", &b, NULL));
	CHECK(a->vhd_size == b->vhd_size && a->wipe == b->wipe);
	CHECK(!strcmp(a->vhd_path, b->vhd_path));
	CHECK(!strcmp(a->image_file, b->image_file));
	answer_free(b);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct answer *a;
	int r = answer_parse((const char *)data, size, "answer.ini", &a, NULL);

	CHECK(!r || r == -EBADMSG || r == -EFBIG);
	if (!r) {
		check_fields(a);
		again(a);
		answer_free(a);
	}
	return 0;
}
