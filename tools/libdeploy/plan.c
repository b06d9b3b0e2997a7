// SPDX-License-Identifier: MIT
//
// Making a plan: the disk's partitions, the systems' volumes, the VHDs around
// them and the volume that holds those are all laid out, so whatever does not
// fit is known before the first byte is written.

#include <string.h>

#include "plan_priv.h"

uint64_t plan_number(const struct guid *seed, const char *name)
{
	struct guid g;

	guid_from_name(seed, name, &g);
	return load_le64(g.b);
}

static int make_identifiers(struct plan *p, struct err *err)
{
	int r = 0;

	p->seed = p->answer->seed;
	if (!p->answer->has_seed)
		r = guid_random(&p->seed, err);
	// All others derive from the seed by name, so that the same answer and
	// images make the same disk.
	guid_from_name(&p->seed, "disk", &p->disk_id);
	p->system_serial = plan_number(&p->seed, "esp") & 0xffffffff;
	p->data_serial = plan_number(&p->seed, "data");
	return r;
}

// Whatever is on the disk counts as data that somebody would miss, but for what
// a deployment left that was cut off.
static int look_at_disk(struct plan *p, bool *ret_refused, struct err *err)
{
	int r = part_probe(p->target.disk, &p->found, err);

	if (!r && p->found.kind != PART_HOLDS_NOTHING)
		r = unfinished_is_all(p->target.disk, &p->is_unfinished,
				      &p->found, err);
	*ret_refused = p->found.kind != PART_HOLDS_NOTHING &&
		       !p->is_unfinished && !p->answer->wipe;
	return r;
}

static int refuse_data(const struct plan *p, bool deployed, const char *date,
		       struct err *err)
{
	char text[PART_CONTENT_TEXT];

	return err_set(err, -EEXIST, p->target.name, ERR_NOWHERE,
		       "it holds data (%s)%s%s%s; nothing is done unless the "
		       "answer file says wipe = yes",
		       part_content_text(&p->found, text),
		       deployed ? ": it was deployed from this answer file"
				: "",
		       *date ? " on " : "", date);
}

// What is on the disk: nothing that is in the way, what this very deployment
// made, or data. Opens the images, by which the second is known.
static int check_disk(struct plan *p, struct err *err)
{
	char date[DEPLOYED_DATE] = "";
	bool refused, deployed = false;
	int r = look_at_disk(p, &refused, err), images;

	if (r)
		return r;
	images = plan_images(p, refused ? NULL : err);
	if (!images && (refused || p->target.once))
		r = deployed_find(p, &deployed, date, err);
	if (r)
		return r;
	if (deployed && p->target.once)
		return err_set(err, -EALREADY, p->target.name, ERR_NOWHERE,
			       "it was deployed from this answer file%s%s",
			       *date ? " on " : "", date);
	return refused ? refuse_data(p, deployed, date, err) : images;
}

static int make(struct plan *p, struct err *err)
{
	int r = make_identifiers(p, err);

	if (!r)
		r = check_disk(p, err);
	if (!r)
		r = plan_limits(p, err);
	if (!r)
		r = plan_partitions(p, err);
	for (size_t i = 0; i < p->system_count && !r; i++)
		r = plan_system(p, &p->systems[i], err);
	if (!r && p->data)
		r = plan_host(p, err);
	return r ? r : boot_check(p, err);
}

int plan_make(const struct answer *answer, const struct plan_target *target,
	      struct plan **ret, struct err *err)
{
	struct plan *p = mem_alloc(sizeof(*p));
	int r;

	if (!p)
		return err_nomem(err);
	p->answer = answer;
	p->target = *target;
	r = make(p, err);
	if (r) {
		plan_free(p);
		return r;
	}
	*ret = p;
	return 0;
}

bool plan_has_begun(const struct plan *plan)
{
	return plan->has_begun;
}

const struct apply_result *plan_result(const struct plan *plan)
{
	return &plan->result;
}

static void system_free(struct plan_system *s)
{
	apply_free(s->apply);
	ntfs_build_free(s->build);
	disk_close(s->volume);
	part_table_free(s->table);
	disk_close(s->disk);
	disk_close(s->content);
	disk_close(s->file);
	mem_free(s->present);
}

void plan_free(struct plan *p)
{
	if (!p)
		return;
	for (size_t i = 0; p->systems && i < p->system_count; i++)
		system_free(&p->systems[i]);
	ntfs_build_free(p->host);
	disk_close(p->data_disk);
	disk_close(p->esp_disk);
	part_table_free(p->table);
	for (size_t i = 0; i < p->image_count; i++) {
		wim_close(p->images[i].wim);
		mem_free(p->images[i].found);
	}
	mem_free(p->images);
	mem_free(p->systems);
	mem_free(p);
}
