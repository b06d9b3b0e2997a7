// SPDX-License-Identifier: MIT
//
// bcdboot, for commands that end with it.

#ifndef BCDBOOT_H
#define BCDBOOT_H

// Does what the command does, and says so. argv[0] is not looked at; the words
// are reordered. Returns CMD_OK, CMD_FAILED or CMD_MISUSE.
int bcdboot_command(int argc, char **argv);

#endif
