// SPDX-License-Identifier: MIT
//
// An image into a folder of the host while the N-th allocation or the N-th read of
// the WIM fails: the right error, nothing leaked, and a file that was there is the
// old one or the new one, with nothing else beside it.

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fault/fault.h"
#include "image_into.h"
#include "test.h"

#define OLD "old content"

static char folder[] = "/tmp/slipway-into-XXXXXX";
static char path[256];

static int apply(struct disk *file, struct err *err)
{
	const struct into_options options = {.threads = 2};
	struct into_result result;
	struct wim *w;
	int r = wim_open(file, &w, err);

	if (r)
		return r;
	r = image_into_host(w, 1, folder, &options, NULL, &result, err);
	wim_close(w);
	return r;
}

// What the last run left when it succeeded.
static void clear(void)
{
	char command[300];

	snprintf(command, sizeof(command), "rm -rf %s/a && mkdir %s/a", folder,
		 folder);
	check(!system(command));
}

static void put_old(void)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	check(fd >= 0 && write(fd, OLD, strlen(OLD)) == strlen(OLD));
	close(fd);
}

// Nothing but what the image has, and after a failure nothing of it that was not
// there; the old file is whole unless it was replaced.
static void look(bool failed)
{
	unsigned names = 0;
	char inner[sizeof(path)];
	DIR *d;
	struct dirent *e;
	struct stat st;

	snprintf(inner, sizeof(inner), "%s/a", folder);
	d = opendir(inner);
	check(d);
	while ((e = readdir(d))) {
		check(!strstr(e->d_name, DISK_PART_SUFFIX));
		names += e->d_name[0] != '.';
	}
	closedir(d);
	check(!failed == (names > 1));
	check(!stat(path, &st));
	check(failed || st.st_size != strlen(OLD));
}

static void fail_memory(struct disk *file, bool persistent)
{
	clear();
	for (unsigned n = 1;; n += n < 100 ? 1 : 7) {
		size_t live = fault_mem_live();
		struct err err = {0};
		unsigned failed;
		int r;

		put_old();
		fault_mem(n, persistent);
		r = apply(file, &err);
		failed = fault_mem_failed();
		fault_mem(0, false);
		check_eq(fault_mem_live(), live);
		check_eq(r, failed ? -ENOMEM : 0);
		check_eq(err.code, r);
		look(r);
		if (!failed)
			return;
	}
}

static void fail_reads(struct disk *file)
{
	clear();
	for (unsigned n = 1;; n++) {
		struct fault_plan plan = {.fail_at = n};
		struct disk *bad = fault_disk(file, &plan);
		size_t live = fault_mem_live();
		struct err err = {0};
		int r;

		put_old();
		r = apply(bad, &err);
		check_eq(fault_mem_live(), live);
		check_eq(r, plan.failed ? -EIO : 0);
		look(r);
		disk_close(bad);
		if (!plan.failed)
			return;
	}
}

int main(void)
{
	struct disk *file;
	struct err err = {0};
	char command[300];

	check(mkdtemp(folder));
	check_ok(disk_open_file("tests/fuzz/wim_open/seeds/lzx.wim",
				DISK_READ_ONLY, &file, &err),
		 &err);
	// a file that the image has
	snprintf(path, sizeof(path), "%s/a/x.txt", folder);
	fail_memory(file, false);
	fail_memory(file, true);
	fail_reads(file);
	disk_close(file);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	check(!system(command));
	return 0;
}
