// SPDX-License-Identifier: MIT
//
// $ATTRIBUTE_LIST against the attributes that the records hold: sorted, and one
// for one.

#include "check.h"

static int compare_entry(const struct check *c, const struct ntfs_list_entry *a,
			 const struct ntfs_list_entry *b)
{
	int d;

	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	d = ntfs_name_compare(c->n, a->name, a->name_len, b->name, b->name_len);
	if (d)
		return d;
	return a->first_vcn < b->first_vcn ? -1 : a->first_vcn > b->first_vcn;
}

static bool is_entrys(const struct check *c, const struct ntfs_list_entry *e,
		      const struct ntfs_attr *a)
{
	return a->type == e->type && a->id == e->id &&
	       a->first_vcn == e->first_vcn &&
	       !ntfs_name_compare(c->n, a->name, a->name_len, e->name,
				  e->name_len);
}

// Returns true when the record that the entry names has its attribute.
static bool has_attr(const struct check *c, const struct ntfs_file *f,
		     const struct ntfs_list_entry *e)
{
	for (size_t i = 0; i < f->count; i++) {
		struct ntfs_attr a = {0};

		if (f->records[i].number != ntfs_ref_record(e->record))
			continue;
		while (ntfs_attr_next(&f->records[i], &a, NULL) > 0)
			if (is_entrys(c, e, &a))
				return true;
		break;
	}
	return false;
}

int ntfs_check_list(struct check *c, const struct ntfs_file *f)
{
	uint64_t number = f->records[0].number;
	struct ntfs_list_entry e, before = {0};
	size_t off = 0, entries = 0, attrs = 0;
	struct ntfs_attr a = {0};

	while (ntfs_list_next(f->list, f->list_size, &off, &e, NULL) > 0) {
		if (entries++ && compare_entry(c, &before, &e) > 0)
			ntfs_check_problem(
				c, number, NTFS_RULE_ATTR_LIST_ORDER,
				"The attribute list is not sorted at "
				"attribute 0x%x",
				e.type);
		if (!has_attr(c, f, &e))
			ntfs_check_problem(
				c, number, NTFS_RULE_ATTR_LIST,
				"The attribute list names an attribute "
				"0x%x that record %llu does not have",
				e.type,
				(unsigned long long)ntfs_ref_record(e.record));
		before = e;
	}
	while (ntfs_file_next(f, &a, NULL) > 0)
		attrs += a.type != NTFS_AT_ATTRIBUTE_LIST;
	if (attrs != entries)
		ntfs_check_problem(c, number, NTFS_RULE_ATTR_LIST,
				   "The attribute list has %zu entries for %zu "
				   "attributes",
				   entries, attrs);
	return 0;
}
