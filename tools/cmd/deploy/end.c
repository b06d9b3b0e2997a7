// SPDX-License-Identifier: MIT
//
// How a deployment ended. The file for a script begins with one word: what
// [finish] asks for; "deployed", when the disk was deployed from the same
// before; "untouched" or "touched" after a failure. After the last three come
// lines: the disk, and "wipe" when the answer file lets it be wiped, or why it
// failed.

#include <stdio.h>
#include <string.h>

#include "../cmd.h"
#include "end.h"

static int put(const struct deploy_end *end, const char *text, struct err *err)
{
	return end->file ? disk_put_file(end->file, text, strlen(text), err)
			 : 0;
}

int deploy_end_done(const struct deploy_end *end, struct err *err)
{
	static const char *const words[] = {[FINISH_SHELL] = "shell\n",
					    [FINISH_RESTART] = "restart\n",
					    [FINISH_POWEROFF] = "poweroff\n"};

	return put(end, words[end->answer->finish], err);
}

int deploy_end_deployed(const struct deploy_end *end, struct err *why)
{
	struct err err = {0};
	char text[512];

	printf("%s%s%s\nNothing is done now%s.\n", end->target,
	       err_colon(end->target), why->why,
	       end->answer->wipe ? "; again = yes in [disk] wants it every time"
				 : "");
	snprintf(text, sizeof(text), "deployed\n%s\n%s\n%s\n", end->target,
		 end->answer->wipe ? "wipe" : "keep", why->why);
	return put(end, text, &err) ? cmd_fail("deploy", NULL, &err) : CMD_OK;
}

int deploy_end_failed(const struct deploy_end *end, const struct err *why)
{
	bool touched = end->plan && plan_has_begun(end->plan);
	char text[1024], what[512];

	cmd_fail("deploy", NULL, why);
	if (!*end->target)
		fprintf(stderr, "deploy: no disk was written to\n");
	else if (!end->is_new && touched)
		fprintf(stderr,
			"deploy: %s%swhat it held is gone, and what was written "
			"does not start; it counts as blank\n",
			end->target, err_colon(end->target));
	else if (!end->is_new)
		fprintf(stderr, "deploy: %s%snothing was written to it\n",
			end->target, err_colon(end->target));
	err_format(why, what, sizeof(what));
	snprintf(text, sizeof(text), "%s\n%s\n%s\n",
		 touched ? "touched" : "untouched", end->target, what);
	best_effort(put(end, text, NULL));
	return CMD_FAILED;
}
