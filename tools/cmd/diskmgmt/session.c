// SPDX-License-Identifier: MIT
//
// diskmgmt: the disks that there are, and lines that are run on them.

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "session.h"

// --- What there is -----------------------------------------------------------

static int find_files(struct session *s, struct err *err)
{
	const struct storage_volume *volumes;
	struct diskmgmt_file *files;
	size_t count, file_count;
	int r;

	volumes = storage_volumes(s->storage, &count);
	r = diskmgmt_find_files(volumes, count, &files, &file_count, err);
	if (r)
		return r;
	diskmgmt_files_free(s->files, s->file_count);
	s->files = files;
	s->file_count = file_count;
	return 0;
}

static void take_world(struct session *s)
{
	struct diskmgmt_world *w = &s->world;

	w->disks = storage_disks(s->storage, &w->disk_count);
	w->volumes = storage_volumes(s->storage, &w->volume_count);
	w->files = s->files;
	w->file_count = s->file_count;
}

int session_open(struct session *s, const struct storage_source *source,
		 struct err *err)
{
	int r = storage_open(&storage_effects, source, &s->storage, err);

	if (!r)
		r = find_files(s, err);
	if (!r)
		take_world(s);
	return r;
}

void session_close(struct session *s)
{
	diskmgmt_free(s->diskmgmt);
	diskpart_close(s->diskpart);
	diskmgmt_files_free(s->files, s->file_count);
	storage_close(s->storage);
}

int session_rescan(struct session *s, struct err *err)
{
	int r = storage_rescan(s->storage, err);

	if (!r)
		r = find_files(s, err);
	// a line may have looked up again what could not be looked up now
	take_world(s);
	if (s->diskmgmt &&
	    diskmgmt_look(s->diskmgmt, &s->world, r ? NULL : err))
		return -ENOMEM;
	return r;
}

bool session_look_free(struct session *s)
{
	long number = diskmgmt_marked_volume(s->diskmgmt);
	const struct storage_volume *v =
		number < 0 ? NULL
			   : storage_find_volume(s->storage, (unsigned)number);

	// where it cannot be known it is not told
	if (!v || v->free != UINT64_MAX ||
	    storage_look_free(s->storage, (unsigned)number, NULL))
		return false;
	take_world(s);
	return !diskmgmt_look(s->diskmgmt, &s->world, NULL);
}

// --- Showing -----------------------------------------------------------------

int session_show(struct session *s, struct err *err)
{
	diskmgmt_draw(s->diskmgmt, term_caps(s->term)->has_colour,
		      term_screen(s->term));
	return term_show(s->term, err);
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

enum { SHOW_EVERY_MS = 100 };

// What a line says, as it comes. A terminal that fails is seen by the next show.
static void tell(void *ctx, const char *text)
{
	struct session *s = ctx;
	uint64_t now = now_ms();

	diskmgmt_tell(s->diskmgmt, text);
	if (now - s->drawn_ms < SHOW_EVERY_MS)
		return;
	s->drawn_ms = now;
	best_effort(session_show(s, NULL));
}

// --- Running -------------------------------------------------------------------

static int most_shrink(void *ctx, unsigned volume, uint64_t *ret)
{
	struct session *s = ctx;

	return storage_shrink_query(s->storage, volume, ret, NULL);
}

int session_begin(struct session *s, struct term *term, struct err *err)
{
	const struct diskmgmt_calls calls = {.most_shrink = most_shrink,
					     .ctx = s};
	const struct diskpart_options how = {.write = tell,
					     .ctx = s,
					     .version = cmd_version,
					     .computer = "",
					     .is_terminal = true};
	int r;

	s->term = term;
	r = diskmgmt_new(&calls, cmd_version, &s->diskmgmt, err);
	if (!r)
		r = diskmgmt_look(s->diskmgmt, &s->world, err);
	return r ? r : diskpart_open(s->storage, &how, &s->diskpart, err);
}

enum { MAX_WORDS = 8 };

// Takes a line apart at blanks; what is in double quotes is one word.
static void split_words(char *line, char *words[MAX_WORDS + 1])
{
	size_t n = 0;

	while (*line && n < MAX_WORDS) {
		char end = *line == '"' ? '"' : ' ';

		line += end == '"';
		words[n++] = line;
		line = strchr(line, end);
		if (!line)
			break;
		*line++ = 0;
		line += strspn(line, " ");
	}
	words[n] = NULL;
}

// The child: all that it says goes into the pipe, and it reads nothing.
static void run_child(char *words[MAX_WORDS + 1], int out)
{
	char *argv[MAX_WORDS + 2] = {(char *)(uintptr_t)"slipway"};

	memcpy(argv + 1, words, (MAX_WORDS + 1) * sizeof(*words));
	if (!freopen("/dev/null", "r", stdin))
		_exit(CMD_FAILED);
	if (dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0)
		_exit(CMD_FAILED);
	execv("/proc/self/exe", argv);
	_exit(CMD_FAILED);
}

static void tell_all(struct session *s, int in)
{
	char text[512];
	ssize_t n;

	while ((n = read(in, text, sizeof(text) - 1)) > 0 ||
	       (n < 0 && errno == EINTR)) {
		text[n > 0 ? n : 0] = 0;
		tell(s, text);
	}
}

// A command of this program, in a process of its own. Its status is 0 when it was
// done; chkdsk's is 1 when it mended something.
static bool run_command(struct session *s, const char *line)
{
	char copy[sizeof(((struct diskmgmt_line *)0)->text)];
	char *words[MAX_WORDS + 1];
	int ends[2], status = -1;
	pid_t child;

	snprintf(copy, sizeof(copy), "%s", line);
	split_words(copy, words);
	if (pipe(ends))
		return false;
	child = fork();
	if (!child)
		run_child(words, ends[1]);
	close(ends[1]);
	if (child > 0) {
		tell_all(s, ends[0]);
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
	}
	close(ends[0]);
	return WIFEXITED(status) &&
	       (!WEXITSTATUS(status) ||
		(WEXITSTATUS(status) == 1 && !strcmp(words[0], "chkdsk")));
}

int session_run(struct session *s, struct err *err)
{
	const struct diskmgmt_line *line;
	struct err why = {0};
	int r = 0;

	for (size_t i = 0; !r && (line = diskmgmt_line(s->diskmgmt, i)); i++) {
		bool is_done;

		diskmgmt_begin_line(s->diskmgmt, i);
		r = session_show(s, err);
		if (r)
			break;
		is_done = line->is_command
				  ? run_command(s, line->text)
				  : !diskpart_run_line(s->diskpart, line->text);
		diskmgmt_end_line(s->diskmgmt, i, is_done);
		if (!is_done)
			break;
	}
	diskmgmt_end_run(s->diskmgmt);
	if (!r && session_rescan(s, &why))
		diskmgmt_say(s->diskmgmt, why.why);
	return r;
}
