// SPDX-License-Identifier: MIT
//
// vdisk info: all that is known of a virtual disk and, when it holds only
// differences, of all disks below it.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "address.h"
#include "chain.h"
#include "vdisk_cmd.h"

static const char *const formats[] = {
	[VDISK_RAW] = "raw", [VDISK_VHD] = "VHD", [VDISK_VHDX] = "VHDX"};
static const char *const types[] = {[VDISK_FIXED] = "fixed",
				    [VDISK_DYNAMIC] = "dynamic",
				    [VDISK_DIFFERENCING] = "differencing"};

static void format_time(int64_t seconds, char buf[32])
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || !strftime(buf, 32, "%Y-%m-%dT%H:%M:%SZ", &tm))
		snprintf(buf, 32, "%" PRId64, seconds);
}

// --- JSON --------------------------------------------------------------------

static void print_json_text(const char *key, const char *value)
{
	printf(",\"%s\":", key);
	if (value)
		cmd_print_json(value);
	else
		printf("null");
}

static void print_json_facts(const struct vdisk_info *i)
{
	char guid[GUID_TEXT], created[32];

	printf("\"format\":\"%s\",\"type\":\"%s\",\"size\":%" PRIu64
	       ",\"file_size\":%" PRIu64 ",\"sector_size\":%" PRIu32,
	       formats[i->format], types[i->type], i->size, i->file_size,
	       i->sector_size);
	if (i->format != VDISK_RAW) {
		printf(",\"id\":\"%s\"", guid_format(&i->id, guid));
		printf(",\"link_id\":\"%s\"", guid_format(&i->link_id, guid));
		print_json_text("creator", i->creator);
	}
	if (i->block_size)
		printf(",\"block_size\":%" PRIu32, i->block_size);
	if (i->format == VDISK_VHD) {
		format_time(i->created, created);
		printf(",\"created\":\"%s\",\"cylinders\":%u,\"heads\":%u,"
		       "\"sectors\":%u,\"saved_state\":%s,\"footer_lost\":%s",
		       created, i->cylinders, i->heads, i->sectors,
		       i->saved_state ? "true" : "false",
		       i->footer_lost ? "true" : "false");
	}
	if (i->format == VDISK_VHDX)
		printf(",\"needs_replay\":%s",
		       i->needs_replay ? "true" : "false");
	if (i->type == VDISK_DIFFERENCING) {
		printf(",\"parent_id\":\"%s\"",
		       guid_format(&i->parent_id, guid));
		print_json_text("parent", i->parent);
	}
}

// A VHD's header may have the parent's name alone.
static const char *absolute_of(const struct vdisk_parent *p)
{
	return p->absolute && strpbrk(p->absolute, "\\/") ? p->absolute : NULL;
}

static void print_json_link(const struct vdisk_chain *c, size_t i)
{
	const struct vdisk_link *l = &c->links[i];

	printf("%s{\"path\":", i ? "," : "");
	cmd_print_json(l->path);
	putchar(',');
	print_json_facts(&l->info);
	if (l->info.type == VDISK_DIFFERENCING) {
		print_json_text("parent_relative", l->parent.relative);
		print_json_text("parent_absolute", absolute_of(&l->parent));
		print_json_text("parent_volume", l->parent.volume);
		print_json_text("parent_found",
				i + 1 < c->count ? c->links[i + 1].path : NULL);
	}
	putchar('}');
}

// The facts of the topmost disk, then of all as a list.
static void print_json(const char *address, const struct vdisk_info *info,
		       const struct vdisk_chain *c)
{
	char text[ERR_TEXT];

	printf("{\"address\":");
	cmd_print_json(address);
	putchar(',');
	print_json_facts(info);
	if (c) {
		printf(",\"chain\":[");
		for (size_t i = 0; i < c->count; i++)
			print_json_link(c, i);
		putchar(']');
		if (c->broken)
			print_json_text("error", err_format(&c->why, text,
							    sizeof(text)));
	}
	puts("}");
}

// --- Text --------------------------------------------------------------------

static void print_line(const char *name, const char *value)
{
	if (value && *value)
		printf("%-14s %s\n", name, value);
}

static void print_vhd(const struct vdisk_info *i)
{
	char created[32];

	format_time(i->created, created);
	print_line("Created:", created);
	printf("Creator:       %s %u.%u (%s)\n", i->creator,
	       i->creator_version >> 16, i->creator_version & 0xffff,
	       i->creator_host);
	printf("Geometry:      %u cylinders, %u heads, %u sectors\n",
	       i->cylinders, i->heads, i->sectors);
}

