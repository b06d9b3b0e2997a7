// SPDX-License-Identifier: MIT
//
// libbcd: Boot Configuration Data. Objects, their elements and devices, on top
// of a registry hive; and the complete store that bcdboot writes.
//
//     struct bcd *bcd;
//     bcd_new(true, &bcd, &err);
//     bcd_add_windows(bcd, &entry, NULL, &err);
//     bcd_save(bcd, &bytes, &size, &err);    // into \EFI\Microsoft\Boot\BCD
//     bcd_free(bcd);
//
// An object has a GUID and a type word; an element has a number, whose top digit
// is its class (1 library: any object; 2 application: means what the object's
// type says; 3 device; 4 template; 5 OEM) and whose next digit is its format,
// see enum bcd_format. Setting an element of one format by the function of
// another is the caller's mistake.
//
// The format: the BCD WMI provider's documentation and G. Chappell's BCD pages
// for objects and elements; the layout of device elements as read from stores
// that Windows wrote.

#ifndef BCD_H
#define BCD_H

#include "hive.h"

// --- Limits of Windows' boot code (limits.c) ------------------------------------

// Folders above a file that Microsoft's boot manager still finds, by UEFI and by
// BIOS. It says 0xc000000f for a virtual disk that lies deeper.
#define BCD_MAX_FOLDERS 14u

// Virtual disks of a chain, the child and its parents, that Windows opens when it
// starts, unless its registry allows more by the value named here.
#define BCD_MAX_CHAIN 2u
#define BCD_MAX_CHAIN_VALUE                                                    \
	"HKLM\\SYSTEM\\CurrentControlSet\\Services\\FsDepends\\Parameters, "   \
	"VirtualDiskMaxTreeDepth"

// Says what is to be said of a chain of `count` virtual disks, for a Windows whose
// registry has `max` there (0: it does not say). Returns false when it starts.
#define BCD_CHAIN_TEXT 300
bool bcd_chain_is_long(size_t count, unsigned max, char text[BCD_CHAIN_TEXT]);

// Returns how many folders a path's file lies in: 1 for "\vhd\win.vhd".
unsigned bcd_path_folders(const char *path);

// --- Objects -----------------------------------------------------------------

enum { // object types
	BCD_FIRMWARE_MANAGER = 0x10100001,
	BCD_BOOT_MANAGER = 0x10100002,
	BCD_FIRMWARE_ENTRY = 0x101fffff,
	BCD_OS_LOADER = 0x10200003,
	BCD_RESUME = 0x10200004,
	BCD_MEMORY_TESTER = 0x10200005,
	BCD_BOOT_APPLICATION = 0x1020000a,
	BCD_LEGACY_LOADER = 0x10300006,
	BCD_BOOT_SECTOR = 0x10400008,
	BCD_STARTUP = 0x10400009,
	BCD_SETTINGS = 0x20100000, // any object may inherit them
	BCD_LOADER_SETTINGS = 0x20200003,
	BCD_RESUME_SETTINGS = 0x20200004,
	BCD_DEVICE_SETTINGS = 0x20300000,
	BCD_DEVICE_OPTIONS = 0x30000000,
};

struct bcd_alias {
	const char *name; // "{bootmgr}"
	struct guid id;
	uint32_t type; // 0: an alias that is never an object itself
};

// All well-known objects; ends with a NULL name. {default} and {current} are
// here too, with type 0.
extern const struct bcd_alias bcd_aliases[];

// The GUIDs of the well-known objects that libraries name.
extern const struct guid bcd_id_bootmgr, bcd_id_memdiag, bcd_id_globalsettings,
	bcd_id_bootloadersettings, bcd_id_resumeloadersettings,
	bcd_id_dbgsettings, bcd_id_emssettings, bcd_id_badmemory,
	bcd_id_hypervisorsettings, bcd_id_ramdiskoptions, bcd_id_default;

// Returns the alias with braces of a well-known GUID, or NULL.
const char *bcd_alias_name(const struct guid *id);

struct bcd_object {
	struct guid id;
	uint32_t type;
	struct hive_key *key;      // the object's own
	struct hive_key *elements; // its "Elements", NULL when missing
};

