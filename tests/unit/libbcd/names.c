// SPDX-License-Identifier: MIT
//
// Names of elements: the table is sound, and the object's type decides.

#include "bcd.h"
#include "test.h"

int main(void)
{
	for (const struct bcd_name *n = bcd_names; n->name; n++) {
		unsigned format = bcd_element_format(n->element);

		check(format >= 1 && format <= 7);
		check(!n->values || format == BCD_FORMAT_INTEGER);
		for (const char *v = n->values; v && *v;
		     v += strcspn(v, ",") + (v[strcspn(v, ",")] == ','))
			check(strtoul(v, NULL, 10) < 10 && v[1] == '=');
		for (const struct bcd_name *m = bcd_names; m < n; m++)
			check(m->element != n->element ||
			      m->family != n->family);
	}
	check(!strcmp(bcd_name_of(BCD_OS_LOADER, 0x21000001)->name,
		      "osdevice"));
	check(!strcmp(bcd_name_of(BCD_RESUME, 0x21000001)->name, "filedevice"));
	check(!strcmp(bcd_name_of(BCD_BOOT_MANAGER, 0x25000004)->name,
		      "timeout"));
	check(!strcmp(bcd_name_of(BCD_DEVICE_OPTIONS, 0x31000003)->name,
		      "ramdisksdidevice"));
	check(!bcd_name_of(BCD_OS_LOADER, 0x25000004));
	check(!bcd_name_of(BCD_OS_LOADER, 0x46000010));
	check_eq(bcd_name_find(BCD_OS_LOADER, "Nx")->element, BCD_NX);
	check_eq(bcd_name_find(BCD_RESUME, "DEVICE")->element, BCD_DEVICE);
	check(!bcd_name_find(BCD_BOOT_MANAGER, "nx"));
	check(!bcd_name_find(BCD_OS_LOADER, ""));
	return 0;
}
