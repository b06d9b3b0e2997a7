// SPDX-License-Identifier: MIT
//
// A virtual disk is taken from the kernel.

#include "storage.h"

int storage_detach(const struct storage_effects *e, int id, const char *device,
		   struct err *err)
{
	// Found before: with the device nothing leads to it any more.
	struct ublk_server server = e->open_server(id);
	int r = e->stop(id, err);

	if (!r)
		r = e->wait_server(&server, device, err);
	e->close_server(&server);
	return r;
}
