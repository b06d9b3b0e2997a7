// SPDX-License-Identifier: MIT
//
// Who the systems are: their images, identifiers and names in the menu.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "address.h"
#include "answer_priv.h"
#include "plan_priv.h"

// --- Images ------------------------------------------------------------------

static int open_address(void *logon, const char *name, struct disk **ret,
			struct err *err)
{
	return address_open_file(name, logon, ret, err);
}

static int try_file(const struct plan *p, const char *path, struct err *err)
{
	struct disk *file;
	int r = address_open_file(path, &p->answer->logon, &file, err);

	if (!r)
		disk_close(file);
	return r;
}

// The part of a path that counts from the answer file's folder, or NULL; on
// another machine there are no folders to look in.
static int relative_part(const struct plan *p, const char *path,
			 const char **ret, struct err *err)
{
	size_t folder;
	int r = answer_folder(p->answer->name, &folder, err);

	if (r)
		return r;
	*ret = path[0] && !net_is_name(path) &&
			       !strncmp(path, p->answer->name, folder) &&
			       (folder || path[0] != '/')
		       ? path + folder
		       : NULL;
	return 0;
}

// Looks for a file in another folder; Linux' NTFS knows case, who wrote the
// answer file does not. *ret is its path, new memory. Returns 0, -ENOENT,
// -ENOMEM, or the error of one that is there.
static int look_in(const struct plan *p, const char *folder, size_t len,
		   const char *name, char **ret, struct err *err)
{
	char *path = mem_alloc(len + strlen(name) + 2), *found;
	struct err inner = {0};
	size_t end = 0;
	int r;

	if (!path)
		return err_nomem(err);
	sprintf(path, "%.*s/%s", (int)len, folder, name);
	found = address_find_host(path, &end);
	if (found && !path[end]) {
		mem_free(path);
		path = found;
	} else {
		mem_free(found);
	}
	r = try_file(p, path, &inner);
	if (!r)
		*ret = path;
	else
		mem_free(path);
	return r && r != -ENOENT ? err_pass(err, r, &inner) : r;
}

// Looks for a file in the other folders, as look_in does in one.
static int look_elsewhere(const struct plan *p, const char *name, char **ret,
			  struct err *err)
{
	const char *folder = p->target.image_folders;
	int r = -ENOENT;

	while (r == -ENOENT && folder && *folder) {
		size_t len = strcspn(folder, ":");

		r = look_in(p, folder, len, name, ret, err);
		folder += len + (folder[len] == ':');
	}
	return r;
}

// Finds the file of an image: where the answer file says, or in the other
// folders.
static int find_file(const struct plan *p, struct plan_image *image,
		     struct err *err)
{
	const char *name;
	struct err inner = {0};
	int r = relative_part(p, image->name, &name, err);

	if (r)
		return r;
	if (name && p->target.image_folders)
		r = try_file(p, image->name, &inner);
	if (r == -ENOENT) {
		r = look_elsewhere(p, name, &image->found, err);
		if (r == -ENOENT)
			return err_set(err, r, image->name, ERR_NOWHERE,
				       "there is no such file, and no %s in %s",
				       name, p->target.image_folders);
	} else if (r) {
		return err_pass(err, r, &inner);
	}
	image->path = image->found ? image->found : image->name;
	return r ? r : plan_check_outside(p, image->path, err);
}

// Finds an image file that is open already, or opens it.
static int open_file(struct plan *p, const char *name, struct plan_image **ret,
		     struct err *err)
{
	struct wim_files files = {open_address,
				  (void *)(uintptr_t)&p->answer->logon};
	struct plan_image *image = p->images;
	int r;

	for (size_t i = 0; i < p->image_count; i++, image++) {
		if (!strcmp(image->name, name)) {
			*ret = image;
			return 0;
		}
	}
	p->image_count++;
	image->name = name;
	r = find_file(p, image, err);
	if (!r)
		r = wim_open_files(&files, &image->path, 1, &image->wim, err);
	*ret = image;
	return r;
}

