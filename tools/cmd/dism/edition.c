// SPDX-License-Identifier: MIT
//
// dism /Get-CurrentEdition: which edition a Windows that does not run is.

#include <stdio.h>

#include "windows.h"

static int show_edition(struct dism_windows *w,
			const struct cmd_switch *switches, struct err *err)
{
	const char *edition = service_get_windows(w->service)->edition;

	(void)switches; // those of all such verbs are enough
	if (!*edition)
		return err_corrupt(err, "SOFTWARE", ERR_NOWHERE,
				   "it does not say which edition this is");
	printf("Current edition is:\n\nCurrent Edition : %s\n\n", edition);
	return 0;
}

int dism_get_current_edition(int argc, char **argv)
{
	struct cmd_switch s[] = {DISM_WINDOWS_SWITCHES, {NULL, false, NULL}};

	return dism_on_windows(argc, argv, s, show_edition);
}
