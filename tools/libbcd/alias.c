// SPDX-License-Identifier: MIT
//
// Well-known objects: their GUIDs, which are the same on every machine, and the
// aliases that bcdedit has for them (its documentation).

#include <strings.h>

#include "bcd.h"

// Takes a GUID's fields as they are written and puts them in on-disk order: the
// first three are little-endian numbers ([MS-DTYP] 2.3.4.2).
#define ID(a, b, c, d0, d1, d2, d3, d4, d5, d6, d7)                            \
	{                                                                      \
		{                                                              \
			(a) & 0xff, (a) >> 8 & 0xff, (a) >> 16 & 0xff,         \
				(a) >> 24 & 0xff, (b) & 0xff, (b) >> 8 & 0xff, \
				(c) & 0xff, (c) >> 8 & 0xff, d0, d1, d2, d3,   \
				d4, d5, d6, d7                                 \
		}                                                              \
	}

#define ID_BOOTMGR                                                             \
	ID(0x9dea862cu, 0x5cdd, 0x4e70, 0xac, 0xc1, 0xf3, 0x2b, 0x34, 0x4d,    \
	   0x47, 0x95)
#define ID_FWBOOTMGR                                                           \
	ID(0xa5a30fa2u, 0x3d06, 0x4e9f, 0xb5, 0xf4, 0xa0, 0x1d, 0xf9, 0xd1,    \
	   0xfc, 0xba)
#define ID_MEMDIAG                                                             \
	ID(0xb2721d73u, 0x1db4, 0x4c62, 0xbf, 0x78, 0xc5, 0x48, 0xa8, 0x80,    \
	   0x14, 0x2d)
#define ID_NTLDR                                                               \
	ID(0x466f5a88u, 0x0af2, 0x4f76, 0x90, 0x38, 0x09, 0x5b, 0x17, 0x0d,    \
	   0xc2, 0x1c)
#define ID_GLOBAL                                                              \
	ID(0x7ea2e1acu, 0x2e61, 0x4728, 0xaa, 0xa3, 0x89, 0x6d, 0x9d, 0x0a,    \
	   0x9f, 0x0e)
#define ID_LOADER                                                              \
	ID(0x6efb52bfu, 0x1766, 0x41db, 0xa6, 0xb3, 0x0e, 0xe5, 0xef, 0xf7,    \
	   0x2b, 0xd7)
#define ID_RESUME                                                              \
	ID(0x1afa9c49u, 0x16ab, 0x4a5c, 0x90, 0x1b, 0x21, 0x28, 0x02, 0xda,    \
	   0x94, 0x60)
#define ID_DBG                                                                 \
	ID(0x4636856eu, 0x540f, 0x4170, 0xa1, 0x30, 0xa8, 0x47, 0x76, 0xf4,    \
	   0xc6, 0x54)
#define ID_EMS                                                                 \
	ID(0x0ce4991bu, 0xe6b3, 0x4b16, 0xb2, 0x3c, 0x5e, 0x0d, 0x92, 0x50,    \
	   0xe5, 0xd9)
#define ID_BADMEMORY                                                           \
	ID(0x5189b25cu, 0x5558, 0x4bf2, 0xbc, 0xa4, 0x28, 0x9b, 0x11, 0xbd,    \
	   0x29, 0xe2)
#define ID_HYPERVISOR                                                          \
	ID(0x7ff607e0u, 0x4395, 0x11db, 0xb0, 0xde, 0x08, 0x00, 0x20, 0x0c,    \
	   0x9a, 0x66)
#define ID_KERNELDBG                                                           \
	ID(0x313e8eedu, 0x7098, 0x4586, 0xa9, 0xbf, 0x30, 0x9c, 0x61, 0xf8,    \
	   0xd4, 0x49)
#define ID_RAMDISK                                                             \
	ID(0xae5534e0u, 0xa924, 0x466c, 0xb8, 0x36, 0x75, 0x85, 0x39, 0xa3,    \
	   0xee, 0x3a)
