// SPDX-License-Identifier: MIT
//
// diskmgmt: the terminal, which is left as it was found whatever ends this program.

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "session.h"

struct term_caps terminal_caps(bool is_ascii, bool is_plain)
{
	struct term_setting setting = {
		.term = getenv("TERM"),
		.lc_all = getenv("LC_ALL"),
		.lc_ctype = getenv("LC_CTYPE"),
		.lang = getenv("LANG"),
		.no_color = is_plain ? "1" : getenv("NO_COLOR"),
		.charset = is_ascii ? "ascii" : getenv("SLIPWAY_CHARSET"),
	};

	return term_caps_find(&setting);
}

// What a handler of signals gives back.
static struct term *volatile taken;

static void give_back(void)
{
	term_restore(taken);
	taken = NULL;
}

// A fault of this program is one all the same.
static void fail(int number)
{
	give_back();
	signal(number, SIG_DFL);
	raise(number);
}

// That it came ends the waiting for a key: libterm looks at the size then.
static void wake(int number)
{
	(void)number;
}

int terminal_open(const struct term_caps *caps, struct term **ret,
		  struct err *err)
{
	static const int faults[] = {SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE};
	struct sigaction action = {.sa_handler = wake};
	int r = term_open(STDIN_FILENO, STDOUT_FILENO, caps, ret, err);

	if (r)
		return r;
	taken = *ret;
	cmd_at_signal(give_back);
	sigaction(SIGWINCH, &action, NULL);
	action.sa_handler = fail;
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
		sigaction(faults[i], &action, NULL);
	return 0;
}

void terminal_close(struct term *t)
{
	taken = NULL;
	term_close(t);
}
