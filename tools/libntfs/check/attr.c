// SPDX-License-Identifier: MIT
//
// The attributes of one record: their order, instance numbers and forms.

#include "check.h"

#define RESIDENT CHECK_RESIDENT
#define INDEXED  CHECK_INDEXED
#define ONCE     CHECK_ONCE
#define NAMELESS CHECK_NAMELESS
#define OUTSIDE  CHECK_OUTSIDE

static const struct check_form rules[] = {
	{NTFS_AT_STANDARD_INFORMATION, RESIDENT | ONCE | NAMELESS,
	 NTFS_STANDARD_SHORT, sizeof(struct ntfs_standard_disk)},
	{NTFS_AT_ATTRIBUTE_LIST, ONCE | NAMELESS, 0, UINT32_MAX},
	{NTFS_AT_FILE_NAME, RESIDENT | INDEXED | NAMELESS,
	 sizeof(struct ntfs_file_name_disk) + 2,
	 sizeof(struct ntfs_file_name_disk) + 2 * NTFS_MAX_NAME},
	{NTFS_AT_OBJECT_ID, RESIDENT | ONCE | NAMELESS, 16, 256},
	{NTFS_AT_SECURITY_DESCRIPTOR, ONCE | NAMELESS, 20, UINT32_MAX},
	{NTFS_AT_VOLUME_NAME, RESIDENT | ONCE | NAMELESS, 0, 256},
	{NTFS_AT_VOLUME_INFORMATION, RESIDENT | ONCE | NAMELESS, 12, 12},
	{NTFS_AT_DATA, 0, 0, UINT32_MAX},
	{NTFS_AT_INDEX_ROOT, RESIDENT, sizeof(struct ntfs_index_root_disk),
	 UINT32_MAX},
	{NTFS_AT_INDEX_ALLOCATION, OUTSIDE, 0, UINT32_MAX},
	{NTFS_AT_BITMAP, 0, 0, UINT32_MAX},
	{NTFS_AT_REPARSE_POINT, ONCE | NAMELESS, 8, 16384},
	{NTFS_AT_EA_INFORMATION, RESIDENT | ONCE | NAMELESS, 8, 8},
	{NTFS_AT_EA, ONCE | NAMELESS, 0, 65536},
	{NTFS_AT_LOGGED_UTILITY_STREAM, 0, 0, 65536},
};

const struct check_form *ntfs_check_form_of(uint32_t type)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].type == type)
			return &rules[i];
	return NULL;
}

static void check_form(struct check *c, const struct ntfs_attr *a)
{
	const struct check_form *rule = ntfs_check_form_of(a->type);
	uint64_t number = a->record->number;

	if (!rule) {
		if (a->type < 0x1000) // above: defined by applications
			ntfs_check_problem(
				c, number, NTFS_RULE_ATTR_TYPE,
				"An attribute of the unknown type 0x%x",
				a->type);
		return;
	}
	if ((rule->flags & RESIDENT && !a->resident) ||
	    (rule->flags & OUTSIDE && a->resident))
		ntfs_check_problem(c, number, NTFS_RULE_ATTR_FORM,
				   "An attribute 0x%x must%s be resident",
				   a->type, a->resident ? " not" : "");
	if (a->resident && a->indexed != !!(rule->flags & INDEXED))
		ntfs_check_problem(c, number, NTFS_RULE_ATTR_FORM,
				   "An attribute 0x%x is%s marked as indexed",
				   a->type, a->indexed ? "" : " not");
	if (rule->flags & NAMELESS && a->name_len)
		ntfs_check_problem(c, number, NTFS_RULE_ATTR_FORM,
				   "An attribute 0x%x has a name", a->type);
	if (a->resident &&
	    (a->value_len < rule->min || a->value_len > rule->max))
		ntfs_check_problem(c, number, NTFS_RULE_ATTR_FORM,
				   "An attribute 0x%x has %u bytes", a->type,
				   a->value_len);
}

// <0 when a must come before b. Only by type and name.
static int compare_order(const struct check *c, const struct ntfs_attr *a,
			 const struct ntfs_attr *b)
{
	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	return ntfs_name_compare(c->n, a->name, a->name_len, b->name,
				 b->name_len);
}

static void check_order(struct check *c, const struct ntfs_attr *before,
			const struct ntfs_attr *a)
{
	uint64_t number = a->record->number;
	int d = compare_order(c, before, a);

	if (d > 0)
		ntfs_check_problem(c, number, NTFS_RULE_ATTR_ORDER,
				   "An attribute 0x%x comes after 0x%x",
				   a->type, before->type);
	// Equal ones: several names, or several pieces of one.
	if (!d && a->type != NTFS_AT_FILE_NAME &&
	    (a->resident || before->resident ||
	     before->last_vcn + 1 != a->first_vcn))
		ntfs_check_problem(c, number, NTFS_RULE_ATTR_DUPLICATE,
				   "There are two attributes 0x%x of one name",
				   a->type);
}

static void check_id(struct check *c, const struct ntfs_attr *a, uint8_t *seen)
{
	const struct ntfs_record *rec = a->record;

	if (a->id >= rec->next_attr_id)
		ntfs_check_problem(
			c, rec->number, NTFS_RULE_ATTR_ID,
			"An attribute's number %u is not below the next "
			"one's, %u",
			a->id, rec->next_attr_id);
	if (check_bit(seen, a->id))
		ntfs_check_problem(c, rec->number, NTFS_RULE_ATTR_ID,
				   "Two attributes have the number %u", a->id);
	seen[a->id / 8] |= (uint8_t)(1 << a->id % 8);
}

void ntfs_check_attrs(struct check *c, const struct ntfs_record *rec)
{
	struct ntfs_attr a = {0}, before = {0};
	uint32_t end = rec->attrs_offset;
	uint8_t seen[65536 / 8] = {0}; // numbers in use

	while (ntfs_attr_next(rec, &a, NULL) > 0) {
		if (before.offset)
			check_order(c, &before, &a);
		check_id(c, &a, seen);
		check_form(c, &a);
		if (rec->base && (a.type == NTFS_AT_STANDARD_INFORMATION ||
				  a.type == NTFS_AT_ATTRIBUTE_LIST))
			ntfs_check_problem(
				c, rec->number, NTFS_RULE_ATTR_PLACE,
				"An extension record holds an attribute "
				"0x%x",
				a.type);
		before = a;
		end = a.offset + a.length;
	}
	if (rec->used != end + 8)
		ntfs_check_problem(
			c, rec->number, NTFS_RULE_RECORD_USED,
			"The record's used size is %u, its attributes "
			"end at %u",
			rec->used, end + 8);
	if (rec->base && rec->links)
		ntfs_check_problem(c, rec->number, NTFS_RULE_LINK_COUNT,
				   "An extension record counts %u links",
				   rec->links);
}
