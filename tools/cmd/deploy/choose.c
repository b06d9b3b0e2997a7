// SPDX-License-Identifier: MIT
//
// deploy: the one disk by the answer file's rule, and lists of what a rule can
// and cannot mean.

#include <stdio.h>
#include <string.h>

#include "../cmd.h"
#include "choose.h"

// What is waited for is no part of what was asked for: a list may be read by a
// script.
static void say(void *ctx, const char *text)
{
	fprintf(stderr, "%s\n", text);
}

static void init_settle(struct settle *s)
{
	settle_init(s, "");
	s->say = say;
}

int deploy_disk_choose(struct deploy_disk *disk, const struct answer *answer,
		       const char *named, char path[PATH_MAX], struct err *err)
{
	const struct inventory_disk *chosen;
	struct inventory *inventory;
	int r;

	*disk = (struct deploy_disk){.by_rule = !named};
	if (named) {
		snprintf(path, PATH_MAX, "%s", named);
		return 0;
	}
	if (!answer->has_rule)
		return err_set(err, -EINVAL, answer->name, ERR_NOWHERE,
			       "[disk] says nothing about which disk, and no "
			       "--target is given");
	init_settle(&disk->settle);
	r = settle_wait(&disk->settle, &answer->rule, err);
	if (!r)
		r = inventory_read("", &inventory, err);
	if (r)
		return r;
	r = inventory_choose(inventory, &answer->rule, &chosen, err);
	if (!r) {
		disk->chosen = *chosen;
		snprintf(path, PATH_MAX, "%s", chosen->path);
	}
	inventory_free(inventory);
	return r;
}

int deploy_disk_confirm(struct deploy_disk *disk, const struct answer *answer,
			struct err *err)
{
	struct inventory *inventory;
	int r;

	if (!disk->by_rule)
		return 0;
	r = settle_wait(&disk->settle, &answer->rule, err);
	if (!r)
		r = inventory_read("", &inventory, err);
	if (r)
		return r;
	r = inventory_confirm(inventory, &answer->rule, &disk->chosen, err);
	inventory_free(inventory);
	return r;
}

static int settle_first(bool settle, struct err *err)
{
	struct settle s;

	init_settle(&s);
	return settle ? settle_wait(&s, NULL, err) : 0;
}

enum { COLUMNS = 80, INDENT = 19 }; // of what does not fit into a disk's line

// Both on a line when it holds them.
static void print_model(const char *model, const char *serial)
{
	size_t width = INDENT + strlen(model) + strlen(", serial ") +
		       strlen(serial);

	if (*model && *serial && width < COLUMNS) {
		printf("%*s%s, serial %s\n", INDENT, "", model, serial);
		return;
	}
	if (*model)
		printf("%*s%s\n", INDENT, "", model);
	if (*serial)
		printf("%*sserial %s\n", INDENT, "", serial);
}

static void print_disk(const struct inventory_disk *d)
{
	char size[SIZE_TEXT], holds[DEPLOY_HOLDS_TEXT];

	deploy_holds(d->path, holds);
	printf("  %-16s %8s  %-6s  %s\n", d->path, size_text(d->size, size),
	       d->bus, holds);
	print_model(d->model, d->serial);
	if (d->in_use[0])
		printf("%*sin use: %s\n", INDENT, "", d->in_use);
	if (d->read_only)
		printf("%*swrite-protected\n", INDENT, "");
}

int deploy_list_disks(bool settle)
{
	struct inventory *inventory;
	struct settle_look look;
	struct err err = {0};

	if (settle_first(settle, &err) || inventory_read("", &inventory, &err))
		return cmd_fail("deploy", NULL, &err);
	printf("  %-16s %8s  %-6s  %s\n", "Disk", "Size", "Bus", "Holds");
	for (size_t i = 0; i < inventory->count; i++)
		print_disk(&inventory->disks[i]);
	inventory_free(inventory);
	settle_look_at("", &look);
	for (size_t i = 0; i < look.count && i < SETTLE_MAX_PENDING; i++)
		printf("  on its way: %s %s\n", look.pending[i].name,
		       look.pending[i].why);
	printf("  Sizes are by powers of 1024, as Windows shows them and as rules "
	       "take them.\n");
	return CMD_OK;
}

int deploy_list_media(bool settle)
{
	struct err err = {0};
	struct media *media;

	if (settle_first(settle, &err) || media_read("", &media, &err))
		return cmd_fail("deploy", NULL, &err);
	for (size_t i = 0; i < media->count; i++) {
		const struct medium *m = &media->list[i];

		printf("%-16s %-16s %-32s %-4s %s\n", m->path, m->disk,
		       m->id[0] ? m->id : "-", m->is_cd ? "CD" : "FAT",
		       m->model);
	}
	media_free(media);
	return CMD_OK;
}
