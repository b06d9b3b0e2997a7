// SPDX-License-Identifier: MIT
//
// Where a disk of the machine is: in which order disks come, and what Windows calls
// their places.

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage_priv.h"

// "0000:00:1f.2": domain, bus, device and function, hexadecimal and of fixed width.
static bool is_pci(const char *s, size_t len)
{
	static const char form[] = "hhhh:hh:hh.h";

	if (len != sizeof(form) - 1)
		return false;
	for (size_t i = 0; i < len; i++)
		if (form[i] == 'h' ? !isxdigit((unsigned char)s[i])
				   : s[i] != form[i])
			return false;
	return true;
}

static unsigned hex(const char *s, size_t len)
{
	char text[8] = "";

	memcpy(text, s, len);
	return (unsigned)strtoul(text, NULL, 16);
}

// Compares by numbers where both have some: "ata10" is behind "ata2".
static int compare_parts(const char *a, size_t a_len, const char *b,
			 size_t b_len)
{
	size_t i = 0, j = 0;

	if (is_pci(a, a_len) && is_pci(b, b_len))
		return memcmp(a, b, a_len);
	while (i < a_len && j < b_len) {
		if (isdigit((unsigned char)a[i]) &&
		    isdigit((unsigned char)b[j])) {
			char *a_end, *b_end;
			unsigned long x = strtoul(a + i, &a_end, 10);
			unsigned long y = strtoul(b + j, &b_end, 10);

			if (x != y)
				return x < y ? -1 : 1;
			i = (size_t)(a_end - a);
			j = (size_t)(b_end - b);
		} else if (a[i] != b[j]) {
			return (unsigned char)a[i] < (unsigned char)b[j] ? -1
									 : 1;
		} else {
			i++;
			j++;
		}
	}
	return (i < a_len) - (j < b_len);
}

static int compare_paths(const char *a, const char *b)
{
	while (*a && *b) {
		size_t a_len = strcspn(a, "/"), b_len = strcspn(b, "/");
		int r = compare_parts(a, a_len, b, b_len);

		if (r)
			return r;
		a += a_len + (a[a_len] == '/');
		b += b_len + (b[b_len] == '/');
	}
	return (*a != 0) - (*b != 0);
}

int storage_compare_places(const struct inventory_disk *a,
			   const struct inventory_disk *b)
{
	int r = a->is_medium - b->is_medium;

	if (!r)
		r = compare_paths(a->sys_path, b->sys_path);
	return r ? r : strcmp(a->path, b->path);
}

// One step of the way, for a part of the path in sysfs; "" for those that Windows
// has no word for.
static void name_step(const char *part, size_t len, const char *bus, char *out,
		      size_t size)
{
	unsigned host, channel, target, lun;
	char text[64];

	snprintf(text, sizeof(text), "%.*s", (int)(len < 63 ? len : 63), part);
	*out = 0;
	if (!strncmp(text, "pci", 3) && strchr(text, ':'))
		snprintf(out, size, "PCIROOT(%X)",
			 (unsigned)strtoul(strchr(text, ':') + 1, NULL, 16));
	else if (is_pci(text, len))
		snprintf(out, size, "#PCI(%02X%02X)", hex(text + 8, 2),
			 hex(text + 11, 1));
	else if (sscanf(text, "%u:%u:%u:%u", &host, &channel, &target, &lun) ==
		 4)
		snprintf(out, size, "#%s(%c%02uT%02uL%02u)",
			 strcmp(bus, "sata") ? "SCSI" : "ATA",
			 strcmp(bus, "sata") ? 'P' : 'C', channel, target, lun);
	else if (!strncmp(text, "nvme", 4) && isdigit((unsigned char)text[4]) &&
		 strchr(text, 'n') && strchr(text + 4, 'n'))
		snprintf(out, size, "#NVME(P00T00L00)");
}

void storage_name_place(const struct inventory_disk *d,
			char text[STORAGE_PLACE_TEXT])
{
	const char *at = d->sys_path;
	size_t used = 0;

	*text = 0;
	while (*at && used < STORAGE_PLACE_TEXT - 1) {
		size_t len = strcspn(at, "/");

		name_step(at, len, d->bus, text + used,
			  STORAGE_PLACE_TEXT - used);
		used += strlen(text + used);
		at += len + (at[len] == '/');
	}
	if (strncmp(text, "PCIROOT", 7)) // no way of firmware's
		*text = 0;
}
