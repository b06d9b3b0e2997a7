// SPDX-License-Identifier: MIT
//
// What is wrong with a file's attributes, put right where they stand for something
// that is known, and dropped where they do not. The records are then filled anew, so
// that order, numbers, counts and the attribute list are right by themselves.

#include <stdio.h>
#include <string.h>

#include "../encode/value.h"
#include "repair.h"
#include "../encode/short.h"

#define ATTR_TEXT 800 // a name of 255 units takes 765 bytes at most

struct file_repair {
	struct repair_round *w;
	struct change_file *f;
	uint64_t number;
	bool told; // something was said that tells it all
	struct err *err;
};

// "$DATA" is what people know; types have numbers for the others.
static const char *name_of(const struct change_attr *a, char buf[ATTR_TEXT])
{
	char *name = a->name_len ? utf16_to_utf8(a->name, a->name_len) : NULL;
	const char *text = name ? name : "";

	if (a->type == NTFS_AT_DATA)
		snprintf(buf, ATTR_TEXT, "data%s%s", name ? " stream " : "",
			 text);
	else if (a->type == NTFS_AT_FILE_NAME)
		snprintf(buf, ATTR_TEXT, "name");
	else
		snprintf(buf, ATTR_TEXT, "attribute 0x%x%s%s", a->type,
			 name ? " " : "", text);
	mem_free(name);
	return buf;
}

static void drop(struct file_repair *k, size_t i, const char *why)
{
	char buf[ATTR_TEXT];

	ntfs_repair_lose(k->w->r, k->number, "its %s is dropped: %s",
			 name_of(&k->f->attrs[i], buf), why);
	k->told = true;
	ntfs_salvage_drop(k->f, &k->f->attrs[i]);
}

// --- Forms -------------------------------------------------------------------

// Returns why an attribute cannot be what it says, or NULL.
static const char *is_wrong(const struct change_attr *a,
			    const struct check_form *form)
{
	if (!form)
		return a->type < 0x1000 ? "its type is unknown" : NULL;
	if (form->flags & CHECK_RESIDENT && !a->resident)
		return "it lies in clusters, and may not";
	if (form->flags & CHECK_OUTSIDE && a->resident)
		return "it does not lie in clusters";
	if (a->resident &&
	    (a->value_len < form->min || a->value_len > form->max))
		return "its size cannot be";
	return NULL;
}

static bool is_same(const struct file_repair *k, const struct change_attr *a,
		    const struct change_attr *b)
{
	return a->type == b->type &&
	       !ntfs_name_compare(k->w->n, a->name, a->name_len, b->name,
				  b->name_len);
}

static bool is_double(const struct file_repair *k, size_t i,
		      const struct check_form *form)
{
	const struct change_attr *a = &k->f->attrs[i];

	if (a->type == NTFS_AT_FILE_NAME)
		return false;
	for (size_t j = 0; j < i; j++)
		if (is_same(k, a, &k->f->attrs[j]) ||
		    (form && form->flags & CHECK_ONCE &&
		     k->f->attrs[j].type == a->type))
			return true;
	return false;
}

static void mend_forms(struct file_repair *k)
{
	for (size_t i = 0; i < k->f->count;) {
		struct change_attr *a = &k->f->attrs[i];
		const struct check_form *form = ntfs_check_form_of(a->type);
		const char *why = is_wrong(a, form);

		if (!why && is_double(k, i, form))
			why = "there is another one of that name";
		if (why) {
			drop(k, i, why);
			continue;
		}
		a->indexed = form && form->flags & CHECK_INDEXED;
		if (form && form->flags & CHECK_NAMELESS)
			a->name_len = 0;
		i++;
	}
}

// --- Sizes -------------------------------------------------------------------

static uint64_t real_clusters(const struct change_attr *a)
{
	uint64_t n = 0;

	for (size_t i = 0; i < a->runs.count; i++)
		if (a->runs.items[i].lcn != NTFS_HOLE)
			n += a->runs.items[i].len;
	return n;
}

static bool has_holes(const struct change_attr *a)
{
	return real_clusters(a) != a->runs.clusters;
}

