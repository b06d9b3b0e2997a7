// SPDX-License-Identifier: MIT
//
// The server is found before its device goes, waited for when it is gone, and let go
// of in any case.

#include "unit/libstorage/recorder.h"

static int detach(const char *fail)
{
	record_begin();
	recorder.fail = fail;
	return storage_detach(&recording, 3, "/dev/ublkb3", NULL);
}

int main(void)
{
	check_ok(detach(NULL), NULL);
	check_calls("server of 3, stop 3, wait 7, let go of 7");
	check_eq(detach("stop 3"), -EIO);
	check_calls("server of 3, stop 3, let go of 7");
	check_eq(detach("wait 7"), -EIO);
	check_calls("server of 3, stop 3, wait 7, let go of 7");
	return 0;
}
