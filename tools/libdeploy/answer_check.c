// SPDX-License-Identifier: MIT
//
// What goes with what in an answer file: sizes, parents, images, and what a
// machine that starts by BIOS, or boots Linux, cannot have.

#include <string.h>
#include <strings.h>

#include "answer_priv.h"
#include "bcd.h"

#define EFI_SIZE    (UINT64_C(260) << 20) // the least that 4Kn disks take
#define SYSTEM_SIZE (UINT64_C(100) << 20) // as Windows takes for BIOS
#define MSR_SIZE    (UINT64_C(16) << 20)

static int refuse(const struct answer_parser *p, uint64_t line,
		  const char *what)
{
	return err_bad_text(p->err, p->name, line ? line : ERR_NOWHERE, "%s",
			    what);
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && !strcasecmp(s + n - m, end);
}

// --- A system's section ------------------------------------------------------

static int check_child(struct answer_parser *p)
{
	static const char *const keys[] = {"size", "type", "label", "image",
					   "index"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		uint64_t line = answer_given(p, "vhd", keys[i]);

		if (line)
			return err_bad_text(p->err, p->name, line,
					    "a VHD with a parent has no %s of "
					    "its own",
					    keys[i]);
	}
	p->system->type = VDISK_DIFFERENCING;
	return 0;
}

static int check_vhd(struct answer_parser *p)
{
	struct answer_system *s = p->system;
	uint64_t line = answer_given(p, "vhd", "size");

	if (!s->path)
		return refuse(p, s->line, "[vhd] needs \"path\"");
	s->format = ends_with(s->path, ".vhdx") ? VDISK_VHDX : VDISK_VHD;
	if (s->parent_path)
		return check_child(p);
	if (!s->size)
		return refuse(p, s->line, "[vhd] needs \"size\" or \"parent\"");
	if (s->size % 512)
		return refuse(p, line, "size is not a multiple of 512 bytes");
	if (s->format == VDISK_VHD && s->size > VDISK_MAX_VHD_SIZE)
		return refuse(p, line,
			      "size is over 2040 GiB, the most that a "
			      "VHD can have");
	if (s->size > VDISK_MAX_VHDX_SIZE)
		return refuse(p, line,
			      "size is over 64 TiB, the most that a "
			      "VHDX can have");
	return 0;
}

int answer_check_system(struct answer_parser *p)
{
	struct answer_system *s = p->system;

	if (s->on_partition) {
		if (s->size % 4096)
			return refuse(p, answer_given(p, "partition", "size"),
				      "size must be a multiple of 4K");
	} else {
		int r = check_vhd(p);

		if (r)
			return r;
	}
	if (!s->label)
		s->label = mem_strdup("Windows");
	return s->label ? 0 : err_nomem(p->err);
}

// --- The disk ----------------------------------------------------------------

// What needs another layout than the one that the machine's start has decided.
static int refuse_layout(const struct answer_parser *p, uint64_t line,
			 const char *what)
{
	if (answer_given(p, "disk", "layout") ||
	    p->answer->layout != ANSWER_MBR)
		return refuse(p, line, what);
	return err_bad_text(p->err, p->name, line ? line : ERR_NOWHERE,
			    "%s; without a layout it is mbr here, as this "
			    "machine was started by BIOS",
			    what);
}

// The layout that is asked for is not how the machine was started.
static int refuse_start(const struct answer_parser *p, uint64_t line,
			const char *layout, const char *is_for,
			const char *started, const char *wanted)
{
	return err_bad_text(p->err, p->name, line,
			    "layout = %s is for %s, and this machine was "
			    "started by %s: leave layout out, or start it by "
			    "%s; for a disk of another machine say "
			    "other-machine = yes",
			    layout, is_for, started, wanted);
}

static int settle_layout(struct answer_parser *p)
{
	enum answer_start start = p->start;
	struct answer *a = p->answer;
	uint64_t line = answer_given(p, "disk", "layout");

	if (a->other_machine)
		start = ANSWER_START_UNKNOWN;
	if (!line && start == ANSWER_START_BIOS)
		a->layout = ANSWER_MBR;
	if (line && start == ANSWER_START_UEFI && a->layout == ANSWER_MBR)
		return refuse_start(p, line, "mbr", "a BIOS", "UEFI", "BIOS");
	if (line && start == ANSWER_START_BIOS && a->layout == ANSWER_GPT)
		return refuse_start(p, line, "gpt", "UEFI", "BIOS", "UEFI");
	return 0;
}

