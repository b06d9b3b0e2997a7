// SPDX-License-Identifier: MIT
//
// diskmgmt: DiskPart's picture: disks as bars, and what a person does with them by
// keys (libdiskmgmt, libterm). Or the bars alone, as text.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../disk_words.h"
#include "session.h"

static const char usage[] =
	"usage: diskmgmt [--disk FILE]... [--sector-size N] [--ascii] [--plain]\n"
	"       diskmgmt --bars [--disk FILE]... [--sector-size N] [--ascii] [--plain]\n"
	"\n"
	"Shows disks as bars to scale with their partitions, below them the virtual\n"
	"disks whose files lie on their volumes. Keys create, format, delete, extend,\n"
	"shrink and check partitions, give letters, and make, attach, merge and reset\n"
	"virtual disks; ? in it tells of them. Each does lines of DiskPart, which it\n"
	"shows before it asks; what was run can be saved as a script.\n"
	"\n"
	"The disks are those of this machine, or with --disk files that hold disks:\n"
	"the first is disk 0. A disk in use and the start medium are not written to.\n"
	"\n"
	"  --bars           show them as text, and end\n"
	"  --disk FILE      a disk image, a virtual disk, any address of a disk\n"
	"  --sector-size N  512 or 4096, for image files without a partition table\n"
	"  --ascii          draw with ASCII alone\n"
	"  --plain          draw without colours\n"
	"\n"
	"What the terminal can is known by TERM, LANG and NO_COLOR.\n";

COMMAND(diskmgmt, "diskmgmt", "disks as a picture, to be changed by keys",
	usage);

// --- Bars ----------------------------------------------------------------------

static unsigned text_columns(void)
{
	struct winsize size;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col >= 40)
		return size.ws_col;
	return 80;
}

// Draws with as many rows as it takes.
static int draw_bars(const struct diskmgmt_world *world, bool has_colour,
		     unsigned *rows, struct term_screen **ret, struct err *err)
{
	int r = term_screen_new(*rows, text_columns(), ret, err);

	if (r)
		return r;
	r = diskmgmt_draw_bars(world, has_colour, *ret, err);
	if (r < 0) {
		term_screen_free(*ret);
		return r;
	}
	if ((unsigned)r <= *rows || *rows == TERM_MAX_SIDE) {
		*rows = (unsigned)r < *rows ? (unsigned)r : *rows;
		return 0;
	}
	*rows = r < TERM_MAX_SIDE ? (unsigned)r : TERM_MAX_SIDE;
	term_screen_free(*ret);
	return draw_bars(world, has_colour, rows, ret, err);
}

// Letters and patterns tell what colours would, where there are none.
static int show_bars(const struct session *s, const struct term_caps *caps)
{
	struct term_bytes out = {0};
	struct term_screen *screen;
	struct err err = {0};
	unsigned rows = 24;
	int r = draw_bars(&s->world, caps->has_colour, &rows, &screen, &err);

	if (r)
		return cmd_fail("diskmgmt", NULL, &err);
	r = term_print(screen, rows, caps, &out, &err);
	if (!r && out.size)
		fwrite(out.data, 1, out.size, stdout);
	mem_free(out.data);
	term_screen_free(screen);
	return r ? cmd_fail("diskmgmt", NULL, &err) : CMD_OK;
}

// --- The picture -----------------------------------------------------------------

static void save(struct session *s)
{
	const char *path = diskmgmt_save_path(s->diskmgmt);
	char *text = diskmgmt_script(s->diskmgmt), said[ERR_TEXT];
	struct err err = {0};

	if (!text)
		err_nomem(&err);
	else if (!access(path, F_OK))
		err_set(&err, -EEXIST, path, ERR_NOWHERE,
			"it is there already: choose another name");
	else
		best_effort(disk_put_file(path, text, strlen(text), &err));
	mem_free(text);
	if (err.code)
		err_format(&err, said, sizeof(said));
	else
		snprintf(said, sizeof(said), "saved as %s", path);
	diskmgmt_say(s->diskmgmt, said);
}

