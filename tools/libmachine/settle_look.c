// SPDX-License-Identifier: MIT
//
// One look at a machine: what is on the way to become a disk, as sysfs tells it
// (Documentation/ABI: sysfs-bus-usb, sysfs-bus-scsi and testing/sysfs-nvme of the
// kernel), and a sum that any device that comes or goes changes.
//
// The environment's own driver loader (/etc/slipway/drivers.sh) leaves in
// /run/slipway/drivers the number of the last event of the kernel for which
// drivers were loaded, and when the last one came that was about a device. The
// module loader returns when everything that a module has started is done: SATA
// and SAS controllers have looked for their disks by then.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine_priv.h"

static void add_pending(struct settle_look *look, const char *name,
			const char *bus, const char *why)
{
	struct settle_pending *p;

	if (look->count++ >= SETTLE_MAX_PENDING)
		return;
	p = &look->pending[look->count - 1];
	snprintf(p->name, sizeof(p->name), "%s", name);
	snprintf(p->bus, sizeof(p->bus), "%s", bus);
	snprintf(p->why, sizeof(p->why), "%s", why);
}

// A sum does not depend on the order in which a folder is read.
static void add_to_sum(struct settle_look *look, const char *kind,
		       const char *name, const char *state)
{
	uint32_t crc = crc32_update(0, kind, strlen(kind) + 1);

	crc = crc32_update(crc, name, strlen(name) + 1);
	look->devices += crc32_update(crc, state, strlen(state) + 1);
}

// The name of what a link leads to: a device's driver.
static bool link_name(const char *dir, const char *name, char *buf, size_t size)
{
	char path[MACHINE_MAX_PATH], target[MACHINE_MAX_PATH];
	const char *slash;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	n = readlink(path, target, sizeof(target) - 1);
	if (n <= 0)
		return false;
	target[n] = 0;
	slash = strrchr(target, '/');
	snprintf(buf, size, "%s", slash ? slash + 1 : target);
	return true;
}

static bool has_driver(const char *dir)
{
	return machine_has(dir, "driver");
}

static void real_bus(const char *dir, char bus[16])
{
	char resolved[4096];

	machine_bus(realpath(dir, resolved) ? resolved : "", bus);
}

// --- SCSI: also SATA and USB, whose disks it serves --------------------------

// Types of devices that become disks (SPC-4, table 138): direct access, optical
// memory, simplified direct access, zoned.
static bool is_scsi_disk(const char *dir)
{
	char type[8];

	if (!machine_line(dir, "type", type, sizeof(type)))
		return false;
	switch (atoi(type)) {
	case 0:
	case 7:
	case 14:
	case 20:
		return true;
	}
	return false;
}

// The members of a RAID controller's arrays are never offered to the driver of
// disks: a device that has none is not on the way.
static void look_at_scsi(struct settle_look *look, const char *dir,
			 const char *name)
{
	char model[64], text[96], bus[16];

	if (!is_scsi_disk(dir) || !has_driver(dir) || machine_has(dir, "block"))
		return;
	machine_line(dir, "model", model, sizeof(model));
	snprintf(text, sizeof(text), "SCSI device %s (%s)", name, model);
	real_bus(dir, bus);
	add_pending(look, text, bus, "is not ready yet");
}

// A host that gets over a failing device, or looks for the first time.
static void look_at_scsi_host(struct settle_look *look, const char *dir,
			      const char *name)
{
	char state[16], bus[16];

	machine_line(dir, "state", state, sizeof(state));
	if (strcmp(state, "recovery") && strcmp(state, "created"))
		return;
	real_bus(dir, bus);
	add_pending(look, name, bus, "is still looking for its disks");
}

// --- USB ---------------------------------------------------------------------

static int is_target(void *ctx, const char *dir, const char *name)
{
	return !strncmp(name, "target", 6);
}

static int host_has_target(void *ctx, const char *dir, const char *name)
{
	char path[MACHINE_MAX_PATH];

	if (strncmp(name, "host", 4))
		return 0;
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return machine_each(path, is_target, NULL) == 1;
}

static bool is_storage_driver(const char *driver)
{
	return !strcmp(driver, "usb-storage") || !strcmp(driver, "uas") ||
	       !strncmp(driver, "ums-", 4);
}

// "1-1.2:1.0" is an interface of the device "1-1.2", which bears the names.
static void name_usb(const char *dir, const char *name, char text[96])
{
	char device[MACHINE_MAX_PATH], product[64], resolved[4096];
	int len = (int)strcspn(name, ":");

	product[0] = 0;
	if (realpath(dir, resolved)) {
		snprintf(device, sizeof(device), "%s/..", resolved);
		machine_line(device, "product", product, sizeof(product));
	}
	snprintf(text, 96, "USB device %.*s%s%s%s", len, name,
		 product[0] ? " (" : "", product, product[0] ? ")" : "");
}

static int look_at_port(void *ctx, const char *dir, const char *name)
{
	static const char *const on_the_way[] = {"attached", "powered",
						 "reconnecting", "default"};
	char path[MACHINE_MAX_PATH], state[24], text[96];

	if (!strstr(name, "-port"))
		return 0;
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	machine_line(path, "state", state, sizeof(state));
	for (size_t i = 0; i < sizeof(on_the_way) / sizeof(*on_the_way); i++) {
		if (strcmp(state, on_the_way[i]))
			continue;
		snprintf(text, sizeof(text), "USB port %s", name);
		add_pending(ctx, text, "usb", "is still talking to its device");
	}
	return 0;
}