// A compression unit and the flags that ask for one stand or fall together.
static void mend_flags(struct file_repair *k, struct change_attr *a)
{
	bool holes = a->flags & (NTFS_AF_SPARSE | NTFS_AF_COMPRESSION_MASK);

	if (has_holes(a) && !holes && k->number != NTFS_REC_BADCLUS) {
		a->flags |= NTFS_AF_SPARSE;
		holes = true;
	}
	if (holes && !a->unit_shift && has_holes(a))
		a->unit_shift = 4;
	else if (holes && !a->unit_shift)
		a->flags &=
			(uint16_t)~(NTFS_AF_SPARSE | NTFS_AF_COMPRESSION_MASK);
	else if (!holes)
		a->unit_shift = 0;
}

static void mend_sizes(struct file_repair *k, struct change_attr *a)
{
	uint32_t cluster = k->w->n->info.cluster_size;
	uint64_t allocated = a->runs.clusters * cluster;
	uint64_t total = real_clusters(a) * cluster;
	uint64_t size = a->size < allocated ? a->size : allocated;
	uint64_t valid = a->valid < size ? a->valid : size;
	char buf[ATTR_TEXT];

	if (!a->unit_shift)
		total = allocated;
	if (allocated == a->allocated && total == a->total && size == a->size &&
	    valid == a->valid)
		return;
	// Where the attribute's own size was too great, its end was told of.
	ntfs_repair_say(k->w->r, k->number,
			"its %s: sizes are set to %llu bytes in clusters, "
			"%llu of content, %llu of them written",
			name_of(a, buf), (unsigned long long)allocated,
			(unsigned long long)size, (unsigned long long)valid);
	k->told = true;
	a->allocated = allocated;
	a->total = total;
	a->size = size;
	a->valid = valid;
}

static void mend_streams(struct file_repair *k)
{
	for (size_t i = 0; i < k->f->count; i++) {
		struct change_attr *a = &k->f->attrs[i];

		if (a->resident)
			continue;
		mend_flags(k, a);
		mend_sizes(k, a);
	}
}

// --- Names -------------------------------------------------------------------

static struct ntfs_file_name_disk *name_at(const struct change_file *f,
					   size_t i)
{
	return f->attrs[i].type == NTFS_AT_FILE_NAME ? (void *)f->attrs[i].value
						     : NULL;
}

static const char *wrong_name(const struct change_attr *a)
{
	struct ntfs_file_name name;

	if (ntfs_file_name_decode(a->value, a->value_len, 0, &name, NULL))
		return "it cannot be read";
	for (size_t i = 0; i < name.name_len; i++) {
		uint16_t unit = get_le16(name.name[i]);

		if (!unit || unit == '/' || unit == '\\')
			return "it holds a character that cannot be in one";
	}
	return NULL;
}

// What is behind the name goes; the name is as long as it says.
static void cut_name(struct change_attr *a)
{
	const struct ntfs_file_name_disk *h = (const void *)a->value;

	a->value_len = (uint32_t)sizeof(*h) + 2u * h->name_len;
	a->size = a->valid = a->value_len;
	a->allocated = a->total = round_up(a->value_len, 8);
}

static bool is_pair(const struct ntfs_file_name_disk *a,
		    const struct ntfs_file_name_disk *b)
{
	return get_le64(a->parent) == get_le64(b->parent) &&
	       a->name_space + b->name_space == NTFS_NS_WIN32 + NTFS_NS_DOS &&
	       a->name_space && b->name_space;
}

// Each long name has one short one of the same folder.
static bool has_partner(const struct change_file *f, size_t i)
{
	const struct ntfs_file_name_disk *a = name_at(f, i), *b;
	size_t before = 0, partners = 0;

	for (size_t j = 0; j < f->count; j++) {
		b = name_at(f, j);
		if (!b)
			continue;
		before += j < i && b->name_space == a->name_space &&
			  get_le64(b->parent) == get_le64(a->parent);
		partners += is_pair(a, b);
	}
	return partners > before;
}

static size_t count_names(const struct change_file *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->count; i++)
		n += !!name_at(f, i);
	return n;
}

