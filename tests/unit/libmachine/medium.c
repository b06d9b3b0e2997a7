// SPDX-License-Identifier: MIT
//
// What volumes say about being a medium: FAT of each kind, CDs, and what is
// neither. Also the list of all on a made-up machine, and what a rule makes of
// their disks.
#include "disk.h"
#include "fat.h"
#include "machine.h"
#include "sysfs.h"

#define ID  "0123456789abcdef0123456789abcdef"
#define OLD "00000000000000000000000000000001"

static char found[4][MEDIUM_ID_SIZE];
static unsigned count;
static bool last_is_cd;

static int take(void *ctx, const char *id, bool is_cd)
{
	check(count < 4);
	strcpy(found[count++], id);
	last_is_cd = is_cd;
	return ctx ? -EINTR : 0;
}

static unsigned probe(struct disk *volume)
{
	count = 0;
	check_eq(medium_probe(volume, take, NULL), 0);
	return count;
}

// A FAT volume with a label and files in \slipway, divided by blanks.
static struct disk *fat_volume(int bits, const char *label, const char *files)
{
	struct fat_format_options options = {.bits = bits, .label = label};
	struct err err = {0};
	char path[100], name[60];
	struct disk *d;
	struct fat *f;
	int n;

	check_ok(disk_memory(bits == 32   ? 40u << 20
			     : bits == 16 ? 20u << 20
					  : 2u << 20,
			     512, &d, &err),
		 &err);
	check_ok(fat_format(d, &options, &err), &err);
	check_ok(fat_open(d, &f, &err), &err);
	check_ok(fat_mkdir_all(f, "\\slipway\\" OLD ".id.d", 0, &err), &err);
	while (sscanf(files, " %59s%n", name, &n) == 1) {
		snprintf(path, sizeof(path), "\\slipway\\%s", name);
		check_ok(fat_write_file(f, path, "x", 1, 0, 0, &err), &err);
		files += n;
	}
	check_ok(fat_sync(f, &err), &err);
	fat_close(f);
	return d;
}

static void fat_volumes(void)
{
	static const struct {
		const char *label, *files, *ids;
	} cases[] = {
		{"SLIPWAY", ID ".id", ID},
		{"KINGSTON", "vmlinuz " ID ".id initramfs", ID},
		{NULL, "0123456789ABCDEF0123456789ABCDEF.ID", ID},
		{"SLIPWAY", OLD ".id " ID ".id", OLD " " ID},
		{"SLIPWAY", "vmlinuz", ""},
		{"Slipway", ID ".txt " ID "0.id " ID "xid", ""},
		{"OTHER", "vmlinuz initramfs grub-native.cfg", NULL},
		{"OTHER", "0123456789abcdef0123456789abcdeg.id", NULL},
		{"SLIPWAY2", "", NULL},
	};
	static const int bits[] = {12, 16, 32};

	for (size_t i = 0; i < 3 * sizeof(cases) / sizeof(cases[0]); i++) {
		const char *ids = cases[i / 3].ids;
		struct disk *d = fat_volume(bits[i % 3], cases[i / 3].label,
					    cases[i / 3].files);

		printf("%zu: %u\n", i, probe(d));
		check_eq(count, !ids ? 0 : strchr(ids, ' ') ? 2 : 1);
		for (unsigned k = 0; k < count; k++)
			check(!strncmp(found[k], ids + 33 * k, 32) ||
			      (!*ids && !*found[k]));
		check(!last_is_cd);
		check_eq(medium_probe(d, take, d), count ? -EINTR : 0);
		disk_close(d);
	}
}

static struct disk *cd(const char *label, const char *set)
{
	static const uint8_t mark[] = {1, 'C', 'D', '0', '0', '1', 1};
	char sector[2048];
	struct disk *d;

	check(!disk_memory(100000, 512, &d, NULL));
	memset(sector, ' ', sizeof(sector));
	memcpy(sector, mark, sizeof(mark));
	memcpy(sector + 40, label, strlen(label));
	memcpy(sector + 190, set, strlen(set));
	check(!disk_write(d, 32768, sector, sizeof(sector), NULL));
	return d;
}

