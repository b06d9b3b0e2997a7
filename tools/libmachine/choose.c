// SPDX-License-Identifier: MIT
//
// The one disk that a rule means. Nothing is guessed: no match and several
// matches are both failures, with the list of what there is.

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "machine.h"

static bool text_matches(const char *pattern, const char *text)
{
	return !pattern || !fnmatch(pattern, text, FNM_CASEFOLD);
}

static bool rule_matches(const struct disk_rule *rule,
			 const struct inventory_disk *d)
{
	return d->size >= rule->size_min && d->size <= rule->size_max &&
	       text_matches(rule->serial, d->serial) &&
	       text_matches(rule->model, d->model) &&
	       text_matches(rule->bus, d->bus) &&
	       (text_matches(rule->path, d->path) ||
		text_matches(rule->path, d->sys_path));
}

// Writes "/dev/sda (usb, 8 GB, Stick)" for each disk, as many as fit.
static void describe(const struct inventory *inventory,
		     const struct disk_rule *rule, char *buf, size_t size)
{
	char capacity[SIZE_TEXT];
	size_t n = 0;

	buf[0] = 0;
	for (size_t i = 0; i < inventory->count && n < size; i++) {
		const struct inventory_disk *d = &inventory->disks[i];

		if (rule && !rule_matches(rule, d))
			continue;
		n += (size_t)snprintf(buf + n, size - n,
				      "%s%s (%s, %s%s%s%s%s)", n ? ", " : "",
				      d->path, d->bus,
				      size_text(d->size, capacity),
				      d->model[0] ? ", " : "", d->model,
				      d->serial[0] ? ", serial " : "",
				      d->serial);
	}
	if (!n)
		snprintf(buf, size, "none");
}

int inventory_choose(const struct inventory *inventory,
		     const struct disk_rule *rule,
		     const struct inventory_disk **ret, struct err *err)
{
	const struct inventory_disk *found = NULL;
	unsigned matches = 0;
	char list[2048]; // err_set marks a cut

	for (size_t i = 0; i < inventory->count; i++) {
		if (!rule_matches(rule, &inventory->disks[i]))
			continue;
		found = &inventory->disks[i];
		matches++;
	}
	if (!matches) {
		describe(inventory, NULL, list, sizeof(list));
		return err_set(err, -ENOENT, "[disk]", ERR_NOWHERE,
			       "no disk matches; there are: %s; `deploy "
			       "--list-disks` shows what a rule can say",
			       list);
	}
	if (matches > 1) {
		describe(inventory, rule, list, sizeof(list));
		return err_set(err, -EEXIST, "[disk]", ERR_NOWHERE,
			       "%u disks match, it must be one: %s; serial or "
			       "path can tell them apart",
			       matches, list);
	}
	if (found->in_use[0])
		return err_set(err, -EBUSY, found->path, ERR_NOWHERE,
			       "it is in use: %s", found->in_use);
	if (found->read_only)
		return err_set(err, -EROFS, found->path, ERR_NOWHERE,
			       "it is write-protected");
	*ret = found;
	return 0;
}

int inventory_confirm(const struct inventory *inventory,
		      const struct disk_rule *rule,
		      const struct inventory_disk *chosen, struct err *err)
{
	const struct inventory_disk *now;
	int r = inventory_choose(inventory, rule, &now, err);

	if (r)
		return r;
	if (strcmp(now->path, chosen->path) ||
	    strcmp(now->sys_path, chosen->sys_path) ||
	    strcmp(now->serial, chosen->serial) || now->size != chosen->size ||
	    now->sequence != chosen->sequence)
		return err_set(
			err, -ESTALE, chosen->path, ERR_NOWHERE,
			"another disk (%s) has taken its place while the "
			"plan was made; nothing was written",
			now->path);
	return 0;
}
