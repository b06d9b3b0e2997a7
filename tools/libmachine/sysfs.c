// SPDX-License-Identifier: MIT
//
// Small files and folders of sysfs (Documentation/filesystems/sysfs.rst of the
// kernel): one value a file.

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "machine_priv.h"

bool machine_line(const char *dir, const char *file, char *buf, size_t size)
{
	char path[MACHINE_MAX_PATH];
	size_t n;
	FILE *f;

	buf[0] = 0;
	snprintf(path, sizeof(path), "%s/%s", dir, file);
	f = fopen(path, "re");
	if (!f)
		return false;
	n = fread(buf, 1, size - 1, f);
	fclose(f);
	buf[n] = 0;
	buf[strcspn(buf, "\n")] = 0;
	for (n = strlen(buf); n && buf[n - 1] == ' '; n--)
		buf[n - 1] = 0;
	n = strspn(buf, " ");
	memmove(buf, buf + n, strlen(buf + n) + 1);
	return *buf;
}

uint64_t machine_number(const char *dir, const char *file)
{
	char text[32];

	return machine_line(dir, file, text, sizeof(text))
		       ? strtoull(text, NULL, 10)
		       : 0;
}

bool machine_has(const char *dir, const char *name)
{
	char path[MACHINE_MAX_PATH];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return !lstat(path, &st);
}

int machine_each(const char *dir,
		 int (*fn)(void *ctx, const char *dir, const char *name),
		 void *ctx)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int r = 0;

	if (!d)
		return -errno;
	while (!r && (e = readdir(d)))
		if (e->d_name[0] != '.')
			r = fn(ctx, dir, e->d_name);
	closedir(d);
	return r;
}

void machine_bus(const char *sys_path, char bus[16])
{
	static const struct {
		const char *part, *bus;
	} marks[] = {{"/usb", "usb"},
		     {"/nvme", "nvme"},
		     {"/ata", "sata"},
		     {"/mmc", "mmc"},
		     {"/virtio", "virtio"}};

	strcpy(bus, "scsi");
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (strstr(sys_path, marks[i].part)) {
			strcpy(bus, marks[i].bus);
			return;
		}
	}
}
