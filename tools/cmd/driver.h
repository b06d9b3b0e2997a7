// SPDX-License-Identifier: MIT
//
// A driver of the kernel that a command needs (driver.c).

#ifndef CMD_DRIVER_H
#define CMD_DRIVER_H

#include "base.h"

// Loads the module `name` by modprobe unless `sign`, a path that is there with the
// driver alone, is there.
// Returns 0 or -ENODEV, with what to do.
int driver_load(const char *name, const char *sign, struct err *err);

#endif
