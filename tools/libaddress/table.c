// SPDX-License-Identifier: MIT
//
// The partition table of a disk that an address names.

#include "address.h"

int address_read_table(const char *disk, struct part_table **ret,
		       struct err *err)
{
	struct place *place;
	int r = address_open(disk, ADDRESS_FILE | ADDRESS_VIRTUAL, &place, err);

	if (r)
		return r;
	r = part_table_read(place->disk, ret, err);
	address_close(place);
	return r;
}