#define ID_DEFAULT                                                             \
	ID(0x1cae1eb7u, 0xa0df, 0x4d4d, 0x98, 0x51, 0x48, 0x60, 0xe3, 0x4e,    \
	   0xf5, 0x35)
#define ID_CURRENT                                                             \
	ID(0xfa926493u, 0x6f1c, 0x4193, 0xa4, 0x14, 0x58, 0xf0, 0xb2, 0x45,    \
	   0x6d, 0x1e)

const struct guid bcd_id_bootmgr = ID_BOOTMGR;
const struct guid bcd_id_memdiag = ID_MEMDIAG;
const struct guid bcd_id_globalsettings = ID_GLOBAL;
const struct guid bcd_id_bootloadersettings = ID_LOADER;
const struct guid bcd_id_resumeloadersettings = ID_RESUME;
const struct guid bcd_id_dbgsettings = ID_DBG;
const struct guid bcd_id_emssettings = ID_EMS;
const struct guid bcd_id_badmemory = ID_BADMEMORY;
const struct guid bcd_id_hypervisorsettings = ID_HYPERVISOR;
const struct guid bcd_id_ramdiskoptions = ID_RAMDISK;
const struct guid bcd_id_default = ID_DEFAULT;

const struct bcd_alias bcd_aliases[] = {
	{"{bootmgr}", ID_BOOTMGR, BCD_BOOT_MANAGER},
	{"{fwbootmgr}", ID_FWBOOTMGR, BCD_FIRMWARE_MANAGER},
	{"{memdiag}", ID_MEMDIAG, BCD_MEMORY_TESTER},
	{"{ntldr}", ID_NTLDR, BCD_LEGACY_LOADER},
	{"{legacy}", ID_NTLDR, BCD_LEGACY_LOADER},
	{"{globalsettings}", ID_GLOBAL, BCD_SETTINGS},
	{"{bootloadersettings}", ID_LOADER, BCD_LOADER_SETTINGS},
	{"{resumeloadersettings}", ID_RESUME, BCD_RESUME_SETTINGS},
	{"{dbgsettings}", ID_DBG, BCD_SETTINGS},
	{"{emssettings}", ID_EMS, BCD_SETTINGS},
	{"{badmemory}", ID_BADMEMORY, BCD_SETTINGS},
	{"{hypervisorsettings}", ID_HYPERVISOR, BCD_LOADER_SETTINGS},
	{"{kerneldbgsettings}", ID_KERNELDBG, BCD_LOADER_SETTINGS},
	{"{ramdiskoptions}", ID_RAMDISK, BCD_DEVICE_OPTIONS},
	// Not objects: what the boot manager starts, and what is running.
	{"{default}", ID_DEFAULT, 0},
	{"{current}", ID_CURRENT, 0},
	{NULL, {{0}}, 0},
};

const char *bcd_alias_name(const struct guid *id)
{
	for (const struct bcd_alias *a = bcd_aliases; a->name; a++)
		if (guid_equal(&a->id, id))
			return a->name;
	return NULL;
}

int bcd_resolve(const struct bcd *bcd, const char *text, struct guid *ret)
{
	const struct bcd_object *obj;

	for (const struct bcd_alias *a = bcd_aliases; a->name; a++) {
		if (strcasecmp(a->name, text))
			continue;
		// {default} is none of them itself: it stands for what the boot
		// manager starts
		if (!guid_equal(&a->id, &bcd_id_default)) {
			*ret = a->id;
			return 0;
		}
		obj = bcd_object_find(bcd, &bcd_id_bootmgr);
		return obj && !bcd_get_object(obj, BCD_DEFAULT, ret, NULL)
			       ? 0
			       : -ENOENT;
	}
	return *text == '{' ? guid_parse(text, ret) : -EINVAL;
}
