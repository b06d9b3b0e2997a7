// SPDX-License-Identifier: MIT
//
// What a version of Windows cannot start from, or may not by its licence:
// errors and warnings of a plan.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bcdboot.h"
#include "plan_priv.h"

#define WINDOWS_7 0x0601u // the first that starts from a VHD
#define WINDOWS_8 0x0602u // the first that knows VHDX

static const struct wim_image_info *info_of(const struct plan_system *s)
{
	return wim_get_image_info(s->base->image->wim, s->base->index);
}

// Returns major << 8 | minor, or 0 when the image does not say: then nothing is
// held against it.
static unsigned version_of(const struct plan_system *s)
{
	const char *text = info_of(s)->version;
	unsigned long major, minor = 0;
	char *end;

	major = strtoul(text, &end, 10);
	if (*end == '.')
		minor = strtoul(end + 1, NULL, 10);
	return major < 256 && minor < 256 ? (unsigned)(major << 8 | minor) : 0;
}

static int check_version(const struct plan_system *s, struct err *err)
{
	unsigned version = version_of(s);
	bool is_vhdx = s->answer->format == VDISK_VHDX;

	if (!version || s->answer->on_partition ||
	    version >= (is_vhdx ? WINDOWS_8 : WINDOWS_7))
		return 0;
	return err_set(err, -ENOTSUP, s->answer->path, ERR_NOWHERE,
		       "image %u is Windows %s, which cannot start from a %s: "
		       "%s",
		       s->base->index, info_of(s)->version,
		       is_vhdx ? "VHDX" : "VHD",
		       is_vhdx && version == WINDOWS_7
			       ? "use .vhd, or Windows 8 and later"
			       : "use a [partition], or Windows 7 and later");
}

int plan_limits(const struct plan *p, struct err *err)
{
	int r = 0;

	for (size_t i = 0;
	     i < p->system_count && !r && p->answer->system == BOOT_WINDOWS;
	     i++)
		r = check_version(&p->systems[i], err);
	return r;
}

// --- Warnings ----------------------------------------------------------------

struct warner {
	void (*warn)(void *ctx, const char *object, const char *why);
	void *ctx;
};

static int open_image(const struct plan_system *s, struct tree **ret)
{
	return image_tree_open(s->base->image->wim, s->base->apply, ret, NULL);
}

static void warn_chain(const struct warner *w, const struct plan_system *s)
{
	char text[BCD_CHAIN_TEXT];
	unsigned count = 1, max = 0;
	struct tree *image;

	if (!s->parent || !s->answer->in_menu)
		return;
	for (const struct plan_system *at = s; at->parent; at = at->parent)
		count++;
	if (!open_image(s, &image)) {
		best_effort(bcdboot_max_chain(image, "\\Windows", &max, NULL));
		tree_close(image);
	}
	if (bcd_chain_is_long(count, max, text))
		w->warn(w->ctx, s->answer->path, text);
}

static void warn_template(const struct warner *w, const struct plan_system *s)
{
	struct err err = {0};
	char text[ERR_TEXT + sizeof(BCDBOOT_NO_TEMPLATE)];
	struct tree *image;
	int r;

	if (s->parent || !s->answer->in_menu || open_image(s, &image))
		return;
	r = bcdboot_check_template(image, "\\Windows", &err);
	tree_close(image);
	if (r != -EBADMSG)
		return;
	snprintf(text, sizeof(text), "%s: %s" BCDBOOT_NO_TEMPLATE, err.what,
		 err.why);
	w->warn(w->ctx, s->answer->image_file, text);
}

// Windows 7 starts from a VHD when it is Enterprise, Ultimate or a server.
static void warn_edition(const struct warner *w, const struct plan_system *s)
{
	const char *edition = info_of(s)->edition;
	char text[ERR_TEXT];

	if (s->answer->on_partition || !s->answer->in_menu || !*edition ||
	    version_of(s) != WINDOWS_7 ||
	    !strncasecmp(edition, "Enterprise", 10) ||
	    !strncasecmp(edition, "Ultimate", 8) ||
	    !strncasecmp(edition, "Server", 6))
		return;
	snprintf(text, sizeof(text),
		 "Windows 7 starts from a VHD as Enterprise, Ultimate or a "
		 "server; this image is %s",
		 edition);
	w->warn(w->ctx, s->answer->path, text);
}

static void warn_lost(const struct warner *w, const struct plan_system *s)
{
	const struct apply_result *r;
	char text[ERR_TEXT], object[ERR_TEXT];

	if (!s->apply)
		return;
	r = apply_get_result(s->apply);
	for (int i = 0; i < APPLY_LOSSES; i++) {
		if (!r->lost[i].count)
			continue;
		snprintf(object, sizeof(object), "%s: %s", s->image->path,
			 r->lost[i].first);
		snprintf(text, sizeof(text), "%s (%" PRIu64 " in all)",
			 apply_loss_text((enum apply_loss)i), r->lost[i].count);
		w->warn(w->ctx, object, text);
	}
}

void plan_warn(const struct plan *p,
	       void (*warn)(void *ctx, const char *object, const char *why),
	       void *ctx)
{
	const struct warner w = {warn, ctx};

	for (size_t i = 0; i < p->system_count; i++) {
		const struct plan_system *s = &p->systems[i];

		warn_lost(&w, s);
		if (p->answer->system != BOOT_WINDOWS)
			continue;
		warn_chain(&w, s);
		warn_edition(&w, s);
		warn_template(&w, s);
	}
}
