// SPDX-License-Identifier: MIT
//
// The names of the system's own files: the first records have theirs by number, those
// in $Extend by the index or stream that no other file there has (Linux-NTFS
// documentation, "NTFS System Files"). A folder's index can be made anew from its
// files' names; these are what it then must hold, or the files are not found.

#include "check.h"

const char *ntfs_check_system_name(uint64_t number)
{
	static const char *const names[NTFS_REC_FREE] = {
		[NTFS_REC_MFT] = "$MFT",
		[NTFS_REC_MFTMIRR] = "$MFTMirr",
		[NTFS_REC_LOGFILE] = "$LogFile",
		[NTFS_REC_VOLUME] = "$Volume",
		[NTFS_REC_ATTRDEF] = "$AttrDef",
		[NTFS_REC_ROOT] = ".",
		[NTFS_REC_BITMAP] = "$Bitmap",
		[NTFS_REC_BOOT] = "$Boot",
		[NTFS_REC_BADCLUS] = "$BadClus",
		[NTFS_REC_SECURE] = "$Secure",
		[NTFS_REC_UPCASE] = "$UpCase",
		[NTFS_REC_EXTEND] = "$Extend",
	};

	return number < NTFS_REC_FREE ? names[number] : NULL;
}

// $Quota has an index $O as well as $ObjId, so it comes first.
static const char *name_in_extend(const struct ntfs_file *f)
{
	static const struct {
		uint32_t type;
		const char *stream, *name;
	} files[] = {
		{NTFS_AT_INDEX_ROOT, "$Q", "$Quota"},
		{NTFS_AT_INDEX_ROOT, "$O", "$ObjId"},
		{NTFS_AT_INDEX_ROOT, "$R", "$Reparse"},
		{NTFS_AT_DATA, "$J", "$UsnJrnl"},
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct ntfs_attr a;

		if (!ntfs_file_find_named(f, files[i].type, files[i].stream, &a,
					  NULL))
			return files[i].name;
	}
	return NULL;
}

// Before version 3, record 9 was that of $Quota.
static bool is_named(uint64_t number, const struct ntfs_file_name *name,
		     const char *wanted)
{
	return ntfs_name_is(name->name, name->name_len, wanted) ||
	       (number == NTFS_REC_SECURE &&
		ntfs_name_is(name->name, name->name_len, "$Quota"));
}

const char *ntfs_check_misnamed(const struct ntfs_file *f)
{
	uint64_t number = f->records[0].number;
	const char *wanted = ntfs_check_system_name(number);
	bool has_name = false;
	struct ntfs_attr a = {0};

	while (ntfs_file_next(f, &a, NULL) > 0) {
		struct ntfs_file_name name;

		if (a.type != NTFS_AT_FILE_NAME || !a.resident ||
		    ntfs_file_name_decode(a.value, a.value_len, number, &name,
					  NULL))
			continue;
		if (number >= NTFS_REC_USER && !wanted &&
		    ntfs_ref_record(name.parent) == NTFS_REC_EXTEND)
			wanted = name_in_extend(f);
		if (!wanted || is_named(number, &name, wanted))
			return NULL;
		has_name = true;
	}
	return has_name ? wanted : NULL;
}
