// SPDX-License-Identifier: MIT
//
// WIM files that are made: every compression, content of all sizes, what is there
// twice, solid ones, and what goes wrong; our reader judges, foreign ones do in
// oracle/wim_write.bats.

#include "scene.h"

#include "libwim/wim_disk.h"

static struct disk *new_file(void)
{
	struct disk *file;

	check_ok(disk_memory(0, 512, &file, NULL), NULL);
	return file;
}

// Writes the scene. Returns false for a compression that is not there.
static bool write_scene(struct scene *s, struct disk *file,
			const struct wim_write_options *options)
{
	const struct wim_new_image info = {
		.name = "One", .description = "a <b> & c", .is_boot = true};
	struct wim_writer *w;
	struct err err = {0};
	int r = wim_writer_create(file, options, &w, &err);

	if (r == -ENOTSUP)
		return false;
	check_ok(r, &err);
	check_ok(wim_writer_add_content(w, s->contents, s->count, NULL, &err),
		 &err);
	check_ok(wim_writer_add_image(w, s->image, &info, &err), &err);
	check_eq(wim_writer_images(w), 1);
	check_ok(wim_writer_finish(w, NULL, &err), &err);
	wim_writer_free(w);
	return true;
}

static void judge(const struct scene *s, struct disk *file,
		  const struct wim_write_options *options)
{
	struct wim *w;
	struct err err = {0};
	const struct wim_image_info *info;

	check_ok(wim_open(file, &w, &err), &err);
	check_eq(wim_get_info(w)->images, 1);
	check_eq(wim_get_info(w)->boot_index, 1);
	check_eq(wim_get_info(w)->compression, options->compression);
	info = wim_get_image_info(w, 1);
	check(!strcmp(info->name, "One"));
	check(!strcmp(info->description, "a <b> & c"));
	check_eq(info->files, s->count);
	check_eq(info->directories, 0);
	if (options->has_integrity)
		check_ok(wim_check_integrity(w, NULL, &err), &err);
	scene_judge(s, w, 1);
	wim_close(w);
}

// What compresses slowly has less to do.
static void each_compression(struct scene *full)
{
	static const struct scene_piece pieces[] = {
		{0, 0, 0}, {32769, 3, 0}, {100000, 4, 1}, {530000, 6, 0}};
	static const struct wim_write_options cases[] = {
		{.compression = WIM_COMPRESSION_NONE},
		{.compression = WIM_COMPRESSION_XPRESS},
		{.compression = WIM_COMPRESSION_XPRESS, .chunk_size = 4096},
		{.compression = WIM_COMPRESSION_LZX},
		{.compression = WIM_COMPRESSION_LZX, .chunk_size = 2 << 20},
		{.compression = WIM_COMPRESSION_LZMS},
		{.compression = WIM_COMPRESSION_XPRESS, .is_solid = true},
		{.compression = WIM_COMPRESSION_LZX, .is_solid = true},
		{.compression = WIM_COMPRESSION_LZMS,
		 .is_solid = true,
		 .solid_chunk_size = 1 << 20},
		{.compression = WIM_COMPRESSION_LZX,
		 .is_solid = true,
		 .solid_compression = WIM_COMPRESSION_XPRESS,
		 .solid_chunk_size = 32768},
	};

	struct scene few;

	scene_make(&few, pieces, sizeof(pieces) / sizeof(*pieces));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct wim_write_options options = cases[i];
		struct scene *s = options.compression > WIM_COMPRESSION_XPRESS
					  ? &few
					  : full;
		struct disk *file = new_file();

		options.has_integrity = true;
		if (write_scene(s, file, &options))
			judge(s, file, &options);
		disk_close(file);
	}
	scene_free(&few);
}

// What is there several times is stored once, and what does not get smaller as
// it is.
static void sizes(struct scene *s)
{
	const struct wim_write_options options = {0};
	struct disk *file = new_file();
	uint64_t once = 0;

	check(write_scene(s, file, &options));
	for (size_t i = 0; i < SCENE_PIECES; i++)
		if (i != 8 && i != 10 && i != 14 && i != 15)
			once += scene_pieces[i].size;
	check(file->size > once && file->size < once + 10000);
	disk_close(file);
}

// The same content makes the same bytes, whatever threads do when.
static void same_bytes(struct scene *s)
{
	const struct wim_write_options options = {
		.compression = WIM_COMPRESSION_XPRESS, .guid.b = {1}};
	const struct wim_new_image info = {.created = 1};
	uint8_t *data[2] = {0};
	uint64_t size[2];

	for (int i = 0; i < 2; i++) {
		struct disk *file = new_file();
		struct wim_writer *w;
		void *all;

		if (wim_writer_create(file, &options, &w, NULL) == -ENOTSUP) {
			disk_close(file);
			return;
		}
		check_ok(wim_writer_add_content(w, s->contents, SCENE_PIECES,
						NULL, NULL),
			 NULL);
		check_ok(wim_writer_add_image(w, s->image, &info, NULL), NULL);
		check_ok(wim_writer_finish(w, NULL, NULL), NULL);
		wim_writer_free(w);
		size[i] = file->size;
		check_ok(disk_read_all(file, &all, NULL), NULL);
		data[i] = all;
		disk_close(file);
	}
	check_eq(size[0], size[1]);
	check(!memcmp(data[0], data[1], size[0]));
	mem_free(data[0]);
	mem_free(data[1]);
}

