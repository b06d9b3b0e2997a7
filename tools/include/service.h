// SPDX-License-Identifier: MIT
//
// libservice: a Windows that does not run, looked at and changed from outside: what
// it is, and the drivers in its store.
//
//     struct service *s;
//     struct service_driver *drivers;
//     size_t count;
//     service_open(tree, "\\", &s, &err);
//     service_list_drivers(s, &drivers, &count, &err);
//     service_free_drivers(drivers, count);
//     service_close(s);
//
// The tree is any (tree.h): a volume, a folder of the host, an image. Nothing is
// written unless a function says so. Names of folders are those of Windows; case
// does not count in a volume, and on the host it is as Windows writes it.
//
// Sources: the registry of Windows 7 to 11, as their hives show it; Microsoft's
// driver documentation for what INF files mean (inf.h).
//
// Threads: one at a time an object.

#ifndef SERVICE_H
#define SERVICE_H

#include "hive.h"
#include "inf.h"
#include "tree.h"

struct service;

// What a Windows is.
struct service_windows {
	struct inf_target target;
	unsigned revision;  // UBR: the last number of 10.0.19045.2006
	char *edition;      // EditionID: "Professional"; "" when not told
	char *product_name; // "" when not told
};

// Opens the Windows whose folder "Windows" lies in `root` of a tree, which must
// outlive it: reads SYSTEM and what it needs of SOFTWARE, with their logs.
// Returns 0, -ENOENT when there is no Windows (err says what is missing),
// -EBADMSG when its hives do not say what it is, -ENOTSUP for one before Windows 7
// or of another processor, -ENOMEM, or as hive_bytes_read and hive_load_owned. Free with
// service_close.
MUST_CHECK
int service_open(struct tree *tree, const char *root, struct service **ret,
		 struct err *err);

// Frees; NULL is fine.
void service_close(struct service *s);

// Returns what it is.
const struct service_windows *service_get_windows(const struct service *s);

// Writes the path of one of its hives ("SYSTEM") in the tree into new memory (free with
// mem_free).
// Returns 0 or -ENOMEM.
MUST_CHECK
int service_hive_path(const struct service *s, const char *name, char **ret,
		      struct err *err);

// --- Drivers -----------------------------------------------------------------

// A package of the driver store.
struct service_driver {
	char *published; // "oem3.inf"; an inbox one has its own name
	char *original;  // "viostor.inf"
	char *folder;    // of the store; "" when not told
	char *class_name, *class_text; // "SCSIAdapter", "Storage controllers"
	struct guid class_guid;
	char *provider, *catalog; // "" when not told
	uint64_t date;            // FILETIME
	uint64_t version;         // four numbers, the first in the highest bits
	bool is_inbox;
	bool is_boot_critical; // by its class
};

// Lists the packages of the store in the order of their published names: oem2
// before oem10.
// Returns 0, -EBADMSG for a record that is not as Windows writes it (err names it),
// -ENOTSUP for Windows 7, whose store has no such list, -ENOMEM, or as reading the
// hive DRIVERS. Free with service_free_drivers.
MUST_CHECK
int service_list_drivers(struct service *s, struct service_driver **ret,
			 size_t *ret_count, struct err *err);

// Frees them; NULL is fine.
void service_free_drivers(struct service_driver *drivers, size_t count);

// Reads an INF file of the host or of an image.
// Returns as tree_read_file and inf_read.
MUST_CHECK
int service_read_inf(struct tree *tree, const char *path, struct inf **ret,
		     struct err *err);

// Reads the INF file of a package by its published name, from Windows\\INF.
// Returns as service_read_inf.
MUST_CHECK
int service_open_published(struct service *s, const char *published,
			   struct inf **ret, struct err *err);

// Tells what the Windows calls a class of devices, whether it is critical for
// booting, and fills that in. A class that it does not know has no text.
// Returns 0 or -ENOMEM.
MUST_CHECK
int service_describe_class(struct service *s, struct service_driver *driver,
			   struct err *err);

// --- Starting on another machine ---------------------------------------------

// Told of each change: the service, and what was done with it, for people.
typedef void service_changed_fn(void *ctx, const char *service,
				const char *what);

struct service_boot_storage {
	size_t changed; // drivers that were changed
	// Drivers by which Windows starts from a virtual disk, and that the
	// loader does not load by itself, or that are missing; "" when it does.
	const char *no_vhd; // "vhdmp", "FsDepends", or ""
};

// Has the loader load every driver of a disk's controller that the Windows has, in
// the control set that it starts with, in memory: a Windows that comes from another
// machine has switched off those that this one did not need. Windows 8 and later do
// so by StartOverride, Windows 7 by the start value.
// Returns 0, -EBADMSG when Select or the services are missing, or -ENOMEM.
MUST_CHECK
int service_set_boot_storage(struct hive *system,
			     const struct inf_target *target,
			     service_changed_fn *fn, void *ctx,
			     struct service_boot_storage *ret, struct err *err);

#endif
