// SPDX-License-Identifier: MIT
//
// The content of the system's files: $Volume, $UpCase, $AttrDef, $LogFile,
// $BadClus and $Bitmap's size.

#include "check.h"
#include "../read/log.h"

static int check_volume(struct check *c)
{
	struct err e = {0};
	int r = ntfs_load_volume(c->n, &e);

	if (r)
		return ntfs_check_failed(c, NTFS_REC_VOLUME, NTFS_RULE_VOLUME,
					 r, &e);
	if (c->n->info.major < 1 || c->n->info.major > 3)
		ntfs_check_problem(c, NTFS_REC_VOLUME, NTFS_RULE_VOLUME_VERSION,
				   "The volume's version is %u.%u",
				   c->n->info.major, c->n->info.minor);
	if (c->n->info.flags & NTFS_VF_DIRTY)
		ntfs_check_find(c, NTFS_LEFTOVER, NTFS_REC_VOLUME,
				NTFS_RULE_VOLUME_DIRTY,
				"The volume is marked as dirty");
	return 0;
}

static int check_upcase(struct check *c)
{
	struct err e = {0};
	int r = ntfs_load_upcase(c->n, &e);

	if (r)
		return ntfs_check_failed(c, NTFS_REC_UPCASE, NTFS_RULE_UPCASE,
					 r, &e);
	for (uint32_t i = 0; i < 128; i++) {
		if (c->n->upcase[i] == utf16_upcase((uint16_t)i))
			continue;
		ntfs_check_problem(
			c, NTFS_REC_UPCASE, NTFS_RULE_UPCASE,
			"The table of upper case is wrong for ASCII");
		break;
	}
	return 0;
}

static int check_attrdef(struct check *c)
{
	uint32_t before = 0;
	uint8_t *data;
	size_t size, i;
	int r = ntfs_check_read(c, NTFS_REC_ATTRDEF, NTFS_AT_DATA, NULL,
				1 << 20, NTFS_RULE_ATTRDEF, &data, &size);

	if (r || !data)
		return r;
	for (i = 0; range_ok(i, sizeof(struct ntfs_attrdef_disk), size);
	     i += sizeof(struct ntfs_attrdef_disk)) {
		const struct ntfs_attrdef_disk *d = (const void *)(data + i);
		uint32_t type = get_le32(d->type);

		if (!type)
			break;
		if (type <= before || type % 16)
			ntfs_check_problem(
				c, NTFS_REC_ATTRDEF, NTFS_RULE_ATTRDEF,
				"The attribute definitions are not in "
				"order at 0x%x",
				type);
		before = type;
	}
	if (before < NTFS_AT_EA)
		ntfs_check_problem(c, NTFS_REC_ATTRDEF, NTFS_RULE_ATTRDEF,
				   "The attribute definitions end at 0x%x",
				   before);
	mem_free(data);
	return 0;
}

static int check_log(struct check *c)
{
	enum ntfs_log_state state;
	struct err e = {0};
	int r = ntfs_log_read(c->n, &state, &e);

	if (r)
		return ntfs_check_failed(c, NTFS_REC_LOGFILE, NTFS_RULE_LOG, r,
					 &e);
	if (state == NTFS_LOG_SHORT)
		ntfs_check_problem(
			c, NTFS_REC_LOGFILE, NTFS_RULE_LOG,
			"The log is too short for its restart pages");
	else if (state == NTFS_LOG_BROKEN)
		ntfs_check_problem(c, NTFS_REC_LOGFILE, NTFS_RULE_LOG,
				   "The log has no restart page");
	else if (state == NTFS_LOG_OPEN)
		ntfs_check_problem(
			c, NTFS_REC_LOGFILE, NTFS_RULE_LOG_UNCLEAN,
			"The log was not closed in order: changes may "
			"be missing");
	return 0;
}

// Sizes that follow from the volume's.
static int check_sizes(struct check *c)
{
	static const struct {
		uint64_t record;
		const char *stream;
		enum ntfs_rule rule;
	} files[] = {
		{NTFS_REC_BADCLUS, "$Bad", NTFS_RULE_BADCLUS},
		{NTFS_REC_BITMAP, NULL, NTFS_RULE_BITMAP_SIZE},
		{NTFS_REC_BOOT, NULL, NTFS_RULE_BOOT_FILE},
	};
	const uint64_t sizes[] = {
		c->n->info.clusters * c->n->info.cluster_size,
		(c->n->info.clusters + 7) / 8,
		NTFS_BOOT_FILE_SIZE,
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct err e = {0};
		struct ntfs_file f;
		struct ntfs_attr a;
		int r = ntfs_file_open(c->n, files[i].record, &f, &e);

		if (!r) {
			r = ntfs_file_find_named(&f, NTFS_AT_DATA,
						 files[i].stream, &a, &e);
			ntfs_file_done(&f);
		}
		if (r)
			r = ntfs_check_failed(c, files[i].record, files[i].rule,
					      r, &e);
		else if (!i && a.size > sizes[i]) // a cut while it was resized
			ntfs_check_find(c, NTFS_LEFTOVER, files[i].record,
					files[i].rule,
					"The file's size is %llu, not %llu",
					(unsigned long long)a.size,
					(unsigned long long)sizes[i]);
		else if (a.size < sizes[i])
			ntfs_check_problem(c, files[i].record, files[i].rule,
					   "The file's size is %llu, not %llu",
					   (unsigned long long)a.size,
					   (unsigned long long)sizes[i]);
		if (r)
			return r;
	}
	return 0;
}

int ntfs_check_system(struct check *c)
{
	int r = check_volume(c);

	if (!r)
		r = check_upcase(c);
	if (!r)
		r = check_attrdef(c);
	if (!r)
		r = check_log(c);
	return r ? r : check_sizes(c);
}