static void mend_pairs(struct file_repair *k)
{
	for (size_t i = 0; i < k->f->count; i++) {
		struct ntfs_file_name_disk *h = name_at(k->f, i);
		const le16 *units;

		if (!h ||
		    (h->name_space != NTFS_NS_WIN32 &&
		     h->name_space != NTFS_NS_DOS) ||
		    has_partner(k->f, i))
			continue;
		if (h->name_space == NTFS_NS_DOS && count_names(k->f) > 1) {
			drop(k, i--, "the long name that it goes with is gone");
			continue;
		}
		units = (const le16 *)(const void *)(h + 1);
		h->name_space = ntfs_short_is(units, h->name_len)
					? NTFS_NS_BOTH
					: NTFS_NS_POSIX;
		ntfs_repair_say(k->w->r, k->number,
				"its name is marked as one without a partner");
		k->told = true;
	}
}

// A folder has one name, and its short one.
static void mend_folder_names(struct file_repair *k)
{
	bool has_first = false, has_dos = false;

	if (!(k->f->flags & NTFS_RF_DIRECTORY))
		return;
	for (size_t i = 0; i < k->f->count; i++) {
		const struct ntfs_file_name_disk *h = name_at(k->f, i);
		bool *seen = h && h->name_space == NTFS_NS_DOS ? &has_dos
							       : &has_first;

		if (!h)
			continue;
		if (*seen)
			drop(k, i--, "a folder has one name");
		*seen = true;
	}
}

static void mend_names(struct file_repair *k)
{
	for (size_t i = 0; i < k->f->count;) {
		const char *why = name_at(k->f, i) ? wrong_name(&k->f->attrs[i])
						   : NULL;

		if (why) {
			drop(k, i, why);
			continue;
		}
		if (name_at(k->f, i))
			cut_name(&k->f->attrs[i]);
		i++;
	}
	mend_folder_names(k);
	mend_pairs(k);
}

// --- What a file has ---------------------------------------------------------

// The attributes that do not go with what a file is.
static uint32_t wrong_attributes(const struct change_file *f)
{
	uint32_t wrong = NTFS_ATTR_DIRECTORY | NTFS_ATTR_ENCRYPTED;

	if (f->flags & NTFS_RF_DIRECTORY)
		return 0;
	for (size_t i = 0; i < f->count; i++)
		if (f->attrs[i].flags & NTFS_AF_ENCRYPTED ||
		    ntfs_name_is(f->attrs[i].name, f->attrs[i].name_len,
				 "$EFS"))
			wrong = NTFS_ATTR_DIRECTORY;
	return wrong;
}

static int mend_standard(struct file_repair *k)
{
	struct change_attr *a =
		ntfs_change_find(k->f, NTFS_AT_STANDARD_INFORMATION, NULL);
	const struct change_attr *name =
		ntfs_change_find(k->f, NTFS_AT_FILE_NAME, NULL);
	const struct ntfs_file_name_disk *h = name ? (const void *)name->value
						   : NULL;
	struct ntfs_standard_disk s = {.created = to_le64(filetime_now())};
	const uint32_t known = NTFS_ATTR_KNOWN | NTFS_FA_INTERNAL;
	int r;

	if (a) {
		struct ntfs_standard_disk *old = (void *)a->value;

		old->attributes = to_le32(get_le32(old->attributes) & known &
					  ~wrong_attributes(k->f));
		return 0;
	}
	s.modified = s.changed = s.accessed = s.created;
	if (h) {
		s.created = h->created;
		s.modified = h->modified;
		s.changed = h->changed;
		s.accessed = h->accessed;
		s.attributes =
			to_le32(get_le32(h->attributes) & NTFS_ATTR_SETTABLE);
	}
	ntfs_repair_lose(k->w->r, k->number,
			 "its standard information is made anew: times and "
			 "attributes are those of %s",
			 h ? "its name" : "now");
	k->told = true;
	r = ntfs_change_add(k->f, NTFS_AT_STANDARD_INFORMATION, NULL, 0, &a,
			    k->err);
	if (r)
		return r;
	// The security descriptor is found missing next.
	s.security_id = to_le32(UINT32_MAX);
	return ntfs_change_set(k->f, a, &s, sizeof(s), k->err);
}

