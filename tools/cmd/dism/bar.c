// SPDX-License-Identifier: MIT
//
// Progress as DISM and ImageX show it, on standard output: what starts those may
// read it there. One line, written over by a carriage return, in a file too:
//
//     [===========================60.2%==                        ]
//     [  66% ] Applying progress: 58 secs remaining
//
// As seen in published transcripts of both.

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dism.h"

#define BAR      58
#define EVERY_NS UINT64_C(80000000) // on a terminal

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

// The number stands in the middle, over what is done.
static void draw_bar(int fd, uint64_t done, uint64_t total)
{
	unsigned tenths = (unsigned)(done * 1000 / total);
	char bar[BAR + 1] = "", number[16];
	int n = snprintf(number, sizeof(number), "%u.%u%%", tenths / 10,
			 tenths % 10);

	memset(bar, ' ', BAR);
	memset(bar, '=', (size_t)(done * BAR / total));
	memcpy(bar + (BAR - n + 1) / 2, number, (size_t)n);
	dprintf(fd, "\r[%s] ", bar);
}

// What is left of a longer text before is written over.
static void draw_words(const struct cmd_progress *p, uint64_t done,
		       uint64_t total, uint64_t now)
{
	double seconds = (double)(now - p->stage_started_ns) / 1e9;
	double left = done ? seconds * (double)(total - done) / (double)done
			   : 0;
	unsigned secs = (unsigned)left;
	char text[80] = "";

	if (done < total && seconds > 1 && secs >= 60)
		snprintf(text, sizeof(text), ": %u:%02u mins remaining",
			 secs / 60, secs % 60);
	else if (done < total && seconds > 1)
		snprintf(text, sizeof(text), ": %u secs remaining", secs);
	if (p->style == CMD_PROGRESS_LINES)
		dprintf(p->fd, "[ %3u%% ] %s progress%s\n",
			(unsigned)(done * 100 / total), p->stage, text);
	else
		dprintf(p->fd, "\r[ %3u%% ] %s progress%-24s",
			(unsigned)(done * 100 / total), p->stage, text);
}

// A terminal is written to now and then, a file for each percent.
static bool is_due(const struct cmd_progress *p, uint64_t done, uint64_t total,
		   uint64_t now)
{
	unsigned percent = (unsigned)(done * 100 / total);

	if (!p->line_open && p->style == CMD_PROGRESS_BAR)
		return true;
	if (percent == p->percent)
		return percent == 100
			       ? false
			       : p->is_terminal &&
					 now - p->last_drawn_ns >= EVERY_NS;
	return percent == 100 || !p->is_terminal ||
	       now - p->last_drawn_ns >= EVERY_NS;
}

// ImageX has a word for what it does.
static const char *word_of(const char *stage)
{
	if (!strcmp(stage, "Verifying") || !strcmp(stage, "Checking integrity"))
		return "Verifying";
	return dism_progress_word() ? dism_progress_word() : stage;
}

static int report(void *ctx, const char *stage, uint64_t done, uint64_t total)
{
	struct cmd_progress *p = ctx;
	uint64_t now = now_ns();

	if (!total)
		return 0;
	if (strcmp(word_of(stage), p->stage)) {
		snprintf(p->stage, sizeof(p->stage), "%s", word_of(stage));
		p->stage_started_ns = now;
		p->percent = UINT32_MAX;
	}
	if (!is_due(p, done, total, now))
		return 0;
	fflush(stdout);
	p->last_drawn_ns = now;
	p->percent = (unsigned)(done * 100 / total);
	p->line_open = p->style == CMD_PROGRESS_BAR;
	if (dism_progress_word())
		draw_words(p, done, total, now);
	else
		draw_bar(p->fd, done, total);
	return 0;
}

int dism_progress_init(struct cmd_progress *p, const char *style)
{
	bool is_scrolled = style && !strcmp(style, DISM_SCROLL);

	if (style && !is_scrolled) {
		if (!cmd_progress_init(p, style))
			return 0;
		return cmd_misuse(dism_name(),
				  "/Progress:%s: must be bar, lines, json or "
				  "none",
				  style);
	}
	*p = (struct cmd_progress){
		.fd = STDOUT_FILENO,
		.style = is_scrolled ? CMD_PROGRESS_LINES : CMD_PROGRESS_BAR,
		.is_terminal = isatty(STDOUT_FILENO),
		.progress = {.report = report, .ctx = p},
		.percent = UINT32_MAX,
	};
	return 0;
}
