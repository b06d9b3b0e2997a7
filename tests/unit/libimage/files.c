// SPDX-License-Identifier: MIT
//
// Files of an image that is not applied: of solid content a chunk is decompressed
// once for all that lies in it, and each file is checked against its hash. The image
// is made by wimlib-imagex.
#include <unistd.h>

#include "image.h"
#include "../libwim/counted.h"
#include "test.h"
#include "tree.h"

static char dir[] = "/tmp/slipway-files-XXXXXX";
static struct err err;

static void run(const char *script)
{
	char command[1000];

	snprintf(command, sizeof(command), "cd '%s' && { %s\n}", dir, script);
	check(!system(command));
}

static int open_all(struct wim *w)
{
	const struct ntfs_build_options options = {.label = "Files"};
	struct disk *volume, *d = NULL;
	struct ntfs_build *b;
	struct apply *a;
	struct tree *t;
	char path[16], text[16];
	int r = 0;

	check_ok(disk_memory(8 << 20, 512, &volume, &err), &err);
	check_ok(ntfs_build_new(volume, &options, &b, &err), &err);
	check_ok(apply_tree(w, 1, b, NULL, &a, &err), &err);
	check_ok(image_tree_open(w, a, &t, &err), &err);
	for (int i = 1; !r && i <= 5; i++) {
		snprintf(path, sizeof(path), "\\f%d", i);
		r = tree_open_file(t, path, DISK_READ_ONLY, &d, NULL);
		if (r)
			break;
		check_ok(disk_read(d, 0, text, 6, &err), &err);
		check(text[4] == '0' + i);
		disk_close(d);
	}
	tree_close(t);
	apply_free(a);
	ntfs_build_free(b);
	disk_close(volume);
	return r;
}

static struct wim *open_wim(struct counted *c)
{
	char path[100];
	struct wim *w;

	snprintf(path, sizeof(path), "%s/t.wim", dir);
	check_ok(disk_open_file(path, DISK_READ_ONLY, &c->base, &err), &err);
	c->disk = *c->base;
	c->disk.ops = &counting;
	check_ok(wim_open(&c->disk, &w, &err), &err);
	return w;
}

int main(void)
{
	struct counted c = {.bytes = 0};
	struct wim *w;

	if (system("command -v wimlib-imagex >/dev/null"))
		skip("wimlib-imagex is not installed");
	check(mkdtemp(dir));
	run("mkdir t && for i in 1 2 3 4 5; do"
	    " { echo file$i; head -c 200000 /dev/urandom; } >t/f$i; done;"
	    " wimlib-imagex capture t t.wim --no-acls --solid >log 2>&1");
	w = open_wim(&c);
	check_eq(open_all(w), 0);
	printf("read: %llu\n", (unsigned long long)c.bytes);
	check(c.bytes < 1200000);
	wim_close(w);
	disk_close(c.base);
	run("printf x | dd of=t.wim bs=1 seek=600000 conv=notrunc 2>/dev/null");
	w = open_wim(&c);
	check_eq(open_all(w), -EBADMSG);
	wim_close(w);
	disk_close(c.base);
	run("rm -r \"$PWD\"");
	return 0;
}
