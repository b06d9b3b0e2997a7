// SPDX-License-Identifier: MIT
//
// What is marked, in words.

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "diskmgmt_priv.h"

__attribute__((format(printf, 2, 3))) static void add(char line[512],
						      const char *fmt, ...)
{
	size_t len = strlen(line);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line + len, 512 - len, fmt, ap);
	va_end(ap);
}

void diskmgmt_item_name(const struct item *item, char *text, size_t size)
{
	const struct piece *p = &item->piece;
	char letter[8] = "";

	if (item->kind == ITEM_FILE) {
		snprintf(text, size, "%s", item->file->path);
		return;
	}
	if (item->kind == ITEM_DISK) {
		snprintf(text, size, "Disk %u", item->disk->number);
		return;
	}
	if (p->volume && p->volume->letter)
		snprintf(letter, sizeof(letter), " (%c:)", p->volume->letter);
	if (p->kind == KIND_FREE)
		snprintf(text, size, "Disk %u, %s", item->disk->number,
			 p->region ? "free space" : "no table");
	else if (p->kind == KIND_EXTENDED)
		snprintf(text, size, "Disk %u, extended partition",
			 item->disk->number);
	else if (p->region)
		snprintf(text, size, "Disk %u, partition %u%s",
			 item->disk->number, p->region->number, letter);
	else
		snprintf(text, size, "Disk %u, its volume%s",
			 item->disk->number, letter);
}

// Digits in threes.
static const char *grouped(uint64_t n, char text[32])
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, n);
	char *out = text;

	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			*out++ = ',';
		*out++ = digits[i];
	}
	*out = 0;
	return text;
}

static void tell_disk(const struct storage_disk *d, struct detail *ret)
{
	char *line = ret->lines[0], bytes[32];

	add(line, "Disk %u: %s", d->number, d->name);
	if (d->serial[0])
		add(line, ", serial %s", d->serial);
	if (d->bus[0])
		add(line, ", %s", d->bus);
	add(line, ", %s bytes, sectors of %u", grouped(d->size, bytes),
	    d->sector_size);
	line = ret->lines[1];
	if (d->trouble[0])
		add(line, "%s", d->trouble);
	else if (d->in_use[0])
		add(line, "in use: %s", d->in_use);
	else if (d->is_medium)
		add(line, "this environment was started from it");
	else
		add(line, "%s", d->address);
}

static void tell_volume(const struct storage_volume *v, char *line)
{
	char size[SIZE_TEXT];

	add(line, "%s", v->fs);
	if (v->free != UINT64_MAX)
		add(line, ", %s free", size_text(v->free, size));
	if (v->cluster_size)
		add(line, ", clusters of %u", v->cluster_size);
	if (v->is_hidden)
		add(line, ", hidden");
	if (v->is_read_only)
		add(line, ", read-only");
	if (v->is_dirty)
		add(line, ", should be checked");
	if (v->mount[0])
		add(line, ", mounted at %s", v->mount);
}

static void tell_piece(const struct item *item, struct detail *ret)
{
	const struct piece *p = &item->piece;
	char *line = ret->lines[0], bytes[32], name[128], size[SIZE_TEXT];

	diskmgmt_item_name(item, name, sizeof(name));
	add(line, "%s: ", name);
	if (p->kind != KIND_FREE && p->kind != KIND_EXTENDED)
		add(line, "%s, ", diskmgmt_kind_name(p));
	if (p->volume)
		add(line, "volume %u%s%s, ", p->volume->number,
		    p->volume->label[0] ? " " : "", p->volume->label);
	add(line, "%s bytes at %s", grouped(p->size, bytes),
	    size_text(p->start, size));
	if (p->region && !p->region->is_free)
		add(line, ", address @%u", p->region->part.number);
	line = ret->lines[1];
	if (p->volume)
		tell_volume(p->volume, line);
	else if (p->region && p->region->part.name[0])
		add(line, "called %s", p->region->part.name);
}

static void tell_file(const struct item *item, struct detail *ret)
{
	const struct diskmgmt_file *f = item->file;
	char bytes[32];

	add(ret->lines[0], "%s", f->address);
	if (f->trouble[0]) {
		add(ret->lines[1], "%s", f->trouble);
		return;
	}
	add(ret->lines[1], "a %s disk of %s bytes", f->type,
	    grouped(f->size, bytes));
	if (f->parent_name)
		add(ret->lines[1], ", a child of %s", f->parent_name);
}

void diskmgmt_detail(const struct item *item, struct detail *ret)
{
	*ret = (struct detail){0};
	if (item->kind == ITEM_DISK)
		tell_disk(item->disk, ret);
	else if (item->kind == ITEM_PIECE)
		tell_piece(item, ret);
	else
		tell_file(item, ret);
}
