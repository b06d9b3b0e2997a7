// SPDX-License-Identifier: MIT
//
// What the XML data of an image tells of the Windows in it ("Windows Imaging File
// Format (WIM)", "XML data"; the elements of install.wim, and of which values of the
// registry they are made, as the files of many media show them).

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../image_priv.h"
#include "capture_priv.h"
#include "hive.h"

#define CONFIG   "\\Windows\\System32\\config\\"
#define MAX_HIVE (UINT64_C(1) << 30)

// A hive's file with its logs.
struct registry {
	void *data;
	size_t size;
	struct hive_log logs[HIVE_LOGS];
	char set[16]; // of SYSTEM: "ControlSet001"
};

// A key that was loaded with what it needs.
struct loaded {
	struct hive *hive;
	struct hive_key *key; // NULL: there is none
};

// --- The hives' files --------------------------------------------------------

static int read_source(struct capture *c, const struct capture_source *s,
		       void **ret, struct err *err)
{
	struct disk *d;
	int r;

	if (s->content.data) {
		*ret = mem_dup(s->content.data, (size_t)s->content.blob.size);
		return *ret ? 0 : err_nomem(err);
	}
	r = c->open_source(c, s, &d, err);
	if (r)
		return r;
	r = disk_read_all(d, ret, err);
	if (!r && d->size < s->content.blob.size) {
		mem_free(*ret);
		r = err_set(err, -ESTALE, "registry", ERR_NOWHERE,
			    "a hive became shorter while it was captured");
	}
	disk_close(d);
	return r;
}

// Reads a file of the captured tree. *ret is NULL when there is none.
static int read_file(struct capture *c, const char *folder, const char *name,
		     void **ret, size_t *ret_size, struct err *err)
{
	const struct wim_dentry *d;
	const struct wim_blob *blob;
	char path[128];
	int r;

	snprintf(path, sizeof(path), "%s%s", folder, name);
	r = image_find(c->image, path, &d, NULL);
	if (r)
		return r == -ENOENT ? 0 : err_nomem(err);
	if (!d->stream_count || d->streams[0].name || !d->streams[0].blob ||
	    d->streams[0].blob->size > MAX_HIVE)
		return 0;
	blob = d->streams[0].blob;
	// Every blob of a capture's image is the first field of its source.
	r = read_source(c, (const struct capture_source *)blob, ret, err);
	if (!r)
		*ret_size = (size_t)blob->size;
	return r;
}

static void registry_done(struct registry *x)
{
	for (size_t i = 0; i < HIVE_LOGS; i++)
		mem_free((void *)x->logs[i].data);
	mem_free(x->data);
}

static int registry_read(struct capture *c, const char *name,
			 struct registry *x, struct err *err)
{
	static const char *const suffixes[HIVE_LOGS] = {".LOG1", ".LOG2",
							".LOG"};
	int r = read_file(c, CONFIG, name, &x->data, &x->size, err);

	for (size_t i = 0; !r && x->data && i < HIVE_LOGS; i++) {
		char log[32];
		void *data = NULL;

		snprintf(log, sizeof(log), "%s%s", name, suffixes[i]);
		r = read_file(c, CONFIG, log, &data, &x->logs[i].size, err);
		x->logs[i].data = data;
	}
	return r;
}

// --- Keys and values ---------------------------------------------------------

// Loads a key, with `all` all below it. One that is not there, or whose hive cannot be read, is none: what
// it would say is then not told.
static int load_key(const struct registry *x, const char *path, bool all,
		    struct loaded *ret, struct err *err)
{
	int r;

	*ret = (struct loaded){0};
	if (!x->data)
		return 0;
	r = hive_load_part(x->data, x->size, x->logs, path, all, &ret->hive,
			   NULL);
	if (r)
		return r == -ENOMEM ? err_nomem(err) : 0;
	r = hive_key_find(ret->hive->root, path, &ret->key, err);
	return r == -ENOENT ? 0 : r;
}

// Reads a string; of several, the first. *ret is NULL when there is none.
static int get_string(const struct loaded *l, const char *name, char **ret,
		      struct err *err)
{
	struct hive_value *v;
	size_t n = 0;
	int r;

	*ret = NULL;
	r = l->key ? hive_value_find(l->key, name, &v, err) : -ENOENT;
	if (r)
		return r == -ENOENT ? 0 : r;
	if (v->type != HIVE_SZ && v->type != HIVE_EXPAND_SZ &&
	    v->type != HIVE_MULTI_SZ)
		return 0;
	while (2 * n + 2 <= v->size && (v->data[2 * n] | v->data[2 * n + 1]))
		n++;
	if (!n)
		return 0;
	*ret = utf16_to_utf8((const le16 *)v->data, n);
	return *ret ? 0 : err_nomem(err);
}