struct bcd {
	struct hive *hive;
	struct hive_key *objects_key;
	struct bcd_object **objects; // in order of their GUIDs' text
	size_t object_count, object_capacity;
};

// Makes an empty store. `is_system` is for the one that a machine boots from,
// else it is one that is made or opened as another file. Set bcd->hive->now
// (FILETIME) to give its keys a time. End with bcd_free.
// Returns 0 or -ENOMEM.
int bcd_new(bool is_system, struct bcd **ret, struct err *err);

// Loads a store. What is no object (its name is no GUID, or it has no type) and
// what is no element is kept, and not shown. End with
// bcd_free.
// Returns 0, -EBADMSG when the hive is corrupt or has no "Description" or
// "Objects" key, and what else hive_load returns.
int bcd_load(const void *data, size_t size, struct bcd **ret, struct err *err);

// As bcd_load, with the logs beside the store. Returns as hive_load_with_logs
// and bcd_load.
int bcd_load_with_logs(const void *data, size_t size,
		       const struct hive_log logs[HIVE_LOGS], struct bcd **ret,
		       struct err *err);

// Lays the store out as the bytes of a hive. *ret is new memory (free with
// mem_free).
// Returns 0, -EFBIG or -ENOMEM as hive_save.
int bcd_save(const struct bcd *bcd, void **ret, size_t *ret_size,
	     struct err *err);

// Frees the store and its hive; NULL is fine.
void bcd_free(struct bcd *bcd);

// Adds an object, without elements. It is the store's own. ret may be NULL.
// Returns 0, -EEXIST when there is one of that GUID, or -ENOMEM.
int bcd_object_add(struct bcd *bcd, const struct guid *id, uint32_t type,
		   struct bcd_object **ret, struct err *err);

// Returns the object of that GUID, the store's own, or NULL. {default} is looked
// up through the boot manager's element.
struct bcd_object *bcd_object_find(const struct bcd *bcd,
				   const struct guid *id);

// Removes an object with its elements, and with `everywhere` its GUID from the
// lists and elements of others that name it. The object is freed.
// Returns 0, or -ENOMEM with some of the lists changed and the object in place.
int bcd_object_remove(struct bcd *bcd, struct bcd_object *obj, bool everywhere,
		      struct err *err);

// Reads a GUID with braces or an alias in any case; {default} becomes what it
// stands for in this store.
// Returns 0, -ENOENT when {default} is asked for and not set, or -EINVAL.
int bcd_resolve(const struct bcd *bcd, const char *text, struct guid *ret);

// --- Elements ----------------------------------------------------------------

enum bcd_format { // bits 24 to 27 of an element's number
	BCD_FORMAT_DEVICE = 1,
	BCD_FORMAT_STRING = 2,
	BCD_FORMAT_OBJECT = 3,
	BCD_FORMAT_OBJECTS = 4,
	BCD_FORMAT_INTEGER = 5,
	BCD_FORMAT_BOOL = 6,
	BCD_FORMAT_INTEGERS = 7,
};

// Returns the format of an element; 0 and those above 7 have no meaning.
static inline unsigned bcd_element_format(uint32_t element)
{
	return element >> 24 & 15;
}

enum { // elements that libraries name
	BCD_DEVICE = 0x11000001,
	BCD_PATH = 0x12000002,
	BCD_DESCRIPTION = 0x12000004,
	BCD_LOCALE = 0x12000005,
	BCD_INHERIT = 0x14000006,
	BCD_DEBUG_TYPE = 0x15000011,
	BCD_DEBUG_PORT = 0x15000013,
	BCD_BAUD_RATE = 0x15000014,
	BCD_EMS = 0x16000020,
	BCD_BAD_MEMORY_ACCESS = 0x1600000b,
	BCD_ISOLATED_CONTEXT = 0x16000060,
	BCD_ALLOWED_SETTINGS = 0x17000077,
	BCD_DISPLAY_ORDER = 0x24000001, // of the boot manager
	BCD_BOOT_SEQUENCE = 0x24000002,
	BCD_DEFAULT = 0x23000003,
	BCD_TIMEOUT = 0x25000004,
	BCD_MANAGER_RESUME_OBJECT = 0x23000006,
	BCD_TOOLS_ORDER = 0x24000010,
	BCD_OS_DEVICE = 0x21000001, // of a loader
	BCD_SYSTEM_ROOT = 0x22000002,
	BCD_RESUME_OBJECT = 0x23000003,
	BCD_DETECT_HAL = 0x26000010,
	BCD_NX = 0x25000020,
	BCD_WINPE = 0x26000022,
	BCD_BOOT_MENU_POLICY = 0x250000c2,
	BCD_FILE_DEVICE = 0x21000001, // of a resume object
	BCD_FILE_PATH = 0x22000002,
	BCD_DEBUG_OPTION = 0x26000006,
	BCD_RESUME_MENU_POLICY = 0x25000008,
	BCD_HYPERVISOR_DEBUG_TYPE = 0x250000f3,
	BCD_HYPERVISOR_DEBUG_PORT = 0x250000f4,
	BCD_HYPERVISOR_BAUD_RATE = 0x250000f5,
	BCD_SDI_DEVICE = 0x31000003, // of device options
	BCD_SDI_PATH = 0x32000004,
};

