// SPDX-License-Identifier: MIT
//
// Paths of parents as children keep them, turned into paths of the place where
// the child lies. Forms: "Virtual Hard Disk Image Format Specification" 1.0,
// section "Parent Locator", and "VHDX Format Specification" 1.00, section
// 2.6.2.6.3.

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "chain_priv.h"

static bool is_slash(char c)
{
	return c == '\\' || c == '/';
}

const char *vdisk_path_name(const char *path)
{
	const char *name = path;

	for (; *path; path++)
		if (is_slash(*path))
			name = path + 1;
	return name;
}

// Returns what follows "\\?\", "\\.\" or "\??\", else NULL.
static const char *after_prefix(const char *s)
{
	static const char *const prefixes[] = {"\\\\?\\", "\\\\.\\", "\\??\\"};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (!strncmp(s, prefixes[i], 4))
			return s + 4;
	return NULL;
}

bool vdisk_path_is_remote(const char *path)
{
	const char *rest = after_prefix(path);

	if (rest)
		return !strncasecmp(rest, "UNC\\", 4);
	return is_slash(path[0]) && is_slash(path[1]);
}

// Skips `word` and all up to the next slash. Returns NULL when the word is not
// there.
static const char *skip_volume(const char *s, const char *word)
{
	size_t n = strlen(word);

	if (strncasecmp(s, word, n))
		return NULL;
	s += n;
	while (*s && !is_slash(*s))
		s++;
	return s;
}

// Returns the part of an absolute path of Windows that is one of a volume,
// beginning with a slash, or NULL.
static const char *on_volume(const char *path)
{
	const char *s = after_prefix(path), *rest;

	if (vdisk_path_is_remote(path))
		return NULL;
	if (s && !strncasecmp(s, "GLOBALROOT", 10))
		s += 10;
	if (!s)
		s = path;
	rest = skip_volume(s, "\\Device\\HarddiskVolume");
	if (!rest && s != path)
		rest = skip_volume(s, "Volume{");
	if (!rest && isalpha((unsigned char)s[0]) && s[1] == ':')
		rest = s + 2;
	if (!rest && s == path)
		rest = s;
	return rest && is_slash(*rest) ? rest : NULL;
}

// Takes the parts of `path` onto the `n` bytes at `out`, which hold a path from
// a volume's root. Returns the new length, or 0 when it leads above the root.
static size_t walk(char *out, size_t n, const char *path)
{
	while (*path) {
		size_t len = 0;

		while (is_slash(*path))
			path++;
		while (path[len] && !is_slash(path[len]))
			len++;
		if (len == 2 && !memcmp(path, "..", 2)) {
			if (!n)
				return 0;
			while (out[--n] != '\\')
				;
		} else if (len && !(len == 1 && *path == '.')) {
			out[n++] = '\\';
			memcpy(out + n, path, len);
			n += len;
		}
		path += len;
	}
	return n;
}

bool vdisk_path_clean(const char *path, char *out)
{
	size_t n = walk(out, 0, path);

	out[n] = 0;
	return n;
}

static int add_place(struct vdisk_places *places, char *path)
{
	for (size_t i = 0; i < places->count; i++)
		if (!strcmp(places->paths[i], path)) {
			mem_free(path);
			return 0;
		}
	places->paths[places->count++] = path;
	return 0;
}

// Adds a path of a volume: `path` from the folder of `child`, or from the root
// when that is NULL. One with a colon would be a named stream.
static int add_inner(struct vdisk_places *places, const char *child,
		     const char *path, struct err *err)
{
	size_t folder = child ? (size_t)(vdisk_path_name(child) - child) : 0, n;
	char *s = mem_alloc(folder + strlen(path) + 3);
	char *start = mem_alloc(folder + 1);

	if (!s || !start) {
		mem_free(s);
		mem_free(start);
		return err_nomem(err);
	}
	if (child)
		memcpy(start, child, folder);
	n = strchr(path, ':') ? 0 : walk(s, walk(s, 0, start), path);
	mem_free(start);
	if (n)
		return add_place(places, s);
	mem_free(s);
	return 0;
}

// Adds a path of the host, from the child's folder unless it is absolute.
static int add_host(struct vdisk_places *places, const char *child,
		    const char *path, struct err *err)
{
	const char *slash = strrchr(child, '/');
	size_t folder = slash && *path != '/' ? (size_t)(slash - child + 1) : 0;
	char *s = mem_alloc(folder + strlen(path) + 1);

	if (!s)
		return err_nomem(err);
	memcpy(s, child, folder);
	memcpy(s + folder, path, strlen(path) + 1);
	return add_place(places, s);
}

// A relative path of Windows is one of the host with other slashes.
static int add_relative_host(struct vdisk_places *places, const char *child,
			     const char *path, struct err *err)
{
	char *s = mem_strdup(path);
	int r;

	if (!s)
		return err_nomem(err);
	for (char *c = s; *c; c++)
		if (*c == '\\')
			*c = '/';
	r = add_host(places, child, s, err);
	mem_free(s);
	return r;
}

static int list_inner(struct vdisk_places *places, const char *child,
		      const struct vdisk_parent *parent, struct err *err)
{
	const char *const absolute[] = {parent->absolute, parent->volume};
	int r = 0;

	if (parent->relative && *parent->relative)
		r = add_inner(places, child, parent->relative, err);
	for (size_t i = 0; i < 2 && !r; i++) {
		const char *s = absolute[i] ? on_volume(absolute[i]) : NULL;

		if (s)
			r = add_inner(places, NULL, s, err);
	}
	return r;
}

static int list_host(struct vdisk_places *places, const char *child,
		     const struct vdisk_parent *parent, struct err *err)
{
	int r = 0;

	if (parent->relative && *parent->relative)
		r = add_relative_host(places, child, parent->relative, err);
	if (!r && parent->absolute && *parent->absolute == '/')
		r = add_host(places, child, parent->absolute, err);
	return r;
}

int vdisk_places_list(bool is_volume, const char *child,
		      const struct vdisk_parent *parent,
		      struct vdisk_places *ret, struct err *err)
{
	const char *const all[] = {parent->absolute, parent->volume,
				   parent->relative};
	struct vdisk_places places = {.count = 0};
	const char *name = "";
	int r = is_volume ? list_inner(&places, child, parent, err)
			  : list_host(&places, child, parent, err);

	for (size_t i = 0; i < 3 && !*name; i++)
		if (all[i])
			name = vdisk_path_name(all[i]);
	if (!r && *name)
		r = is_volume ? add_inner(&places, child, name, err)
			      : add_host(&places, child, name, err);
	if (r) {
		vdisk_places_done(&places);
		return r;
	}
	*ret = places;
	return 0;
}

void vdisk_places_done(struct vdisk_places *p)
{
	for (size_t i = 0; i < p->count; i++)
		mem_free(p->paths[i]);
	p->count = 0;
}
