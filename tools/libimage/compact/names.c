// SPDX-License-Identifier: MIT
//
// Which files stay as they are, by their names: those that are read before Windows'
// overlay filter is there, or by programs that do not know it.

#include <stdlib.h>
#include <strings.h>

#include "../capture/rules.h"
#include "compact.h"

// What DISM leaves out, by the list WimBootCompress.ini that Windows 10 has and by
// "DISM configuration list files" (Microsoft); the loader's files and their folders,
// which BIOS and UEFI read; hives, which are written to at once; disks that a system
// starts from, and memory that a system keeps: none of these may be compressed.
static const char *const always[] = {
	"ntoskrnl.exe",
	"bootstat.dat",
	"*winload.*",
	"*winresume.*",
	"wof.sys",
	"\\Windows\\System32\\config\\*",
	"\\Windows\\System32\\PlatformManifest\\*",
	"\\Windows\\INF\\*.pnf",
	"*.mp3",
	"*.zip",
	"*.cab",
	"\\bootmgr",
	"\\BOOTNXT",
	"\\Boot\\*",
	"\\EFI\\*",
	"*.vhd",
	"*.vhdx",
	"*.wim",
	"*.swm",
	"*.esd",
	"\\hiberfil.sys",
	"\\pagefile.sys",
	"\\swapfile.sys",
};

// The loader reads XPRESS4K, and no other form: with those, what it loads beside the
// kernel stays as it is: drivers, what they and the kernel link to, fonts, tables.
static const char *const loader[] = {
	"*.sys",
	"*.nls",
	"hal*.dll",
	"kd*.dll",
	"mcupdate*.dll",
	"bootvid.dll",
	"ci.dll",
	"skci.dll",
	"pshed.dll",
	"apisetschema.dll",
	"cng.dll",
	"ntkrnl*.exe",
	"hv*.exe",
	"hv*.dll",
	"hvloader.*",
	"securekernel*.exe",
	"tcblaunch.exe",
	"ntdll.dll",
	"\\Windows\\AppPatch\\drvmain.sdb",
	"\\Windows\\Fonts\\vga*.fon",
	"\\Windows\\INF\\errata.inf",
	"\\Windows\\Boot\\*",
	"\\Windows\\System32\\Boot\\*",
	"\\Windows\\System32\\CodeIntegrity\\*",
};

struct compact_names {
	struct capture_rules *rules;
	uint64_t *groups; // link groups of files that have such a name, sorted
	size_t count, room;
};

static int add_rules(struct compact_names *n, const char *const *paths,
		     size_t count, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < count && !r; i++)
		r = capture_rule_add(n->rules, paths[i], false, err);
	return r;
}

static bool part_of(const void *ctx, size_t depth, struct rule_part *ret)
{
	const struct wim_dentry *d = ctx;

	for (; d->parent && depth; depth--)
		d = d->parent;
	if (!d->parent)
		return false;
	*ret = (struct rule_part){d->name, d->name_len};
	return true;
}

// A folder that is named counts with all that is in it.
static bool is_named(const struct compact_names *n, const struct wim_dentry *d)
{
	for (; d->parent; d = d->parent)
		if (capture_rules_judge(n->rules, part_of, d) == RULE_EXCLUDED)
			return true;
	return false;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

// A file of several names is left out by any of them.
static int find_groups(struct compact_names *n, const struct wim_image *image,
		       struct err *err)
{
	for (size_t i = 0; i < image->dentry_count; i++) {
		const struct wim_dentry *d = image->dentries[i];

		if (!d->link_group || d->attributes & NTFS_ATTR_DIRECTORY ||
		    !is_named(n, d))
			continue;
		if (mem_grow((void **)&n->groups, n->count, &n->room,
			     sizeof(*n->groups)))
			return err_nomem(err);
		n->groups[n->count++] = d->link_group;
	}
	if (n->count)
		qsort(n->groups, n->count, sizeof(*n->groups), compare);
	return 0;
}

int image_compact_names_new(enum ntfs_wof_algorithm algorithm,
			    const struct wim_image *image,
			    struct compact_names **ret, struct err *err)
{
	struct compact_names *n = mem_alloc(sizeof(*n));
	int r;

	if (!n)
		return err_nomem(err);
	n->rules = mem_alloc(sizeof(*n->rules));
	r = n->rules ? 0 : err_nomem(err);
	if (!r)
		r = add_rules(n, always, sizeof(always) / sizeof(always[0]),
			      err);
	if (!r && algorithm != NTFS_WOF_XPRESS4K)
		r = add_rules(n, loader, sizeof(loader) / sizeof(loader[0]),
			      err);
	if (!r)
		r = find_groups(n, image, err);
	if (r) {
		image_compact_names_free(n);
		return r;
	}
	*ret = n;
	return 0;
}

void image_compact_names_free(struct compact_names *names)
{
	if (!names)
		return;
	capture_rules_free(names->rules);
	mem_free(names->groups);
	mem_free(names);
}

bool image_compact_may(const struct compact_names *names,
		       const struct wim_dentry *d)
{
	if (d->link_group && names->count &&
	    bsearch(&d->link_group, names->groups, names->count,
		    sizeof(*names->groups), compare))
		return false;
	return !is_named(names, d);
}

int apply_algorithm_of(const char *name, enum ntfs_wof_algorithm *ret)
{
	static const char *const algorithms[NTFS_WOF_ALGORITHMS] = {
		[NTFS_WOF_XPRESS4K] = "XPRESS4K",
		[NTFS_WOF_LZX] = "LZX",
		[NTFS_WOF_XPRESS8K] = "XPRESS8K",
		[NTFS_WOF_XPRESS16K] = "XPRESS16K",
	};

	for (enum ntfs_wof_algorithm i = 0; i < NTFS_WOF_ALGORITHMS; i++)
		if (!strcasecmp(name, algorithms[i])) {
			*ret = i;
			return 0;
		}
	return -ENOENT;
}