static int follow(struct session *s, enum diskmgmt_event event, struct err *err)
{
	struct err why = {0};

	switch (event) {
	case DISKMGMT_NOTHING:
	case DISKMGMT_QUIT:
		break;
	case DISKMGMT_RUN:
		return session_run(s, err);
	case DISKMGMT_RESCAN:
		if (session_rescan(s, &why))
			diskmgmt_say(s->diskmgmt, why.why);
		break;
	case DISKMGMT_REFRESH:
		term_refresh(s->term);
		break;
	case DISKMGMT_SAVE:
		save(s);
		break;
	}
	return 0;
}

enum { IDLE_MS = 300 }; // without a key what takes a moment is looked up

static int serve(struct session *s, struct err *err)
{
	enum diskmgmt_event event = DISKMGMT_NOTHING;
	struct term_key key;
	bool is_idle = false;
	int r = 0;

	while (!r && event != DISKMGMT_QUIT) {
		r = session_show(s, err);
		if (r)
			break;
		r = term_read_key(s->term, is_idle ? -1 : IDLE_MS, &key, err);
		is_idle = r == -ETIMEDOUT && !session_look_free(s);
		if (r == -ETIMEDOUT) {
			r = 0;
			continue;
		}
		if (r)
			break;
		event = diskmgmt_press(s->diskmgmt, &key);
		r = follow(s, event, err);
	}
	return r;
}

static int show_picture(struct session *s, const struct term_caps *caps)
{
	struct err err = {0};
	struct term *term;
	int r;

	if (terminal_open(caps, &term, &err))
		return cmd_fail("diskmgmt", NULL, &err);
	r = session_begin(s, term, &err);
	if (!r)
		r = serve(s, &err);
	terminal_close(term);
	return r ? cmd_fail("diskmgmt", NULL, &err) : CMD_OK;
}

// --- The command -------------------------------------------------------------------

enum { BARS, ASCII, PLAIN, SECTOR_SIZE };

static int run(const struct cmd_switch *s, const struct storage_source *source)
{
	struct term_caps caps = terminal_caps(s[ASCII].value, s[PLAIN].value);
	struct session session = {0};
	struct err err = {0};
	int status;

	if (s[BARS].value) {
		caps.is_file = !isatty(STDOUT_FILENO);
		caps.has_colour = caps.has_colour && !caps.is_file;
	} else if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		return cmd_misuse("diskmgmt",
				  "it needs a terminal; --bars shows the disks "
				  "as text");
	}
	if (session_open(&session, source, &err))
		status = cmd_fail("diskmgmt", NULL, &err);
	else if (s[BARS].value)
		status = show_bars(&session, &caps);
	else
		status = show_picture(&session, &caps);
	session_close(&session);
	return status;
}

static int cmd_diskmgmt(int argc, char **argv)
{
	struct cmd_switch s[] = {
		[BARS] = {.name = "bars"},
		[ASCII] = {.name = "ascii"},
		[PLAIN] = {.name = "plain"},
		[SECTOR_SIZE] = {.name = "sector-size", .has_value = true},
		{0}};
	const char **files = mem_array((size_t)argc, sizeof(*files));
	struct storage_source source = {.files = files};
	int status, count;

	if (!files)
		return CMD_FAILED;
	status = disk_words_take("diskmgmt", &argc, argv, files,
				 &source.file_count);
	if (!status)
		status = cmd_switches(argc, argv, s, &count);
	if (!status && count)
		status = cmd_misuse("diskmgmt",
				    "%s%snot understood; disks are given by "
				    "--disk",
				    argv[1], err_colon(argv[1]));
	if (!status)
		status = disk_words_sector_size("diskmgmt",
						s[SECTOR_SIZE].value,
						&source.sector_size);
	if (!status) {
		source.root = source.file_count ? NULL : "";
		status = run(s, &source);
	}
	mem_free(files);
	return status;
}
