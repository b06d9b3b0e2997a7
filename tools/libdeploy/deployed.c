// SPDX-License-Identifier: MIT
//
// The mark of a disk that was deployed: from what, as a text on its system
// partition. It is in no system's way, and goes when that volume is made anew.
// The table comes last in a deployment, so a mark that can be found stands for
// one that ended.

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "plan_priv.h"

#define MARK_FOLDER   "\\slipway"
#define MARK_PATH     MARK_FOLDER "\\deployed.txt"
#define MARK_MAX_SIZE 4096u // ours are much shorter

#define HEX_SIZE (2 * SHA1_SIZE + 1)

static const char head[] =
	"; Slipway deployed this disk. A machine that is started from the same\n"
	"; medium again leaves it alone as long as this file is here.\n";

static void to_hex(const uint8_t sha1[SHA1_SIZE], char hex[HEX_SIZE])
{
	for (size_t i = 0; i < SHA1_SIZE; i++)
		sprintf(hex + 2 * i, "%02x", sha1[i]);
}

// All images, in the order of their systems: a file of the same name may have
// been replaced by a newer one.
static void images_hex(const struct plan *p, char hex[HEX_SIZE])
{
	uint8_t digest[SHA1_SIZE];
	struct sha1 sha1;

	sha1_init(&sha1);
	for (size_t i = 0; i < p->system_count; i++) {
		const struct plan_system *s = &p->systems[i];

		if (!s->parent)
			sha1_update(&sha1,
				    wim_image_sha1(s->image->wim, s->index),
				    SHA1_SIZE);
	}
	sha1_final(&sha1, digest);
	to_hex(digest, hex);
}

// What must be equal: all but the day. Returns its length.
static size_t mark_text(const struct plan *p, char text[MARK_MAX_SIZE])
{
	const char *origin = p->target.origin;
	char answer[HEX_SIZE], images[HEX_SIZE];

	to_hex(p->answer->sha1, answer);
	images_hex(p, images);
	snprintf(text, MARK_MAX_SIZE - 64,
		 "%sanswer = %s\nfrom = %s\nimages = %s\n", head, answer,
		 origin ? origin : "unknown", images);
	return strlen(text);
}

int deployed_write(const struct boot_job *job, struct err *err)
{
	const struct plan *p = job->plan;
	time_t now = (time_t)p->target.now;
	char text[MARK_MAX_SIZE];
	size_t n = mark_text(p, text);
	struct tm day;
	int r;

	// With a seed the disk is the same each time, to the byte.
	if (now && !p->answer->has_seed && gmtime_r(&now, &day))
		strftime(text + n, MARK_MAX_SIZE - n, "date = %Y-%m-%d\n",
			 &day);
	r = tree_mkdir_all(job->esp, MARK_FOLDER, p->time, err);
	return r ? r
		 : tree_write_file(job->esp, MARK_PATH, text, strlen(text),
				   TREE_ARCHIVE, p->time, err);
}

// "date = 2026-11-30", or nothing.
static void take_date(const char *line, char date[DEPLOYED_DATE])
{
	static const char before[] = "date = ";
	const char *day = line + strlen(before);

	date[0] = 0;
	if (!strncmp(line, before, strlen(before)) &&
	    strspn(day, "0123456789-") == DEPLOYED_DATE - 1)
		snprintf(date, DEPLOYED_DATE, "%s", day);
}

// What is no volume, or none of ours, bears no mark. Anything else, such as a
// device that cannot be read, says nothing and is passed on.
static int without_mark(int r, const struct err *found, struct err *err)
{
	switch (r) {
	case 0:
	case -ENOENT:
	case -EBADMSG:
	case -ENOTSUP:
	case -EFBIG:
	case -ENOTDIR:
	case -EISDIR:
		return 0;
	}
	return err_pass(err, r, found);
}

// *ret is new memory, or NULL when there is no such file.
static int read_mark(struct disk *disk, const struct part *part, void **ret,
		     size_t *ret_size, struct err *err)
{
	struct err found = {0};
	struct tree *v = NULL;
	struct disk *slice;
	int r = disk_slice(disk, part->start, part->size, &slice, err);

	if (r)
		return r;
	*ret = NULL;
	r = volume_open(slice, &v, &found);
	if (!r)
		r = tree_read_file(v, MARK_PATH, MARK_MAX_SIZE, ret, ret_size,
				   &found);
	tree_close(v);
	disk_close(slice);
	return without_mark(r, &found, err);
}

static int look_into(const struct plan *p, const struct part *part, bool *ret,
		     char date[DEPLOYED_DATE], struct err *err)
{
	char wanted[MARK_MAX_SIZE];
	size_t n = mark_text(p, wanted), size;
	void *text;
	int r = read_mark(p->target.disk, part, &text, &size, err);

	if (r || !text)
		return r;
	*ret = size >= n && !memcmp(text, wanted, n);
	if (*ret)
		take_date((char *)text + n, date);
	mem_free(text);
	return 0;
}

static bool is_system(const struct part_table *t, const struct part *part)
{
	return t->style == PART_MBR ? part->active
				    : guid_equal(&part->type, &part_type_efi);
}

int deployed_find(const struct plan *p, bool *ret, char date[DEPLOYED_DATE],
		  struct err *err)
{
	struct err found = {0};
	struct part_table *t;
	int r;

	*ret = false;
	if (p->found.kind != PART_HOLDS_TABLE)
		return 0;
	r = part_table_read(p->target.disk, &t, &found);
	if (r)
		return without_mark(r, &found, err);
	for (size_t i = 0; i < t->count && !r && !*ret; i++)
		if (is_system(t, &t->parts[i]))
			r = look_into(p, &t->parts[i], ret, date, err);
	part_table_free(t);
	return r;
}
