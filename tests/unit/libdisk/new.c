// SPDX-License-Identifier: MIT
//
// Making and replacing files of the host: until they are finished nothing is
// there, or the old file, and then they are whole and look as it did.

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "test.h"

static struct err err;

static bool holds(const char *path, const char *text)
{
	char found[100] = "";
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, found, sizeof(found) - 1);

	if (fd >= 0)
		close(fd);
	return n == (ssize_t)strlen(text) && !strcmp(found, text);
}

static unsigned count_files(void)
{
	DIR *dir = opendir(".");
	unsigned n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2; // "." and ".."
}

static void put(const char *path, const char *text)
{
	check_ok(disk_put_file(path, text, strlen(text), &err), &err);
}

static void check_create(void)
{
	struct disk *d, *other;
	struct err e = {0};

	check_ok(disk_create_file("new", 4, 512, &d, &err), &err);
	check_ok(disk_write(d, 0, "text", 4, &err), &err);
	check_eq(count_files(), 0);
	disk_close(d);
	check_eq(count_files(), 0);

	check_ok(disk_create_file("new", 4, 512, &d, &err), &err);
	check_ok(disk_create_file("new", 4, 512, &other, &err), &err);
	check_ok(disk_write(d, 0, "text", 4, &err), &err);
	check_ok(disk_finish(d, &err), &err);
	check(holds("new", "text"));
	check_eq(disk_finish(other, &e), -EEXIST); // came too late
	check_eq(e.code, -EEXIST);
	disk_close(other);
	// It may be written to again, and is finished again.
	check_ok(disk_write(d, 0, "next", 4, &err), &err);
	end_disk(d);
	check(holds("new", "next"));
	check_eq(disk_create_file("new", 4, 512, &d, NULL), -EEXIST);
	check_eq(disk_create_file("no/folder", 4, 512, &d, NULL), -ENOENT);
	check_eq(count_files(), 1);
}

static void check_replace(void)
{
	struct disk *d;
	struct stat before, after;

	check(!chmod("new", 0640) && !symlink("new", "link"));
	if (!getuid())
		check(!chown("new", 12, 34));
	check(!setxattr("new", "user.note", "kept", 4, 0) || errno == ENOTSUP);
	check(!stat("new", &before));
	check_ok(disk_replace_file("link", 3, &d, &err), &err);
	check_ok(disk_write(d, 0, "two", 3, &err), &err);
	check(holds("new", "next"));
	check_eq(count_files(), 2);
	disk_close(d);
	check(holds("new", "next"));
	put("link", "three");
	check(holds("new", "three"));
	check_eq(count_files(), 2);
	check(!lstat("link", &after) && S_ISLNK(after.st_mode));
	check(!stat("new", &after));
	check(after.st_ino != before.st_ino);
	check(after.st_mode == before.st_mode &&
	      after.st_uid == before.st_uid && after.st_gid == before.st_gid);
	if (!setxattr("new", "user.other", "", 0, 0)) {
		char value[8];

		check_eq(getxattr("new", "user.note", value, 8), 4);
		check(!memcmp(value, "kept", 4));
	}
	put("made", "of nothing");
	check(holds("made", "of nothing"));
}

static void check_refusals(void)
{
	static const struct {
		const char *path;
		int code;
		const char *why;
	} cases[] = {{"hard", -EMLINK, "hard links"},
		     {"read-only", -EACCES, "read-only"},
		     {"folder", -EISDIR, "no file"},
		     {"pipe", -EINVAL, "no file"},
		     {"nowhere", -ENOENT, "following"}};
	unsigned files;

	put("hard", "x");
	put("read-only", "x");
	check(!link("hard", "hard2") && !chmod("read-only", 0444));
	check(!mkdir("folder", 0777) && !mkfifo("pipe", 0666));
	check(!symlink("missing", "nowhere"));
	files = count_files();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct disk *d = (struct disk *)1;
		struct err e = {0};

		check_eq(disk_replace_file(cases[i].path, 1, &d, &e),
			 cases[i].code);
		check(d == (struct disk *)1 && strstr(e.why, cases[i].why));
	}
	check_eq(count_files(), files);
	check(holds("hard", "x") && holds("read-only", "x"));
}

int main(void)
{
	char dir[] = "/tmp/slipway-new-XXXXXX", command[64];

	check(mkdtemp(dir) && !chdir(dir));
	umask(022);
	check_create();
	check_replace();
	check_refusals();
	snprintf(command, sizeof(command), "rm -r '%s'", dir);
	return system(command) != 0;
}
