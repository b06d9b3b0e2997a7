// SPDX-License-Identifier: MIT
//
// Opening by name: whatever the parts are called and whichever is named, the
// others are found, and never those of another set; a file that is missing is
// told by its name.

#include "libwim/wim_disk.h"
#include "set.h"

// Files that are there, by their names; "" ends them.
struct shelf {
	struct set set;
	struct {
		const char *name;
		unsigned part; // from 1; 0: of another set
	} files[8];
	struct disk *stranger;
	unsigned open, asked;
	const char *broken; // cannot be read
	const char *whole;  // a file of the host
};

struct copy {
	struct disk disk; // first
	struct shelf *shelf;
	struct disk *file;
};

static int read_copy(struct disk *d, uint64_t off, void *buf, size_t len,
		     struct err *err)
{
	return disk_read(((struct copy *)d)->file, off, buf, len, err);
}

static void close_copy(struct disk *d)
{
	((struct copy *)d)->shelf->open--;
	free(d);
}

static const struct disk_ops copy_ops = {.read = read_copy,
					 .close = close_copy};

static int open_file(void *ctx, const char *name, struct disk **ret,
		     struct err *err)
{
	struct shelf *s = ctx;

	s->asked++;
	if (s->broken && !strcmp(name, s->broken))
		return err_set(err, -EIO, name, ERR_NOWHERE, "broken");
	if (s->whole)
		return disk_open_file(s->whole, DISK_READ_ONLY, ret, err);
	for (size_t i = 0; i < 8 && s->files[i].name; i++) {
		unsigned part = s->files[i].part;
		struct copy *c;

		if (strcmp(s->files[i].name, name))
			continue;
		c = calloc(1, sizeof(*c));
		check(c);
		c->file = part ? s->set.parts[part - 1].file : s->stranger;
		c->shelf = s;
		c->disk.ops = &copy_ops;
		c->disk.size = c->file->size;
		c->disk.sector_size = 512;
		*ret = &c->disk;
		s->open++;
		return 0;
	}
	return err_set(err, -ENOENT, name, ERR_NOWHERE, "no such file");
}

static int open_names(struct shelf *s, const char *const *names, size_t count,
		      struct err *err)
{
	struct wim_files files = {open_file, s};
	struct wim *w = NULL;
	int r = wim_open_files(&files, names, count, &w, err);

	check(!r == (w != NULL));
	if (!r) {
		check_eq(wim_get_info(w)->parts, 4);
		check_eq(s->open, 4);
	}
	wim_close(w);
	check_eq(s->open, 0);
	return r;
}

static const struct {
	const char *files[4];
} named[] = {
	{{"install.swm", "install2.swm", "install3.swm", "install4.swm"}},
	{{"install1.swm", "install2.swm", "install3.swm", "install4.swm"}},
	{{"/a.b/win10", "/a.b/win102", "/a.b/win103", "/a.b/win104"}},
	{{"win1.swm", "win12.swm", "win13.swm", "win14.swm"}},
	{{"d.img@1:\\s\\A.SWM", "d.img@1:\\s\\A2.SWM", "d.img@1:\\s\\A3.SWM",
	  "d.img@1:\\s\\A4.SWM"}},
	{{"http://h/x.y/1.swm", "http://h/x.y/2.swm", "http://h/x.y/3.swm",
	  "http://h/x.y/4.swm"}},
};

static void any_part(struct shelf *s)
{
	for (size_t i = 0; i < sizeof(named) / sizeof(*named); i++) {
		memset(s->files, 0, sizeof(s->files));
		for (unsigned k = 0; k < 4; k++) {
			s->files[k].name = named[i].files[k];
			s->files[k].part = k + 1;
		}
		for (unsigned k = 0; k < 4; k++) {
			struct err err = {0};

			check_ok(open_names(s, &named[i].files[k], 1, &err),
				 &err);
		}
	}
}

static void fails(struct shelf *s, const char *name, int code, const char *what,
		  const char *why)
{
	struct err err = {0};

	check_eq(open_names(s, &name, 1, &err), code);
	if (!strstr(err.what, what) || !strstr(err.why, why)) {
		fprintf(stderr, "%s: %s\n", err.what, err.why);
		exit(1);
	}
}

static void shelve(struct shelf *s)
{
	memset(s->files, 0, sizeof(s->files));
	for (unsigned k = 0; k < 4; k++) {
		s->files[k].name = named[0].files[k];
		s->files[k].part = k + 1;
	}
}

static void missing(struct shelf *s)
{
	static const char *const last[] = {"", "install.swm", "install2.swm",
					   "install3.swm", "install4.swm"};

	for (unsigned k = 1; k <= 4; k++) {
		const char *from = last[k == 1 ? 2 : 1];

		shelve(s);
		s->files[k - 1].name = "elsewhere";
		fails(s, from, -ENOENT, last[k], "is missing");
		fails(s, "elsewhere", -ENOENT, k > 1 ? "elsewhere" : "",
		      k > 1 ? "its name does not end with" : "is missing");
	}
	shelve(s);
	s->files[2].part = 0;
	fails(s, "install.swm", -ESTALE, "install3.swm", "this is not part 3");
	s->files[2].part = 2;
	fails(s, "install.swm", -ESTALE, "install3.swm", "this is not part 3");
	shelve(s);
	s->broken = "install2.swm";
	fails(s, "install3.swm", -EIO, "install2.swm", "broken");
	s->broken = NULL;
	fails(s, "other.swm", -ENOENT, "other.swm", "no such file");
	s->files[0].part = 0;
	fails(s, "install.swm", -ENOTSUP, "install.swm", "this is no WIM");
}

// Named one by one they may be called anything; nothing else is looked for.
static void all_named(struct shelf *s)
{
	static const char *const names[] = {"x", "y", "z", "install.swm"};
	struct err err = {0};

	shelve(s);
	s->files[1].name = "z";
	s->files[2].name = "x";
	s->files[3].name = "y";
	s->asked = 0;
	check_ok(open_names(s, names, 4, &err), &err);
	check_eq(s->asked, 4);
	check_eq(open_names(s, names + 1, 3, &err), -ENOENT);
	check(strstr(err.why, "part 3 is missing"));
}

int main(void)
{
	struct shelf s = {0};
	size_t size;
	uint8_t *data =
		read_sample("tests/fuzz/wim_parts/seeds/lzx.set", &size);
	struct wim *w;

	set_load(&s.set, data, size);
	check(!disk_zeroes(5000, 512, &s.stranger, NULL));
	any_part(&s);
	missing(&s);
	all_named(&s);
	// one that is not split
	s.whole = "tests/fuzz/wim_open/seeds/lzx.wim";
	check(!wim_open_files(&(struct wim_files){open_file, &s}, &s.whole, 1,
			      &w, NULL));
	check_eq(wim_get_info(w)->parts, 1);
	wim_close(w);
	disk_close(s.stranger);
	set_free(&s.set);
	free(data);
	return 0;
}
