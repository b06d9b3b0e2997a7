// SPDX-License-Identifier: MIT
//
// What chkdsk's two halves share.

#ifndef CHKDSK_H
#define CHKDSK_H

#include "../cmd.h"
#include "ntfs.h"

// Exit statuses: "chkdsk" of Microsoft's documentation.
enum { REPAIRED = 1, NOT_CLEANED = 2, NOT_FIXED = 3 };

struct output {
	struct progress progress; // ours, in front of the shared one
	struct cmd_progress shown;
	char stage[80];
	bool verbose, json, repairs;
	bool is_changed; // by repairs
	uint64_t losses; // repairs by which something was lost
	int status;
};

// Shows a finding; ctx is the output.
void chkdsk_problem(void *ctx, const struct ntfs_problem *p);

// Repairs a volume as far as can be (repair.c), and sets the output's is_changed,
// losses and status: 0, or REPAIRED when something was done.
// Returns 0, or as ntfs_repair_plan and ntfs_repair_write.
int chkdsk_repair(struct disk *d, struct output *o, struct err *err);

#endif
