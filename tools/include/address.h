// SPDX-License-Identifier: MIT
//
// libaddress: the written form of a place in a stack of disks, taken by every
// command:
//
//     PATH[@N[:INNER[@N[:INNER...]]]]
//
//     /dev/sda                       a whole disk
//     /dev/sda@2                     its second partition
//     disk.img@1:\Windows            a folder of the volume in a partition
//     disk.img@3:\vhd\win.vhd@1      a partition of a virtual disk in a volume
//     /dev/nvme0n1p3:\vhd\win.vhd    a file of the volume on a whole device
//
// PATH is a file or device of the host; what follows is split off at the first
// "@N" or ":\" (or ":/") before which PATH exists. INNER begins with "\" or "/",
// and may be in an NTFS or FAT volume. What looks like an address and has no such
// PATH, or like a drive's letter ("C:\x"), is an error, as a source and as a
// destination. A file of the host that is called so is written with a part "."
// in front of its name: "./x@1", "/tmp/./C:\x".
//
// PATH may also be a file of another machine, for reading (net.h): a web server's,
//
//     http://server/images/install.wim
//     http://server/disks/golden.vhdx@3:\Windows\win.ini
//     \\server\share\install.wim      nfs://server/export/install.wim
//
// where a "@" before digits, or a ":" before a separator, that is part of the name
// is written %40, %3A in a URL.
//
// A file that is a virtual disk (VHD, VHDX) is opened as one wherever a disk or
// volume is meant; a differencing one with its parents, which are looked for on
// the host or in the volume that it lies in, and opened for reading only. One
// that others in its folder are made from is not opened for writing: these would
// no longer fit to it. Another program's image (qcow2, VMDK, ...) is no disk. A
// file of an NTFS volume that is opened for writing can be resized.
//
//     struct place *place;
//     struct ntfs *n;
//     address_open("golden.img@3:\\vhd\\guest.vhd@1", 0, &place, &err);
//     ntfs_open(place->disk, &n, &err);
//     ntfs_close(n);
//     address_close(place);
//
// and address_finish before that, when something was written.

#ifndef ADDRESS_H
#define ADDRESS_H

#include "net.h"
#include "part.h"
#include "vdisk.h"
#include "volume.h"

enum {
	ADDRESS_WRITE = 1 << 0,   // open for writing, exclusively
	ADDRESS_FILE = 1 << 1,    // a file is meant: of a PATH that ends the
				  // address its bytes as they are; and a last
				  // INNER is opened
	ADDRESS_VIRTUAL = 1 << 2, // with ADDRESS_FILE: yet as a virtual disk,
				  // if it is one
	ADDRESS_DIRECT = 1 << 3,  // PATH and its parents with DISK_DIRECT
	ADDRESS_FORCE = 1 << 4,   // write even to a disk that has children
	ADDRESS_LOOK = 1 << 5,    // with DISK_UNLOCKED: a look at what others
				  // may be writing to
	ADDRESS_WRITE_LOCK = 1 << 6, // with DISK_WRITE_LOCK
	ADDRESS_ALONE = 1 << 7,      // for reading, with DISK_EXCLUSIVE
};

// How each part of an address was resolved, from the outside in.
enum place_kind {
	PLACE_PARTITION, // part, disk_id, signature and style are valid
	PLACE_FILE,      // path is valid
	PLACE_VIRTUAL,   // a virtual disk was opened on the level before
};

struct place_level {
	enum place_kind kind;
	struct part part;
	enum part_style style;
	struct guid disk_id;
	uint32_t mbr_signature;
	char *path; // as written, beginning with "\"
};

struct place {
	struct disk *disk;   // what the address names; of a last INNER that was
			     // not opened (no ADDRESS_FILE): its volume
	struct tree *volume; // when there is a last INNER: its volume
	const char *path;    // a last INNER, "\" form, or NULL
	struct place_level *levels;
	size_t level_count;
	const char *host_path; // PATH
	// When `disk` is a file of the host or of a volume, not opened as a
	// virtual disk: its path there, and where that is, for vdisk_chain_look;
	// else NULL.
	const char *file_path;
	struct tree *tree; // also when `path` was not opened: its volume
	struct address_stack *stack; // private
};

