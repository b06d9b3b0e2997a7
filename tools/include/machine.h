// SPDX-License-Identifier: MIT
//
// libmachine: this machine: how it was started, its disks, who uses them, what was
// started from them, whether all of them had their time to appear, the one that a
// rule means, and the partition that the boot manager is on.
//
//     settle_init(&settle, "");
//     settle_wait(&settle, rule, &err);       // nothing is concluded before
//     inventory_read("", &inventory, &err);
//     inventory_choose(inventory, rule, &disk, &err);
//     // plan, open, read images
//     settle_wait(&settle, rule, &err);       // right before the first write
//     inventory_read("", &again, &err);
//     inventory_confirm(again, rule, disk, &err);
//
// Everything is read from sysfs, procfs and the devices below a folder that a
// caller names: "" is the machine itself, tests have made-up ones.
//
// Threads: one at a time an object.

#ifndef MACHINE_H
#define MACHINE_H

#include "base.h"

struct disk;
struct efi_vars;

// --- The machine -------------------------------------------------------------

// Tells whether this is Slipway's environment, by the mark that its init leaves.
// There the machine is what is worked on; an ordinary host is not, unless somebody
// says so.
bool machine_is_environment(const char *root);

// Tells whether the machine was started by UEFI; else it was by BIOS.
bool machine_has_uefi(const char *root);

// Tells whether a path is a whole disk that this machine's kernel has: a block
// device of sysfs, no partition, no loop or RAM disk, nothing that stands on others.
bool machine_has_disk(const char *root, const char *path);

// Returns the number of the disk at "/dev/sda" that no other one since the start had
// (diskseq), or 0 when there is none.
uint64_t machine_sequence(const char *root, const char *path);

// Finds the disk of a partition's device: "/dev/sda" and 2 for "/dev/sda2".
// Returns false when it is no such device, or not in /dev: images bear such names too.
bool machine_disk_of(const char *root, const char *node, char disk[80],
		     unsigned *ret_number);

// --- Disks -------------------------------------------------------------------

// Conditions on a disk; all that are given must hold.
struct disk_rule {
	uint64_t size_min, size_max;       // bytes; 0 and UINT64_MAX: any
	char *serial, *model, *bus, *path; // text with * and ?; NULL: any
};

struct inventory_disk {
	char path[80];      // "/dev/nvme0n1"
	char sys_path[256]; // "/sys/devices/..."
	char serial[64], model[64], bus[16];
	uint64_t size;
	uint64_t sequence; // no other disk since the start had this number
	uint32_t sector_size;
	bool read_only, removable;
	bool is_medium;   // a medium of this environment is on it
	char in_use[320]; // why it must be left alone ("mounted at /data",
			  // "start medium, mounted at /run/medium") or ""
};

struct inventory {
	struct inventory_disk *disks;
	size_t count;
};

// Lists the disks of a machine from sysfs, /proc/self/mountinfo and
// /proc/swaps below `root`. A disk with a medium of this environment on it
// counts as in use.
// Returns 0, -ENOMEM, or what opendir(3) gives. Free with inventory_free.
int inventory_read(const char *root, struct inventory **ret, struct err *err);

// Frees; NULL is fine.
void inventory_free(struct inventory *inventory);

// Finds the one disk that matches a rule.
// Returns 0, -ENOENT when none does, -EEXIST when more than one does, -EBUSY
// when it is in use, -EROFS; err lists the disks that there are.
int inventory_choose(const struct inventory *inventory,
		     const struct disk_rule *rule,
		     const struct inventory_disk **ret, struct err *err);

// Judges the rule once more: it must still mean that disk, and it must be the
// same one, by place, serial number, size and sequence.
// Returns as inventory_choose, or -ESTALE when it is not the same.
int inventory_confirm(const struct inventory *inventory,
		      const struct disk_rule *rule,
		      const struct inventory_disk *chosen, struct err *err);

// --- Volumes with letters, for shells -------------------------------------------
// In the environment they are mounted at /volumes/LETTER, read-only: what writes to a
// volume are commands, for which it is taken down meanwhile (disk.h, DISK_MOUNTS).

struct machine_volume {
	char letter;        // a capital
	unsigned partition; // 0: all of the disk
	const char *type;   // "ntfs3", "vfat"
};

// Has the kernel read a disk's table anew and shows its volumes: these. Elsewhere than
// in the environment nothing is done, nor for what is no device. What cannot be shown
// is not: always succeeds, it returns nothing.
void machine_show_volumes(const char *root, const char *disk,
			  const struct machine_volume *volumes, size_t count);

// Takes one down; returns nothing, as that.
void machine_hide_volume(const char *root, char letter);

// --- Have all disks had their time? ------------------------------------------
// A disk that is not there proves nothing while a bus is still being looked at.
// settle_wait waits until no driver is being loaded, no device is on the way to
// become a disk, and nothing has come or gone for SETTLE_QUIET_MS.