// The system's files are known by their numbers, also when nothing else tells their
// names any more.
static int give_name(struct file_repair *k)
{
	uint8_t name[REPAIR_MAX_SYSTEM_NAME];
	struct change_attr *a;
	size_t size;
	int r;

	a = ntfs_change_find(k->f, NTFS_AT_FILE_NAME, NULL);
	if (k->number >= NTFS_REC_FREE ||
	    (a && (k->number != NTFS_REC_ROOT ||
		   ntfs_name_parent(a) == NTFS_REC_ROOT)))
		return 0;
	size = ntfs_repair_system_name(k->number, filetime_now(), name);
	if (!size)
		return 0;
	r = a ? 0
	      : ntfs_change_add(k->f, NTFS_AT_FILE_NAME, NULL, 0, &a, k->err);
	if (!r)
		r = ntfs_change_set(k->f, a, name, size, k->err);
	if (!r) {
		a->indexed = true;
		ntfs_repair_say(k->w->r, k->number,
				"it gets its name of a file of the system");
		k->told = true;
	}
	return r;
}

static int rename_to(struct file_repair *k, const char *wanted)
{
	struct change_attr *a = ntfs_change_find(k->f, NTFS_AT_FILE_NAME, NULL);
	uint8_t value[REPAIR_MAX_SYSTEM_NAME];
	struct ntfs_file_name_disk *h = (void *)value;
	le16 units[NTFS_MAX_ASCII];
	char buf[ATTR_TEXT];

	if (!a) // what could not be read
		return 0;
	memcpy(h, a->value, sizeof(*h));
	h->name_len = (uint8_t)ntfs_ascii_units(wanted, units);
	memcpy(value + sizeof(*h), units, 2u * h->name_len);
	ntfs_repair_say(k->w->r, k->number,
			"its %s is set to that of a file of the system, %s",
			name_of(a, buf), wanted);
	k->told = true;
	return ntfs_change_set(k->f, a, value, sizeof(*h) + 2u * h->name_len,
			       k->err);
}

// A damaged name is not what its folder is to know it by.
static int mend_system_name(struct file_repair *k)
{
	struct ntfs_file f;
	const char *wanted;

	if (ntfs_repair_hide(k->w->r,
			     ntfs_file_open(k->w->c->n, k->number, &f, NULL)))
		return 0;
	wanted = ntfs_check_misnamed(&f);
	ntfs_file_done(&f);
	return wanted ? rename_to(k, wanted) : 0;
}

// One that is none would be a file that nobody can open.
static int mend_reparse(struct file_repair *k)
{
	struct change_attr *a =
		ntfs_change_find(k->f, NTFS_AT_REPARSE_POINT, NULL);
	struct ntfs_standard_disk *h;
	uint8_t *data = NULL;
	bool good = false;
	uint32_t tag;
	size_t size;
	int r;

	if (!a)
		return 0;
	r = ntfs_change_get(k->f, a, NTFS_MAX_REPARSE, &data, &size, NULL);
	if (r && !ntfs_check_is_content(r) && r != -EFBIG)
		return err_set(k->err, r, NTFS_RECORD(k->number), ERR_NOWHERE,
			       "its reparse point cannot be read");
	if (!r)
		good = size >= sizeof(struct ntfs_reparse_disk) &&
		       !ntfs_value_reparse(data, size, &tag, NULL);
	mem_free(data);
	if (good)
		return 0;
	drop(k, (size_t)(a - k->f->attrs), "it is broken");
	a = ntfs_change_find(k->f, NTFS_AT_STANDARD_INFORMATION, NULL);
	if (a) {
		h = (void *)a->value;
		h->attributes = to_le32(get_le32(h->attributes) &
					~(uint32_t)NTFS_ATTR_REPARSE);
	}
	return 0;
}

static int give_index(struct file_repair *k)
{
	return ntfs_repair_empty_index(k->f, "$I30", k->err);
}

// A folder has an index, a file has data; what has neither becomes a file.
static int mend_kind(struct file_repair *k)
{
	struct change_file *f = k->f;
	bool is_folder = f->flags & NTFS_RF_DIRECTORY;
	struct change_attr *root =
		ntfs_change_find(f, NTFS_AT_INDEX_ROOT, "$I30");
	struct change_attr *data = ntfs_change_find(f, NTFS_AT_DATA, NULL);

	if (is_folder == !!root)
		return 0;
	k->told = true;
	if (is_folder && !data) {
		ntfs_repair_say(k->w->r, k->number,
				"the folder gets a new index");
		return give_index(k);
	}
	if (is_folder) {
		f->flags &= (uint16_t)~NTFS_RF_DIRECTORY;
		ntfs_repair_say(k->w->r, k->number,
				"it has data and no index: it is marked as a "
				"file");
		return 0;
	}
	if (!data || !data->size) {
		if (data)
			ntfs_salvage_drop(f, data);
		f->flags |= NTFS_RF_DIRECTORY;
		ntfs_repair_say(k->w->r, k->number,
				"it has an index and no data: it is marked as "
				"a folder");
		return 0;
	}
	drop(k, (size_t)(root - f->attrs), "a file with data is no folder");
	return 0;
}