static bool get_number(const struct loaded *l, const char *name, uint32_t *ret)
{
	return l->key && !hive_value_get_u32(l->key, name, ret, NULL);
}

static int add(struct capture *c, const char *path, const char *value,
	       struct err *err)
{
	struct wim_property p;

	if (!value || !*value)
		return 0;
	if (mem_grow((void **)&c->properties, c->property_count,
		     &c->property_room, sizeof(*c->properties)))
		return err_nomem(err);
	p = (struct wim_property){mem_strdup(path), mem_strdup(value)};
	if (!p.path || !p.value) {
		mem_free((char *)p.path);
		mem_free((char *)p.value);
		return err_nomem(err);
	}
	c->properties[c->property_count++] = p;
	return 0;
}

static int add_number(struct capture *c, const char *path, uint32_t value,
		      struct err *err)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", (unsigned)value);
	return add(c, path, text, err);
}

static int add_string(struct capture *c, const char *path,
		      const struct loaded *l, const char *name, struct err *err)
{
	char *text;
	int r = get_string(l, name, &text, err);

	if (!r)
		r = add(c, path, text, err);
	mem_free(text);
	return r;
}

// --- SYSTEM ------------------------------------------------------------------

static int find_set(struct registry *system, struct err *err)
{
	struct loaded l;
	uint32_t number = 1;
	int r = load_key(system, "Select", false, &l, err);

	if (!r && !get_number(&l, "Current", &number))
		number = 1;
	snprintf(system->set, sizeof(system->set), "ControlSet%03u",
		 (unsigned)(number % 1000));
	hive_free(l.hive);
	return r;
}

static int load_control(const struct registry *system, const char *key,
			struct loaded *ret, struct err *err)
{
	char path[128];

	snprintf(path, sizeof(path), "%s\\Control\\%s", system->set, key);
	return load_key(system, path, true, ret, err);
}

// Processors as the kernel numbers them (PROCESSOR_ARCHITECTURE_*).
static int add_architecture(struct capture *c, const struct registry *system,
			    struct err *err)
{
	static const char *const names[][2] = {
		{"x86", "0"},   {"ARM", "5"},    {"IA64", "6"},
		{"AMD64", "9"}, {"ARM64", "12"},
	};
	struct loaded l;
	char *text = NULL;
	int r = load_control(system, "Session Manager\\Environment", &l, err);

	if (!r)
		r = get_string(&l, "PROCESSOR_ARCHITECTURE", &text, err);
	for (size_t i = 0; !r && text && i < 5; i++)
		if (!strcasecmp(text, names[i][0]))
			r = add(c, "WINDOWS/ARCH", names[i][1], err);
	mem_free(text);
	hive_free(l.hive);
	return r;
}

static int add_product(struct capture *c, const struct registry *system,
		       struct err *err)
{
	struct loaded l;
	int r = load_control(system, "ProductOptions", &l, err);

	if (!r)
		r = add_string(c, "WINDOWS/PRODUCTTYPE", &l, "ProductType",
			       err);
	if (!r)
		r = add_string(c, "WINDOWS/PRODUCTSUITE", &l, "ProductSuite",
			       err);
	hive_free(l.hive);
	return r;
}

// The language that Windows was installed in is a number, by which one of its
// languages is known.
static int find_default(const struct registry *system,
			const struct hive_key *languages, char **ret,
			struct err *err)
{
	struct loaded l;
	char *text = NULL;
	const struct hive_key *found = NULL;
	int r = load_control(system, "Nls\\Language", &l, err);

	if (!r)
		r = get_string(&l, "InstallLanguage", &text, err);
	for (size_t i = 0; !r && i < languages->subkey_count; i++) {
		const struct loaded one = {.key = languages->subkeys[i]};
		uint32_t lcid;

		if (text && get_number(&one, "LCID", &lcid) &&
		    lcid == strtoul(text, NULL, 16))
			found = one.key;
	}
	if (!found && languages->subkey_count == 1)
		found = languages->subkeys[0];
	if (!r && found) {
		*ret = hive_key_name(found);
		r = *ret ? 0 : err_nomem(err);
	}
	mem_free(text);
	hive_free(l.hive);
	return r;
}

static int add_language(struct capture *c, size_t number,
			const struct hive_key *key, struct err *err)
{
	char path[48] = "WINDOWS/LANGUAGES/LANGUAGE", *name;
	int r;

	name = hive_key_name(key);
	if (!name)
		return err_nomem(err);
	// Elements of one name are told apart by their number.
	if (number > 1)
		snprintf(path + strlen(path), 16, "[%zu]", number);
	r = add(c, path, name, err);
	mem_free(name);
	return r;
}

static int add_languages(struct capture *c, const struct registry *system,
			 struct err *err)
{
	struct loaded l;
	char *text = NULL;
	int r = load_control(system, "MUI\\UILanguages", &l, err);