struct bcd_element {
	uint32_t number;
	const struct hive_value *value; // its bytes, the hive's own
};

// Steps through an object's elements in order of their numbers: *cursor is 0 at
// first. Elements may not be added or removed on the way.
// Returns false after the last one.
bool bcd_element_next(const struct bcd_object *obj, size_t *cursor,
		      struct bcd_element *ret);

// Removes an element.
// Returns 0, or -ENOENT (without err) when the object has none of that number.
int bcd_element_remove(struct bcd *bcd, struct bcd_object *obj,
		       uint32_t element, struct err *err);

// Returns true when the object itself (not what it inherits) has the element.
bool bcd_element_exists(const struct bcd_object *obj, uint32_t element);

// The setters make or replace an element; data is copied. A list may be empty.
// Each returns 0, -EINVAL when the element is of another format or text is not
// UTF-8, or -ENOMEM; on failure the element is as before.

int bcd_set_string(struct bcd *bcd, struct bcd_object *obj, uint32_t element,
		   const char *text, struct err *err);
int bcd_set_object(struct bcd *bcd, struct bcd_object *obj, uint32_t element,
		   const struct guid *id, struct err *err);
int bcd_set_objects(struct bcd *bcd, struct bcd_object *obj, uint32_t element,
		    const struct guid *ids, size_t count, struct err *err);
int bcd_set_integer(struct bcd *bcd, struct bcd_object *obj, uint32_t element,
		    uint64_t value, struct err *err);
int bcd_set_bool(struct bcd *bcd, struct bcd_object *obj, uint32_t element,
		 bool value, struct err *err);
int bcd_set_integers(struct bcd *bcd, struct bcd_object *obj, uint32_t element,
		     const uint64_t *values, size_t count, struct err *err);

struct bcd_device;

// Returns as those above; -EINVAL also for what bcd_device_encode refuses.
int bcd_set_device(struct bcd *bcd, struct bcd_object *obj, uint32_t element,
		   const struct bcd_device *device, struct err *err);

// Sets an element to bytes as they are, of a registry type such as HIVE_SZ; for
// copying elements. Returns 0 or -ENOMEM.
int bcd_set_raw(struct bcd *bcd, struct bcd_object *obj, uint32_t element,
		uint32_t type, const void *data, size_t size, struct err *err);

// The getters read an element of the object itself. Strings, lists and devices
// are new memory: free with mem_free, devices with bcd_device_free. A list's
// *ret may be of no items and is freed all the same.
// Each returns 0; -ENOENT (without err) when the object has none of that number;
// -EBADMSG when its value is of another type or a wrong size, or holds no GUID;
// -EINVAL when the element is of another format; or -ENOMEM (not from those that
// give a GUID, a number or a boolean).

int bcd_get_string(const struct bcd_object *obj, uint32_t element, char **ret,
		   struct err *err);
int bcd_get_object(const struct bcd_object *obj, uint32_t element,
		   struct guid *ret, struct err *err);
int bcd_get_objects(const struct bcd_object *obj, uint32_t element,
		    struct guid **ret, size_t *ret_count, struct err *err);
int bcd_get_integer(const struct bcd_object *obj, uint32_t element,
		    uint64_t *ret, struct err *err);
int bcd_get_bool(const struct bcd_object *obj, uint32_t element, bool *ret,
		 struct err *err);