// Keys that have no meaning in the other layout.
static int check_layout(struct answer_parser *p)
{
	static const struct {
		enum answer_layout not_for;
		const char *key, *why;
	} keys[] = {
		{ANSWER_MBR, "efi-size",
		 "efi-size needs layout = gpt; layout "
		 "= mbr has system-size"},
		{ANSWER_MBR, "msr-size", "msr-size needs layout = gpt"},
		{ANSWER_GPT, "system-size",
		 "system-size needs layout = mbr; "
		 "layout = gpt has efi-size"},
		{ANSWER_GPT, "system-format",
		 "system-format needs layout = "
		 "mbr; firmware reads FAT32"},
	};
	struct answer *a = p->answer;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		uint64_t line = answer_given(p, "disk", keys[i].key);

		if (line && a->layout == keys[i].not_for)
			return refuse_layout(p, line, keys[i].why);
	}
	if (!a->system_size)
		a->system_size = a->layout == ANSWER_GPT ? EFI_SIZE
							 : SYSTEM_SIZE;
	if (!a->msr_size)
		a->msr_size = MSR_SIZE;
	// A partition consists of whole sectors, of 4096 bytes on some disks.
	if (a->system_size % 4096 || a->msr_size % 4096)
		return refuse(p, 0,
			      "[disk] efi-size, system-size and msr-size "
			      "must be multiples of 4K");
	return 0;
}

// The rest of the disk goes to the VHDs, or to the last partition.
static int check_partitions(struct answer_parser *p)
{
	const struct answer *a = p->answer;
	const struct answer_system *rest = NULL;
	bool has_vhd = false;

	for (size_t i = 0; i < a->system_count; i++) {
		const struct answer_system *s = a->systems[i];

		has_vhd |= !s->on_partition;
		if (!s->on_partition)
			continue;
		if (rest)
			return refuse(p, rest->line,
				      "[partition] needs \"size\": only the "
				      "last one can take the rest of the disk");
		if (!s->size)
			rest = s;
	}
	if (rest && has_vhd)
		return refuse(
			p, rest->line,
			"[partition] needs \"size\": the rest of the disk "
			"holds the VHDs");
	return 0;
}

// --- Parents -----------------------------------------------------------------

static struct answer_system *find_vhd(const struct answer *a, const char *path)
{
	for (size_t i = 0; i < a->system_count; i++)
		if (a->systems[i]->path &&
		    !strcasecmp(a->systems[i]->path, path))
			return a->systems[i];
	return NULL;
}

// Windows' boot manager follows a parent in the child's folder or below it.
static bool is_reachable(const char *child, const char *parent)
{
	size_t folder = (size_t)(strrchr(child, '\\') - child) + 1;

	return !strncasecmp(child, parent, folder);
}

static int join_parent(struct answer_parser *p, struct answer_system *s)
{
	struct answer_system *parent = find_vhd(p->answer, s->parent_path);

	if (!parent)
		return err_bad_text(p->err, p->name, s->line,
				    "parent = %s: no [vhd] has that path",
				    s->parent_path);
	if (parent->format != s->format)
		return refuse(p, s->line,
			      "a VHD's parent is a VHD, a VHDX's a "
			      "VHDX");
	if (!is_reachable(s->path, parent->path))
		return refuse(
			p, s->line,
			"a parent lies in its child's folder or below it: "
			"Windows' boot manager looks nowhere else");
	s->parent = parent;
	parent->has_child = true;
	return 0;
}

// Sizes come from the lowest parent; a chain that has none goes in a circle.
static int settle_child(struct answer_parser *p, struct answer_system *s)
{
	const struct answer_system *at = s;

	for (size_t i = 0; at->parent; i++) {
		if (i == p->answer->system_count)
			return refuse(p, s->line,
				      "its parents lead back to "
				      "itself");
		at = at->parent;
	}
	s->base = at;
	s->size = at->size;
	return 0;
}

static int check_paths(struct answer_parser *p)
{
	const struct answer *a = p->answer;
	int r = 0;

	for (size_t i = 0; i < a->system_count && !r; i++) {
		const struct answer_system *s = a->systems[i];
		const struct answer_system *first =
			s->path ? find_vhd(a, s->path) : s;

		if (first != s)
			return err_bad_text(p->err, p->name, s->line,
					    "%s is the [vhd] of line %llu "
					    "already",
					    s->path,
					    (unsigned long long)first->line);
	}
	for (size_t i = 0; i < a->system_count && !r; i++)
		if (a->systems[i]->parent_path)
			r = join_parent(p, a->systems[i]);
	for (size_t i = 0; i < a->system_count && !r; i++)
		r = settle_child(p, a->systems[i]);
	return r;
}

