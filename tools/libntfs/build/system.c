// SPDX-License-Identifier: MIT
//
// The system's files, as Windows numbers, names and protects them.

#include <string.h>

#include "build.h"

#define HIDDEN_SYSTEM (NTFS_ATTR_HIDDEN | NTFS_ATTR_SYSTEM)

static const struct file {
	uint8_t record, parent, security;
	const char *name; // NULL: in use without a name
	uint32_t flags;   // attributes beside HIDDEN_SYSTEM
	uint32_t stream;  // unnamed $DATA, or NTFS_NONE
} files[] = {
	{NTFS_REC_MFT, NTFS_REC_ROOT, SECURITY_READ, "$MFT", 0, SYSTEM_MFT},
	{NTFS_REC_MFTMIRR, NTFS_REC_ROOT, SECURITY_READ, "$MFTMirr", 0,
	 SYSTEM_MIRROR},
	{NTFS_REC_LOGFILE, NTFS_REC_ROOT, SECURITY_READ, "$LogFile", 0,
	 SYSTEM_LOG},
	{NTFS_REC_VOLUME, NTFS_REC_ROOT, SECURITY_WRITE, "$Volume", 0,
	 NTFS_NONE},
	{NTFS_REC_ATTRDEF, NTFS_REC_ROOT, SECURITY_READ, "$AttrDef", 0,
	 SYSTEM_ATTRDEF},
	{NTFS_REC_BITMAP, NTFS_REC_ROOT, SECURITY_READ, "$Bitmap", 0,
	 SYSTEM_BITMAP},
	{NTFS_REC_BOOT, NTFS_REC_ROOT, SECURITY_READ, "$Boot", 0, SYSTEM_BOOT},
	{NTFS_REC_BADCLUS, NTFS_REC_ROOT, SECURITY_READ, "$BadClus", 0,
	 NTFS_NONE},
	{NTFS_REC_SECURE, NTFS_REC_ROOT, SECURITY_WRITE, "$Secure",
	 NTFS_FA_VIEW_INDEX, NTFS_NONE},
	{NTFS_REC_UPCASE, NTFS_REC_ROOT, SECURITY_READ, "$UpCase", 0,
	 SYSTEM_UPCASE},
	{NTFS_REC_EXTEND, NTFS_REC_ROOT, SECURITY_WRITE, "$Extend",
	 NTFS_ATTR_DIRECTORY, NTFS_NONE},
	{NTFS_REC_RESERVED, 0, SECURITY_WRITE, NULL, 0, NTFS_NONE},
	{NTFS_REC_RESERVED + 1, 0, SECURITY_WRITE, NULL, 0, NTFS_NONE},
	{NTFS_REC_RESERVED + 2, 0, SECURITY_WRITE, NULL, 0, NTFS_NONE},
	{NTFS_REC_RESERVED + 3, 0, SECURITY_WRITE, NULL, 0, NTFS_NONE},
	{NTFS_REC_QUOTA, NTFS_REC_EXTEND, SECURITY_WRITE, "$Quota",
	 NTFS_FA_VIEW_INDEX, NTFS_NONE},
	{NTFS_REC_OBJID, NTFS_REC_EXTEND, SECURITY_WRITE, "$ObjId",
	 NTFS_FA_VIEW_INDEX, NTFS_NONE},
	{NTFS_REC_REPARSE, NTFS_REC_EXTEND, SECURITY_WRITE, "$Reparse",
	 NTFS_FA_VIEW_INDEX, NTFS_NONE},
};

// $UpCase:$Info: its size, the CRC-64 of the table, and the version of Windows
// that the table comes from.
static const uint8_t upcase_info[32] = {
	0x20, 0,    0,    0, 0, 0, 0, 0, 0x0c, 0x69, 0x1b, 0x6b, 0x77, 0x7e,
	0xdc, 0xda, 0x0a, 0, 0, 0, 0, 0, 0,    0,    0x61, 0x4a, 0,    0,
};

static const struct attrdef {
	const char *name;
	uint32_t type, flags;
	uint64_t min, max;
} attrdefs[] = {
	{"$STANDARD_INFORMATION", 0x10, 0x40, 48, 72},
	{"$ATTRIBUTE_LIST", 0x20, 0x80, 0, UINT64_MAX},
	{"$FILE_NAME", 0x30, 0x42, 68, 578},
	{"$OBJECT_ID", 0x40, 0x40, 0, 256},
	{"$SECURITY_DESCRIPTOR", 0x50, 0x80, 0, UINT64_MAX},
	{"$VOLUME_NAME", 0x60, 0x40, 2, 256},
	{"$VOLUME_INFORMATION", 0x70, 0x40, 12, 12},
	{"$DATA", 0x80, 0, 0, UINT64_MAX},
	{"$INDEX_ROOT", 0x90, 0x40, 0, UINT64_MAX},
	{"$INDEX_ALLOCATION", 0xa0, 0x80, 0, UINT64_MAX},
	{"$BITMAP", 0xb0, 0x80, 0, UINT64_MAX},
	{"$REPARSE_POINT", 0xc0, 0x80, 0, 16384},
	{"$EA_INFORMATION", 0xd0, 0x40, 8, 8},
	{"$EA", 0xe0, 0, 0, 65536},
	{"$LOGGED_UTILITY_STREAM", 0x100, 0x80, 0, 65536},
};

