// SPDX-License-Identifier: MIT
//
// libdisk: everything that holds sectors is a `struct disk`. A file, a block
// device, a partition of another disk, a file's extents inside a volume, a
// virtual disk: each is made from a disk and is a disk, so they stack.
//
//     struct disk *file, *part;
//     disk_open_file("golden.img", 0, &file, &err);
//     disk_slice(file, 1048576, 104857600, &part, &err);
//     disk_write(part, 0, sector, 512, &err);
//     disk_finish(part, &err);
//     disk_finish(file, &err);
//     disk_close(part);
//     disk_close(file);
//
// Every result counts. A disk made from another one borrows it: the lower one must outlive the
// upper one and is not closed by it.
//
// Offsets and lengths are bytes, and need not be multiples of the sector size.
// Reads and writes of several threads at once are fine as long as what they
// write does not overlap, and of one that resizes it meanwhile; close, flush and
// everything else take one thread.

#ifndef DISK_H
#define DISK_H

#include "base.h"

struct disk;
struct disk_place;

// What a kind of disk supplies. Ranges are checked before these are called.
// zero and discard may be NULL: zeroes are then written, discards ignored.
struct disk_ops {
	int (*read)(struct disk *d, uint64_t off, void *buf, size_t len,
		    struct err *err);
	int (*write)(struct disk *d, uint64_t off, const void *buf, size_t len,
		     struct err *err);
	int (*zero)(struct disk *d, uint64_t off, uint64_t len,
		    struct err *err);
	int (*discard)(struct disk *d, uint64_t off, uint64_t len,
		       struct err *err);
	int (*flush)(struct disk *d, struct err *err);
	// Tells whether [off, off + *ret_len) is data or reads as zeroes; see
	// disk_map. NULL: everything is data.
	int (*map)(struct disk *d, uint64_t off, uint64_t len,
		   uint64_t *ret_len, bool *ret_data, struct err *err);
	// Makes the disk longer or shorter and sets its size. NULL: it cannot.
	int (*resize)(struct disk *d, uint64_t size, struct err *err);
	// See disk_extend. NULL: it cannot.
	int (*extend)(struct disk *d, uint64_t off, const void *buf, size_t len,
		      struct err *err);
	// Tells where a range lies; see disk_locate. NULL: it cannot.
	bool (*locate)(struct disk *d, uint64_t off, uint64_t len,
		       bool for_writing, struct disk_place *ret);
	// Takes room; see disk_allocate. NULL: it has its room, or cannot.
	int (*allocate)(struct disk *d, uint64_t off, uint64_t len,
			struct err *err);
	// Writes what is kept until the end; see disk_finish. NULL: nothing is,
	// and a flush is enough.
	int (*finish)(struct disk *d, struct err *err);
	// Frees. Writes nothing.
	void (*close)(struct disk *d);
};

// Public fields; a kind of disk puts this first in a struct of its own.
struct disk {
	const struct disk_ops *ops;
	uint64_t size;          // bytes
	uint32_t sector_size;   // logical sector size: 512 or 4096
	bool is_sector_guessed; // 512 was assumed: a raw image does not say it,
				// but its partition table may (part.h)
	bool read_only;
	// What room is taken and given back in, bytes; no request should reach
	// across a multiple of it. 0: any.
	uint32_t unit;
};

enum {
	DISK_READ_ONLY = 1 << 0,
	// A block device is opened exclusively (O_EXCL): -EBUSY when it is
	// mounted or held by another driver. Of a file, -EBUSY also when this
	// process has it open so and one of the two is for writing.
	DISK_EXCLUSIVE = 1 << 1,
	// Reads and writes go past the page cache (O_DIRECT) where the file
	// system can do that in units of 512 bytes, and on devices, else through
	// it. Any range of any alignment can be read and written; multiples of
	// 4096 bytes from memory so aligned are fast. The size of such a file
	// stays a multiple of 512 (disk_resize: -EINVAL).
	DISK_DIRECT = 1 << 2,
	// No lock is taken: for a look at what others may be writing to.
	DISK_UNLOCKED = 1 << 3,
	// Locked as for writing though it is opened for reading: this process
	// will write to it as well, and two that have it for reading would wait
	// for each other then.
	DISK_WRITE_LOCK = 1 << 4,
};

