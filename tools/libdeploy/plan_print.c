// SPDX-License-Identifier: MIT
//
// A plan in words.

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "plan_priv.h"

struct printer {
	void (*line)(void *ctx, const char *text);
	void *ctx;
};

static void say(const struct printer *out, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	out->line(out->ctx, text);
}

static void say_partition(const struct printer *out, const struct part *part,
			  const char *what)
{
	char id[GUID_TEXT];

	say(out, "  partition %u  %8" PRIu64 " MB  %-28s {%s}", part->number,
	    part->size >> 20, what, guid_format(&part->id, id));
}

void plan_print(const struct plan *p,
		void (*line)(void *ctx, const char *text), void *ctx)
{
	const struct printer out = {line, ctx};
	const struct answer *a = p->answer;
	const struct apply_result *image = apply_get_result(p->apply);
	const struct wim_image_info *info = wim_get_image_info(p->wim,
							       p->image);
	char id[GUID_TEXT];

	say(&out, "disk %s, %" PRIu64 " MB: %s, new GPT {%s}", p->target.name,
	    p->target.disk->size >> 20,
	    a->wipe ? "whatever it holds is destroyed" : "blank",
	    guid_format(&p->disk_id, id));
	say_partition(&out, p->esp, "EFI system, FAT32");
	say_partition(&out, p->msr, "Microsoft reserved");
	say_partition(&out, p->data, "data, NTFS");
	say(&out, "file %s on partition %u: fixed VHD, %" PRIu64 " MB",
	    a->vhd_path, p->data->number, a->vhd_size >> 20);
	say(&out, "image %u of %s (%s): %" PRIu64 " files, %" PRIu64
	    " folders, %" PRIu64 " MB",
	    p->image, a->image_file, info->name, image->files, image->folders,
	    image->bytes >> 20);
	say(&out, "boot: %s from %s, by UEFI",
	    a->system == BOOT_LINUX ? "Linux" : "Windows", a->vhd_path);
	say(&out, "then: %s",
	    a->finish == FINISH_RESTART	   ? "restart"
	    : a->finish == FINISH_POWEROFF ? "power off"
					   : "stay");
}