static int open_image(struct plan *p, struct plan_system *s, struct err *err)
{
	const struct wim_image_info *info;
	int r = open_file(p, s->answer->image_file, &s->image, err);

	if (r)
		return r;
	s->index = wim_find_image(s->image->wim, s->answer->image);
	if (!s->index)
		return wim_no_image(s->image->wim, s->image->path,
				    s->answer->image, err);
	info = wim_get_image_info(s->image->wim, s->index);
	// Not today's: the same image makes the same disk.
	s->time = info->modified ? info->modified : info->created;
	return 0;
}

// --- Identifiers -------------------------------------------------------------

// The first system's names have no number.
static struct guid identifier(const struct plan *p, size_t i, const char *name)
{
	struct guid id;
	char text[32];

	snprintf(text, sizeof(text), i ? "%s %zu" : "%s", name, i + 1);
	guid_from_name(&p->seed, text, &id);
	return id;
}

static void identify(struct plan *p, size_t i)
{
	struct plan_system *s = &p->systems[i];
	struct guid guest = identifier(p, i, "guest");

	s->id = identifier(p, i, "vhd");
	s->loader_id = identifier(p, i, "loader");
	s->resume_id = identifier(p, i, "resume");
	s->serial = load_le64(guest.b);
}

// --- Names -------------------------------------------------------------------

static const char *describe(const struct plan *p, const struct plan_system *s)
{
	const struct wim_image_info *info =
		wim_get_image_info(s->base->image->wim, s->base->index);

	if (s->answer->description)
		return s->answer->description;
	if (s->answer->in_menu && p->answer->description)
		return p->answer->description;
	return info->name[0] ? info->name : "Windows";
}

// Of two equal entries nobody could tell which is which.
static int check_names(const struct plan *p, struct err *err)
{
	for (size_t i = 0; i < p->system_count; i++) {
		const struct plan_system *s = &p->systems[i];

		for (size_t k = 0; k < i && s->answer->in_menu; k++) {
			const struct plan_system *t = &p->systems[k];

			if (t->answer->in_menu &&
			    !strcmp(t->description, s->description))
				return err_bad_text(
					err, p->answer->name, s->answer->line,
					"the menu has \"%s\" already; give this "
					"one a description of its own",
					s->description);
		}
	}
	return 0;
}

static int choose_first(struct plan *p, struct err *err)
{
	const char *wanted = p->answer->default_entry;

	for (size_t i = 0; i < p->system_count; i++) {
		const struct plan_system *s = &p->systems[i];

		if (s->answer->in_menu &&
		    (!wanted || !strcmp(s->description, wanted) ||
		     (s->answer->path &&
		      !strcasecmp(s->answer->path, wanted)))) {
			p->first = s;
			return 0;
		}
	}
	return err_bad_text(err, p->answer->name, p->answer->default_line,
			    "default = %s: nothing in the menu has that "
			    "description or path",
			    wanted);
}

// --- All of it ---------------------------------------------------------------

static int link_systems(struct plan *p, struct err *err)
{
	const struct answer *a = p->answer;

	p->system_count = a->system_count;
	p->systems = mem_array(a->system_count, sizeof(*p->systems));
	p->images = mem_array(a->system_count, sizeof(*p->images));
	if (!p->systems || !p->images)
		return err_nomem(err);
	for (size_t i = 0; i < a->system_count; i++) {
		struct plan_system *s = &p->systems[i];

		s->answer = a->systems[i];
		for (size_t k = 0; k < a->system_count; k++) {
			if (a->systems[k] == s->answer->parent)
				s->parent = &p->systems[k];
			if (a->systems[k] == s->answer->base)
				s->base = &p->systems[k];
		}
	}
	return 0;
}

int plan_images(struct plan *p, struct err *err)
{
	int r = link_systems(p, err);

	for (size_t i = 0; i < p->system_count && !r; i++) {
		identify(p, i);
		if (!p->systems[i].parent)
			r = open_image(p, &p->systems[i], err);
	}
	if (r)
		return r;
	for (size_t i = 0; i < p->system_count; i++) {
		struct plan_system *s = &p->systems[i];

		s->time = s->base->time;
		s->description = describe(p, s);
	}
	p->time = p->systems[0].time;
	r = check_names(p, err);
	return r ? r : choose_first(p, err);
}
