// SPDX-License-Identifier: MIT
//
// The layout of dir, column for column as scripts know it from Windows (samples
// in Microsoft's reference of commands, "dir", and of the C library, "_utime").

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "../cmd.h"
#include "dir.h"

#define WIDTH       80 // of the screen, for /W
#define MAX_COLUMNS 5
#define NUMBER      32 // room for a number with separators

// --- Lines -------------------------------------------------------------------

static unsigned screen_height(void)
{
	struct winsize w;

	return !ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) && w.ws_row > 1 ? w.ws_row
								     : 25;
}

static void wait_for_key(void)
{
	struct termios old, raw;
	char key;

	printf("Press any key to continue . . . ");
	fflush(stdout);
	if (!tcgetattr(STDIN_FILENO, &old)) {
		raw = old;
		raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
		tcsetattr(STDIN_FILENO, TCSANOW, &raw);
		if (read(STDIN_FILENO, &key, 1) < 0)
			key = 0;
		tcsetattr(STDIN_FILENO, TCSANOW, &old);
	}
	putchar('\n');
}

// Ends a line; with /P waits when the screen is full.
static void end_line(const struct dir_options *o)
{
	static unsigned lines;

	putchar('\n');
	if (!o->pause || ++lines < screen_height() - 1)
		return;
	lines = 0;
	wait_for_key();
}

static void print_name(const struct dir_options *o, const char *name)
{
	for (; *name; name++)
		putchar(o->lower ? tolower((unsigned char)*name) : *name);
}

// Writes a number with a separator at each thousand.
static const char *number(const struct dir_options *o, uint64_t n,
			  char ret[NUMBER])
{
	char digits[NUMBER];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, n), at = 0;

	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0 && !o->plain_numbers)
			ret[at++] = ',';
		ret[at++] = digits[i];
	}
	ret[at] = 0;
	return ret;
}

// --- One entry ---------------------------------------------------------------

static const char *entry_kind(const struct tree_stat *s)
{
	const char *tag = ntfs_reparse_name(s->reparse_tag);

	if (tag && !strcmp(tag, "MOUNT_POINT"))
		return "<JUNCTION>";
	if (tag && !strcmp(tag, "SYMLINK"))
		return s->is_directory ? "<SYMLINKD>" : "<SYMLINK>";
	return s->is_directory ? "<DIR>" : NULL;
}

// Behind the name stands where a link leads, or what a reparse point makes of
// the file.
static void print_reparse(const struct dir_folder *f, const struct tree_stat *s)
{
	const char *tag = ntfs_reparse_name(s->reparse_tag);
	char *path = tree_path_join(f->spot->tree, f->path, s->name);
	char *target = NULL;

	if (path)
		best_effort(tree_read_link(f->spot->tree, path, &target, NULL));
	if (target)
		printf(" [%s]", target);
	else if (tag)
		printf(" [%s]", tag);
	else
		printf(" [reparse tag 0x%08x]", (unsigned)s->reparse_tag);
	mem_free(target);
	mem_free(path);
}

static void print_time(uint64_t filetime)
{
	time_t t = (time_t)filetime_to_unix(filetime);
	char text[32] = "";
	struct tm tm;

	if (gmtime_r(&t, &tm))
		strftime(text, sizeof(text), "%m/%d/%Y  %I:%M %p", &tm);
	printf("%-20s", text);
}

struct stream_line {
	const struct dir_options *o;
	const struct tree_stat *stat;
};

static int show_stream(void *ctx, const char *name, uint64_t size)
{
	const struct stream_line *l = ctx;
	char text[NUMBER];

	// Windows' overlay filter keeps its own to itself.
	if (l->stat->reparse_tag && !strcmp(name, "WofCompressedData"))
		return 0;
	printf("%38s ", number(l->o, size, text));
	print_name(l->o, l->stat->name);
	printf(":%s:$DATA", name);
	end_line(l->o);
	return 0;
}

static void show_streams(const struct dir_options *o,
			 const struct dir_folder *f, const struct tree_stat *s)
{
	struct stream_line line = {o, s};
	char *path = tree_path_join(f->spot->tree, f->path, s->name);

	if (path)
		best_effort(tree_streams(f->spot->tree, path, show_stream,
					 &line, NULL));
	mem_free(path);
}