// Opens a regular file or a block device. For writing unless DISK_READ_ONLY.
// The sector size is the device's; of a file 512 is assumed (is_sector_guessed).
// A pipe is not waited for.
//
// It is locked, so that who writes to it is alone and who reads it is without
// writers: against others of our own (which are waited for while they do
// something short), QEMU and its tools, what util-linux locks, loop devices, and
// ntfs-3g. What this process has open already is not in the way. File systems
// without locks go without.
// Returns 0, -EBUSY when others have it (err says who) and as DISK_EXCLUSIVE
// tells, -EACCES for writing to a file that is read-only to everybody, root too,
// -ENOTBLK when path is neither a file nor a block device, -ENOMEM, or what open(2)
// and ioctl(2) give.
MUST_CHECK
int disk_open_file(const char *path, unsigned flags, struct disk **ret,
		   struct err *err);

// Where the environment shows volumes that have letters, read-only, each by its
// letter (machine_show_volumes). One is taken down while somebody has its device, or
// its disk, open exclusively, unless it is used; closing shows it again.
#define DISK_MOUNTS "/run/slipway/volumes/"

// Mounts a volume there.
// Returns 0 or what mount(2) gives.
int disk_show(const char *device, const char *point, const char *type);

// Goes past the page cache from now on, as DISK_DIRECT tells; nothing changes
// where that cannot be done, and for other disks than files and devices. Nobody
// else uses the disk meanwhile.
// Returns 0, -ENOMEM, or as disk_flush.
MUST_CHECK
int disk_set_direct(struct disk *d, struct err *err);

// Tells that a file is of a fixed size, whose room is not to be lost: when all of it
// is taken now, what is zeroed and discarded from now on keeps it, and reads as
// zeroes. Nothing for other disks than files.
void disk_keep_room(struct disk *d);

// How the name of a file ends that is not whole yet, where a file system cannot
// keep such a file without a name. A process that is stopped by a signal deletes
// those that it has open.
#define DISK_PART_SUFFIX ".slipway-part"

// Creates a file of `size` zero bytes, without allocating them, and opens it
// for writing, locked. `sector_size` is 512 or 4096. The file has no name before
// disk_finish, which makes it durable and gives it its name (-EEXIST when that
// is taken by then); closed before, or cut off by anything, it never was.
// Returns 0, -EEXIST when the file is there already, -EINVAL for another sector
// size, -ENOMEM, or what open(2) and ftruncate(2) give.
MUST_CHECK
int disk_create_file(const char *path, uint64_t size, uint32_t sector_size,
		     struct disk **ret, struct err *err);

// As disk_create_file, with sectors of 512 bytes, for a file that may be there: it
// stays as it is until disk_finish puts the new one in its place by one step. A
// link is followed to its file; owner, group, mode, access control lists and
// other extended attributes are the old file's.
// Returns 0, -EACCES when nobody may write to it (root neither: mode 444) or to
// its folder, -EMLINK when it has several names, -EINVAL and -EISDIR for what is
// no file, -EPERM when its owner or an attribute cannot be kept, or as
// disk_create_file.
MUST_CHECK
int disk_replace_file(const char *path, uint64_t size, struct disk **ret,
		      struct err *err);

// Sets the time at which a file of the host was last changed, in seconds since 1970
// and nanoseconds; of a new one before disk_finish, when all is written.
// Returns 0, -EINVAL for another disk, or what futimens(2) gives.
MUST_CHECK
int disk_set_modified(struct disk *d, int64_t seconds, uint32_t nanoseconds,
		      struct err *err);

// Makes durable which file a path of the host leads to: its folder.
// Returns 0, -ENAMETOOLONG, or what open(2) and fsync(2) give.
MUST_CHECK
int disk_sync_name(const char *path, struct err *err);

// Makes or replaces a file with these bytes, by disk_replace_file.
// Returns as that, disk_write and disk_finish; then the file is as it was.
MUST_CHECK
int disk_put_file(const char *path, const void *data, size_t size,
		  struct err *err);

// A disk in memory, all zero.
// Returns 0 or -ENOMEM.
MUST_CHECK
int disk_memory(uint64_t size, uint32_t sector_size, struct disk **ret,
		struct err *err);

