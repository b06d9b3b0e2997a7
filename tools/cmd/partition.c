// SPDX-License-Identifier: MIT
//
// partition: lists and makes partition tables, without an interpreter: what
// build scripts need.

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "new_disk.h"

static const char usage[] =
	"usage: partition list PATH [--sector-size N]\n"
	"       partition create PATH --gpt | --mbr [--size SIZE] [--wipe]\n"
	"                 [--id ID] [--sector-size N] [KEY=VALUE,...]...\n"
	"\n"
	"list shows the table of a disk, a disk image or a virtual disk (PATH may\n"
	"be an address). create writes a new one with the partitions that the\n"
	"remaining words describe. It refuses a disk that holds anything, unless\n"
	"--wipe is given, and one in use. As with DiskPart's clean, what lies\n"
	"between the disk's ends stays until it is written over: a partition made\n"
	"over it holds it still.\n"
	"A new MBR gets the code by which a BIOS starts the active partition.\n"
	"\n"
	"  --size SIZE      make the file PATH first, which must not exist: a VHD or\n"
	"                   VHDX (fixed, with all its room) when it is called\n"
	"                   .vhd or .vhdx, else a raw image\n"
	"  --wipe           remove what is on the disk\n"
	"  --id ID          the disk's GUID, or 8 hexadecimal digits for MBR;\n"
	"                   random when not given\n"
	"  --sector-size N  512 or 4096, for an image file; without it the size\n"
	"                   that its table was made for, or 512\n"
	"\n"
	"A partition:\n"
	"  type=TYPE    efi, msr, data, recovery, linux or a GUID; for MBR also\n"
	"               extended or two hexadecimal digits (data is 07)\n"
	"  start=SIZE   by default the first free place, aligned to 1 MiB\n"
	"  size=SIZE    by default all the free space there\n"
	"  id=GUID name=TEXT attributes=HEX    for GPT\n"
	"  active logical                      for MBR\n"
	"  number=N     by default the first free one\n"
	"\n"
	"SIZE is in bytes, or ends in K, M, G or T.\n"
	"\n"
	"  partition create stick.img --mbr --size 64M type=0c,active\n"
	"  partition create disk.img --gpt --size 20G type=efi,size=100M \\\n"
	"            type=msr,size=16M type=data,name=Windows\n";

COMMAND(partition, "partition", "list and make partition tables", usage);

static const struct type {
	const char *name;
	const struct guid *guid;
	uint8_t mbr;
} types[] = {
	{"efi", &part_type_efi, PART_MBR_EFI},
	{"msr", &part_type_msr, 0},
	{"data", &part_type_data, PART_MBR_NTFS},
	{"recovery", &part_type_recovery, PART_MBR_RECOVERY},
	{"linux", &part_type_linux, PART_MBR_LINUX},
	{"extended", NULL, PART_MBR_EXTENDED_LBA},
};

#define TYPES (sizeof(types) / sizeof(*types))

// --- list --------------------------------------------------------------------

// What diskpart calls the type.
static const char *kind_text(const struct part_table *t, const struct part *p)
{
	if (t->style == PART_MBR) {
		if (p->logical)
			return "Logical";
		return p->mbr_type == PART_MBR_EXTENDED ||
				       p->mbr_type == PART_MBR_EXTENDED_LBA
			       ? "Extended"
			       : "Primary";
	}
	if (guid_equal(&p->type, &part_type_efi))
		return "System";
	if (guid_equal(&p->type, &part_type_msr))
		return "Reserved";
	if (guid_equal(&p->type, &part_type_recovery))
		return "Recovery";
	return guid_equal(&p->type, &part_type_data) ? "Primary" : "Unknown";
}

// As diskpart rounds: the largest unit that leaves a few digits.
static void show_size(uint64_t bytes)
{
	static const char *const units[] = {"B ", "KB", "MB", "GB", "TB"};
	size_t u = 0;

	while (bytes >= 10240 && u < 4) {
		bytes >>= 10;
		u++;
	}
	if (bytes >= 1024 && u < 4 && !(bytes % 1024)) {
		bytes >>= 10;
		u++;
	}
	printf("  %5" PRIu64 " %s", bytes, units[u]);
}

