// SPDX-License-Identifier: MIT
//
// What this build calls itself: the one object that the makefile compiles again
// for another commit.

#include "cmd.h"

const char cmd_version[] = SLIPWAY_VERSION;
