// SPDX-License-Identifier: MIT
//
// A session: what is selected, and the lines of scripts. What goes with what is as
// Microsoft's reference says ("diskpart", "Determine focus").

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "diskpart_priv.h"

// --- What is selected --------------------------------------------------------

const struct storage_disk *diskpart_disk(const struct diskpart *d)
{
	return d->disk < 0 ? NULL
			   : storage_find_disk(d->storage, (unsigned)d->disk);
}

const struct storage_volume *diskpart_volume(const struct diskpart *d)
{
	return d->volume < 0
		       ? NULL
		       : storage_find_volume(d->storage, (unsigned)d->volume);
}

const struct storage_region *diskpart_partition(const struct diskpart *d)
{
	const struct storage_disk *disk = diskpart_disk(d);

	if (!disk || d->partition < 0)
		return NULL;
	for (size_t i = 0; i < disk->region_count; i++)
		if (!disk->regions[i].is_free &&
		    disk->regions[i].number == (unsigned)d->partition)
			return &disk->regions[i];
	return NULL;
}

const struct storage_region *diskpart_region_of(const struct storage *s,
						const struct storage_volume *v)
{
	const struct storage_disk *disk = storage_find_disk(s, v->disk);

	for (size_t i = 0; disk && i < disk->region_count; i++)
		if (!disk->regions[i].is_free &&
		    disk->regions[i].volume == (int)v->number)
			return &disk->regions[i];
	return NULL;
}

void diskpart_select_disk(struct diskpart *d, int number)
{
	d->disk = number;
	d->partition = d->volume = -1;
}

void diskpart_select_partition(struct diskpart *d, int number)
{
	const struct storage_region *region;

	d->partition = number;
	region = diskpart_partition(d);
	d->volume = region ? region->volume : -1;
	d->partition_start = region ? region->start : 0;
}

void diskpart_select_volume(struct diskpart *d, int number)
{
	const struct storage_volume *v;
	const struct storage_region *region;

	diskpart_select_disk(d, -1);
	d->volume = number;
	v = diskpart_volume(d);
	if (!v)
		return;
	d->disk = (int)v->disk;
	region = diskpart_region_of(d->storage, v);
	if (!region)
		return;
	d->partition = (int)region->number;
	d->partition_start = region->start;
}

int diskpart_select_vdisk(struct diskpart *d, const char *file, struct err *err)
{
	char *copy = file ? mem_strdup(file) : NULL;
	unsigned number;

	if (file && !copy)
		return err_nomem(err);
	mem_free(d->vdisk);
	d->vdisk = copy;
	if (file && storage_is_attached(d->storage, file, &number) &&
	    d->disk != (int)number)
		diskpart_select_disk(d, (int)number);
	return 0;
}

// A partition is the one that begins where it did: the numbers of those behind a
// deleted one change.
static int find_number(const struct storage_disk *disk, uint64_t start)
{
	for (size_t i = 0; i < disk->region_count; i++)
		if (!disk->regions[i].is_free &&
		    disk->regions[i].start == start)
			return (int)disk->regions[i].number;
	return -1;
}

void diskpart_find_focus(struct diskpart *d)
{
	const struct storage_disk *disk = diskpart_disk(d);

	if (!disk)
		diskpart_select_disk(d, -1);
	else if (d->partition >= 0)
		diskpart_select_partition(d, find_number(disk,
							 d->partition_start));
	if (!diskpart_volume(d))
		d->volume = -1;
}

// --- A line ------------------------------------------------------------------

static enum diskpart_status check_needs(struct diskpart *d, unsigned needs)
{
	if ((needs & NEED_DISK) && !diskpart_disk(d))
		return diskpart_object(
			d,
			"There is no disk selected.\n"
			"Please select a disk and try again.",
			"LIST DISK shows the disks, SELECT DISK 0 selects one.");
	if ((needs & NEED_PARTITION) && !diskpart_partition(d))
		return diskpart_object(
			d,
			"There is no partition selected.\n"
			"Please select a partition and try again.",
			"LIST PARTITION shows those of the selected disk, "
			"SELECT PARTITION 1 selects one.");
	if ((needs & NEED_VOLUME) && !diskpart_volume(d))
		return diskpart_object(
			d,
			"There is no volume selected.\n"
			"Please select a volume and try again.",
			"LIST VOLUME shows the volumes, SELECT VOLUME C or "
			"SELECT VOLUME 1 selects one.");
	if ((needs & NEED_VDISK) && !d->vdisk)
		return diskpart_object(
			d,
			"There is no virtual disk selected.\n"
			"Please select a virtual disk and try again.",
			"SELECT VDISK FILE=C:\\x.vhdx selects one.");
	return DISKPART_OK;
}

static enum diskpart_status run_call(struct diskpart *d, const struct call *c)
{
	const struct command *command = c->command;
	char name[DISKPART_NAME];
	enum diskpart_status status;

	if (command->refusal) {
		diskpart_say(d,
			     "\nDiskPart has encountered an error: The "
			     "request is not supported.\n%s: %s\n",
			     diskpart_command_name(command, name),
			     command->refusal);
		return DISKPART_FAILED;
	}
	status = check_needs(d, command->needs);
	if (status)
		return status;
	status = command->run(d, c);
	diskpart_find_focus(d);
	return status;
}

static enum diskpart_status run_words(struct diskpart *d, const struct words *w)
{
	char a[DISKPART_NAME], b[DISKPART_NAME], why[ERR_TEXT];
	struct parse p;

