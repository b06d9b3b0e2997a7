// SPDX-License-Identifier: MIT
//
// A driver of the kernel that a command needs: loaded when it is not there yet.

#include <errno.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "driver.h"

extern char **environ;

// Root's PATH need not have the folder of such programs.
static const char *const places[] = {"modprobe", "/sbin/modprobe",
				     "/usr/sbin/modprobe"};

// What modprobe has to say goes to standard error.
static bool run_modprobe(const char *name)
{
	char program[] = "modprobe", *module = (char *)name;
	char *argv[] = {program, module, NULL};
	int r = ENOENT, status;
	pid_t pid;

	for (size_t i = 0; r == ENOENT && i < sizeof(places) / sizeof(*places);
	     i++)
		r = posix_spawnp(&pid, places[i], NULL, NULL, argv, environ);
	if (r)
		return false;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

int driver_load(const char *name, const char *sign, struct err *err)
{
	if (!access(sign, F_OK))
		return 0;
	if (geteuid())
		return err_set(err, -ENODEV, sign, ERR_NOWHERE,
			       "the kernel's driver %s is not loaded, and "
			       "loading it is for root: modprobe %s",
			       name, name);
	if (!run_modprobe(name) || access(sign, F_OK))
		return err_set(err, -ENODEV, sign, ERR_NOWHERE,
			       "the kernel's driver %s is not loaded, and "
			       "modprobe %s did not load it: this kernel may "
			       "be without it",
			       name, name);
	return 0;
}