static void cds(void)
{
	static const struct {
		const char *label, *set, *id;
	} cases[] = {
		{"SLIPWAY", ID, ID},
		{"OTHER", "0123456789ABCDEF0123456789ABCDEF", ID},
		{"SLIPWAY", "", ""},
		{"SLIPWAY", ID "0", ""},
		{"SLIPWAYS", "", NULL},
		{"DEBIAN", "", NULL},
	};
	struct disk *d;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		d = cd(cases[i].label, cases[i].set);
		check_eq(probe(d), cases[i].id ? 1 : 0);
		check(!count || (last_is_cd && !strcmp(found[0], cases[i].id)));
		disk_close(d);
	}
	check(!disk_memory(34000, 512, &d, NULL)); // too short for a descriptor
	check_eq(probe(d), 0);
	disk_close(d);
}

static void put_volume(const char *path, struct disk *d)
{
	char *data = malloc(d->size);

	check(data && !disk_read(d, 0, data, d->size, NULL));
	put_data(path, data, d->size);
	free(data);
	disk_close(d);
}

static void add_partition(const char *disk_place, const char *name)
{
	char path[300];

	snprintf(path, sizeof(path), "sys/devices/%s/%s/partition", disk_place,
		 name);
	put(path, "1\n");
}

// A stick with a partition, an old stick without, a CD, a clone on the internal
// disk, and a disk that is none of these.
static void a_machine(void)
{
	struct disk_rule rule = {.size_max = UINT64_MAX};
	const struct inventory_disk *chosen;
	struct inventory *inventory;
	struct media *media;
	struct err err = {0};

	check(mkdtemp(root));
	put("proc/self/mountinfo", "");
	add_disk("nvme0n1", "pci0/nvme0", "259:0", "100000\n");
	add_partition("pci0/nvme0/block/nvme0n1", "nvme0n1p2");
	add_disk("sda", "pci0/usb1/1-1", "8:0", "100000\n");
	add_partition("pci0/usb1/1-1/block/sda", "sda1");
	put("sys/block/sda/device/model", "Stick\n");
	add_disk("sdb", "pci0/usb1/1-2", "8:16", "100000\n");
	add_disk("sdc", "pci0/ata1", "8:32", "100000\n");
	add_partition("pci0/ata1/block/sdc", "sdc1");
	add_disk("sr0", "pci0/ata2", "11:0", "2000\n");
	put_volume("dev/nvme0n1p2", fat_volume(16, "SLIPWAY", ID ".id"));
	put_volume("dev/sda1", fat_volume(16, "STICK", ID ".id"));
	put_volume("dev/sdb", fat_volume(12, "SLIPWAY", ""));
	put_volume("dev/sdc1", fat_volume(16, "ESP", "vmlinuz initramfs"));
	put_volume("dev/sr0", cd("SLIPWAY", ID));
	check_ok(media_read(root, &media, &err), &err);
	check_eq(media->count, 4);
	check(!strcmp(media->list[0].path, "/dev/nvme0n1p2"));
	check(!strcmp(media->list[0].disk, "/dev/nvme0n1"));
	check(!strcmp(media->list[1].path, "/dev/sda1") &&
	      !strcmp(media->list[1].id, ID) &&
	      !strcmp(media->list[1].model, "Stick"));
	check(!strcmp(media->list[2].path, "/dev/sdb") &&
	      !media->list[2].id[0]);
	check(!strcmp(media->list[3].path, "/dev/sr0") && media->list[3].is_cd);
	media_free(media);
	media_free(NULL);

	// no rule takes one of them, whatever it says
	check_ok(inventory_read(root, &inventory, &err), &err);
	check_eq(inventory->count, 4);
	for (size_t i = 0; i < inventory->count; i++) {
		const char *path = inventory->disks[i].path;
		bool is_medium = strcmp(path, "/dev/sdc");

		rule.path = (char *)path;
		err = (struct err){0};
		check_eq(inventory_choose(inventory, &rule, &chosen, &err),
			 is_medium ? -EBUSY : 0);
		check(!is_medium || strstr(err.why, "a medium of Slipway"));
	}
	inventory_free(inventory);
	remove_root();
}

int main(void)
{
	fat_volumes();
	cds();
	a_machine();
	return 0;
}
