// SPDX-License-Identifier: MIT
//
// Aliases of well-known objects, both ways; {default} leads to what the boot
// manager starts.

#include "bcd.h"
#include "test.h"

int main(void)
{
	struct err err = {0};
	struct guid id, want;
	struct bcd_object *obj;
	struct bcd *bcd;

	check_ok(bcd_new(false, &bcd, &err), &err);
	check_ok(bcd_resolve(bcd, "{BootMgr}", &id), &err);
	check_ok(guid_parse("9dea862c-5cdd-4e70-acc1-f32b344d4795", &want),
		 &err);
	check(guid_equal(&id, &want));
	check(!strcmp(bcd_alias_name(&id), "{bootmgr}"));
	check_ok(bcd_resolve(bcd, "{1afa9c49-16ab-4a5c-901b-212802da9460}",
			     &id),
		 &err);
	check(!strcmp(bcd_alias_name(&id), "{resumeloadersettings}"));
	check_eq(bcd_resolve(bcd, "bootmgr", &id), -EINVAL);
	check_eq(bcd_resolve(bcd, "{boot}", &id), -EINVAL);
	check_eq(bcd_resolve(bcd, "9dea862c-5cdd-4e70-acc1-f32b344d4795", &id),
		 -EINVAL);
	check_eq(bcd_resolve(bcd, "{default}", &id), -ENOENT);
	check_ok(bcd_object_add(bcd, &bcd_id_bootmgr, BCD_BOOT_MANAGER, &obj,
				&err),
		 &err);
	check_ok(bcd_set_object(bcd, obj, BCD_DEFAULT, &want, &err), &err);
	check_ok(bcd_resolve(bcd, "{default}", &id), &err);
	check(guid_equal(&id, &want));
	want.b[0] = 1;
	check(!bcd_alias_name(&want));
	bcd_free(bcd);
	return 0;
}