// A disk of nothing but zeroes, for reading: to plan for one that is not there.
// Returns 0 or -ENOMEM.
MUST_CHECK
int disk_zeroes(uint64_t size, uint32_t sector_size, struct disk **ret,
		struct err *err);

// A disk over another one that can be written without consequences: what is
// written stays in memory and goes with it, the rest is read from `base`, which
// is never written. To find out whether a change would succeed. One thread.
// Returns 0 or -ENOMEM; writing to it -ENOMEM too.
int disk_scratch(struct disk *base, struct disk **ret, struct err *err);

#define DISK_SCRATCH_BLOCK 4096u

// Returns the bytes of memory that hold what was written to such a disk.
uint64_t disk_scratch_used(const struct disk *d);

// Calls fn for each block that was written to, by rising offset, with all of its
// content, until it returns non-zero. A block begins at a multiple of its size; the
// disk's last one may be shorter. Blocks have DISK_SCRATCH_BLOCK bytes.
// Returns 0, what fn returned, or -ENOMEM.
MUST_CHECK
int disk_scratch_each(struct disk *d,
		      int (*fn)(void *ctx, uint64_t off, const void *data,
				size_t len),
		      void *ctx, struct err *err);

// A range of another disk, for reading and writing if that disk is.
// Returns 0, -EINVAL when the range is not inside the disk, or -ENOMEM.
MUST_CHECK
int disk_slice(struct disk *base, uint64_t off, uint64_t len, struct disk **ret,
	       struct err *err);

// One run of an extent disk: `len` bytes that lie at `off` of the disk below.
// DISK_HOLE as `off`: the run reads as zeroes and cannot be written (-EROFS).
struct disk_extent {
	uint64_t off;
	uint64_t len;
};
#define DISK_HOLE UINT64_MAX

// A disk whose content lies in pieces of another one, in the order given; the
// array is copied. `size` bytes of the runs' sum are used. Bytes at and after
// `valid` read as zeroes and cannot be written (-EROFS); pass `size` when all
// are valid.
// Returns 0, -EINVAL when a run leaves the disk or the sum is below `size`, or
// -ENOMEM.
MUST_CHECK
int disk_extents(struct disk *base, const struct disk_extent *runs,
		 size_t count, uint64_t size, uint64_t valid, struct disk **ret,
		 struct err *err);

// Reads all of a disk, whose size the caller has looked at, into new memory (free
// with mem_free), with a NUL behind it.
// Returns 0, -ENOMEM, or the device's error.
MUST_CHECK
int disk_read_all(struct disk *d, void **ret, struct err *err);

// Reads len bytes at off.
// Returns 0, -EINVAL when the range is not inside the disk, or the device's
// error; then the content of buf is undefined.
MUST_CHECK
int disk_read(struct disk *d, uint64_t off, void *buf, size_t len,
	      struct err *err);

// Writes len bytes at off. What was written is safe after disk_flush.
// Returns 0, -EINVAL as disk_read, -EROFS on a disk opened for reading, or the
// device's error; then any part of the range may have been written.
MUST_CHECK
int disk_write(struct disk *d, uint64_t off, const void *buf, size_t len,
	       struct err *err);

// Makes a range read as zeroes, by the cheapest way that the disk has.
// Returns as disk_write.
MUST_CHECK
int disk_zero(struct disk *d, uint64_t off, uint64_t len, struct err *err);

// Says that a range's content is no longer needed: a hint, its content is then
// undefined until written.
// Returns as disk_write; a disk that cannot discard returns 0.
MUST_CHECK
int disk_discard(struct disk *d, uint64_t off, uint64_t len, struct err *err);

// Makes everything written so far durable.
// Returns 0 or the device's error.
MUST_CHECK
int disk_flush(struct disk *d, struct err *err);

// Finds how long a run from off, up to len bytes, is of one kind: data that
// must be read (*ret_data true), or a hole that reads as zeroes.
// *ret_len is at least 1 when len is.
// Returns 0, -EINVAL as disk_read, or the device's error.
MUST_CHECK
int disk_map(struct disk *d, uint64_t off, uint64_t len, uint64_t *ret_len,
	     bool *ret_data, struct err *err);