static bool is_systems(uint64_t number)
{
	return number < NTFS_REC_USER;
}

static int mend_data(struct file_repair *k)
{
	struct change_attr *a;

	if (k->f->flags & (NTFS_RF_DIRECTORY | NTFS_RF_VIEW_INDEX) ||
	    is_systems(k->number) || ntfs_change_find(k->f, NTFS_AT_DATA, NULL))
		return 0;
	return ntfs_change_add(k->f, NTFS_AT_DATA, NULL, 0, &a, k->err);
}

// --- Extended attributes -----------------------------------------------------

// Sums up a list of them. Returns false when it is broken.
static bool sum_eas(const uint8_t *data, size_t size,
		    struct ntfs_ea_information_disk *ret)
{
	*ret = (struct ntfs_ea_information_disk){0};
	return !size || !ntfs_value_ea(data, size, ret, NULL);
}

static int set_information(struct file_repair *k,
			   const struct ntfs_ea_information_disk *info)
{
	struct change_attr *a =
		ntfs_change_find(k->f, NTFS_AT_EA_INFORMATION, NULL);
	int r = 0;

	if (a && a->value_len == sizeof(*info) &&
	    !memcmp(a->value, info, sizeof(*info)))
		return 0;
	if (!a)
		r = ntfs_change_add(k->f, NTFS_AT_EA_INFORMATION, NULL, 0, &a,
				    k->err);
	if (r)
		return r;
	ntfs_repair_say(k->w->r, k->number,
			"the information on its extended attributes is made "
			"anew");
	k->told = true;
	return ntfs_change_set(k->f, a, info, sizeof(*info), k->err);
}

static int mend_eas(struct file_repair *k)
{
	struct change_attr *ea = ntfs_change_find(k->f, NTFS_AT_EA, NULL);
	struct change_attr *info =
		ntfs_change_find(k->f, NTFS_AT_EA_INFORMATION, NULL);
	struct ntfs_ea_information_disk sums;
	uint8_t *data = NULL;
	size_t size = 0;
	bool is_whole = false;
	int r = 0;

	if (!ea && !info)
		return 0;
	if (ea)
		r = ntfs_change_get(k->f, ea, 65536, &data, &size, NULL);
	if (r && !ntfs_check_is_content(r))
		return err_set(k->err, r, NTFS_RECORD(k->number), ERR_NOWHERE,
			       "its extended attributes cannot be read");
	if (!r && ea)
		is_whole = size && sum_eas(data, size, &sums);
	mem_free(data);
	if (is_whole)
		return set_information(k, &sums);
	if (info)
		ntfs_salvage_drop(k->f, info);
	ea = ntfs_change_find(k->f, NTFS_AT_EA, NULL);
	if (ea)
		drop(k, (size_t)(ea - k->f->attrs), "it is broken");
	return 0;
}

// --- The repair --------------------------------------------------------------

static int mend(struct file_repair *k)
{
	int r;

	mend_forms(k);
	mend_streams(k);
	mend_names(k);
	r = give_name(k);
	if (!r)
		r = mend_system_name(k);
	if (!r)
		r = mend_kind(k);
	if (!r)
		r = mend_standard(k);
	if (!r)
		r = mend_data(k);
	if (!r)
		r = mend_reparse(k);
	return r ? r : mend_eas(k);
}

int ntfs_repair_file(struct repair_round *w, uint64_t number, struct err *err)
{
	struct change_file f;
	struct file_repair k = {.w = w, .f = &f, .number = number, .err = err};
	bool lost;
	int r = ntfs_salvage(w, number, &f, &lost, err);

	if (!r) {
		k.told = lost;
		r = mend(&k);
	}
	if (!r)
		r = ntfs_change_store(&f, err);
	if (!r && !k.told)
		ntfs_repair_say(w->r, number,
				"its attributes are put in order");
	ntfs_change_done(&f);
	return r;
}