static void look_at_usb(struct settle_look *look, const char *dir,
			const char *name)
{
	char driver[32], text[96];

	if (!strchr(name, ':') ||
	    !link_name(dir, "driver", driver, sizeof(driver)))
		return;
	if (!strcmp(driver, "hub"))
		machine_each(dir, look_at_port, look);
	if (!is_storage_driver(driver) ||
	    machine_each(dir, host_has_target, NULL) == 1)
		return;
	name_usb(dir, name, text);
	add_pending(look, text, "usb", "has shown no disk yet");
}

// --- NVMe, eMMC and cards, virtual machines ----------------------------------

static void look_at_nvme(struct settle_look *look, const char *dir,
			 const char *name)
{
	char state[16], model[64], text[96];

	machine_line(dir, "state", state, sizeof(state));
	add_to_sum(look, "state", name, state);
	if (!strcmp(state, "live"))
		return;
	machine_line(dir, "model", model, sizeof(model));
	snprintf(text, sizeof(text), "NVMe controller %s (%s)", name, model);
	add_pending(look, text, "nvme",
		    strcmp(state, "dead") ? "is not ready yet"
					  : "does not answer any more");
}

// The driver takes every controller of the class (PCI code assignment, 1.2:
// mass storage, non-volatile memory, NVM Express), so one that it does not hold
// is waiting for it, or has failed.
static void look_at_pci(struct settle_look *look, const char *dir,
			const char *name)
{
	char class[16], text[96];

	machine_line(dir, "class", class, sizeof(class));
	if (strcmp(class, "0x010802") || has_driver(dir))
		return;
	snprintf(text, sizeof(text), "NVMe controller at PCI %s", name);
	add_pending(look, text, "nvme", "has no driver or did not start");
}

static void look_at_mmc(struct settle_look *look, const char *dir,
			const char *name)
{
	char type[16], text[96], bus[16];

	machine_line(dir, "type", type, sizeof(type));
	if ((strcmp(type, "MMC") && strcmp(type, "SD")) || !has_driver(dir) ||
	    machine_has(dir, "block"))
		return;
	snprintf(text, sizeof(text), "memory card %s", name);
	real_bus(dir, bus); // a reader may hang on USB
	add_pending(look, text, bus, "is not ready yet");
}

// Device number 2 is a block device (Virtio 1.2, 5).
static void look_at_virtio(struct settle_look *look, const char *dir,
			   const char *name)
{
	char id[16];

	machine_line(dir, "device", id, sizeof(id));
	if (!strcmp(id, "0x0002") && has_driver(dir) &&
	    !machine_has(dir, "block"))
		add_pending(look, name, "virtio", "is not ready yet");
}

static void look_at_block(struct settle_look *look, const char *dir,
			  const char *name)
{
	char size[32];

	machine_line(dir, "size", size, sizeof(size));
	add_to_sum(look, "size", name, size);
}

// --- Drivers -----------------------------------------------------------------

static void look_at_loader(const char *root, struct settle_look *look)
{
	unsigned long long handled, kernel;
	char path[300], text[64];
	double last;

	snprintf(path, sizeof(path), "%s/run/slipway", root);
	if (!machine_has(path, "drivers")) // some other system
		return;
	if (!machine_line(path, "drivers", text, sizeof(text)) ||
	    sscanf(text, "%llu %lf", &handled, &last) != 2)
		handled = last = 0;
	look->last_event = (uint64_t)(last * 1000);
	snprintf(path, sizeof(path), "%s/sys/kernel", root);
	kernel = machine_number(path, "uevent_seqnum");
	if (handled < kernel || !handled)
		add_pending(look, "drivers", "", "are still being loaded");
}

// "nvme 53248 2 - Loading 0x0" (proc(5)).
static void look_at_modules(const char *root, struct settle_look *look)
{
	char path[300], line[512], name[64], state[16], text[96];
	FILE *f;

	snprintf(path, sizeof(path), "%s/proc/modules", root);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s %*s %*s %*s %15s", name, state) == 2 &&
		    !strcmp(state, "Loading")) {
			snprintf(text, sizeof(text), "driver %s", name);
			add_pending(look, text, "", "is starting");
		}
	if (f)
		fclose(f);
}

// --- All of it ---------------------------------------------------------------

static const struct folder {
	const char *path;
	void (*look)(struct settle_look *look, const char *dir,
		     const char *name);
} folders[] = {
	{"sys/block", look_at_block},
	{"sys/bus/pci/devices", look_at_pci},
	{"sys/bus/usb/devices", look_at_usb},
	{"sys/bus/scsi/devices", look_at_scsi},
	{"sys/class/scsi_host", look_at_scsi_host},
	{"sys/class/nvme", look_at_nvme},
	{"sys/bus/mmc/devices", look_at_mmc},
	{"sys/bus/virtio/devices", look_at_virtio},
};

struct entry {
	const struct folder *folder;
	struct settle_look *look;
};

static int look_at_entry(void *ctx, const char *dir, const char *name)
{
	struct entry *e = ctx;
	char path[MACHINE_MAX_PATH];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	add_to_sum(e->look, e->folder->path, name, "");
	e->folder->look(e->look, path, name);
	return 0;
}

void settle_look_at(const char *root, struct settle_look *ret)
{
	char dir[300];

	*ret = (struct settle_look){0};
	look_at_loader(root, ret);
	look_at_modules(root, ret);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		struct entry entry = {&folders[i], ret};

		snprintf(dir, sizeof(dir), "%s/%s", root, folders[i].path);
		machine_each(dir, look_at_entry, &entry);
	}
	for (size_t i = 0; i < ret->count && i < SETTLE_MAX_PENDING; i++)
		add_to_sum(ret, "pending", ret->pending[i].name,
			   ret->pending[i].why);
}
