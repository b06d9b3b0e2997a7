// SPDX-License-Identifier: MIT
//
// libvdisk: virtual disks in files. A VHD or VHDX lies in a disk (a file, a
// file's extents inside a volume) and is a disk.
//
//     struct disk *file, *disk;
//     disk_open_file("win.vhd", 0, &file, &err);
//     vdisk_open(file, &disk, &err);
//     disk_write(disk, 0, sector, 512, &err);
//     disk_finish(disk, &err);
//     disk_finish(file, &err);
//     disk_close(disk);
//     disk_close(file);
//
// Making a fixed VHD is writing its footer behind the data, which stays as it
// is:
//
//     disk_create_file("win.vhd", vdisk_fixed_file_size(size), 512, &file, e);
//     vdisk_create_fixed(file, size, &id, time(NULL), e);
//
// The formats: "Virtual Hard Disk Image Format Specification" 1.0 (Microsoft,
// 2006) and "VHDX Format Specification" 1.00 ([MS-VHDX]).
//
// What can be done with them:
//
//                        create   read   write   concurrent use
//     VHD fixed            yes    yes     yes    as the file's
//     VHD dynamic          yes    yes     yes    any
//     VHD differencing     yes    yes     yes    any
//     VHDX, all three      yes    yes     yes    any
//
// Making another kind is writing its metadata into a file that can grow, or that
// is long enough; the disk then grows with what is written to it:
//
//     struct vdisk_create c = {.format = VDISK_VHD, .type = VDISK_DYNAMIC,
//                              .size = size, .id = id, .created = time(NULL)};
//     disk_create_file("win.vhd", 0, 512, &file, e);
//     vdisk_create(file, &c, e);
//     vdisk_open(file, &disk, e);
//
// When the power goes, what was flushed is there, and the image is valid; of
// what was not flushed any part may be lost. In a file of fixed size (a
// file's extents in a volume) blocks are allocated until it is full (-ENOSPC).
//
// The size of a VHD is what its maker means: the footer's "current size", but
// for Virtual PC ("vpc ") and QEMU by its old name ("qemu"), whose guests saw
// whole cylinders, it is cylinders * heads * sectors. QEMU does so too, and
// counts cylinders for makers that it does not know; so what is made here
// carries Windows' creator, and all agree to the byte. libvhdi takes the size it
// was made with; it is kept the same, and who makes a disk larger is its maker.

#ifndef VDISK_H
#define VDISK_H

#include "disk.h"

enum vdisk_format { VDISK_RAW, VDISK_VHD, VDISK_VHDX };
enum vdisk_type { VDISK_FIXED, VDISK_DYNAMIC, VDISK_DIFFERENCING };

#define VDISK_MAX_VHD_SIZE (UINT64_C(2040) << 30) // the format's limit

#define VDISK_MAX_VHDX_SIZE (UINT64_C(64) << 40) // the format's limit

#define VDISK_TEXT 776 // 256 units of UTF-16 as UTF-8, and a NUL

struct vdisk_info {
	enum vdisk_format format;
	enum vdisk_type type;
	uint64_t size;        // of the virtual disk, bytes
	uint64_t file_size;   // of the file, bytes
	uint32_t block_size;  // unit of allocation; 0 for a fixed VHD
	uint32_t sector_size; // logical, of the virtual disk: 512 or 4096
	struct guid id;       // VHDX: the virtual disk's id (page 83 data)
	// What a child remembers of its parent: a VHD's id, of a VHDX one that
	// changes when it is written.
	struct guid link_id;
	bool needs_replay; // VHDX: its log holds writes not yet in place

	// The maker: "win " of a VHD, a sentence of a VHDX; UTF-8.
	char creator[VDISK_TEXT];

	// VHD only; else zero.
	uint64_t footer_size;     // "current size"; `size` is what counts
	int64_t created;          // seconds since 1970 UTC
	uint32_t creator_version; // 0x000a0000 is 10.0
	char creator_host[5];     // "Wi2k" or "Mac "
	uint16_t cylinders;
	uint8_t heads, sectors; // heads, and sectors a track
	bool saved_state;
	bool footer_lost; // the footer is damaged, its copy was taken

	// Differencing only; else zero.
	struct guid parent_id;
	struct guid parent_id_2; // VHDX: another link_id the parent may have
	char parent[VDISK_TEXT]; // path as the maker wrote it, cut; UTF-8
};

// Tells whether a file is a virtual disk, and all about it, from its metadata
// alone.
// Returns 0, -ENOENT when it is neither a VHD nor a VHDX, -EBADMSG when it is
// one with damaged metadata, -ENOTSUP for a version or type that is not known,
// -ENOMEM, or the file's error.
MUST_CHECK
int vdisk_probe(struct disk *file, struct vdisk_info *ret, struct err *err);

// Says which kind of file a name asks for, by its ending: ".vhdx" (".avhdx") for a
// VHDX, ".vhd" (".avhd") for a VHD, ".raw" for a raw one; `otherwise` for others.
// Returns 0, or -ENOTSUP for an ending of another program's format (".qcow2",
// ".vmdk", ".vdi", ".wim", ...), which err names.
MUST_CHECK
int vdisk_format_of_name(const char *path, enum vdisk_format otherwise,
			 enum vdisk_format *ret, struct err *err);