	for (size_t i = 0; !r && l.key && i < l.key->subkey_count; i++)
		r = add_language(c, i + 1, l.key->subkeys[i], err);
	if (!r && l.key)
		r = find_default(system, l.key, &text, err);
	if (!r)
		r = add(c, "WINDOWS/LANGUAGES/DEFAULT", text, err);
	mem_free(text);
	hive_free(l.hive);
	return r;
}

// --- SOFTWARE ----------------------------------------------------------------

// "10.0" or, before Windows 10, "6.1".
static int add_version_numbers(struct capture *c, const struct loaded *l,
			       struct err *err)
{
	uint32_t major = 0, minor = 0;
	char *text = NULL, *end;
	int r;

	if (!get_number(l, "CurrentMajorVersionNumber", &major) ||
	    !get_number(l, "CurrentMinorVersionNumber", &minor)) {
		r = get_string(l, "CurrentVersion", &text, err);
		if (r || !text)
			return r;
		major = (uint32_t)strtoul(text, &end, 10);
		minor = *end == '.' ? (uint32_t)strtoul(end + 1, NULL, 10) : 0;
		mem_free(text);
	}
	r = add_number(c, "WINDOWS/VERSION/MAJOR", major, err);
	return r ? r : add_number(c, "WINDOWS/VERSION/MINOR", minor, err);
}

// The second number of a build: of updates (UBR), or, where that is not kept, the
// one in "7601.17514.amd64fre.win7sp1_rtm.101119-1850".
static int add_update_build(struct capture *c, const struct loaded *l,
			    struct err *err)
{
	uint32_t build;
	char *text, *dot;
	int r;

	if (get_number(l, "UBR", &build))
		return add_number(c, "WINDOWS/VERSION/SPBUILD", build, err);
	r = get_string(l, "BuildLabEx", &text, err);
	dot = !r && text ? strchr(text, '.') : NULL;
	if (dot)
		r = add_number(c, "WINDOWS/VERSION/SPBUILD",
			       (uint32_t)strtoul(dot + 1, NULL, 10), err);
	mem_free(text);
	return r;
}

static int add_service_pack(struct capture *c, const struct registry *system,
			    struct err *err)
{
	uint32_t pack = 0;
	struct loaded l;
	int r = load_control(system, "Windows", &l, err);

	if (!r && get_number(&l, "CSDVersion", &pack))
		r = add_number(c, "WINDOWS/VERSION/SPLEVEL", pack >> 8 & 0xff,
			       err);
	hive_free(l.hive);
	return r;
}

static int add_version(struct capture *c, const struct loaded *l,
		       const struct registry *system, struct err *err)
{
	char *build = NULL;
	int r = add_version_numbers(c, l, err);

	if (!r)
		r = get_string(l, "CurrentBuildNumber", &build, err);
	if (!r && !build)
		r = get_string(l, "CurrentBuild", &build, err);
	if (!r)
		r = add(c, "WINDOWS/VERSION/BUILD", build, err);
	mem_free(build);
	if (!r)
		r = add_update_build(c, l, err);
	return r ? r : add_service_pack(c, system, err);
}

// The product's name and the folder are the same for every Windows of today.
static int add_all(struct capture *c, const struct loaded *l,
		   const struct registry *system, struct err *err)
{
	int r = add_architecture(c, system, err);

	if (!r)
		r = add(c, "WINDOWS/PRODUCTNAME",
			"Microsoft\xc2\xae Windows\xc2\xae Operating System",
			err);
	if (!r)
		r = add_string(c, "WINDOWS/EDITIONID", l, "EditionID", err);
	if (!r)
		r = add_string(c, "WINDOWS/INSTALLATIONTYPE", l,
			       "InstallationType", err);
	if (!r)
		r = add_product(c, system, err);
	if (!r)
		r = add_languages(c, system, err);
	if (!r)
		r = add_version(c, l, system, err);
	return r ? r : add(c, "WINDOWS/SYSTEMROOT", "WINDOWS", err);
}

static int describe(struct capture *c, struct err *err)
{
	struct registry software = {0}, system = {0};
	struct loaded l = {0};
	int r = registry_read(c, "SOFTWARE", &software, err);

	if (!r)
		r = registry_read(c, "SYSTEM", &system, err);
	if (!r)
		r = find_set(&system, err);
	if (!r)
		r = load_key(&software, "Microsoft\\Windows NT\\CurrentVersion",
			     false, &l, err);
	if (!r && l.key)
		r = add_all(c, &l, &system, err);
	hive_free(l.hive);
	registry_done(&software);
	registry_done(&system);
	return r;
}

int capture_windows(struct capture *c, const struct wim_property **ret,
		    size_t *ret_count, struct err *err)
{
	int r = c->property_count ? 0 : describe(c, err);

	if (r)
		return r;
	*ret = c->properties;
	*ret_count = c->property_count;
	return 0;
}
