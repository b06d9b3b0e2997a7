// SPDX-License-Identifier: MIT
//
// What Windows' scripts say with any verb: most of it means nothing here.

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "dism.h"

static const struct cmd_switch common[] = {
	{"English", false, NULL},   {"Quiet", false, NULL},
	{"Q", false, NULL},         {"NoRestart", false, NULL},
	{"ScratchDir", true, NULL}, {"LogLevel", true, NULL},
	{"LogPath", true, NULL},
};

static const char *scratch; // of /ScratchDir

// Returns the value of such a switch ("" for one without), or NULL.
static const char *value_of(const char *word, const struct cmd_switch *s)
{
	size_t len = strlen(s->name);

	if (word[0] != '/' || strncasecmp(word + 1, s->name, len))
		return NULL;
	word += 1 + len;
	if (s->has_value)
		return *word == ':' ? word + 1 : NULL;
	return *word ? NULL : word;
}

const char *dism_log_path(int argc, char **argv)
{
	static const struct cmd_switch path = {"LogPath", true, NULL};
	const char *ret = NULL;

	for (int i = 1; i < argc && !ret; i++)
		ret = value_of(argv[i], &path);
	return ret;
}

const char *dism_scratch_dir(void)
{
	const char *folder = scratch ? scratch : getenv("TMPDIR");

	return folder && *folder ? folder : "/tmp";
}

int dism_drop_common(int argc, char **argv)
{
	static const struct cmd_switch scratch_dir = {"ScratchDir", true, NULL};
	int kept = 1;

	for (int i = 1; i < argc; i++) {
		bool drop = false;

		for (size_t k = 0; k < sizeof(common) / sizeof(common[0]); k++)
			drop |= value_of(argv[i], &common[k]) != NULL;
		if (!drop)
			argv[kept++] = argv[i];
		else if (value_of(argv[i], &scratch_dir))
			scratch = value_of(argv[i], &scratch_dir);
	}
	return kept;
}
