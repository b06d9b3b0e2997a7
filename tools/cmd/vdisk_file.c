// SPDX-License-Identifier: MIT
//
// vdisk info and vdisk create.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "address.h"
#include "vdisk.h"
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

static void print_json(const char *address, const struct vdisk_info *i)
{
	char guid[GUID_TEXT], created[32];

	printf("{\"address\":");
	cmd_print_json(address);
	printf(",\"format\":\"%s\",\"type\":\"%s\",\"size\":%" PRIu64
	       ",\"file_size\":%" PRIu64 ",\"sector_size\":%" PRIu32,
	       formats[i->format], types[i->type], i->size, i->file_size,
	       i->sector_size);
	if (i->format != VDISK_RAW) {
		printf(",\"id\":\"%s\",\"creator\":",
		       guid_format(&i->id, guid));
		cmd_print_json(i->creator);
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
		printf(",\"parent_id\":\"%s\",\"parent\":",
		       guid_format(&i->parent_id, guid));
		cmd_print_json(i->parent);
	}
	puts("}");
}

static void print_text(const struct vdisk_info *i)
{
	char guid[GUID_TEXT], created[32];

	printf("Format:        %s\n", formats[i->format]);
	if (i->format != VDISK_RAW)
		printf("Type:          %s\n", types[i->type]);
	printf("Virtual size:  %" PRIu64 " bytes\n", i->size);
	printf("File size:     %" PRIu64 " bytes\n", i->file_size);
	printf("Sector size:   %" PRIu32 " bytes\n", i->sector_size);
	if (i->block_size)
		printf("Block size:    %" PRIu32 " bytes\n", i->block_size);
	if (i->format == VDISK_RAW)
		return;
	printf("Identifier:    %s\n", guid_format(&i->id, guid));
	if (i->format == VDISK_VHD) {
		format_time(i->created, created);
		printf("Created:       %s\n", created);
		printf("Creator:       %s %u.%u (%s)\n", i->creator,
		       i->creator_version >> 16, i->creator_version & 0xffff,
		       i->creator_host);
		printf("Geometry:      %u cylinders, %u heads, %u sectors\n",
		       i->cylinders, i->heads, i->sectors);
	} else {
		printf("Creator:       %s\n", i->creator);
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

int vdisk_cmd_info(int argc, char **argv)
{
	struct cmd_switch table[] = {{"json", false, NULL}, {0}};
	struct vdisk_info info = {0};
	struct place *place;
	struct err err = {0};
	int count, r;

	if (cmd_switches(argc, argv, table, &count))
		return CMD_MISUSE;
	if (count != 1)
		return cmd_misuse("vdisk", "info: which virtual disk?");
	if (address_open(argv[1], ADDRESS_FILE, &place, &err))
		return cmd_fail("vdisk", argv[1], &err);
	r = vdisk_probe(place->disk, &info, &err);
	if (r == -ENOENT) {
		info.size = info.file_size = place->disk->size;
		info.sector_size = place->disk->sector_size;
		r = 0;
	}
	address_close(place);
	if (r)
		return cmd_fail("vdisk", argv[1], &err);
	if (table[0].value)
		print_json(argv[1], &info);
	else
		print_text(&info);
	return CMD_OK;
}