// Opens an address.
// Returns 0, -ENOENT when PATH, a partition or an INNER does not exist, -EINVAL
// for a form that is none, -EISDIR when a folder stands where a file must, -EBUSY
// when a virtual disk that is to be written to has children, -ENOTSUP for another
// program's image and for a device that holds a virtual disk and is to be written
// to itself; with ADDRESS_WRITE as tree_check_writable of every volume on the
// way, which is thus asked for whatever is written in one; and as disk_open_file,
// part_table_read, volume_open, vdisk_open and vdisk_chain_open do.
MUST_CHECK
int address_open(const char *text, unsigned flags, struct place **ret,
		 struct err *err);

// As address_open; shares are logged on to as `logon` says, which may be NULL and
// must outlive the place.
MUST_CHECK
int address_open_as(const char *text, unsigned flags,
		    const struct net_logon *logon, struct place **ret,
		    struct err *err);

// Opens the file at an address for reading, as its bytes are, with all that it
// lies in: one disk, which closes that too. The logon, which may be NULL, must
// outlive it.
// Returns as address_open_as with ADDRESS_FILE.
MUST_CHECK
int address_open_file(const char *text, const struct net_logon *logon,
		      struct disk **ret, struct err *err);

// Ends writing through an address: from the innermost level outwards all that
// the levels keep is written and made durable (disk_finish), and volumes that
// were readied for changes are synced. Whoever opened with ADDRESS_WRITE calls
// it before address_close, and tells when it fails.
// Returns 0, or as disk_finish and tree_sync.
MUST_CHECK
int address_finish(struct place *place, struct err *err);

// Tells what was mended or left in the volumes that a place was opened in and
// written through, a line each (tree_note).
void address_notes(const struct place *place,
		   void (*note)(void *ctx, const char *text), void *ctx);

// Closes everything that was opened; NULL is fine. Writes nothing: what was not
// finished is as after a power cut.
void address_close(struct place *place);

// Tells whether two paths of the host are of one file or device.
bool address_is_same_path(const char *a, const char *b);

// Tells whether two addresses lead into one file or device of the host.
bool address_is_same_host(const char *a, const char *b);

// Tells whether the last INNERs of two places lie in one volume.
// Returns true when they do; false also when one has no INNER.
bool address_is_same_volume(const struct place *a, const struct place *b);

// Tells whether an address leads through the disk to which the first `levels` of
// another one lead. Returns true also for none, which every address does.
bool address_is_below(const struct place *place, const struct place *disk,
		      size_t levels);

// Reads the partition table of the disk at an address, which is opened for that
// alone.
// Returns as address_open (with ADDRESS_FILE and ADDRESS_VIRTUAL) and
// part_table_read. Free with part_table_free.
MUST_CHECK
int address_read_table(const char *disk, struct part_table **ret,
		       struct err *err);

// Opens a volume as a whole, for those who check it, make it anew or write its
// boot sector: DISK@N, a device or file without a partition table, a virtual disk
// of these kinds in another volume; also by its root folder ("DISK@N:\").
// place->disk is the volume's. `flags` as address_open.
// Returns 0, -EINVAL for a file or folder in a volume, or as address_open.
MUST_CHECK
int address_open_volume(const char *text, unsigned flags, struct place **ret,
			struct err *err);

// Returns how many sectors lie before a volume on its disk: 0 when it is not in
// a partition.
uint64_t address_hidden_sectors(const struct place *place);

// What a text means.
struct address_parts {
	char *path, *rest; // the host's PATH; "", "@1:\\x", ...
	size_t at;         // where the rest begins in the text; behind a letter
	bool is_letter;    // it was "V:...", of the table (drives.h)
};

// Decides what a text means, and splits it. A drive's letter is looked up in the
// table of letters, and what it stands for takes its place. Free *ret with
// address_parts_done.
// Returns 0, -ENOENT for what looks like an address whose PATH does not exist,
// -EINVAL for a drive's letter that the table does not have, -ENOMEM, or as
// address_letters_read. Another machine's file is not asked for.
MUST_CHECK
int address_split(const char *text, struct address_parts *ret, struct err *err);

// Frees what it holds.
void address_parts_done(struct address_parts *parts);

// Checks that a text can be the path of a new file of the host.
// Returns 0, -EROFS for another machine's file, -ENOTSUP when it leads into a disk,
// -EINVAL when its name would hold a backslash (without "./"), or as address_split.
MUST_CHECK
int address_check_host(const char *text, struct err *err);

// Finds the file of the host that a path, with backslashes or slashes, begins with,
// where case does not count unless two names differ in nothing else. *ret_len tells
// how much of the text names it; a backslash, a slash or the end follows.
// Returns the file's path, new memory (free with mem_free), or NULL when there is
// none.
char *address_find_host(const char *text, size_t *ret_len);

#endif