static void show_table(const struct part_table *t)
{
	char text[GUID_TEXT];

	if (t->style == PART_GPT)
		printf("Disk: GPT, id %s\n", guid_format(&t->disk_id, text));
	else
		printf("Disk: MBR, id %08x\n", t->mbr_signature);
	if (t->primary_broken || t->backup_broken)
		printf("The %s copy of the table is damaged.\n",
		       t->primary_broken ? "primary" : "backup");
	if (t->grown || t->shrunk)
		printf("The disk is %s than its table says.\n",
		       t->grown ? "larger" : "smaller");
	if (t->protective_broken)
		puts("The protective MBR is missing.");
	puts("\n  Partition ###  Type              Size     Offset"
	     "    Type and id\n"
	     "  -------------  ----------------  -------  -------"
	     "   -----------");
	for (size_t i = 0; i < t->count; i++) {
		const struct part *p = &t->parts[i];

		printf("  Partition %-4u %-16s", p->number, kind_text(t, p));
		show_size(p->size);
		show_size(p->start);
		if (t->style == PART_MBR) {
			printf("   %02x%s\n", p->mbr_type,
			       p->active ? " active" : "");
			continue;
		}
		printf("   %s", guid_format(&p->type, text));
		printf(" %s", guid_format(&p->id, text));
		printf(p->name[0] ? " %s\n" : "\n", p->name);
	}
}

static int list_table(struct disk *d, const char *path)
{
	struct part_table *t;
	struct err err = {0};

	if (part_table_read(d, &t, &err))
		return cmd_fail("partition", path, &err);
	show_table(t);
	part_table_free(t);
	return CMD_OK;
}

// --- create ------------------------------------------------------------------

static int parse_hex(const char *s, size_t max, uint64_t *ret)
{
	char *end;

	if (!isxdigit((unsigned char)*s) || strlen(s) > max)
		return -EINVAL;
	*ret = strtoull(s, &end, 16);
	return *end ? -EINVAL : 0;
}

static int parse_type(const char *s, enum part_style style, struct part *p)
{
	uint64_t byte;

	for (size_t i = 0; i < TYPES; i++) {
		if (strcasecmp(s, types[i].name))
			continue;
		if (style == PART_GPT ? !types[i].guid : !types[i].mbr)
			return -EINVAL;
		if (style == PART_GPT)
			p->type = *types[i].guid;
		p->mbr_type = types[i].mbr;
		return 0;
	}
	if (style == PART_GPT)
		return guid_parse(s, &p->type);
	if (parse_hex(s, 2, &byte))
		return -EINVAL;
	p->mbr_type = (uint8_t)byte;
	return 0;
}

static int parse_pair(const char *key, const char *value, enum part_style style,
		      struct part *p)
{
	uint64_t n;

	if (!strcasecmp(key, "type"))
		return parse_type(value, style, p);
	if (!strcasecmp(key, "start"))
		return size_parse(value, NULL, &p->start);
	if (!strcasecmp(key, "size"))
		return size_parse(value, NULL, &p->size);
	if (!strcasecmp(key, "id"))
		return guid_parse(value, &p->id);
	if (!strcasecmp(key, "attributes"))
		return parse_hex(value, 16, &p->attributes);
	if (!strcasecmp(key, "name")) {
		if (strlen(value) >= sizeof(p->name))
			return -EINVAL;
		memcpy(p->name, value, strlen(value) + 1);
		return 0;
	}
	if (strcasecmp(key, "number") || size_parse(value, NULL, &n) || !n ||
	    n > 1024)
		return -EINVAL;
	p->number = (unsigned)n;
	return 0;
}

// Reads "key=value,key=value,flag" into *ret. The word is taken apart.
static int parse_part(char *word, enum part_style style, struct part *ret)
{
	struct part p = {0};
	char *save;

	for (char *key = strtok_r(word, ",", &save); key;
	     key = strtok_r(NULL, ",", &save)) {
		char *value = strchr(key, '=');

		if (value)
			*value++ = '\0';
		if (!value && style == PART_MBR && !strcasecmp(key, "active"))
			p.active = true;
		else if (!value && style == PART_MBR &&
			 !strcasecmp(key, "logical"))
			p.logical = true;
		else if (!value || parse_pair(key, value, style, &p))
			return cmd_misuse(
				"partition",
				"%s%s%s: not understood; a partition is "
				"type=NAME,size=SIZE,...",
				key, value ? "=" : "", value ? value : "");
	}
	*ret = p;
	return 0;
}

// Without an id there is a random one; an MBR takes the first bytes of it.
static int parse_id(const char *s, struct storage_layout *l, struct err *err)
{
	uint64_t n;

	if (!s) {
		int r = guid_random(&l->disk_id, err);

		memcpy(&l->mbr_signature, &l->disk_id,
		       sizeof(l->mbr_signature));
		return r;
	}
	if (l->style == PART_GPT ? guid_parse(s, &l->disk_id)
				 : parse_hex(s, 8, &n))
		return err_set(
			err, -EINVAL, s, ERR_NOWHERE,
			l->style == PART_GPT
				? "a GPT has a GUID for its id"
				: "an MBR has 8 hexadecimal digits for its id");
	if (l->style == PART_MBR)
		l->mbr_signature = (uint32_t)n;
	return 0;
}

