// SPDX-License-Identifier: MIT
//
// $LogFile, as far as its state.

#ifndef NTFS_LOG_H
#define NTFS_LOG_H

#include "read.h"

#define NTFS_LOG_PAGE 4096u

enum ntfs_log_state {
	NTFS_LOG_EMPTY,  // never used, or reset
	NTFS_LOG_CLOSED, // in order
	NTFS_LOG_OPEN,   // it holds changes
	NTFS_LOG_BROKEN, // without a restart page
	NTFS_LOG_SHORT,
};

// What one of its two restart pages says, by its first sector.
struct ntfs_restart {
	uint64_t lsn; // the newer page has the greater one
	bool is_page, has_area;
	bool is_closed; // in order
};
struct ntfs_restart ntfs_restart_decode(const uint8_t page[NTFS_USA_STRIDE]);

// Tells what the log's restart pages say.
int ntfs_log_read(struct ntfs *n, enum ntfs_log_state *ret, struct err *err);

// Opens its content.
int ntfs_log_open(struct ntfs *n, struct disk **ret, struct err *err);

#endif
