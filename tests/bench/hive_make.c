// SPDX-License-Identifier: MIT
//
// Makes a hive of some size, laid out as SOFTWARE is: one key with 100,000 keys
// below it, many small ones with a few values each, a deep chain, several values
// of a megabyte. usage: hive_make MEGABYTES FILE

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hive.h"

#define WIDE    100000u
#define DEEP    300u
#define BIG     (1u << 20)
#define PER_KEY 640u // bytes in the hive, about

static struct hive *hive;
static struct err err;
static uint32_t state = 1;

static void good(int r)
{
	char text[400];

	if (!r)
		return;
	fprintf(stderr, "%s\n", err_format(&err, text, sizeof(text)));
	exit(1);
}

static uint32_t next(void)
{
	state = state * 1664525 + 1013904223;
	return state >> 8;
}

static struct hive_key *add(struct hive_key *parent, const char *name)
{
	struct hive_key *key;

	good(hive_key_add(hive, parent, name, &key, &err));
	return key;
}

// A class as COM has them: about PER_KEY bytes.
static void add_class(struct hive_key *parent)
{
	struct hive_key *key, *sub;
	char name[64], path[96];

	snprintf(name, sizeof(name), "{%08x-%04x-%04x-%04x-%06x%06x}",
		 next() << 8 | (next() & 255), next() & 0xffff, next() & 0xffff,
		 next() & 0xffff, next(), next());
	snprintf(path, sizeof(path), "%%SystemRoot%%\\System32\\lib%06x.dll",
		 next());
	key = add(parent, name);
	good(hive_value_set_string(hive, key, "", "A class of some program",
				   &err));
	good(hive_value_set_u32(hive, key, "Version", next(), &err));
	sub = add(key, "InprocServer32");
	good(hive_value_set_string(hive, sub, "", path, &err));
	good(hive_value_set_string(hive, sub, "ThreadingModel", "Both", &err));
}

int main(int argc, char **argv)
{
	static uint8_t big[BIG];
	struct hive_key *classes, *key;
	size_t size, keys;
	void *data;
	FILE *f;

	if (argc != 3)
		return 2;
	keys = (size_t)atoi(argv[1]) * (1 << 20) / PER_KEY;
	good(hive_new("root", &hive, &err));
	hive->minor = 5;
	classes = add(hive->root, "Classes\\CLSID");
	for (size_t i = 0; i < WIDE && i < keys / 2; i++)
		add_class(classes);
	for (size_t i = WIDE; i < keys; i++) {
		char name[64];

		snprintf(name, sizeof(name), "Microsoft\\Vendor%zu\\Part%zu",
			 i / 3000, i / 60 % 50);
		add_class(add(hive->root, name));
	}
	key = add(hive->root, "Deep");
	for (unsigned i = 0; i < DEEP; i++)
		key = add(key, "level");
	for (size_t i = 0; i < BIG; i++)
		big[i] = (uint8_t)next();
	for (unsigned i = 0; i < 5; i++) {
		char name[8];

		snprintf(name, sizeof(name), "big%u", i);
		good(hive_value_set(hive, key, name, HIVE_BINARY, big, BIG,
				    &err));
	}
	good(hive_save(hive, &data, &size, &err));
	f = fopen(argv[2], "wb");
	if (!f || fwrite(data, 1, size, f) != size || fclose(f))
		return 1;
	printf("%zu keys, %zu bytes\n", keys, size);
	return 0;
}