int bcd_get_integers(const struct bcd_object *obj, uint32_t element,
		     uint64_t **ret, size_t *ret_count, struct err *err);
int bcd_get_device(const struct bcd_object *obj, uint32_t element,
		   struct bcd_device **ret, struct err *err);

// --- Names of elements -------------------------------------------------------

// What the number of an element of class 2 or 3 means depends on the object.
enum bcd_family {
	BCD_FAMILY_ANY,
	BCD_FAMILY_MANAGER,
	BCD_FAMILY_LOADER,
	BCD_FAMILY_RESUME,
	BCD_FAMILY_MEMORY,
	BCD_FAMILY_LEGACY, // legacy loaders, boot sectors, startup programs
	BCD_FAMILY_DEVICE,
	BCD_FAMILY_OTHER,
};

struct bcd_name {
	uint32_t element;
	enum bcd_family family;
	const char *name;
	const char *values; // "0=OptIn,1=OptOut", or NULL
};

// All names; ends with a NULL name.
extern const struct bcd_name bcd_names[];

// Returns the family whose elements an object of that type holds.
enum bcd_family bcd_family_of(uint32_t object_type);

// Returns the name of an element in an object of that type, or NULL.
const struct bcd_name *bcd_name_of(uint32_t object_type, uint32_t element);

// Returns the element of that name, in any case, in an object of that type, or
// NULL.
const struct bcd_name *bcd_name_find(uint32_t object_type, const char *name);

// --- Devices -----------------------------------------------------------------

enum bcd_device_kind {
	// The partition that the boot manager was started from.
	BCD_DEVICE_BOOT,
	// A partition: of GPT by `partition` and `disk`, of MBR by `signature`
	// and `offset`. With a `host`, a BCD_DEVICE_FILE, it is a partition
	// inside the virtual disk that this file is.
	BCD_DEVICE_PARTITION,
	// The first volume that has a path: the one held in `element` of the
	// same object (`path` NULL), or `path` itself (`element` 0).
	BCD_DEVICE_LOCATE,
	// The volume, within the virtual disk `path` on `host`, that has the
	// path held in `element`: BCD_PATH for a loader's BCD_DEVICE,
	// BCD_SYSTEM_ROOT for its BCD_OS_DEVICE. The host is a partition, boot,
	// or a locate by `path` once more.
	BCD_DEVICE_VHD,
	// The RAM disk filled from the WIM `path` on `host`; `options` names an
	// object with the SDI file.
	BCD_DEVICE_RAMDISK,
	// The file `path` on `host`.
	BCD_DEVICE_FILE,
	// Anything else, as the bytes `raw`, options GUID included.
	BCD_DEVICE_UNKNOWN,
};

enum bcd_table { BCD_TABLE_GPT = 0, BCD_TABLE_MBR = 1 };

// Zero it, then fill in what its kind needs. Paths are UTF-8, absolute, with
// backslashes.
struct bcd_device {
	enum bcd_device_kind kind;
	struct guid options;           // object with further options, or zero
	enum bcd_table table;          // PARTITION
	struct guid partition, disk;   //   of GPT
	uint32_t signature;            //   of MBR: the disk's
	uint64_t offset;               //   of MBR: bytes from the disk's start
	uint32_t element;              // LOCATE, VHD
	const char *path;              // LOCATE, VHD, RAMDISK, FILE
	const struct bcd_device *host; // VHD, RAMDISK, FILE; PARTITION or NULL
	const uint8_t *raw;            // UNKNOWN
	size_t raw_size;
};

// Turns a device into the bytes of an element. *ret is new memory (free with
// mem_free).
// Returns 0, -EINVAL when a host or path is missing or not allowed there, a path
// is not UTF-8 or longer than 32,767 units, or hosts nest over 8 deep; or
// -ENOMEM.
int bcd_device_encode(const struct bcd_device *device, void **ret,
		      size_t *ret_size, struct err *err);

// Reads the bytes of an element. What is well-formed but not one of the kinds
// above, or would not be encoded to the same bytes again, becomes
// BCD_DEVICE_UNKNOWN. *ret and all it points to are new memory: free with
// bcd_device_free.
// Returns 0, -EBADMSG when a size is wrong, -EFBIG when devices nest over 8 deep
// or the whole is over 1 MiB, or -ENOMEM.
int bcd_device_decode(const void *data, size_t size, struct bcd_device **ret,
		      struct err *err);

