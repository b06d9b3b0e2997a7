// SPDX-License-Identifier: MIT
//
// What is done about each finding of the check.

#include "repair.h"

static const struct repair_rule rules[] = {
	[NTFS_RULE_ATTR_DUPLICATE] = {REPAIR_FILE,
				      "of two the first one is kept"},
	[NTFS_RULE_ATTR_FORM] = {REPAIR_FILE,
				 "it is mended, or dropped when it cannot "
				 "be what it says"},
	[NTFS_RULE_ATTR_HEADER] = {REPAIR_FILE,
				   "attributes that cannot be read are "
				   "dropped"},
	[NTFS_RULE_ATTR_ID] = {REPAIR_FILE, "the attributes are numbered "
					    "anew"},
	[NTFS_RULE_ATTR_LIST] = {REPAIR_FILE,
				 "the list is made anew from the records "
				 "that name this one"},
	[NTFS_RULE_ATTR_LIST_ORDER] = {REPAIR_FILE,
				       "the list is made anew from the "
				       "records that name this one"},
	[NTFS_RULE_ATTR_ORDER] = {REPAIR_FILE, "the attributes are sorted"},
	[NTFS_RULE_ATTR_PLACE] = {REPAIR_FILE, "the record is written anew"},
	[NTFS_RULE_ATTR_TYPE] = {REPAIR_FILE, "it is dropped"},
	[NTFS_RULE_ATTRDEF] = {REPAIR_SYSTEM, "it is written anew"},
	[NTFS_RULE_BADCLUS] = {REPAIR_SYSTEM, "its size is set"},
	[NTFS_RULE_BITMAP] = {REPAIR_FILE, "its sizes are set"},
	[NTFS_RULE_BITMAP_FREE] = {REPAIR_NOTHING,
				   "what files use is marked as used"},
	[NTFS_RULE_BITMAP_LOST] = {REPAIR_NOTHING,
				   "what no file uses is marked as free"},
	[NTFS_RULE_BITMAP_SIZE] = {REPAIR_SYSTEM,
				   "it is made long enough, or anew"},
	[NTFS_RULE_BOOT_COPY] = {REPAIR_NOTHING, "the copy is written anew"},
	[NTFS_RULE_BOOT_FILE] = {REPAIR_SYSTEM, "its size is set"},
	[NTFS_RULE_BOOT_MEDIA] = {REPAIR_NOTHING, "the field is set"},
	[NTFS_RULE_BOOT_MFT] = {REPAIR_NOTHING,
				"the field is set, or both are taken from "
				"the copy"},
	[NTFS_RULE_BOOT_RESERVED] = {REPAIR_NOTHING, "the fields are set"},
	[NTFS_RULE_BOOT_SIGNATURE] = {REPAIR_NOTHING, "the mark is set"},
	[NTFS_RULE_CROSS_LINK] = {REPAIR_CROSS,
				  "it gets a copy of them for itself"},
	[NTFS_RULE_EA] = {REPAIR_FILE,
			  "their information is made anew, or they are "
			  "dropped when they cannot be read"},
	[NTFS_RULE_ENTRY_ATTRIBUTES] = {REPAIR_ENTRY,
					"the entry is brought up to date"},
	[NTFS_RULE_ENTRY_FILE] = {REPAIR_INDEX, "the entry is dropped"},
	[NTFS_RULE_ENTRY_NAME] = {REPAIR_INDEX,
				  "the index is made anew from the names of "
				  "the files"},
	[NTFS_RULE_ENTRY_PARENT] = {REPAIR_INDEX,
				    "the index is made anew from the names "
				    "of the files"},
	[NTFS_RULE_ENTRY_REPARSE] = {REPAIR_ENTRY,
				     "the entry is brought up to date"},
	[NTFS_RULE_ENTRY_SIZE] = {REPAIR_ENTRY,
				  "the entry is brought up to date"},
	[NTFS_RULE_ENTRY_TIMES] = {REPAIR_ENTRY,
				   "the entry is brought up to date"},
	[NTFS_RULE_EXTEND] = {REPAIR_NOTHING, NULL},
	[NTFS_RULE_FILE_ATTRIBUTES] = {REPAIR_FILE, "the bits are cleared"},
	[NTFS_RULE_FILE_NAME] = {REPAIR_FILE,
				 "a broken name is dropped; a file without "
				 "one gets that of its folder's entry, or a "
				 "name in \\found.000"},
	[NTFS_RULE_FOLDER_FLAG] = {REPAIR_FILE,
				   "it becomes what its content is of; a file "
				   "without data gets empty data"},
	[NTFS_RULE_FOLDER_NAMES] = {REPAIR_FILE, "the first one is kept"},
	[NTFS_RULE_FOLDER_PATH] = {REPAIR_NAME,
				   "it is put back into its folder, or into "
				   "\\found.000"},
	[NTFS_RULE_INDEX_BITMAP] = {REPAIR_INDEX, "the index is made anew"},
	[NTFS_RULE_INDEX_BLOCK] = {REPAIR_INDEX,
				   "the index is made anew from the names of "
				   "the files"},
	[NTFS_RULE_INDEX_CHILDREN] = {REPAIR_INDEX, "the index is made anew"},
	[NTFS_RULE_INDEX_CYCLE] = {REPAIR_INDEX, "the index is made anew"},
	[NTFS_RULE_INDEX_DUPLICATE] = {REPAIR_INDEX, "the index is made anew"},
	[NTFS_RULE_INDEX_ENTRY] = {REPAIR_INDEX, "the index is made anew"},
	[NTFS_RULE_INDEX_HEADER] = {REPAIR_INDEX, "the index is made anew"},
	[NTFS_RULE_INDEX_ORDER] = {REPAIR_INDEX, "the index is made anew"},
	[NTFS_RULE_INDEX_ROOT] = {REPAIR_INDEX, "the index is made anew"},
	[NTFS_RULE_INDEX_UNREACHED] = {REPAIR_INDEX, "the index is made anew"},
	[NTFS_RULE_INDEX_VCN] = {REPAIR_INDEX, "the index is made anew"},
	[NTFS_RULE_LINK_COUNT] = {REPAIR_FILE, "the count is set"},
	[NTFS_RULE_LOG] = {REPAIR_SYSTEM, "the log is reset"},
	[NTFS_RULE_LOG_UNCLEAN] = {REPAIR_NOTHING,
				   "the log is reset: what it holds is "
				   "given up"},
	[NTFS_RULE_MFT_BITMAP] = {REPAIR_NOTHING,
				  "the bitmap says what the records are"},
	[NTFS_RULE_MFT_MIRROR] = {REPAIR_NOTHING, "the mirror is written anew"},
	[NTFS_RULE_NAME_ENTRY] = {REPAIR_NAME,
				  "it is put back into its folder, or into "
				  "\\found.000"},
	[NTFS_RULE_NAME_SPACE] = {REPAIR_FILE,
				  "a short name alone is dropped, a long one "
				  "alone is marked so"},
	[NTFS_RULE_OBJECT_ID] = {REPAIR_VIEW, "$ObjId is made anew"},
	[NTFS_RULE_RECORD_HEADER] = {REPAIR_RECORD,
				     "the header is mended, or the record is "
				     "marked as free; one of the system is "
				     "made anew"},
	[NTFS_RULE_RECORD_NUMBER] = {REPAIR_RECORD,
				     "records in each other's place are put "
				     "back, a copy of another is marked as "
				     "free, else the number is set"},
	[NTFS_RULE_RECORD_ORPHAN] = {REPAIR_RECORD,
				     "it is given to the file that it names, "
				     "or marked as free"},
	[NTFS_RULE_RECORD_SEQUENCE] = {REPAIR_RECORD, "the number is set"},
	[NTFS_RULE_RECORD_USED] = {REPAIR_FILE, "the size is set"},
	[NTFS_RULE_REPAIR] = {REPAIR_NOTHING, "it is gone on with"},
	[NTFS_RULE_REPARSE] = {REPAIR_VIEW,
			       "$Reparse is made anew; a reparse point that "
			       "is none is dropped"},
	[NTFS_RULE_RUNS] = {REPAIR_FILE,
			    "the content is cut where its runs cannot be "
			    "read any more"},
	[NTFS_RULE_SDS] = {REPAIR_SECURE,
			   "$Secure is made anew: without any descriptor that "
			   "can be read, with those of new files"},
	[NTFS_RULE_SDS_ENTRY] = {REPAIR_SECURE,
				 "it is taken from the copy, or dropped"},
	[NTFS_RULE_SDS_HASH] = {REPAIR_SECURE,
				"it is taken from the copy, or dropped"},
	[NTFS_RULE_SDS_MIRROR] = {REPAIR_SECURE, "the copy is written anew"},
	[NTFS_RULE_SECURITY_DESCRIPTOR] = {REPAIR_SECURE,
					   "it is taken from the copy, or "
					   "dropped"},
	[NTFS_RULE_SECURITY_ID] = {REPAIR_OWNER,
				   "it gets what a new file in its folder "
				   "would get"},
	[NTFS_RULE_SECURITY_INDEX] = {REPAIR_SECURE,
				      "the indexes are made anew"},
	[NTFS_RULE_STANDARD_INFORMATION] = {REPAIR_FILE,
					    "it is made anew from a name"},
	[NTFS_RULE_STREAM_ALLOCATED] = {REPAIR_FILE,
					"it is set to what its clusters "
					"are"},
	[NTFS_RULE_STREAM_FLAGS] = {REPAIR_FILE, "they are set"},
	[NTFS_RULE_STREAM_SIZE] = {REPAIR_FILE,
				   "it is set to what its clusters hold"},
	[NTFS_RULE_STREAM_TOTAL] = {REPAIR_FILE,
				    "it is set to what its clusters are"},
	[NTFS_RULE_STREAM_VALID] = {REPAIR_FILE, "it is set to the size"},
	[NTFS_RULE_UPCASE] = {REPAIR_SYSTEM, "it is written anew"},
	[NTFS_RULE_VOLUME] = {REPAIR_SYSTEM, "it is written anew"},
	[NTFS_RULE_VOLUME_DIRTY] = {REPAIR_NOTHING,
				    "it is cleared when nothing is left"},
	[NTFS_RULE_VOLUME_VERSION] = {REPAIR_SYSTEM, "it is set to 3.1"},
};

const struct repair_rule *ntfs_repair_rule(enum ntfs_rule rule)
{
	return &rules[rule];
}

const char *ntfs_repair_action(enum ntfs_rule rule)
{
	return rules[rule].action;
}
