// SPDX-License-Identifier: MIT
//
// The systems' images in an answer file: where they are, on this machine,
// inside of its disks, or on another one.

#include <ctype.h>
#include <string.h>

#include "address.h"
#include "answer_priv.h"

// "C:\x" is no name from which a folder's could be told: whoever opens it says
// so.
static bool is_whole(const char *file)
{
	return net_is_name(file) ||
	       (isalpha((unsigned char)file[0]) && file[1] == ':');
}

int answer_folder(const char *name, size_t *ret, struct err *err)
{
	const char *end = strrchr(name, '/');
	struct address_parts parts = {.at = strlen(name)};

	// What is no address has no volume in which a folder could be.
	if (address_split(name, &parts, NULL) == -ENOMEM)
		return err_nomem(err);
	for (const char *c = name + parts.at; *c; c++)
		if (*c == '\\' || *c == '/')
			end = c;
	address_parts_done(&parts);
	*ret = end ? (size_t)(end - name) + 1 : 0;
	return 0;
}

static int join(const struct answer_parser *p, const char *file, char **ret)
{
	size_t folder;
	char *joined;
	int r;

	if (net_is_name(p->name))
		return net_join(p->name, file, ret, p->err);
	r = answer_folder(p->name, &folder, p->err);
	if (r)
		return r;
	joined = mem_alloc(folder + strlen(file) + 1);
	if (!joined)
		return err_nomem(p->err);
	memcpy(joined, p->name, folder);
	strcpy(joined + folder, file);
	*ret = joined;
	return 0;
}

// A relative path counts from where the answer file came from.
static int join_image(const struct answer_parser *p, char **file)
{
	char *joined;
	int r;

	if (is_whole(*file))
		return 0;
	for (char *c = *file; *c; c++)
		if (*c == '\\')
			*c = '/';
	if (**file == '/')
		return 0;
	r = join(p, *file, &joined);
	if (r)
		return r;
	mem_free(*file);
	*file = joined;
	return 0;
}

// Gives a system its own image's place, or that of [image].
static int settle_image(struct answer_parser *p, struct answer_system *s)
{
	const struct answer *a = p->answer;
	const char *index = "1";

	if (s->parent)
		return 0;
	if (s->image_file && join_image(p, &s->image_file))
		return -ENOMEM;
	if (!s->image_file) {
		s->image_file = mem_strdup(a->image_file);
		index = a->image ? a->image : "1";
	}
	if (!s->image)
		s->image = mem_strdup(index);
	return s->image_file && s->image ? 0 : err_nomem(p->err);
}

// A password without a user, or a domain without one, is a slip of the pen.
static int check_logon(const struct answer_parser *p)
{
	const struct net_logon *logon = &p->answer->logon;
	const char *other = logon->password ? "password" : "domain";

	if (logon->user || (!logon->password && !logon->domain))
		return 0;
	return err_bad_text(p->err, p->name, answer_given(p, "network", other),
			    "[network] has a %s and no username", other);
}

int answer_check_images(struct answer_parser *p)
{
	struct answer *a = p->answer;
	bool all = a->system_count;
	int r;

	for (size_t i = 0; i < a->system_count; i++)
		all &= a->systems[i]->parent || a->systems[i]->image_file;
	if (!a->image_file && !all)
		return err_bad_text(p->err, p->name, ERR_NOWHERE,
				    "[image] needs \"file\"");
	r = check_logon(p);
	if (!r && a->image_file)
		r = join_image(p, &a->image_file);
	for (size_t i = 0; i < a->system_count && !r; i++)
		r = settle_image(p, a->systems[i]);
	return r;
}
