// SPDX-License-Identifier: MIT
//
// A hive's file with its logs, on the host: which logs are its own, what is told
// when they are needed and not there, and what a replacement leaves.

#include <sys/stat.h>
#include <unistd.h>

#include "hive_file.h"
#include "test.h"

static struct err err;
static struct tree *host;

// Saves a hive with one key; `is_open`: as one that was not closed.
static void put_hive(const char *path, bool is_open)
{
	struct hive *hive;
	size_t size;
	void *data;

	check_ok(hive_new("R", &hive, &err), &err);
	check_ok(hive_key_add(hive, hive->root, "A", NULL, &err), &err);
	check_ok(hive_save(hive, &data, &size, &err), &err);
	if (is_open)
		((uint8_t *)data)[4]++; // the first of two sequence numbers
	check_ok(hive_file_put(host, path, data, size, &err), &err);
	mem_free(data);
	hive_free(hive);
}

static void put_text(const char *path)
{
	check_ok(tree_write_file(host, path, "text", 4, 0, 0, &err), &err);
}

static bool is_there(const char *path)
{
	struct stat st;

	return !lstat(path, &st);
}

static void check_reading(void)
{
	struct hive_bytes b;
	struct hive_key *key;
	struct hive *hive;

	put_hive("closed", false);
	put_text("closed.LOG1"); // is not looked at
	check_ok(hive_bytes_read(host, "closed", false, &b, &err), &err);
	check(!b.is_stale && !b.logs[0].data);
	check(!hive_bytes_load_alone(&b));
	check_ok(hive_bytes_load(&b, &hive, &err), &err);
	check_ok(hive_key_find(hive->root, "A", &key, &err), &err);
	hive_free(hive);
	hive_bytes_done(&b);
	check_eq(hive_bytes_read(host, "none", false, &b, NULL), -ENOENT);
	check_eq(hive_bytes_read(host, ".", false, &b, NULL), -ENOTBLK);
}

static void check_open(void)
{
	struct hive_bytes b;
	struct hive *hive;

	put_hive("open", true);
	check_eq(hive_bytes_read(host, "open", false, &b, NULL), -ENODATA);
	check_ok(hive_bytes_read(host, "open", true, &b, &err), &err);
	check(b.is_stale);
	check_ok(hive_bytes_load(&b, &hive, &err), &err);
	hive_free(hive);
	hive_bytes_done(&b);
	put_text("Open.Log2"); // of another case, and no log
	check_ok(hive_bytes_read(host, "open", false, &b, &err), &err);
	check(!b.logs[0].data && b.logs[1].size == 4);
	check(hive_bytes_load(&b, &hive, NULL) < 0);
	check(hive_bytes_load_alone(&b));
	hive_bytes_done(&b);
	put_text("open.lOG2");
	check_eq(hive_bytes_read(host, "open", false, &b, NULL), -ENOTUNIQ);
	put_text("open.LOG2"); // the name itself
	check_ok(hive_bytes_read(host, "open", false, &b, &err), &err);
	hive_bytes_done(&b);
	check(!mkdir("open.LOG", 0777)); // cannot be read, and is there
	check_eq(hive_bytes_read(host, "open", false, &b, NULL), -ENOTBLK);
	check(!rmdir("open.LOG"));
}

// The logs beside the file that a link leads to go; those beside the link stay.
static void check_replacing(void)
{
	struct hive_bytes b;

	check(!mkdir("folder", 0777) && !symlink("folder/h", "link"));
	put_hive("folder/h", true);
	put_text("folder/H.log1");
	put_text("folder/other.LOG1");
	put_text("link.LOG1");
	check_ok(hive_bytes_read(host, "link", false, &b, &err), &err);
	check_eq(b.logs[0].size, 4);
	hive_bytes_done(&b);
	check(!mkdir("folder/h.LOG2", 0777)); // no log
	check_ok(hive_file_replace(host, "link", "new", 3, &err), &err);
	check(is_there("link") && is_there("link.LOG1"));
	check(!is_there("folder/H.log1") && is_there("folder/other.LOG1"));
	check(is_there("folder/h.LOG2"));
	check_ok(hive_bytes_read(host, "folder/h", false, &b, &err), &err);
	check(b.size == 3 && !memcmp(b.data, "new", 3));
	hive_bytes_done(&b);
}

int main(void)
{
	char dir[] = "/tmp/slipway-hive-XXXXXX", command[80];

	check(mkdtemp(dir) && !chdir(dir));
	check_ok(tree_open_host(&host, &err), &err);
	check_ok(tree_begin(host, &err), &err);
	check_reading();
	check_open();
	check_replacing();
	tree_close(host);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	check(!chdir("/") && !system(command));
	return 0;
}
