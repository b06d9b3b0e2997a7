// SPDX-License-Identifier: MIT
//
// libmachine: this machine: its disks, who uses them, what was started from
// them, whether all of them had their time to appear, and the one that a rule
// means.
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

struct disk;

// Reads from a volume what it is: calls `found` for each identity on it, with ""
// for the label alone.
// Returns 0, or what `found` returned. What is broken, or no volume, is no
// medium.
int medium_probe(struct disk *volume,
		 int (*found)(void *ctx, const char *id, bool is_cd),
		 void *ctx);

#endif
