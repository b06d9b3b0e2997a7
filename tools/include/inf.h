// SPDX-License-Identifier: MIT
//
// libservice, INF files: what a driver package says of itself and of what is to be
// done for each device.
//
//     struct inf *inf;
//     inf_read(data, size, &inf, &err);
//     inf_get_version(inf, 0x0409, &target, &version, &err);
//     inf_models(inf, 0x0409, &target, show_model, ctx, &err);
//     inf_version_done(&version);
//     inf_free(inf);
//
// The grammar is that of Microsoft's "General Syntax Rules for INF Files": names of
// sections, keys and tokens know no case; a section that comes twice is one; a
// line may go on behind a "\"; fields are divided by commas and may be in quotes;
// %token% stands for a text of [Strings], which differs by language, and %% for a
// percent sign. Text is UTF-8 here, whatever the file is in.
//
// Control characters, which no driver needs and a terminal obeys, become blanks.
//
// A line has what stands before "=" as its key, and the fields behind it. Where
// nothing ends a quote the line does.
//
// Threads: a struct inf may be read by any number at once.

#ifndef INF_H
#define INF_H

#include "base.h"

#define INF_MAX_SIZE     ((size_t)16 << 20) // bytes of a file
#define INF_MAX_SECTIONS 32768u
#define INF_MAX_FIELDS   ((size_t)1 << 20)  // and lines
#define INF_MAX_NAME     255                // characters of a section's name
#define INF_MAX_LINE     ((size_t)64 << 10) // bytes, with what it goes on with
#define INF_MAX_EXPAND                                                         \
	((size_t)64 << 10) // bytes of a field with its tokens' texts

struct inf_line {
	const char *key; // NULL: there is no "="
	const char *const *fields;
	size_t count;  // of fields; without trailing ones that are empty
	unsigned line; // in the file, from 1
	size_t first;  // private
};

struct inf_section {
	const char *name;
	struct inf_line *lines;
	size_t count;
	size_t capacity; // private
	unsigned line;   // where it begins, from 1
};

struct inf {
	struct inf_section *sections; // in the order of the file
	size_t count;
	size_t capacity; // private: with all below
	uint32_t *slots; // of a hash table: number of a section, from 1
	size_t slot_count;
	char *text; // all names and fields
	const char **fields;
	size_t field_count, field_capacity;
};

// Reads an INF file, up to a NUL or a Ctrl+Z when there is one.
// Returns 0, -EBADMSG (err has the line) for text before the first section, a
// section's name that is not ended, empty, or over 255 characters, or a line over
// 64 KiB, -EFBIG over 16 MiB, 32768 sections, or 2^20 lines or fields, or -ENOMEM. Free with
// inf_free.
MUST_CHECK
int inf_read(const void *data, size_t size, struct inf **ret, struct err *err);

// Frees; NULL is fine.
void inf_free(struct inf *inf);

// Finds a section. Returns NULL when there is none.
const struct inf_section *inf_find(const struct inf *inf, const char *name);

// Finds the first line of a section with that key. Returns NULL when there is none,
// or no section.
const struct inf_line *inf_find_line(const struct inf_section *section,
				     const char *key);

// Returns a field of a line by its number from 0, "" for one that is not there, or
// of a line that is NULL.
const char *inf_field(const struct inf_line *line, size_t number);

// Replaces the tokens of a text: by what [Strings.LANG] of the language (an LCID, as
// 0x0407), of its primary language, or [Strings] says. A token that none of them
// has stays as it is, and so do numbers of directories (%12%). *ret is new memory
// (free with mem_free).
// Returns 0, -EFBIG when it gets over 64 KiB, or -ENOMEM.
MUST_CHECK
int inf_expand(const struct inf *inf, uint16_t language, const char *text,
	       char **ret, struct err *err);

// --- What it is for ----------------------------------------------------------

enum inf_arch { INF_X86, INF_AMD64, INF_ARM, INF_ARM64, INF_ARCHES };

// Returns the name that decorations and store folders have: "amd64".
const char *inf_arch_name(enum inf_arch arch);

// Finds an architecture by a name: of decorations, of DISM ("x64"), or of Windows'
// environment ("AMD64"). Returns false when it is none.
bool inf_arch_find(const char *name, enum inf_arch *ret);

// The Windows that a package is looked at for.
struct inf_target {
	enum inf_arch arch;
	unsigned major, minor, build;
	unsigned product; // 1: workstation, 2: domain controller, 3: server
	unsigned suites;  // VER_SUITE_*
};

struct inf_version {
	char *class_name, *provider, *catalog; // "" when not given
	struct guid class_guid;
	bool has_class_guid;
	uint64_t date;     // of DriverVer: FILETIME, 0: none
	uint64_t version;  // its four numbers, the first in the highest bits
	bool is_extension; // an Extension INF
	struct guid extension_id;
};

// Reads [Version] and what belongs to it; the catalog is the one for the target's
// architecture. End with inf_version_done.
// Returns 0, -ENOTSUP when the signature is not that of an INF file for Windows,
// -EBADMSG for a GUID, date or version that is none (err has the line), -EFBIG as
// inf_expand, or -ENOMEM.
MUST_CHECK
int inf_get_version(const struct inf *inf, uint16_t language,
		    const struct inf_target *target, struct inf_version *ret,
		    struct err *err);

// Frees what it holds; one of zeroes is fine.
void inf_version_done(struct inf_version *v);

// A device of the models that fit.
struct inf_model {
	const char *manufacturer, *description;         // expanded
	const char *raw_manufacturer, *raw_description; // as written
	const char *install; // section, as the line names it
	// The first is the hardware id, "" when there is none; those behind it
	// are compatible ones.
	const char *const *ids;
	size_t id_count;
	const struct inf_section *models; // the section that it stands in
	unsigned line;
};

typedef int inf_model_fn(void *ctx, const struct inf_model *model,
			 struct err *err);

// Calls fn for each device that the package has for the target. Of each line of
// [Manufacturer] that section counts whose decoration fits, and of several the
// closest: the highest version of Windows, then build, with a product before
// without, then a suite, then an architecture. A section without a decoration is of
// x86 alone; one with a build fits Windows from 10.0.14310 on.
// Stops when fn returns non-zero.
// Returns 0, what fn returned, -EBADMSG for a decoration that is none (err has the
// line), -EFBIG as inf_expand, or -ENOMEM.
MUST_CHECK
int inf_models(const struct inf *inf, uint16_t language,
	       const struct inf_target *target, inf_model_fn *fn, void *ctx,
	       struct err *err);

// Finds the section that installs: `name` with .NTarch, .NT, or as it is. Returns
// NULL when there is none.
const struct inf_section *
inf_find_install(const struct inf *inf, const char *name, enum inf_arch arch);

#endif
