// SPDX-License-Identifier: MIT
//
// Inside libaddress: the marks of an address, and the files of other machines.

#ifndef ADDRESS_PRIV_H
#define ADDRESS_PRIV_H

#include "address.h"

// Returns the length of the "@N" that s begins with, behind which an address
// ends or a ":" stands; or 0.
size_t address_partition_mark(const char *s);

// Returns true when s begins with ":\\" or ":/".
bool address_is_inner(const char *s);

// Opens the files of other machines, for reading. The logon is borrowed.
// Returns 0 or -ENOMEM.
int address_open_net(const struct net_logon *logon, struct tree **ret,
		     struct err *err);

#endif