// --- What goes wrong ---------------------------------------------------------

static void name_it(const struct wim_content *c, char *buf, size_t size)
{
	snprintf(buf, size, "\\file.bin");
}

static int open_short(struct wim_content *c, struct disk **ret, struct err *err)
{
	return disk_memory(c->blob.size - 1, 512, ret, err);
}

static int open_failing(struct wim_content *c, struct disk **ret,
			struct err *err)
{
	return err_set(err, -EACCES, "file.bin", ERR_NOWHERE, "no");
}

// Each time it is opened it has other bytes.
static int open_changing(struct wim_content *c, struct disk **ret,
			 struct err *err)
{
	uint8_t *bytes = c->ctx;

	bytes[1000]++;
	return scene_open(c, ret, err);
}

static void check_content(struct wim_content *c, size_t count, int expected)
{
	const struct wim_write_options options = {0};
	struct wim_content *list[] = {c, c + 1};
	struct disk *file = new_file();
	struct wim_writer *w;
	struct err err = {0};

	check_ok(wim_writer_create(file, &options, &w, &err), &err);
	check_eq(wim_writer_add_content(w, list, count, NULL, &err), expected);
	check_eq(err.code, expected);
	if (expected == -ESTALE)
		check(!strcmp(err.what, "\\file.bin"));
	wim_writer_free(w);
	disk_close(file);
}

static void bad_content(void)
{
	uint8_t *bytes = scene_bytes(1 << 20, 1, 1);
	struct wim_content c[2] = {
		{.blob.size = 1000, .open = open_short, .name = name_it}};

	check_content(c, 1, -ESTALE);
	c[0].blob.size = 1 << 20;
	check_content(c, 1, -ESTALE);
	c[0].open = open_failing;
	check_content(c, 1, -EACCES);
	// Two of one size: the second is hashed first, and read again.
	c[0].open = scene_open;
	c[0].ctx = bytes;
	c[1] = c[0];
	c[1].open = open_changing;
	check_content(c, 2, -ESTALE);
	free(bytes);
}

static int stop(void *ctx, const char *stage, uint64_t done, uint64_t total)
{
	check(!strcmp(stage, "Saving image"));
	check(done <= total);
	return done > 0;
}

static void misuse(struct scene *s)
{
	static const struct wim_write_options bad[] = {
		{.compression = WIM_COMPRESSION_XPRESS, .chunk_size = 2048},
		{.compression = WIM_COMPRESSION_XPRESS, .chunk_size = 5000},
		{.compression = WIM_COMPRESSION_LZX, .chunk_size = 4 << 20},
		{.is_solid = true},
	};
	const struct wim_write_options options = {0};
	struct wim_new_image info = {.name = "One"};
	struct wim_property property = {"A<B", "text"};
	struct progress progress = {.report = stop};
	struct disk *file = new_file();
	struct wim_writer *w = (void *)1;
	struct err err = {0};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		check_eq(wim_writer_create(file, &bad[i], &w, NULL), -EINVAL);
		check(w == (void *)1);
	}
	check_ok(wim_writer_create(file, &options, &w, &err), &err);
	// Content that was never given.
	for (size_t i = 0; i < SCENE_PIECES; i++)
		memset(s->contents[i]->blob.sha1, 1, SHA1_SIZE);
	check_eq(wim_writer_add_image(w, s->image, &info, &err), -ENOENT);
	check(!strcmp(err.what, "\\f1"));
	check_eq(wim_writer_set_boot(w, 1, NULL), -ENOENT);
	check_eq(wim_writer_add_content(w, s->contents, SCENE_PIECES, &progress,
					NULL),
		 -ECANCELED);
	wim_writer_free(w);
	check_ok(wim_writer_create(file, &options, &w, &err), &err);
	check_ok(wim_writer_add_content(w, s->contents, SCENE_PIECES, NULL,
					&err),
		 &err);
	check_ok(wim_writer_add_image(w, s->image, &info, &err), &err);
	info.name = "oNE";
	check_eq(wim_writer_add_image(w, s->image, &info, NULL), -EEXIST);
	info.name = "bad \x01 text";
	check_eq(wim_writer_add_image(w, s->image, &info, NULL), -EBADMSG);
	wim_writer_free(w);
	check_ok(wim_writer_create(file, &options, &w, &err), &err);
	check_ok(wim_writer_add_content(w, s->contents, SCENE_PIECES, NULL,
					&err),
		 &err);
	info = (struct wim_new_image){.properties = &property,
				      .property_count = 1};
	check_eq(wim_writer_add_image(w, s->image, &info, NULL), -EBADMSG);
	wim_writer_free(w);
	wim_writer_free(NULL);
	disk_close(file);
}

int main(void)
{
	struct scene s;

	scene_make(&s, scene_pieces, SCENE_PIECES);
	each_compression(&s);
	sizes(&s);
	same_bytes(&s);
	bad_content();
	misuse(&s);
	scene_free(&s);
	return 0;
}
