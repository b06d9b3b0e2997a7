// SPDX-License-Identifier: MIT
//
// What somebody would miss of a place that is to be written over.

#ifndef MISSED_H
#define MISSED_H

#include "part.h"

// Looks for something on a disk or partition that somebody would miss: all but a
// volume without files. What is known by its place and lies under such a volume
// counts: a file system that was put over a member of a RAID does not make that
// less of one.
// Returns 0, or as part_probe; nothing is found when *ret holds nothing.
int find_missed(struct disk *disk, struct part_content *ret, struct err *err);

#endif
