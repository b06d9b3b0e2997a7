// SPDX-License-Identifier: MIT
//
// A server in the background that outlives the session, the change of the root file
// system and the signals sent to all at shutdown, as the root file system may lie on
// its disk.

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "block_server.h"
#include "driver.h"
#include "ublk.h"

// Where the server keeps its end of the pipe.
#define READY_FD 3

// What the server tells the waiting command, once.
struct message {
	int result; // 0, or a negative errno
	int id;
	struct err err;
};

// Where failures are logged, and as whose.
struct log {
	const char *command;
	int fd; // -1: nowhere
};

// --- The server --------------------------------------------------------------

static void log_failure(void *ctx, int id, const struct err *err)
{
	const struct log *log = ctx;
	char text[ERR_TEXT], line[ERR_TEXT + 64];
	int n;

	err_format(err, text, sizeof(text));
	n = snprintf(line, sizeof(line), "<3>%s: ublkb%d: %s\n", log->command,
		     id, text);
	if (log->fd >= 0 && write(log->fd, line, (size_t)n) < 0)
		return;
}

static int failed(const char *what, struct err *err)
{
	int r = -errno;

	return err_set(err, r, what, ERR_NOWHERE, "%s", strerror(-r));
}

// Signals that are broadcast must not end the server; only stopping the device
// does.
static void ignore_signals(void)
{
	static const int signals[] = {SIGTERM, SIGHUP,  SIGINT, SIGQUIT,
				      SIGPIPE, SIGUSR1, SIGUSR2};

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_IGN);
}

// Lets go of everything of the session but the pipe.
static int leave_session(int ready, struct err *err)
{
	int null;

	// First of all: the command may have been started with 0 to 2 closed,
	// and then the pipe is one of these.
	if (ready != READY_FD && dup2(ready, READY_FD) < 0)
		return failed("pipe", err);
	null = open("/dev/null", O_RDWR);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
	    dup2(null, 2) < 0)
		return failed("/dev/null", err);
	syscall(SYS_close_range, READY_FD + 1, ~0U, 0);
	ignore_signals();
	return 0;
}

static int spare_from_oom(struct err *err)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	int r = 0;

	if (fd < 0 || write(fd, "-1000", 5) != 5)
		r = failed("/proc/self/oom_score_adj", err);
	if (fd >= 0)
		close(fd);
	return r;
}

// Called when all files are open: from here on the old root is not needed.
static int protect(struct err *err)
{
	int r;

	if (chdir("/"))
		return failed("/", err);
	// Init systems spare processes whose command line begins so: they
	// serve the root file system.
	program_invocation_name[0] = '@';
	r = spare_from_oom(err);
	if (r)
		return r;
	if (prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0))
		return failed("prctl(PR_SET_IO_FLUSHER)", err);
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		return failed("mlockall", err);
	return 0;
}

static void tell(const struct message *m)
{
	ssize_t n = write(READY_FD, m, sizeof(*m));

	// Without the message the command reports that the server died.
	if (n != (ssize_t)sizeof(*m))
		_exit(1);
	close(READY_FD);
}

static void name_process(const char *command, int id)
{
	char name[BLOCK_SERVER_NAME];

	snprintf(name, sizeof(name), "%s-ublkb%d", command, id);
	prctl(PR_SET_NAME, name, 0, 0, 0);
}

// Before anything that only root may do: without the driver nothing else counts.
static int check_driver(struct err *err)
{
	if (!access(UBLK_CONTROL, F_OK))
		return 0;
	return err_set(err, -ENODEV, UBLK_CONTROL, ERR_NOWHERE,
		       "the driver is not loaded");
}

static int serve(const struct block_source *source, int ready)
{
	struct log log = {.command = source->command, .fd = -1};
	struct ublk_options options = {.id = -1,
				       .read_only = source->read_only,
				       .failed = log_failure,
				       .ctx = &log};
	struct message m = {0};
	int result_fd = -1;
	struct disk *disk = NULL;
	struct ublk *u = NULL;
	struct err err = {0};

	m.result = leave_session(ready, &m.err);
	if (!m.result)
		m.result = source->open(source->ctx, &disk, &m.err);
	if (!m.result)
		m.result = check_driver(&m.err);
	log.fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (!m.result)
		m.result = ublk_result_new(&result_fd, &m.err);
	if (!m.result)
		m.result = protect(&m.err);
	if (!m.result)
		m.result = ublk_start(disk, &options, &u, &m.err);
	if (!m.result) {
		m.id = ublk_id(u);
		name_process(source->command, m.id);
	}
	tell(&m);
	if (!m.result) {
		m.result = ublk_wait(u, &err);
		if (!m.result)
			m.result = source->finish(source->ctx, &err);
		if (m.result)
			log_failure(&log, m.id, &err);
		// Who stopped the device reads this when we have ended.
		if (ublk_result_put(result_fd, m.result, &err, &m.err))
			log_failure(&log, m.id, &m.err);
		ublk_free(u);
	}
	source->close(source->ctx);
	return m.result ? 1 : 0;
}

// --- The command -------------------------------------------------------------

// Starts the server as nobody's child in a session of its own.
// Returns 0 or a negative errno.
static int start_server(const struct block_source *source, const int ready[2])
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -errno;
	if (!pid) {
		close(ready[0]);
		if (setsid() < 0)
			_exit(1);
		pid = fork();
		if (pid)
			_exit(pid < 0);
		_exit(serve(source, ready[1]));
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -EAGAIN;
}

static int wait_ready(int fd, struct message *ret)
{
	size_t have = 0;

	while (have < sizeof(*ret)) {
		ssize_t n = read(fd, (char *)ret + have, sizeof(*ret) - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -EPIPE;
		have += (size_t)n;
	}
	return 0;
}

static int start(const struct block_source *source, struct message *m)
{
	int ready[2], r;

	*m = (struct message){0};
	if (pipe2(ready, O_CLOEXEC))
		return failed("pipe", &m->err);
	r = start_server(source, ready);
	close(ready[1]);
	if (!r && wait_ready(ready[0], m))
		r = err_set(&m->err, -EPIPE, "server", ERR_NOWHERE,
			    "it died while it was starting");
	else if (r)
		err_set(&m->err, r, "server", ERR_NOWHERE,
			"starting it failed: %s", strerror(-r));
	close(ready[0]);
	return r ? r : m->result;
}

int block_server_start(const struct block_source *source, int *ret_id,
		       struct err *err)
{
	struct message m;
	int r = start(source, &m);

	if (r == -ENODEV && access(UBLK_CONTROL, F_OK)) {
		m.err = (struct err){0};
		r = driver_load("ublk_drv", UBLK_CONTROL, &m.err);
		if (!r)
			r = start(source, &m);
	}
	if (r)
		return err_pass(err, r, &m.err);
	*ret_id = m.id;
	return 0;
}
