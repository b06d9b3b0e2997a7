// SPDX-License-Identifier: MIT
//
// The machine that a command runs on, and when it may be meant without a name.
// Under Slipway's environment the machine is what is worked on; an ordinary host
// is not, unless somebody says so (--this-machine).

#ifndef THIS_MACHINE_H
#define THIS_MACHINE_H

#include <stdbool.h>

// Tells whether this is Slipway's environment, by the mark that its init leaves.
bool this_machine_is_environment(void);

// Tells whether the machine's own system partition, store and firmware may be read
// and changed without being named. `is_asked`: --this-machine was given.
bool this_machine_is_meant(bool is_asked);

// Tells whether a path is a whole disk that this machine's kernel has: a block
// device of sysfs, no partition, no loop or RAM disk, nothing that stands on others.
bool this_machine_has_disk(const char *path);

// Tells whether the machine was started by UEFI; else it was by BIOS.
bool this_machine_has_uefi(void);

#endif
