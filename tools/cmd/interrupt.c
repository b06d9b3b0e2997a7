// SPDX-License-Identifier: MIT
//
// What a command does when it is stopped by a signal: files that it was making,
// and that have a name already as their file system can keep none without, are
// deleted. Which these are is told by the names of what it has open, so that
// nobody has to keep a list.

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "disk.h"

#define MAX_FD 256 // a command has a handful

static const int signals[] = {SIGHUP,  SIGINT,  SIGQUIT,
			      SIGPIPE, SIGTERM, SIGXFSZ};

// Writes "/proc/self/fd/N"; printf is not for a handler of signals.
static void name_of(int fd, char path[32])
{
	char digits[12];
	size_t n = 0;

	strcpy(path, "/proc/self/fd/");
	do {
		digits[n++] = (char)('0' + fd % 10);
		fd /= 10;
	} while (fd);
	path += strlen(path);
	while (n)
		*path++ = digits[--n];
	*path = 0;
}

static void delete_part(int fd)
{
	static const size_t end = sizeof(DISK_PART_SUFFIX) - 1;
	char path[32], name[4096];
	ssize_t n;

	name_of(fd, path);
	n = readlink(path, name, sizeof(name) - 1);
	if (n <= (ssize_t)end)
		return;
	name[n] = 0;
	if (!strcmp(name + n - end, DISK_PART_SUFFIX))
		unlink(name);
}

static int status; // that Ctrl+C ends with, or 0

void cmd_interrupt_status(int code)
{
	status = code;
}

static void (*at_signal)(void); // what is done first, or NULL

void cmd_at_signal(void (*fn)(void))
{
	at_signal = fn;
}

// Ends as the signal would have.
static void end(int number)
{
	if (at_signal)
		at_signal();
	for (int fd = 0; fd < MAX_FD; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			delete_part(fd);
	if (number == SIGINT && status)
		_exit(status);
	signal(number, SIG_DFL);
	raise(number);
}

void cmd_catch_signals(void)
{
	struct sigaction action = {.sa_handler = end}, before;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (!sigaction(signals[i], NULL, &before) &&
		    before.sa_handler == SIG_DFL)
			sigaction(signals[i], &action, NULL);
}