static void print_text(const struct vdisk_info *i)
{
	char guid[GUID_TEXT];

	print_line("Format:", formats[i->format]);
	if (i->format != VDISK_RAW)
		print_line("Type:", types[i->type]);
	printf("Virtual size:  %" PRIu64 " bytes\n", i->size);
	printf("File size:     %" PRIu64 " bytes\n", i->file_size);
	printf("Sector size:   %" PRIu32 " bytes\n", i->sector_size);
	if (i->block_size)
		printf("Block size:    %" PRIu32 " bytes\n", i->block_size);
	if (i->format == VDISK_RAW)
		return;
	print_line("Identifier:", guid_format(&i->id, guid));
	if (i->format == VDISK_VHDX) {
		print_line("Data written:", guid_format(&i->link_id, guid));
		print_line("Creator:", i->creator);
	} else {
		print_vhd(i);
	}
	if (i->saved_state)
		puts("Saved state:   yes");
	if (i->footer_lost)
		puts("Note:          the footer is damaged, its copy was used");
	if (i->needs_replay)
		puts("Note:          not closed properly, its log is to be "
		     "replayed");
	if (i->type == VDISK_DIFFERENCING)
		printf("Parent:        %s (%s)\n", i->parent,
		       guid_format(&i->parent_id, guid));
}

static void print_chain(const struct vdisk_chain *c)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct vdisk_link *l = &c->links[i];

		if (i) {
			putchar('\n');
			print_line("File:", l->path);
		}
		print_text(&l->info);
		if (l->info.type != VDISK_DIFFERENCING)
			continue;
		print_line("  relative:", l->parent.relative);
		print_line("  absolute:", absolute_of(&l->parent));
		print_line("  volume:", l->parent.volume);
		print_line("  found at:",
			   i + 1 < c->count ? c->links[i + 1].path : "nowhere");
	}
}

// --- The command -------------------------------------------------------------

// Reads about the disk, and about all below it when it is a file that can have
// parents; *ret_chain may be NULL.
static int read_about(const struct place *place, struct vdisk_info *info,
		      struct vdisk_chain **ret_chain, struct err *err)
{
	int r = vdisk_probe(place->disk, info, err);

	*ret_chain = NULL;
	if (r == -ENOENT) {
		*err = (struct err){0};
		r = vdisk_check_foreign(place->disk, err);
		if (r)
			return r;
		info->size = info->file_size = place->disk->size;
		info->sector_size = place->disk->sector_size;
		return 0;
	}
	if (r || !place->file_path)
		return r;
	return vdisk_chain_look(place->tree, place->file_path, place->disk,
				DISK_READ_ONLY | DISK_UNLOCKED, ret_chain, err);
}

// What metadata alone does not tell: whether the disks can be opened.
static void try_to_open(struct vdisk_chain *chain)
{
	struct err why = {0};

	if (!chain->broken) {
		chain->broken = vdisk_chain_open_disks(chain, &why);
		chain->why = why;
	}
}

static int show(const char *address, const struct place *place, bool json)
{
	struct vdisk_info info = {0};
	struct vdisk_chain *chain;
	struct err err = {0};

	if (read_about(place, &info, &chain, &err))
		return cmd_fail("vdisk", address, &err);
	if (chain)
		try_to_open(chain);
	if (json)
		print_json(address, &info, chain);
	else if (chain)
		print_chain(chain);
	else
		print_text(&info);
	if (chain && chain->broken)
		err = chain->why;
	vdisk_chain_close(chain);
	return err.code ? cmd_fail("vdisk", address, &err) : CMD_OK;
}

int vdisk_cmd_info(int argc, char **argv)
{
	struct cmd_switch table[] = {{"json", false, NULL}, {0}};
	struct place *place;
	struct err err = {0};
	int count, status;

	if (cmd_switches(argc, argv, table, &count))
		return CMD_MISUSE;
	if (count != 1)
		return cmd_misuse("vdisk", "info: which virtual disk?");
	if (address_open(argv[1], ADDRESS_FILE | ADDRESS_LOOK, &place, &err))
		return cmd_fail("vdisk", argv[1], &err);
	status = show(argv[1], place, table[0].value != NULL);
	address_close(place);
	return status;
}