static void show_entry(const struct dir_options *o, const struct dir_folder *f,
		       const struct dir_entry *e)
{
	const struct tree_stat *s = &e->stat;
	const char *kind = entry_kind(s);
	char size[NUMBER];

	print_time(dir_entry_time(o, s));
	if (kind)
		printf("    %-14s ", kind);
	else
		printf("%18s ", number(o, s->size, size));
	if (o->short_names)
		printf("%-12s ", s->short_name);
	print_name(o, s->name);
	if (s->reparse_tag)
		print_reparse(f, s);
	end_line(o);
	if (o->streams && !e->is_dots)
		show_streams(o, f, s);
}

// --- /B and /W ---------------------------------------------------------------

static void show_bare(const struct dir_options *o, const struct dir_folder *f)
{
	for (size_t i = 0; i < f->count; i++) {
		char *path = o->recursive
				     ? tree_path_join(f->spot->tree, f->path,
						      f->entries[i].stat.name)
				     : NULL;

		if (path)
			print_name(o, f->spot->prefix);
		print_name(o, path ? path : f->entries[i].stat.name);
		end_line(o);
		mem_free(path);
	}
}

// Counts characters, as far as a terminal shows each in a cell of its own.
static size_t name_width(const struct tree_stat *s)
{
	size_t n = s->is_directory ? 2 : 0;

	for (const char *c = s->name; *c; c++)
		n += (*c & 0xc0) != 0x80;
	return n;
}

static void print_wide(const struct dir_options *o, const struct tree_stat *s,
		       size_t width)
{
	if (s->is_directory)
		putchar('[');
	print_name(o, s->name);
	if (s->is_directory)
		putchar(']');
	for (size_t n = name_width(s); n < width; n++)
		putchar(' ');
}

static void show_wide(const struct dir_options *o, const struct dir_folder *f)
{
	size_t width = 1, columns, rows;

	for (size_t i = 0; i < f->count; i++) {
		size_t n = name_width(&f->entries[i].stat) + 2;

		width = width < n ? n : width;
	}
	columns = WIDTH / width ? WIDTH / width : 1;
	columns = columns < MAX_COLUMNS ? columns : MAX_COLUMNS;
	rows = (f->count + columns - 1) / columns;
	for (size_t row = 0; row < rows; row++) {
		for (size_t column = 0; column < columns; column++) {
			size_t i = o->by_column ? column * rows + row
						: row * columns + column;

			if (i < f->count)
				print_wide(o, &f->entries[i].stat, width);
		}
		end_line(o);
	}
}

// --- Heads and sums ----------------------------------------------------------

void dir_show_volume(const struct dir_options *o, const struct spot *t,
		     const struct tree_info *info)
{
	size_t len = strlen(t->prefix);
	int drive = len ? (int)len - 1 : 1;

	printf(" Volume in drive %.*s ", drive, len ? t->prefix : "/");
	if (*info->label)
		printf("is %s", info->label);
	else
		printf("has no label.");
	end_line(o);
	printf(" Volume Serial Number is %04X-%04X",
	       (unsigned)info->serial >> 16, (unsigned)info->serial & 0xffff);
	end_line(o);
}

void dir_show_head(const struct dir_options *o, const struct spot *t,
		   const char *path)
{
	end_line(o);
	printf(" Directory of %s%s", t->prefix, *path ? path : ".");
	end_line(o);
	end_line(o);
}

static void show_files(const struct dir_options *o, const struct dir_sums *sums)
{
	char files[NUMBER], bytes[NUMBER];

	printf("%16s File(s) %14s bytes", number(o, sums->files, files),
	       number(o, sums->bytes, bytes));
	end_line(o);
}

void dir_show_folder(const struct dir_options *o, const struct dir_folder *f)
{
	if (o->bare) {
		show_bare(o, f);
		return;
	}
	dir_show_head(o, f->spot, f->path);
	if (o->wide)
		show_wide(o, f);
	for (size_t i = 0; i < f->count && !o->wide; i++)
		show_entry(o, f, &f->entries[i]);
	show_files(o, &f->sums);
}

void dir_show_total(const struct dir_options *o, const struct dir_sums *sums,
		    uint64_t free)
{
	char folders[NUMBER], bytes[NUMBER];

	if (o->recursive) {
		end_line(o);
		printf("     Total Files Listed:");
		end_line(o);
		show_files(o, sums);
	}
	printf("%16s Dir(s) %15s bytes free", number(o, sums->folders, folders),
	       number(o, free, bytes));
	end_line(o);
}
