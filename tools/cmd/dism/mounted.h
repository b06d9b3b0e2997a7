// SPDX-License-Identifier: MIT
//
// Images that are mounted: what is known of each between one command and the next.
//
//     mounted.c         the table of them
//     mount_serve.c     the process that serves one
//     mount_kernel.c    the kernel's part: devices and mount points
//     mount.c           /Mount-Image, /Remount-Image
//     unmount.c         /Unmount-Image, /Commit-Image
//     mounted_info.c    /Get-MountedImageInfo, /Cleanup-Mountpoints

#ifndef DISM_MOUNTED_H
#define DISM_MOUNTED_H

#include "dism.h"

#define MOUNTED_ID 40 // bytes of its text

// A mounted image, or one that was. Strings are its own.
struct mounted {
	char id[MOUNTED_ID]; // a GUID: the name of its file in the table
	char *dir;           // from the root on
	char *image;         // address of the WIM, from the root on
	char *parts;         // pattern of a split one, or NULL
	char *credentials;   // path, or NULL
	char *changes;       // path of the file of changes; of one for reading
			     // the folder that it is in, without a name
	uint32_t index;
	bool read_only;
	int device, pid; // N of /dev/ublkbN and who serves it; -1: nobody yet
};

enum mounted_status {
	MOUNTED_OK,
	MOUNTED_LOST, // "Needs Remount": it is not there, and can be had again
	MOUNTED_INVALID,
};

struct mounted_list {
	struct mounted *items;
	size_t count, room;
};

// Reads the table: a folder, /run/slipway/mounts or SLIPWAY_MOUNTS of the
// environment, with a file a mount. One that is not there is empty. Free with
// mounted_done.
// Returns 0, -EBADMSG for a file that is none, -ENOMEM, or the folder's error.
int mounted_read(struct mounted_list *ret, struct err *err);

// Frees what it holds.
void mounted_done(struct mounted_list *list);

// Frees one that was made by hand.
void mounted_free(struct mounted *m);

// Returns the folder of the table.
const char *mounted_folder(void);

// Enters one, or puts it in the place of what the table has of it.
// Returns 0, -EINVAL for a name with a line's end in it, -ENOMEM, or as
// disk_put_file.
int mounted_write(const struct mounted *m, struct err *err);

// Takes one out. Returns 0 or the file's error.
int mounted_remove(const struct mounted *m, struct err *err);

// Finds the one of a folder, or NULL. The path may be written in any way.
struct mounted *mounted_find(struct mounted_list *list, const char *dir);

// --- mount.c -----------------------------------------------------------------

// Makes a mount that is filled in, of a WIM that is open: enters it, serves it and
// mounts it. After a failure there is nothing of it.
// Returns 0, -EEXIST when its file of changes is there, or as image_mount_plan,
// mounted_write, mounted_serve and mounted_attach.
int mounted_make(struct mounted *m, struct wim *wim, struct err *err);

// --- unmount.c ---------------------------------------------------------------

// What is done with a mounted image. Returns 0 or an error.
typedef int mounted_fn(struct mounted *m, const struct cmd_switch *s,
		       struct cmd_progress *progress, struct err *err);

// All of a verb that names one by /MountDir, the first of its switches; `style` is
// that of progress. `misuse` says what of the switches cannot be, and is NULL or
// returns NULL. Returns the command's exit status.
int mounted_run(int argc, char **argv, struct cmd_switch *s,
		const struct cmd_switch *style,
		const char *(*misuse)(const struct cmd_switch *s),
		mounted_fn *fn);

// --- mount_serve.c -----------------------------------------------------------

// Starts a server of an image, with its file of changes, which is filled first when it
// is new, and sets device and pid.
// Returns as block_server_start, dism_open_image and image_mount_new or _open.
int mounted_serve(struct mounted *m, bool is_new, struct err *err);

// --- mount_kernel.c ----------------------------------------------------------

// Tells how it is with a mount.
enum mounted_status mounted_look(const struct mounted *m);

// Mounts the device of one at its folder.
// Returns 0, -ENODEV without the driver, or what mount(2) gives.
int mounted_attach(const struct mounted *m, struct err *err);

// Takes the volume from its folder, and the device from the kernel, if they are there:
// all that was written is in the file of changes then. `force`: also one that is in
// use, or whose server is gone.
// Returns 0, -EBUSY when it is in use, or as storage_detach.
int mounted_detach(struct mounted *m, bool force, struct err *err);

#endif