// Copies the first `len` bytes of one disk to another, in large pieces; holes
// become zeroes by disk_zero.
// Returns 0, -ENOMEM, or as disk_read and disk_write.
MUST_CHECK
int disk_copy(struct disk *from, struct disk *to, uint64_t len,
	      struct err *err);

// Copies the first `len` bytes of a disk to one that reads as zeroes: holes, and
// pieces of 4096 bytes that are zero, are left out. Several threads read and
// write; room is taken in the order of the disk, so that the same content makes
// the same image. `progress` may be NULL.
// Returns 0, -ECANCELED, -ENOMEM, the error of thread creation, or as disk_map,
// disk_read, disk_allocate and disk_write.
MUST_CHECK
int disk_copy_data(struct disk *from, struct disk *to, uint64_t len,
		   struct progress *progress, const char *stage,
		   struct err *err);

// Writes to a disk what is not the same in another one of its size, and flushes.
// Returns 0, -EINVAL when the sizes differ, -ENOMEM, or the disks' errors.
MUST_CHECK
int disk_copy_changes(struct disk *from, struct disk *to, struct err *err);

// Makes a disk `size` bytes long; what is added reads as zeroes. Files and disks
// in memory can do this, and nothing that lies in a place of fixed size. Disks made from it before keep their size.
// Returns 0, -ENOTSUP when its size is fixed, -EROFS on a disk opened for
// reading, -ENOSPC, -ENOMEM, or what ftruncate(2) gives.
MUST_CHECK
int disk_resize(struct disk *d, uint64_t size, struct err *err);

// Writes len bytes at off, which is at or behind the end, and makes the disk so
// much longer by the same step: after a power cut it is as before, or longer
// and has these bytes (as file systems with a journal give it: XFS, btrfs, ext4
// by default). What lies between reads as zeroes.
// Returns 0, -EINVAL for an off before the end, and as disk_resize and
// disk_write; then its size is as before.
MUST_CHECK
int disk_extend(struct disk *d, uint64_t off, const void *buf, size_t len,
		struct err *err);

// Where a range of a disk lies.
struct disk_place {
	int fd;       // of the file or device; -1: nowhere, it reads as zeroes
	uint64_t off; // in that
	uint64_t len; // how much of the range lies there in one piece
	bool is_cached; // small pieces of it are better moved through the page
	int cached_fd;  // cache, by this: writing ends in it, and what is read
			// in order is there already
};

// Finds where the start of a range really lies, so that a caller may read or
// write it there by means of its own, from memory aligned to 4096 bytes. The
// kernel keeps a file's page cache in step with what goes past it. True
// for files and devices that were opened with DISK_DIRECT, and for what lies in
// them in one piece, until something else than writing is done to that range,
// or the disk is closed. What was written so is safe after disk_flush, as ever.
// Returns false when disk_read or disk_write must be used. *ret->len is at least
// 1, and less than `len` where a caller who wants the whole should use these.
bool disk_locate(struct disk *d, uint64_t off, uint64_t len, bool for_writing,
		 struct disk_place *ret);

// Takes room for a range, so that writing to it later does not fail for want of
// it; what is there is kept, and a file keeps its size.
// Returns 0, -ENOTSUP when the file system cannot do that, -ENOSPC, -EINVAL and
// -EROFS as disk_write, or what fallocate(2) gives. Disks that have their room
// return 0.
MUST_CHECK
int disk_allocate(struct disk *d, uint64_t off, uint64_t len, struct err *err);

// Ends writing: writes all that a disk keeps for its end (a VHDX that its log is
// done with) and makes everything durable; a disk below it is finished after it.
// Whoever wrote calls it before disk_close, which writes nothing: without it the
// disk is as after a power cut. It may be written to again, and is then finished
// again. A disk that was opened for reading is left alone.
// Returns 0 or the device's error; then it may be called again.
MUST_CHECK
int disk_finish(struct disk *d, struct err *err);

// Frees a disk and all that is its own. Nothing in it can fail; what was not
// finished is as after a power cut. NULL is fine.
void disk_close(struct disk *d);

// For the makers of other kinds of disk: fails with -EINVAL unless [off, off +
// len) lies inside d. Returns 0 or -EINVAL.
MUST_CHECK
int disk_check_range(const struct disk *d, uint64_t off, uint64_t len,
		     struct err *err);

#endif
