// SPDX-License-Identifier: MIT
//
// Progress for people (a bar), logs (a line now and then) and programs (JSON).

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"

#define BAR_EVERY_NS   UINT64_C(80000000)
#define LINES_EVERY_NS UINT64_C(5000000000)
#define BAR_WIDTH      20 // so that all of it fits into 80 columns

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void draw_bar(struct cmd_progress *p, uint64_t done, uint64_t total,
		     double seconds)
{
	int filled = total ? (int)(done * BAR_WIDTH / total) : 0;
	bool colour = cmd_has_colour(p->fd);
	double left = done && total > done
			      ? seconds * (double)(total - done) / (double)done
			      : 0;
	char bar[BAR_WIDTH * 3 + 1] = "";

	p->line_open = true;
	if (!total) {
		dprintf(p->fd, "\r\033[K  %s ...", p->stage);
		return;
	}
	for (int i = 0; i < BAR_WIDTH; i++)
		strcat(bar, i < filled ? "█" : "░");
	dprintf(p->fd, "\r\033[K  %-20.20s %s%s%s %3d%%", p->stage,
		colour ? "\033[32m" : "", bar, colour ? "\033[0m" : "",
		(int)(done * 100 / total));
	if (total >= 1 << 20)
		dprintf(p->fd, "  %" PRIu64 "/%" PRIu64 " MB", done >> 20,
			total >> 20);
	if (seconds > 1 && total >= 1 << 20)
		dprintf(p->fd, "  %.0f MB/s",
			(double)done / seconds / (1 << 20));
	if (left >= 2)
		dprintf(p->fd, "  %.0f s", left);
}

static void write_line(struct cmd_progress *p, uint64_t done, uint64_t total)
{
	if (total >= 1 << 20)
		dprintf(p->fd, "%s: %d%% (%" PRIu64 " of %" PRIu64 " MB)\n",
			p->stage, (int)(done * 100 / total), done >> 20,
			total >> 20);
	else if (total)
		dprintf(p->fd, "%s: %d%%\n", p->stage,
			(int)(done * 100 / total));
	else
		dprintf(p->fd, "%s\n", p->stage);
}

static int report(void *ctx, const char *stage, uint64_t done, uint64_t total)
{
	struct cmd_progress *p = ctx;
	uint64_t now = now_ns();
	uint64_t every = p->style == CMD_PROGRESS_LINES ? LINES_EVERY_NS
							: BAR_EVERY_NS;
	bool is_new = strncmp(stage, p->stage, sizeof(p->stage) - 1);

	if (is_new) {
		cmd_progress_end(p);
		snprintf(p->stage, sizeof(p->stage), "%s", stage);
		p->stage_started_ns = now;
	}
	if (!is_new && now - p->last_drawn_ns < every &&
	    !(total && done == total))
		return 0;
	p->last_drawn_ns = now;
	switch (p->style) {
	case CMD_PROGRESS_BAR:
		draw_bar(p, done, total,
			 (double)(now - p->stage_started_ns) / 1e9);
		break;
	case CMD_PROGRESS_LINES:
		write_line(p, done, total);
		break;
	case CMD_PROGRESS_JSON:
		dprintf(p->fd,
			"{\"stage\":\"%s\",\"done\":%" PRIu64
			",\"total\":%" PRIu64 "}\n",
			stage, done, total);
		break;
	case CMD_PROGRESS_NONE:
		break;
	}
	return 0;
}

int cmd_progress_init(struct cmd_progress *p, const char *style)
{
	*p = (struct cmd_progress){.fd = STDERR_FILENO};
	p->progress.report = report;
	p->progress.ctx = p;
	if (!style)
		p->style = isatty(p->fd) ? CMD_PROGRESS_BAR
					 : CMD_PROGRESS_LINES;
	else if (!strcmp(style, "bar"))
		p->style = CMD_PROGRESS_BAR;
	else if (!strcmp(style, "lines"))
		p->style = CMD_PROGRESS_LINES;
	else if (!strcmp(style, "json"))
		p->style = CMD_PROGRESS_JSON;
	else if (!strcmp(style, "none"))
		p->style = CMD_PROGRESS_NONE;
	else
		return -EINVAL;
	return 0;
}

void cmd_progress_end(struct cmd_progress *p)
{
	if (p->line_open)
		dprintf(p->fd, "\n");
	p->line_open = false;
}
