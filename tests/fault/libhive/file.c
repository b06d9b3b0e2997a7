// SPDX-License-Identifier: MIT
//
// A hive behind a link is replaced while the N-th allocation fails: either that is
// told, or its logs are gone, whatever their case, and the link is still one.

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fault/fault.h"
#include "hive_file.h"
#include "test.h"

static struct err err;

static void make(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	check(fd >= 0 && !close(fd));
}

static bool is_there(const char *path)
{
	struct stat st;

	return !lstat(path, &st);
}

static int replace(void *ctx, struct err *e)
{
	struct tree *host = ctx;
	struct stat st;
	int r;

	make("folder/H.log1");
	make("folder/h.LOG2");
	r = hive_file_replace(host, "link", "new", 3, e);
	check(!lstat("link", &st) && S_ISLNK(st.st_mode));
	check(r || (!is_there("folder/H.log1") && !is_there("folder/h.LOG2")));
	return r;
}

int main(void)
{
	char dir[] = "/tmp/slipway-hive-XXXXXX", command[80];
	struct tree *host;

	check(mkdtemp(dir) && !chdir(dir));
	check(!mkdir("folder", 0777) && !symlink("folder/h", "link"));
	make("folder/h");
	check_ok(tree_open_host(&host, &err), &err);
	check_ok(tree_begin(host, &err), &err);
	fault_mem_each(replace, host);
	tree_close(host);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	check(!chdir("/") && !system(command));
	return 0;
}
