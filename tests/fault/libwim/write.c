// SPDX-License-Identifier: MIT
//
// Writing WIM files while the N-th allocation or I/O fails, or the power goes: a
// file that is changed is then what it was, or what it was to become, whole.

#include "fault/fault.h"
#include "unit/libwim/write/scene.h"

static const struct scene_piece first[] = {{100, 1, 0}, {5000, 3, 0}};
// One piece is larger than a job, and there is one of its size before it.
static const struct scene_piece second[] = {
	{600, 4, 0}, {530000, 5, 1}, {530000, 6, 0}, {530000, 5, 1}};

static struct scene one, two;

static int finish(struct wim_writer *w, struct err *err)
{
	int r = wim_writer_finish(w, NULL, err);

	wim_writer_free(w);
	return r;
}

static int create(void *ctx, struct disk *d, struct err *err)
{
	const struct wim_write_options *options = ctx;
	struct wim_writer *w;
	int r = wim_writer_create(d, options, &w, err);

	if (r)
		return r;
	r = scene_write(&one, w, "One", err);
	if (!r)
		r = scene_write(&two, w, "Two", err);
	if (r)
		wim_writer_free(w);
	return r ? r : finish(w, err);
}

static int append(void *ctx, struct disk *d, struct err *err)
{
	const struct wim_write_options *options = ctx;
	struct wim_writer *writer;
	struct wim *w;
	int r = wim_open(d, &w, err);

	if (r)
		return r;
	r = wim_writer_append(w, options, &writer, err);
	if (!r) {
		r = scene_write(&two, writer, "Two", err);
		if (r)
			wim_writer_free(writer);
		else
			r = finish(writer, err);
	}
	wim_close(w);
	return r;
}

// From the file with both images to an empty one, compressed anew.
static int export(void *ctx, struct disk *d, struct err *err)
{
	const struct wim_write_options options = {
		.compression = WIM_COMPRESSION_XPRESS, .guid.b = {1}};
	struct wim_writer *writer;
	struct wim *w;
	int r = wim_open(ctx, &w, err);

	if (r)
		return r;
	r = wim_writer_create(d, &options, &writer, err);
	if (!r) {
		r = wim_export(w, 0, writer, NULL, NULL, err);
		if (r)
			wim_writer_free(writer);
		else
			r = finish(writer, err);
	}
	wim_close(w);
	return r;
}

// The second part's file is `d`.
struct splitting {
	struct disk *src, *d, *other;
};

static int make_file(void *ctx, uint16_t part, uint16_t parts,
		     struct disk **ret, struct err *err)
{
	struct splitting *s = ctx;

	*ret = part == 2 ? s->d : s->other;
	return 0;
}

static int split(void *ctx, struct disk *d, struct err *err)
{
	struct splitting s = {.src = ctx, .d = d, .other = roomy_disk(4 << 20)};
	struct wim_split_files files = {make_file, &s};
	struct wim *w;
	int r = wim_open(ctx, &w, err);

	if (!r) {
		r = wim_split(w, 600000, &files, NULL, err);
		wim_close(w);
	}
	disk_close(s.other);
	return r;
}

static void anything(void *ctx, struct disk *d, const struct fault_cut *cut,
		     bool is_done)
{
}

static int delete(void *ctx, struct disk *d, struct err *err)
{
	struct wim *w;
	int r = wim_open(d, &w, err);

	if (r)
		return r;
	r = wim_delete(w, 2, NULL, err);
	wim_close(w);
	return r;
}

static int set(void *ctx, struct disk *d, struct err *err)
{
	const struct wim_property property = {"DESCRIPTION", "other words"};
	struct wim *w;
	int r = wim_open(d, &w, err);

	if (r)
		return r;
	r = wim_set_properties(w, 1, &property, 1, err);
	if (!r)
		r = wim_set_boot(w, 1, err);
	wim_close(w);
	return r;
}

// All images that the file has are whole, and it has one or two.
static void whole(void *ctx, struct disk *d, const struct fault_cut *cut,
		  bool is_done)
{
	struct err err = {0};
	struct wim *w;

	check_ok(wim_open(d, &w, &err), &err);
	check(wim_get_info(w)->images == 1 || wim_get_info(w)->images == 2);
	scene_judge(&one, w, 1);
	if (wim_get_info(w)->images == 2)
		scene_judge(&two, w, 2);
	if (wim_get_info(w)->has_integrity)
		check_ok(wim_check_integrity(w, NULL, &err), &err);
	wim_close(w);
}

// A new file that is not whole is no WIM.
static void whole_or_none(void *ctx, struct disk *d,
			  const struct fault_cut *cut, bool is_done)
{
	struct wim *w;

	if (!wim_open(d, &w, NULL)) {
		wim_close(w);
		whole(ctx, d, cut, is_done);
	}
}

// Each `step`-th of all steps there are.
static void break_it(struct fault_operation *o, unsigned step)
{
	fault_cut_each(o, 1, step > 1 ? 2 : 4);
	fault_io_each(o, step, false, false);
	fault_mem_each_on(o, 10 * step + 1);
}

int main(void)
{
	struct wim_write_options options = {.has_integrity = true};
	struct wim_write_options solid = {
		.is_solid = true, .solid_compression = WIM_COMPRESSION_XPRESS};
	struct disk *empty, *file = roomy_disk(4 << 20);
	struct fault_operation o = {.ctx = &options, .judge = whole};
	struct wim_writer *w;
	struct err err = {0};

	scene_make(&one, first, sizeof(first) / sizeof(*first));
	scene_make(&two, second, sizeof(second) / sizeof(*second));
	check_ok(disk_memory(0, 512, &empty, &err), &err);
	o.base = empty;
	o.run = create;
	o.judge = whole_or_none;
	break_it(&o, 2);
	o.judge = whole;
	check_ok(wim_writer_create(file, &options, &w, &err), &err);
	check_ok(scene_write(&one, w, "One", &err), &err);
	check_ok(finish(w, &err), &err);
	o.base = file;
	o.run = append;
	break_it(&o, 1);
	o.ctx = &solid;
	break_it(&o, 3);
	o.ctx = &options;
	check_ok(append(&options, file, &err), &err);
	o.base = empty;
	o.ctx = file;
	o.run = export;
	o.judge = whole_or_none;
	fault_io_each(&o, 2, false, false);
	fault_mem_each_on(&o, 19);
	o.run = split;
	o.judge = anything;
	fault_io_each(&o, 2, false, false);
	fault_mem_each_on(&o, 7);
	o.base = file;
	o.ctx = &options;
	o.judge = whole;
	o.run = delete;
	break_it(&o, 1);
	o.run = set;
	break_it(&o, 1);
	disk_close(file);
	disk_close(empty);
	scene_free(&one);
	scene_free(&two);
	return 0;
}