// --- Booting -----------------------------------------------------------------

// A parent that is started is changed, and its children are then worth nothing:
// it is in the menu only when somebody says so.
static size_t settle_menu(struct answer *a)
{
	size_t count = 0;

	for (size_t i = 0; i < a->system_count; i++) {
		struct answer_system *s = a->systems[i];

		s->in_menu = s->menu == ANSWER_MENU_AUTO
				     ? !s->has_child
				     : s->menu == ANSWER_MENU_YES;
		count += s->in_menu;
	}
	return count;
}

static int check_linux(struct answer_parser *p, size_t in_menu)
{
	const struct answer *a = p->answer;

	if (a->layout == ANSWER_MBR)
		return refuse_layout(p, answer_given(p, "disk", "layout"),
				     "system = linux needs layout = gpt");
	if (a->environment)
		return refuse(p, answer_given(p, "boot", "environment"),
			      "system = linux has the environment in its menu "
			      "already");
	if (in_menu != 1)
		return refuse(p, answer_given(p, "boot", "system"),
			      "system = linux starts one VHD");
	// Its loader reads no such files.
	if (a->compact != ANSWER_COMPACT_NO)
		return refuse(p, answer_given(p, "image", "compact"),
			      "system = linux cannot have compressed files");
	for (size_t i = 0; i < a->system_count; i++) {
		const struct answer_system *s = a->systems[i];

		if (s->on_partition)
			return refuse(p, s->line,
				      "system = linux starts from a VHD");
		// Nothing makes a file on NTFS longer there.
		if (s->in_menu && s->type != VDISK_FIXED)
			return refuse(p, s->line,
				      "system = linux starts from a fixed VHD");
		// It goes into a loader's configuration, in single quotes.
		if (strchr(s->path, '\''))
			return refuse(
				p, s->line,
				"path holds a \"'\", which system = linux "
				"cannot have");
	}
	return 0;
}

static int check_windows(struct answer_parser *p)
{
	const struct answer *a = p->answer;

	if (a->environment && a->layout == ANSWER_MBR)
		return refuse_layout(p, answer_given(p, "boot", "environment"),
				     "environment needs layout = gpt");
	for (size_t i = 0; i < a->system_count; i++) {
		const struct answer_system *s = a->systems[i];

		if (s->path && !ends_with(s->path, ".vhd") &&
		    !ends_with(s->path, ".vhdx"))
			return refuse(p, s->line,
				      "Windows opens virtual disks whose names "
				      "end with .vhd or .vhdx");
		if (s->path && bcd_path_folders(s->path) > BCD_MAX_FOLDERS)
			return err_bad_text(
				p->err, p->name, s->line,
				"path lies in %u folders; Windows' boot manager "
				"finds a VHD in %u at most (error 0xc000000f)",
				bcd_path_folders(s->path), BCD_MAX_FOLDERS);
	}
	return 0;
}

static int check_boot(struct answer_parser *p)
{
	const struct answer *a = p->answer;
	size_t in_menu = settle_menu(p->answer);
	uint64_t line = answer_given(p, "boot", "description");

	for (size_t i = 0; answer_keys[i].name; i++)
		if (answer_keys[i].required && !answer_keys[i].of_system &&
		    !p->given[i])
			return err_bad_text(p->err, p->name, ERR_NOWHERE,
					    "[%s] needs \"%s\"",
					    answer_keys[i].section,
					    answer_keys[i].name);
	if (!in_menu)
		return refuse(p, 0, "every system is left out of the menu");
	if (in_menu > 1 && line)
		return refuse(p, line,
			      "with several systems in the menu each "
			      "has its own description");
	return a->system == BOOT_LINUX ? check_linux(p, in_menu)
				       : check_windows(p);
}

int answer_check_all(struct answer_parser *p)
{
	struct answer *a = p->answer;
	const struct disk_rule *rule = &a->rule;
	int r;

	a->has_rule = rule->serial || rule->model || rule->bus || rule->path ||
		      rule->size_min || rule->size_max != UINT64_MAX;
	if (a->again && !a->wipe)
		return refuse(p, answer_given(p, "disk", "again"),
			      "again = yes needs wipe = yes: the disk it means "
			      "holds a system");
	r = settle_layout(p);
	if (!r)
		r = check_layout(p);
	if (!r)
		r = check_paths(p);
	if (!r)
		r = answer_check_images(p);
	if (!r && !a->system_count)
		r = refuse(p, 0, "[vhd] or [partition] is missing");
	if (!r)
		r = check_partitions(p);
	return r ? r : check_boot(p);
}
