// SPDX-License-Identifier: MIT
//
// Volumes with letters, mounted for the environment's shells.

#include <ctype.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk.h"
#include "machine_priv.h"

#define LINK "/volumes" // to DISK_MOUNTS, for people

static void name_node(const char *disk, unsigned partition, char node[96])
{
	size_t len = strlen(disk);

	if (partition)
		snprintf(node, 96, "%s%s%u", disk,
			 isdigit((unsigned char)disk[len - 1]) ? "p" : "",
			 partition);
	else
		snprintf(node, 96, "%s", disk);
}

static void name_point(char letter, char point[64])
{
	snprintf(point, 64, DISK_MOUNTS "%c", letter);
}

// The disk's partitions as its table has them now; a disk of which one is in use
// keeps those that the kernel has.
static void read_partitions(const char *disk)
{
	int fd = open(disk, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	ioctl(fd, BLKRRPART);
	close(fd);
}

static void make_folders(const char *point)
{
	mkdir("/run/slipway/volumes", 0755);
	mkdir(point, 0755);
	if (symlink("run/slipway/volumes", LINK) && errno != EEXIST)
		return; // it is by its other name, then
}

void machine_hide_volume(const char *root, char letter)
{
	char point[64];

	if (*root || !machine_is_environment(root))
		return;
	name_point(letter, point);
	if (!umount2(point, 0) || errno == EINVAL)
		rmdir(point);
}

void machine_show_volumes(const char *root, const char *disk,
			  const struct machine_volume *volumes, size_t count)
{
	char point[64], node[96];

	if (*root || strncmp(disk, "/dev/", 5) || !machine_is_environment(root))
		return;
	for (size_t i = 0; i < count; i++)
		machine_hide_volume(root, volumes[i].letter);
	read_partitions(disk);
	for (size_t i = 0; i < count; i++) {
		name_point(volumes[i].letter, point);
		name_node(disk, volumes[i].partition, node);
		make_folders(point);
		if (disk_show(node, point, volumes[i].type))
			rmdir(point); // not when it is there still
	}
}