// Looks whether a file that is to be taken for a disk is another program's image
// (qcow2, VMDK, VDI, WIM, ...), by its magic number.
// Returns 0, -ENOTSUP for such a one, which err names, or the file's error.
MUST_CHECK
int vdisk_check_foreign(struct disk *file, struct err *err);

// Opens a virtual disk. The file is borrowed. It is for reading and writing if
// the file is; a fixed VHD maps, zeroes and discards as the file does. When a
// VHDX was not closed, its log is replayed into the file; one that is opened for
// reading is shown as it is after that, and not changed.
// Returns 0, -ENOENT, -EBADMSG and -ENOTSUP as vdisk_probe, -ENOTSUP also for a
// differencing disk (see vdisk_open_child), -EFBIG over a limit on what metadata
// may fill, -ENOMEM, or the file's error.
MUST_CHECK
int vdisk_open(struct disk *file, struct disk **ret, struct err *err);

// What identifiers a change brings (a VHDX has new ones in its headers and log) come
// from this seed from now on, not at random: for a disk that was made with that as
// its identifier, so that the same writes give the same bytes. Nothing for disks
// whose changes bring none.
void vdisk_seed(struct disk *disk, const struct guid *seed);

// Opens a differencing disk on top of its parent, an opened virtual disk whose
// link_id is `parent_id`; both are borrowed. The parent is only read. That file
// and parent belong together is checked by that id; finding the parent is the
// caller's, or of vdisk_chain_open (chain.h).
// Returns as vdisk_open; -EINVAL when the file is no differencing disk, -ESTALE
// when parent_id is not the one it was made from.
MUST_CHECK
int vdisk_open_child(struct disk *file, struct disk *parent,
		     const struct guid *parent_id, struct disk **ret,
		     struct err *err);

// Returns the size of the file that holds a fixed VHD of `size` bytes: 512 more
// for the footer.
uint64_t vdisk_fixed_file_size(uint64_t size);

// Makes a file a fixed VHD of `size` bytes by writing the footer at `size`; the
// data before it is left as it is. `file` has vdisk_fixed_file_size(size)
// bytes. `id` is the disk's identity: two disks with the same one cannot be
// attached at once. `created` is in seconds since 1970. Flushes.
// Returns 0, -EINVAL when size is 0 or no multiple of 512 or the file is not of
// that size, -EFBIG over VDISK_MAX_VHD_SIZE, or the file's error.
MUST_CHECK
int vdisk_create_fixed(struct disk *file, uint64_t size, const struct guid *id,
		       int64_t created, struct err *err);

struct vdisk_create {
	enum vdisk_format format; // VDISK_VHD or VDISK_VHDX
	enum vdisk_type type;
	uint64_t size; // bytes
	// VHD: 512 KiB, 1 MiB, 2 MiB; VHDX: 1 to 256 MiB; a power of two;
	// 0: 2 MiB, dynamic VHDX 32 MiB
	uint32_t block_size;
	uint32_t sector_size; // VHDX: 512 or 4096; 0: 512
	struct guid id;  // two disks with the same cannot be attached at once
	int64_t created; // seconds since 1970

	// Dynamic only: a bit a block, the low one first, for blocks that have
	// a place from the start, one behind the other; NULL: none has.
	const uint8_t *present;

	// Differencing only. The paths are kept as Windows keeps them: absolute
	// (NULL where Windows has no name for the place, as on the host), and
	// from the child's folder on (".\\parent.vhd").
	struct guid parent_id; // link_id of the parent
	const char *parent_absolute;
	const char *parent_relative;
	const char *parent_volume; // VHDX: "\\?\Volume{...}\...", or NULL
	int64_t parent_time;       // the last change of the parent's file
};

// Makes a file an empty virtual disk. A file that is too short is made longer;
// in a longer one the rest is room for blocks. What was in it is not read, and
// of a fixed disk is the content. Flushes.
// Returns 0, -EINVAL for a format that is neither, for a size or block size that
// cannot be, for blocks that are present in a disk that is not dynamic, for a
// fixed disk in a file of another size, or for a path that is not UTF-8, -EFBIG
// over VDISK_MAX_VHD_SIZE or VDISK_MAX_VHDX_SIZE or for a path that is too long,
// -ENOTSUP when the file would have to grow and cannot, -ENOMEM, or the file's
// error.
MUST_CHECK
int vdisk_create(struct disk *file, const struct vdisk_create *c,
		 struct err *err);

// Where things will be in the file of a new disk.
struct vdisk_layout {
	uint64_t file_size;  // bytes, with the blocks that are there at first
	uint64_t max_size;   // with a place for every block
	uint64_t first;      // place of the content, or of its first block
	uint64_t stride;     // from the start of a block there to the next's
	uint64_t blocks;     // of the disk; 1 for a fixed VHD
	uint64_t block_size; // of a fixed VHD its size
};