	diskpart_parse(w, &p);
	switch (p.result) {
	case PARSE_DONE:
		d->may_fail = p.call.has_noerr;
		return run_call(d, &p.call);
	case PARSE_UNKNOWN:
		diskpart_show_list(d, NULL, 0);
		diskpart_say(d,
			     "\n%s: this is no command. HELP and a command's "
			     "name tells more.\n",
			     w->list[0].name);
		return DISKPART_MISUSE;
	case PARSE_UNFINISHED:
		diskpart_show_list(d, p.like, p.matched);
		if (p.matched < w->count)
			diskpart_say(d,
				     "\n%s: this is none of the words that can "
				     "follow.\n",
				     w->list[p.matched].name);
		return DISKPART_MISUSE;
	case PARSE_AMBIGUOUS:
		snprintf(why, sizeof(why),
			 "It could mean %s or %s: write more of its words.",
			 diskpart_command_name(p.like, a),
			 diskpart_command_name(p.other, b));
		return diskpart_misuse(d, NULL, why);
	default:
		return diskpart_misuse(d, p.like,
				       err_format(&p.why, why, sizeof(why)));
	}
}

// What follows it need not be words: a quote may stand alone.
static bool is_comment(const char *line)
{
	line += strspn(line, " \t");
	return !strncasecmp(line, "rem", 3) && !isalnum((unsigned char)line[3]);
}

enum diskpart_status diskpart_run_line(struct diskpart *d, const char *line)
{
	struct words w;
	struct err err = {0};
	enum diskpart_status status = DISKPART_OK;

	d->may_fail = false;
	if (is_comment(line))
		return DISKPART_OK;
	if (diskpart_words_read(line, &w, &err))
		return err.code == -ENOMEM ? diskpart_failed(d, err.code, &err)
					   : diskpart_misuse(d, NULL, err.why);
	if (w.count)
		status = run_words(d, &w);
	diskpart_words_done(&w);
	if (status == DISKPART_MISUSE || status == DISKPART_FATAL)
		d->may_fail = false;
	return status;
}

bool diskpart_may_fail(const struct diskpart *d)
{
	return d->may_fail;
}

bool diskpart_has_left(const struct diskpart *d)
{
	return d->has_left;
}

// --- A script ----------------------------------------------------------------

static bool has_mark(const uint8_t *b, size_t size)
{
	return size >= 2 && ((b[0] == 0xff && b[1] == 0xfe) ||
			     (b[0] == 0xfe && b[1] == 0xff));
}

static bool has_nul(const uint8_t *b, size_t size, size_t width)
{
	for (size_t i = 0; i + width <= size; i += width)
		if (!b[i] && !b[i + width - 1])
			return true;
	return false;
}

static uint64_t count_lines(const char *text)
{
	uint64_t n = 1;

	for (; *text; text++)
		n += *text == '\n' || (*text == '\r' && text[1] != '\n');
	return n;
}

int diskpart_read_script(const void *bytes, size_t size, char **ret,
			 struct err *err)
{
	size_t width = has_mark(bytes, size) ? 2 : 1;
	const char *why = has_nul(bytes, size, width) ? "there is a NUL"
			  : size % width ? "the last character is half a one"
					 : NULL;
	char *text = text_to_utf8(bytes, size);
	int r = 0;

	if (!text)
		return err_nomem(err);
	// The text ends where that is.
	if (why)
		r = err_bad_text(err, "script", count_lines(text),
				 "%s: save it as text anew", why);
	if (r)
		mem_free(text);
	else
		*ret = text;
	return r;
}

static char *end_line(char *at)
{
	at += strcspn(at, "\r\n");
	if (*at == '\r' && at[1] == '\n')
		*at++ = 0;
	if (*at)
		*at++ = 0;
	return at;
}

static bool is_last(const char *rest)
{
	return !rest[strspn(rest, " \t\r\n")];
}

enum diskpart_status diskpart_run_script(struct diskpart *d, const void *bytes,
					 size_t size)
{
	enum diskpart_status status = DISKPART_OK;
	char *text, *line, *next, why[ERR_TEXT];
	uint64_t number = 0;
	struct err err = {0};
	int r = diskpart_read_script(bytes, size, &text, &err);

	if (r == -EBADMSG) {
		diskpart_say(d, "\nNothing was run. %s\n",
			     err_format(&err, why, sizeof(why)));
		return DISKPART_MISUSE;
	}
	if (r)
		return diskpart_failed(d, r, &err);
	for (line = text; *line && !d->has_left; line = next) {
		next = end_line(line);
		number++;
		status = diskpart_run_line(d, line);
		if (status && !d->may_fail) {
			if (number > 1 || !is_last(next))
				diskpart_say(d,
					     "\nThe script stopped at line "
					     "%" PRIu64 ": %s\n",
					     number, line);
			break;
		}
		status = DISKPART_OK;
	}
	mem_free(text);
	return status;
}

// --- Its begin and end -------------------------------------------------------

int diskpart_open(struct storage *s, const struct diskpart_options *how,
		  struct diskpart **ret, struct err *err)
{
	struct diskpart *d = mem_alloc(sizeof(*d));

	if (!d)
		return err_nomem(err);
	*d = (struct diskpart){.storage = s,
			       .how = *how,
			       .disk = -1,
			       .partition = -1,
			       .volume = -1,
			       .san = "Online All"};
	*ret = d;
	return 0;
}

void diskpart_close(struct diskpart *d)
{
	if (!d)
		return;
	mem_free(d->vdisk);
	mem_free(d);
}