void ntfs_system_attrdef(uint8_t *dst)
{
	memset(dst, 0, NTFS_ATTRDEF_SIZE);
	for (size_t i = 0; i < sizeof(attrdefs) / sizeof(*attrdefs); i++) {
		const struct attrdef *a = &attrdefs[i];
		struct ntfs_attrdef_disk d = {
			.type = to_le32(a->type),
			.flags = to_le32(a->flags),
			.min_size = to_le64(a->min),
			.max_size = to_le64(a->max),
		};

		for (size_t k = 0; a->name[k]; k++)
			d.name[2 * k] = (uint8_t)a->name[k];
		memcpy(dst + i * sizeof(d), &d, sizeof(d));
	}
}

uint64_t ntfs_system_log_size(uint64_t volume)
{
	const uint64_t unit = 65536, least = 262144, small = 2 << 20,
		       most = 64 << 20;
	uint64_t size = round_down(volume / 100, unit);

	if (volume < 8 * small) {
		size = round_down(volume / 8, unit);
		return size < least ? least : size;
	}
	return size < small ? small : size > most ? most : size;
}

static int add_name(struct ntfs_build *b, uint32_t node, uint32_t parent,
		    const char *text, uint8_t space, struct err *err)
{
	le16 units[16];
	struct ntfs_name name = {.name = units};
	int r;

	name.name_len = ntfs_ascii_units(text, units);
	r = ntfs_build_add_name(b, node, parent, &name, err);
	if (!r)
		b->names[b->name_count - 1].space = space;
	return r;
}

static uint64_t stream_size(const struct ntfs_build *b, uint32_t stream)
{
	uint32_t mirror = NTFS_MFT_MIRROR * b->record_size;

	switch (stream) {
	case SYSTEM_BOOT:
		return NTFS_BOOT_FILE_SIZE;
	case SYSTEM_MIRROR:
		return mirror < b->cluster_size ? b->cluster_size : mirror;
	case SYSTEM_UPCASE:
		return NTFS_UPCASE_SIZE;
	case SYSTEM_ATTRDEF:
		return NTFS_ATTRDEF_SIZE;
	case SYSTEM_LOG:
		return b->options.log_size
			       ? b->options.log_size
			       : ntfs_system_log_size(b->clusters *
						      b->cluster_size);
	case SYSTEM_BITMAP:
		return round_up((b->clusters + 7) / 8, 8);
	case SYSTEM_SDS:
		return ntfs_secure_size(b);
	default: // $MFT: known when all records are
		return 0;
	}
}

static int add_stream(struct ntfs_build *b, uint32_t node, uint32_t stream,
		      const char *text, struct err *err)
{
	le16 name[8];
	struct ntfs_stream_spec spec = {
		.kind = NTFS_STREAM_DATA,
		.name = name,
		.name_len = ntfs_ascii_units(text, name),
		.size = stream_size(b, stream),
		.reserve = true,
	};

	return ntfs_build_add_stream(b, node, &spec, &b->system[stream], err);
}

static int add_file(struct ntfs_build *b, const struct file *f, struct err *err)
{
	const struct ntfs_node_spec *o = &(struct ntfs_node_spec){
		.attributes = HIDDEN_SYSTEM,
		.created = b->options.time,
		.modified = b->options.time,
		.changed = b->options.time,
		.accessed = b->options.time,
		.security = f->security,
	};
	bool in_root = f->parent == NTFS_REC_ROOT;
	uint32_t node;
	int r = ntfs_build_add_node(b, o, &node, err);

	if (r)
		return r;
	b->nodes[node].attributes |= f->flags;
	b->nodes[node].record = f->record;
	b->by_record[f->record] = node;
	if (f->name)
		r = add_name(b, node, b->by_record[f->parent], f->name,
			     in_root ? NTFS_NS_BOTH : NTFS_NS_POSIX, err);
	if (!r && f->stream != NTFS_NONE)
		r = add_stream(b, node, f->stream, "", err);
	return r;
}

static int add_kept(struct ntfs_build *b, uint32_t record,
		    const struct ntfs_stream_spec *spec, struct err *err)
{
	uint32_t id;

	return ntfs_build_add_stream(b, b->by_record[record], spec, &id, err);
}

int ntfs_system_add(struct ntfs_build *b, struct err *err)
{
	le16 name[8];
	struct ntfs_stream_spec info = {
		.kind = NTFS_STREAM_DATA,
		.name = name,
		.name_len = ntfs_ascii_units("$Info", name),
		.size = sizeof(upcase_info),
		.content = upcase_info,
	};
	struct ntfs_stream_spec object = {
		.kind = NTFS_STREAM_OBJECT_ID,
		.size = sizeof(b->options.object_id.b),
		.content = b->options.object_id.b,
	};
	int r;

	for (uint32_t i = 0; i < NTFS_REC_FIRST; i++)
		b->by_record[i] = NTFS_NONE;
	b->by_record[NTFS_REC_ROOT] = NTFS_ROOT;
	b->nodes[NTFS_ROOT].record = NTFS_REC_ROOT;
	r = add_name(b, NTFS_ROOT, NTFS_ROOT, ".", NTFS_NS_BOTH, err);
	for (size_t i = 0; i < sizeof(files) / sizeof(*files) && !r; i++)
		r = add_file(b, &files[i], err);
	if (!r)
		r = add_stream(b, b->by_record[NTFS_REC_SECURE], SYSTEM_SDS,
			       "$SDS", err);
	if (!r)
		r = add_kept(b, NTFS_REC_UPCASE, &info, err);
	if (!r && !guid_is_zero(&b->options.object_id))
		r = add_kept(b, NTFS_REC_VOLUME, &object, err);
	return r;
}
