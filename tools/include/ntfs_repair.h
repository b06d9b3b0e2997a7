// SPDX-License-Identifier: MIT
//
// Repair of an NTFS volume: what `chkdsk /f` does.
//
//     ntfs_repair_resume(partition, &was_cut, &err);
//     ntfs_repair_plan(partition, &calls, &repair, &err);
//     if (ntfs_repair_get_result(repair)->steps)
//             ntfs_repair_write(repair, &err);
//     ntfs_repair_free(repair);
//
// The plan is made in memory, and writes nothing; each step of it is told. Writing
// it is all or nothing: the sectors that change are first written to clusters that
// no file has, and a sector of $Boot tells of them until they are in their places.
// A power cut before leaves the volume as it was, one after it a volume whose check
// says so, and whose repair the next ntfs_repair_resume ends.
//
// What the damage has not reached is never given up. What it has is kept as far as
// it can be read; what is lost is told. Memory: 68 bytes a file record, three bits
// a cluster, and at most 256 MiB of changes; when that is not enough (is_partial),
// another plan goes on after this one was written.

#ifndef NTFS_REPAIR_H
#define NTFS_REPAIR_H

#include "ntfs.h"

struct ntfs_repair;

struct ntfs_repair_step {
	uint64_t record; // of the file record, or ERR_NOWHERE
	bool is_loss;    // something cannot be brought back
	bool is_left;    // it is none: what was to be done could not be
	const char *text;
};

struct ntfs_repair_result {
	uint64_t steps, losses; // what is left is not among them
	uint64_t left;          // problems that stay
	bool is_partial;        // there is more to do after this
};

// Ends a repair that a power cut or an error stopped. One whose sectors the disk has
// lost cannot be ended: then it was none, and a plan is made anew.
// Returns 0, -EROFS, -ENOMEM, or the device's error.
int ntfs_repair_resume(struct disk *dev, bool *ret_was_cut, struct err *err);

struct ntfs_repair_calls { // each NULL: nobody wants to know
	// What the check finds before anything is repaired, as ntfs_check does.
	void (*found)(void *ctx, const struct ntfs_problem *problem);
	void (*step)(void *ctx, const struct ntfs_repair_step *step);
	void *ctx;
	struct progress *progress;
};

// Makes the plan. The device is borrowed.
// Returns 0, -EBUSY when a Windows sleeps on the volume, -EBADMSG when there is
// nothing to begin with, -ECANCELED, -ENOMEM, or as ntfs_check.
int ntfs_repair_plan(struct disk *dev, const struct ntfs_repair_calls *calls,
		     struct ntfs_repair **ret, struct err *err);

// Returns what there is to do; valid until ntfs_repair_free.
const struct ntfs_repair_result *
ntfs_repair_get_result(const struct ntfs_repair *r);

// Does it.
// Returns 0, -ENOSPC when there is no room to do it safely, -EFBIG when it is too much
// at once, -EROFS, -ENOMEM, or the device's error.
int ntfs_repair_write(struct ntfs_repair *r, struct err *err);

// Frees a plan, written or not; NULL is fine.
void ntfs_repair_free(struct ntfs_repair *r);

// Returns what is done about a finding of the check, in a few words; NULL when
// nothing can be.
const char *ntfs_repair_action(enum ntfs_rule rule);

#endif