// Lays a new disk out without making it.
// Returns as vdisk_create, and -ENOMEM.
MUST_CHECK
int vdisk_create_layout(const struct vdisk_create *c, struct vdisk_layout *ret,
			struct err *err);

// Opens the content of a disk that is yet to be made in a file of the layout's
// size: it can be written first, and vdisk_create then makes it a disk without
// touching it. Blocks without a place read as zeroes and cannot be written
// (-EROFS). The file is borrowed.
// Returns as vdisk_create_layout; -EINVAL when the file has another size.
MUST_CHECK
int vdisk_create_content(struct disk *file, const struct vdisk_create *c,
			 struct disk **ret, struct err *err);

struct vdisk_check {
	uint64_t blocks; // that have a place
	uint64_t unused; // bytes of the file that nothing lies in
	uint64_t lost;   // of them, those at the end of a file that can be made
			 // shorter; a repair cuts them off
	// What can be repaired:
	bool footer_lost;  // VHD: the footer at the end is damaged
	bool copy_differs; // VHD: the copy is not as the footer; VHDX: a header
			   // or region table is damaged, of which there are two
	bool needs_replay; // VHDX: the log holds writes
	bool repaired;
};

// Checks all structures of a virtual disk, that each block is inside the file,
// and that no two things lie in the same place. With `with_repair` footers are
// made good and a log is replayed. A parent is not needed, and not looked at.
// Returns 0, -EBADMSG for damage that cannot be repaired, and as vdisk_open.
MUST_CHECK
int vdisk_check(struct disk *file, bool with_repair, struct vdisk_check *ret,
		struct err *err);

// --- Changing a whole disk ---------------------------------------------------
// Each is safe against a cut: the disk is as it was or as it will be, and a
// merge that was cut off is ended by asking for it again. The file is opened for
// writing and no disk is open on it.

// Makes a disk larger; what is added reads as zeroes. Of a differencing disk the
// parents stay as they are.
// Returns 0, -EINVAL when size is smaller than it is or no multiple of the
// sector size, -EFBIG over the format's limit, -ENOTSUP when the file would have
// to grow and cannot, -ENOSPC, or as vdisk_open.
MUST_CHECK
int vdisk_expand(struct disk *file, uint64_t size, struct err *err);

// What of a virtual disk nobody needs: calls `free` for ranges (bytes) whose
// content is of no use, in any order. See vdisk_compact.
typedef int vdisk_unused(void *ctx, struct disk *disk,
			 int (*free)(void *ctx, uint64_t off, uint64_t len),
			 void *free_ctx, struct err *err);

// Gives back the room of blocks that hold nothing but zeroes, or nothing that is
// needed by what `unused` (NULL: nothing) says of the content; blocks are moved
// to the front and the file is cut off behind them. A fixed disk is left as it
// is. In a differencing disk only blocks that hold nothing of their own or the
// same as the parent are given back; `parent` is opened as for
// vdisk_open_child, else NULL.
// Returns 0, or as vdisk_open and disk_write.
MUST_CHECK
int vdisk_compact(struct disk *file, struct disk *parent, vdisk_unused *unused,
		  void *ctx, struct progress *progress, struct err *err);

// Empties a differencing disk: it reads as its parent does. Its identity stays.
// Takes as long for one block as for thousands.
// Returns 0, -EINVAL when it is no differencing disk, -ENOSPC when the file
// cannot grow and has no room for another block table, or as vdisk_open and
// disk_write.
MUST_CHECK
int vdisk_reset(struct disk *file, struct err *err);

// --- The parent of one disk --------------------------------------------------
// Disks with all that they lie on, and what becomes of their files: chain.h.

// Where the parent of a differencing disk is, as its maker wrote it; each may be
// NULL. UTF-8.
struct vdisk_parent {
	char *relative; // from the child's folder: ".\parent.vhd"
	char *absolute; // "C:\vhd\parent.vhd"
	char *volume;   // "\\?\Volume{...}\vhd\parent.vhdx"
};

// Reads where the parent of a differencing disk is. Free with vdisk_parent_done.
// Returns 0, -EBADMSG, -ENOMEM, or the file's error.
MUST_CHECK
int vdisk_parent_read(struct disk *file, struct vdisk_parent *ret,
		      struct err *err);

// Frees the paths.
void vdisk_parent_done(struct vdisk_parent *p);

// Tells whether a disk with this link_id is the parent that `child` was made
// from.
bool vdisk_is_parent(const struct vdisk_info *child,
		     const struct guid *link_id);

// Makes a differencing disk a child of another parent, whose link_id is
// `parent_id`, or only says anew where it is: paths and identity are replaced,
// the content is not; parent_absolute may be NULL. That the new parent reads as
// the old one did is the caller's to know.
// Returns 0, -EINVAL when it is no differencing disk or a path is not UTF-8,
// -EFBIG for a path that finds no room, or as vdisk_open and disk_write.
MUST_CHECK
int vdisk_reparent(struct disk *file, const struct guid *parent_id,
		   const char *parent_absolute, const char *parent_relative,
		   int64_t parent_time, struct err *err);

#endif