// Frees what bcd_device_decode or bcd_device_parse gave; NULL is fine.
void bcd_device_free(struct bcd_device *device);

// Writes a device as bcdedit does: "boot", "partition=...",
// "locate=custom:12000002", "locate=\path", "ramdisk=[...]\x.wim,{guid}",
// "vhd=[...]\win.vhdx,locate=custom:12000002", "file=[...]\x", "unknown".
// Windows shows drive letters for partitions; here it is
// "gpt:DISK-GUID:PARTITION-GUID" or "mbr:SIGNATURE:OFFSET", the offset in bytes
// and both numbers in hex. For a partition inside a virtual disk
// ",file=[...]\x.vhdx" follows.
// Returns new text (free with mem_free), or NULL without memory.
char *bcd_device_format(const struct bcd_device *device);

// Reads what bcd_device_format writes, for the element `owner`: "locate" alone,
// or left out after "vhd=", means the path that is usual for it (BCD_SYSTEM_ROOT
// for BCD_OS_DEVICE, else BCD_PATH), and "[locate]" the same path as in the
// virtual disk. Where a partition stands, `resolve` is asked first when not NULL: it fills in the
// fields of a BCD_DEVICE_PARTITION from text such as "C:" and returns 0, -ENOENT
// when it does not know the text, or another error that ends the parsing.
// *ret is new memory: free with bcd_device_free.
// Returns 0, -EINVAL when the text is none of these, resolve's error, or
// -ENOMEM.
int bcd_device_parse(const char *text, uint32_t owner,
		     int (*resolve)(void *ctx, const char *text,
				    struct bcd_device *device, struct err *err),
		     void *ctx, struct bcd_device **ret, struct err *err);

// --- What bcdboot writes -----------------------------------------------------

enum bcd_firmware { BCD_UEFI, BCD_BIOS };

enum { // versions of Windows, major << 8 | minor, as its loader has them
	BCD_WINDOWS_VISTA = 0x0600,
	BCD_WINDOWS_7 = 0x0601,
	BCD_WINDOWS_8 = 0x0602,
	BCD_WINDOWS_10 = 0x0a00, // and 11
};

// One installed Windows. Zero it, then fill in; nothing is kept.
struct bcd_windows_entry {
	enum bcd_firmware firmware;
	const char *description; // NULL: "Windows 10"
	const char *locale;      // NULL: "en-us"
	// The partition that holds the store; may be BCD_DEVICE_BOOT.
	const struct bcd_device *system;
	// Where Windows is: PARTITION, LOCATE, BOOT or VHD. For VHD and LOCATE
	// by element the element is set here, by what the device is used for.
	const struct bcd_device *windows;
	const char *system_root; // NULL: "\Windows"
	struct guid loader;      // of the new loader object
	struct guid resume;      // of the new resume object; zero, or a
				 // VHD: none is made
	// BCD_WINDOWS_*, 0: the newest. An older one gets no settings that it
	// does not know.
	unsigned version;
	uint32_t timeout;   // of the menu, seconds; new stores
	bool keep_default;  // add to a store, default unchanged
	bool add_last;      // last in the menu, not first
	bool keep_settings; // what an existing boot manager and
			    // memory tester say otherwise stays
};

// Adds a Windows to a store as bcdboot does: boot manager, loader, resume
// object (left out for a VHD: hibernation is not possible there), memory tester
// and the seven objects of settings, those that are missing. A loader that
// already has the same device and path is set up again under its own GUID. The
// loader becomes the default and the first in the menu unless the entry says
// otherwise; other loaders stay. ret_loader, if not NULL, gets the loader's
// GUID. After a failure the store may hold a part of it: do not save it.
// Returns 0, -EINVAL for a device that cannot be encoded or text that is not
// UTF-8, -EBADMSG when the store's lists are corrupt, -EEXIST when the GUID
// belongs to an object of another type, or -ENOMEM.
int bcd_add_windows(struct bcd *bcd, const struct bcd_windows_entry *entry,
		    struct guid *ret_loader, struct err *err);

#endif
