// SPDX-License-Identifier: MIT
//
// How a deployment ended, for the person before it and for the script that called.

#ifndef DEPLOY_END_H
#define DEPLOY_END_H

#include "deploy.h"

struct deploy_end {
	const char *file;   // where it is written for a script, or NULL
	const char *target; // the disk, or "" when none was chosen
	bool is_new;        // it is a file, which is there when it is whole
	const struct answer *answer; // NULL: it could not be read
	const struct plan *plan;     // NULL: it could not be made
};

// It was done. Returns 0, or as disk_put_file.
int deploy_end_done(const struct deploy_end *end, struct err *err);

// There was nothing to do: the disk was deployed from the same before; says so, with
// why as plan_make gives it. Returns an exit status.
int deploy_end_deployed(const struct deploy_end *end, struct err *why);

// It failed: says why, and what of the disk. Returns CMD_FAILED.
int deploy_end_failed(const struct deploy_end *end, const struct err *why);

#endif
