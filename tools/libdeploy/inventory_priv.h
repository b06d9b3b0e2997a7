// SPDX-License-Identifier: MIT
//
// Inside libdeploy: who uses a disk.

#ifndef INVENTORY_PRIV_H
#define INVENTORY_PRIV_H

#include "deploy.h"

// Fills in `in_use` of each disk: mounted (itself, a partition, or anything
// that stands on it), used as swap, or held by another driver.
// Returns 0, or -ENOMEM.
int inventory_mark_used(const char *root, struct inventory *inventory,
			struct err *err);

#endif