static int create_table(struct disk *d, const char *id,
			struct storage_layout *l, struct err *err)
{
	int r = parse_id(id, l, err);

	return r ? r : storage_partition(&storage_effects, d, l, err);
}

// An image file has no sectors of its own, a device and a virtual disk have.
static int take_sector_size(struct place *place, uint32_t sector_size,
			    const char *path, struct err *err)
{
	struct disk *d = place->disk;

	if (!sector_size ||
	    (!place->file_path && d->sector_size == sector_size))
		return 0;
	if (!place->file_path)
		return err_set(err, -EINVAL, path, ERR_NOWHERE,
			       "it has sectors of %u bytes", d->sector_size);
	d->sector_size = sector_size;
	d->is_sector_guessed = false;
	return 0;
}

// With a size the file is made.
static int open_disk(const char *path, uint64_t size, uint32_t sector_size,
		     bool read_only, struct disk_target *ret, struct err *err)
{
	unsigned flags = ADDRESS_FILE | ADDRESS_VIRTUAL |
			 (read_only ? 0 : ADDRESS_WRITE);
	struct disk_target t = {0};
	int r;

	if (size)
		r = disk_target_make(path, size, sector_size, NULL, &t, err);
	else
		r = address_open(path, flags, &t.place, err);
	if (!r && !size)
		r = take_sector_size(t.place, sector_size, path, err);
	if (r) {
		disk_target_close(&t);
		return r;
	}
	if (!size)
		t.disk = t.place->disk;
	*ret = t;
	return 0;
}

static int parse_parts(char **words, int n, enum part_style style,
		       struct part **ret)
{
	struct part *parts = mem_array((size_t)n, sizeof(*parts));
	struct err err = {0};
	int r = 0;

	if (!parts) {
		err_nomem(&err);
		return cmd_fail("partition", words[0], &err);
	}
	for (int i = 0; i < n && !r; i++)
		r = parse_part(words[i], style, &parts[i]);
	if (r)
		mem_free(parts);
	else
		*ret = parts;
	return r;
}

enum { GPT, MBR, SIZE, WIPE, ID, SECTOR_SIZE };

static int cmd_partition(int argc, char **argv)
{
	struct cmd_switch s[] = {
		{.name = "gpt"},
		{.name = "mbr"},
		{.name = "size", .has_value = true},
		{.name = "wipe"},
		{.name = "id", .has_value = true},
		{.name = "sector-size", .has_value = true},
		{0},
	};
	struct storage_layout layout = {.otherwise = "--wipe would remove it"};
	uint64_t sector_size = 0, size = 0;
	struct part *parts = NULL;
	struct err err = {0};
	struct disk_target to;
	bool is_list;
	int n, r;

	r = cmd_switches(argc, argv, s, &n);
	if (r)
		return r;
	is_list = n == 2 && !strcasecmp(argv[1], "list");
	if (!is_list && (n < 2 || strcasecmp(argv[1], "create")))
		return cmd_misuse("partition",
				  "say what is to be done: list DISK, or "
				  "create DISK --gpt type=efi,size=100M ...");
	if (is_list ? s[GPT].value || s[MBR].value || s[SIZE].value ||
			      s[WIPE].value || s[ID].value
		    : !s[GPT].value == !s[MBR].value)
		return cmd_misuse("partition",
				  is_list ? "list takes --sector-size alone"
					  : "create needs --gpt or --mbr");
	if (s[SECTOR_SIZE].value &&
	    (size_parse(s[SECTOR_SIZE].value, NULL, &sector_size) ||
	     (sector_size != 512 && sector_size != 4096)))
		return cmd_misuse("partition",
				  "%s: a sector has 512 or 4096 bytes",
				  s[SECTOR_SIZE].value);
	if (s[SIZE].value &&
	    new_disk_parse_size("partition", s[SIZE].value, &size))
		return CMD_MISUSE;
	if (!is_list) {
		layout.style = s[GPT].value ? PART_GPT : PART_MBR;
		layout.count = (size_t)(n - 2);
		layout.replace = s[WIPE].value;
		r = parse_parts(argv + 3, n - 2, layout.style, &parts);
		if (r)
			return r;
		layout.parts = parts;
	}
	if (open_disk(argv[2], size, (uint32_t)sector_size, is_list, &to,
		      &err)) {
		mem_free(parts);
		return cmd_fail("partition", argv[2], &err);
	}
	if (is_list)
		r = list_table(to.disk, argv[2]);
	else if (create_table(to.disk, s[ID].value, &layout, &err) ||
		 disk_target_finish(&to, &err))
		r = cmd_fail("partition", argv[2], &err);
	disk_target_close(&to);
	mem_free(parts);
	return r;
}