enum {
	// What is on the way is seen: in virtual machines with hubs, slow sticks
	// and late disks nothing came more than 0.2 s after nothing was. Not to be
	// seen are a hub's ports before they have power, up to 0.51 s (USB 2.0,
	// 11.23.2.1), and a plug whose contacts bounce, for which the kernel waits
	// up to 2 s (hub_port_debounce). More than both together.
	SETTLE_QUIET_MS = 3000,
	// A device that does not get further in this time does not come up. The
	// kernel itself gives a disk 100 s to spin up (sd_spinup_disk).
	SETTLE_STUCK_MS = 120000,
	// Devices that come and go without end.
	SETTLE_LIMIT_MS = 600000,
	SETTLE_POLL_MS = 100,
	SETTLE_MAX_PENDING = 8, // more are counted only
};

// A device on the way to become a disk, or what may bring one.
struct settle_pending {
	char name[96]; // "usb 1-1.2 (Stick)"
	char bus[16];  // as inventory_disk, or "" when it may be any
	char why[64];  // "has shown no disk yet"
};

struct settle_look {
	uint64_t devices;    // a sum over all devices: another after any change
	uint64_t last_event; // when the last one came, ms since the start; 0:
			     // unknown
	struct settle_pending pending[SETTLE_MAX_PENDING];
	size_t count;
};

// What waiting is made of; tests have their own.
struct settle {
	void (*look)(void *ctx, struct settle_look *ret);
	uint64_t (*now)(void *ctx); // ms since the machine's start
	void (*sleep)(void *ctx, uint64_t ms);
	void (*say)(void *ctx, const char *text); // a line to people, or NULL
	void *ctx;
	// Kept from one call to the next.
	bool has_looked;
	uint64_t devices, changed;
};

// Looks at the machine below `root` once. Nothing is concluded from what cannot
// be read.
void settle_look_at(const char *root, struct settle_look *ret);

// Readies waiting for the machine below `root`, which must outlive it.
void settle_init(struct settle *s, const char *root);

// Waits; not for what comes on another bus than the rule (or NULL) asks for.
// Called again, it waits only for what has changed since.
// Returns 0, or -ETIMEDOUT when something does not come up, which is named.
int settle_wait(struct settle *s, const struct disk_rule *rule,
		struct err *err);

// --- Media of this environment -----------------------------------------------
// A medium carries its identity, 32 hexadecimal digits made from all that is on
// it: as the name of a file, \slipway\IDENTITY.id, and on a CD also as the volume
// set identifier. Its loader hands the same to the kernel (slipway.medium=). A
// volume that has the label SLIPWAY alone is an old one: it is left alone, and
// never taken.

#define MEDIUM_ID_SIZE 33 // with the NUL

struct medium {
	char path[80]; // "/dev/sda1"
	char disk[80]; // "/dev/sda"; the same when the medium has no partitions
	char model[64];          // of the disk
	char id[MEDIUM_ID_SIZE]; // or "" for one that is known by its label alone
	bool is_cd;              // an ISO 9660 volume, else FAT
};

struct media {
	struct medium *list;
	size_t count;
};

// Lists the volumes on all disks and CDs below `root` that are media of this
// environment; one that carries two identities is there twice. Devices that
// cannot be opened or read are none.
// Returns 0, -ENOMEM, or as inventory_read. Free with media_free.
int media_read(const char *root, struct media **ret, struct err *err);

// Frees; NULL is fine.
void media_free(struct media *media);

// Reads from a volume what it is: calls `found` for each identity on it, with ""
// for the label alone.
// Returns 0, or what `found` returned. What is broken, or no volume, is no
// medium.
int medium_probe(struct disk *volume,
		 int (*found)(void *ctx, const char *id, bool is_cd),
		 void *ctx);

// --- System partitions -------------------------------------------------------
// Which partition holds the boot manager, when nobody named it. What cannot be told
// for certain is refused, with all that it could be. *ret is "NAME@N", new memory
// (free with mem_free); a disk's name is the caller's.

// Returns the path of the store that a partition's volume holds, a constant string,
// or NULL: the one of UEFI, or of BIOS.
const char *system_partition_store(struct disk *partition, bool uefi,
				   bool bios);

// Finds the system partition for a Windows on a disk: its EFI system partition; when
// there are several of them, or none and `root` is not NULL, the one that the machine
// was started from (vars, may be NULL).
// Returns 0, -ENOENT, -EEXIST when several fit, -EBUSY for one on a medium that is in
// use, -ENOMEM, or as part_table_read and inventory_read.
int system_partition_for(struct disk *disk, const char *name,
			 struct efi_vars *vars, const char *root, char **ret,
			 struct err *err);

// Finds the system partition of a disk that holds a boot store, for UEFI or for BIOS;
// of several the one that the machine was started from.
// Returns 0, -ENOENT, -EEXIST, -ENOMEM, or as part_table_read.
int system_partition_of(struct disk *disk, const char *name,
			struct efi_vars *vars, char **ret, struct err *err);

// Finds the partition with the machine's own boot store: on EFI system partitions
// when it was started by UEFI (vars not NULL), else on active ones.
// Returns 0, -ENOENT, -EEXIST, -ENOMEM, or as inventory_read.
int system_partition_of_machine(const char *root, struct efi_vars *vars,
				char **ret, struct err *err);

#endif
