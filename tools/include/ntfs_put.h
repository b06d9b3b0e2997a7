// SPDX-License-Identifier: MIT
//
// libntfs: many files with all that NTFS holds of them, into a volume that is there
// already (ntfs_change.h).
//
//     ntfs_change_begin(n, &err);
//     ntfs_put_new(n, now, NULL, NULL, &p, &err);
//     ntfs_put_security(p, descriptors, count, ids, &err);
//     ntfs_room_new(p, size, false, &room, &err);   // for each stream
//     ntfs_put_check_room(p, files, names, &err);
//     ntfs_room_write(room, 0, data, size, &err);   // from any thread
//     ntfs_put_file(p, &file, &reference, &err);    // folders first
//     ntfs_put_finish(p, NULL, NULL, &err);
//     ntfs_room_free(room);
//     ntfs_put_free(p);
//
// Content goes to free clusters; nothing leads to it before its file is entered, so
// that until then nothing has changed. Files are entered in batches, each of which
// is synced: memory is bounded, and a power cut leaves each file the old one, the
// new one or not there. Between the first batch and ntfs_put_finish the volume is
// marked dirty, and the next change mends what a cut left over.
//
// A file or folder is named by its reference: the number of its record, and above
// bit 48 how often that was used.
//
// Threads: as ntfs.h; ntfs_room_write is called from several at once, with no other
// call at the same time.

#ifndef NTFS_PUT_H
#define NTFS_PUT_H

#include "ntfs_change.h"

struct ntfs_put;
struct ntfs_room;

struct ntfs_put_name {
	uint64_t folder; // reference
	bool is_in_new;  // the folder was put by us: nothing is replaced there
	bool is_beside; // others of the folder differ from it in case alone: it
			// stands beside them, in the POSIX name space; one of
			// them, in a new folder, may bring an 8.3 name
	const le16 *name; // 1 to 255 units
	size_t name_len;
	const le16
		*dos_name; // as given; NULL: one is made up if there can be one
	size_t dos_name_len;
	const void *of; // for is_coming
};

// Tells whether a name that might be made up is one of those that are still to come
// to the folder of a name. Returns 1, 0 or an error.
typedef int ntfs_put_coming_fn(void *ctx, const void *of, const le16 *name,
			       size_t len, struct err *err);

struct ntfs_put_stream {
	const le16 *name; // NULL: the unnamed one
	size_t name_len;
	struct ntfs_room *room; // NULL: it is empty
};

struct ntfs_put_file {
	uint32_t attributes; // of NTFS_ATTR_SETTABLE, others are left out;
			     // DIRECTORY makes a folder
	uint64_t created, modified, changed, accessed; // over INT64_MAX: now
	uint32_t security; // from ntfs_put_security; 0: as its folder gives
	const struct ntfs_put_name *names;
	size_t name_count; // a folder has one; at most 1023
	const struct ntfs_put_stream *streams;
	size_t stream_count;
	struct ntfs_bytes reparse;   // with its header
	struct ntfs_bytes ea;        // as stored
	struct ntfs_bytes object_id; // 16 to 64 bytes
	const void *of;              // for ntfs_put_finish
};

// Begins. `time` (FILETIME) stands for times that there are not. `is_coming` may be
// NULL: no other names will come.
// Returns 0, -EINVAL before ntfs_change_begin, or -ENOMEM.
int ntfs_put_new(struct ntfs *n, uint64_t time, ntfs_put_coming_fn *is_coming,
		 void *ctx, struct ntfs_put **ret, struct err *err);

// Frees; NULL is fine. Rooms are freed before.
void ntfs_put_free(struct ntfs_put *p);

// Enters security descriptors into $Secure, once for equal ones, all with the next
// batch. ret_ids[i] becomes the number of the i-th.
// Returns 0, -EBADMSG when one is not valid, -ENOTSUP when the volume's $Secure
// cannot be added to, -ENOSPC, -ENOMEM, or as ntfs_open.
int ntfs_put_security(struct ntfs_put *p, const struct ntfs_bytes *descriptors,
		      size_t count, uint32_t *ret_ids, struct err *err);

