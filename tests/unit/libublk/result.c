// SPDX-License-Identifier: MIT
//
// What a server says at its end is read by who stopped it, after it has ended;
// one that is killed has said nothing.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"
#include "ublk.h"

// A server that ends with this, or waits to be killed (1), when it is told to.
static pid_t start(int code, int *ret_go)
{
	int go[2], ready[2];
	char byte;
	pid_t pid;

	check(!pipe(go) && !pipe(ready));
	pid = fork();
	if (!pid) {
		struct err err = {0}, none = {0};
		int fd;

		close(go[1]);
		check_ok(ublk_result_new(&fd, &err), &err);
		check(write(ready[1], "", 1) == 1);
		check(read(go[0], &byte, 1) == 1);
		if (code > 0)
			pause();
		if (code)
			err_set(&err, code, "c.vhdx", 4096, "no room");
		check_ok(ublk_result_put(fd, code, &err, &none), &none);
		_exit(0);
	}
	check(read(ready[0], &byte, 1) == 1);
	close(go[0]);
	close(ready[0]);
	close(ready[1]);
	*ret_go = go[1];
	return pid;
}

static void check_end(int code, int want, const char *words)
{
	struct err err = {0};
	int go, status, fd;
	pid_t pid = start(code, &go);

	fd = ublk_result_open(pid);
	check(fd >= 0);
	check_eq(ublk_result_get(fd, NULL), -EPIPE); // it serves
	check(write(go, "", 1) == 1);
	if (code > 0)
		kill(pid, SIGKILL);
	check(waitpid(pid, &status, 0) == pid);
	check_eq(ublk_result_get(fd, &err), want);
	check_eq(err.code, want);
	check(!words || strstr(err.why, words));
	check_eq(ublk_result_open(pid), -ENOENT);
	close(fd);
	close(go);
}

static void check_others(void)
{
	struct err err = {0};
	int ends[2], fd;

	check_eq(ublk_result_open(getpid()), -ENOENT);
	check(!pipe(ends));
	check(ublk_result_get(ends[0], NULL) < 0);
	close(ends[0]);
	close(ends[1]);
	check_ok(ublk_result_new(&fd, &err), &err);
	check(!ftruncate(fd, 20));
	check_eq(ublk_result_get(fd, &err), -EPROTO);
	close(fd);
}

int main(void)
{
	check_end(0, 0, NULL);
	check_end(-ENOSPC, -ENOSPC, "no room");
	check_end(-EIO, -EIO, "no room");
	check_end(1, -EPIPE, "ended before");
	check_others();
	return 0;
}
