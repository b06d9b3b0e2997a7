// SPDX-License-Identifier: MIT
//
// Which disk deploy works on.

#ifndef DEPLOY_CHOOSE_H
#define DEPLOY_CHOOSE_H

#include <limits.h>

#include "answer.h"
#include "part.h"

#define DEPLOY_HOLDS_TEXT (PART_CONTENT_TEXT + 16)

// What is known of it between the two times that the rule is judged.
struct deploy_disk {
	bool by_rule;
	struct settle settle;
	struct inventory_disk chosen;
};

// Finds the target: `named`, or by the answer file's rule, after every disk had
// its time to appear.
// Returns 0, -EINVAL when there is neither, or as settle_wait, inventory_read
// and inventory_choose do.
int deploy_disk_choose(struct deploy_disk *disk, const struct answer *answer,
		       const char *named, char path[PATH_MAX], struct err *err);

// Judges the rule once more, right before the first write. To be called even when
// the target was named.
// Returns 0, or as settle_wait, inventory_read and inventory_confirm do.
int deploy_disk_confirm(struct deploy_disk *disk, const struct answer *answer,
			struct err *err);

// Print what there is, after waiting for all of it when that is asked for. Return
// an exit status.
int deploy_list_disks(bool settle);
int deploy_list_media(bool settle);

// Writes what is on a disk: "Windows, GPT", "blank", what is known by its marks
// (targets.c).
void deploy_holds(const char *path, char text[DEPLOY_HOLDS_TEXT]);

// Prints the disks that may be deployed, for a script (targets.c). Returns an
// exit status.
int deploy_list_targets(void);

#endif