// Takes clusters for a stream of at least 1 byte; what is small is kept in memory.
// Of a sparse one those alone that are not zero are taken, when they are written.
// Returns 0, -ENOSPC, -EFBIG, -ENOMEM, or as ntfs_open.
int ntfs_room_new(struct ntfs_put *p, uint64_t size, bool is_sparse,
		  struct ntfs_room **ret, struct err *err);

// Writes a piece of the stream's content. All of it is to be written, once.
// Returns 0, -EINVAL outside of it, -ENOSPC and -ENOMEM for a sparse one, or the
// device's error.
int ntfs_room_write(struct ntfs_room *room, uint64_t off, const void *data,
		    size_t len, struct err *err);

// Gives back the clusters of a room that no file has got.
// Returns 0, -ENOMEM, or as ntfs_open.
int ntfs_room_give(struct ntfs_room *room, struct err *err);

// Frees a room; NULL is fine. Clusters are not given back by this.
void ntfs_room_free(struct ntfs_room *room);

// Finds out whether so many files with so many names are likely to find room, beside
// what was taken for their content.
// Returns 0, -ENOSPC, or as ntfs_open.
int ntfs_put_check_room(struct ntfs_put *p, uint64_t files, uint64_t names,
			struct err *err);

// Finds out whether NTFS can hold what a file has beside names and streams.
// Returns 0, or -EBADMSG for a reparse point, extended attributes or an object id
// that break their format.
int ntfs_put_check(const struct ntfs_put_file *file, struct err *err);

// What a name of a folder leads to.
struct ntfs_put_found {
	uint64_t reference;
	bool is_folder, is_reparse;
	bool is_systems; // one of the file system's own files
	bool is_same;    // in the same letters; else its name differs in case
};

// Finds a name in a folder.
// Returns 0, -ENOENT, or as ntfs_open.
int ntfs_put_find(struct ntfs_put *p, uint64_t folder, const le16 *name,
		  size_t len, struct ntfs_put_found *ret, struct err *err);

// Makes a file or folder, in the place of files (or empty folders) that have its
// names, from which those are taken. Its rooms are its own from then on. The times of
// the folders that it comes into stay. An object id that another file has is set by
// ntfs_put_finish, if that one is gone by then.
// Returns 0, -EPERM when a file of the system has the name, -ENOTEMPTY for a folder
// that holds files, -ENOSPC, -ENOTSUP, -EBADMSG as ntfs_put_check, -ENOMEM, or as
// ntfs_open and ntfs_sync. After a failure this file is not there.
int ntfs_put_file(struct ntfs_put *p, const struct ntfs_put_file *file,
		  uint64_t *ret, struct err *err);

// Gives a folder that is there attributes, times, descriptor (0: it stays), streams,
// extended attributes and object id, if it has none; the rest stays.
// Returns as ntfs_put_file.
int ntfs_put_set(struct ntfs_put *p, uint64_t reference,
		 const struct ntfs_put_file *file, struct err *err);

// Called for a file that stays without its object id, as another one has it: `of` is
// what was given with it. Returns 0 or an error.
typedef int ntfs_put_dropped_fn(void *ctx, const void *of, struct err *err);

// Ends: everything is written, and the volume is clean as it was. `dropped` may be
// NULL.
// Returns 0, -ENOMEM, what `dropped` returned, or as ntfs_sync.
int ntfs_put_finish(struct ntfs_put *p, ntfs_put_dropped_fn *dropped, void *ctx,
		    struct err *err);

// Ends after a failure, when the rooms that are no file's were given back. Of what is
// not written yet nothing is to be written, unless a batch was: then this does, and
// the volume is clean.
// Returns as ntfs_put_finish.
int ntfs_put_abort(struct ntfs_put *p, struct err *err);

#endif
