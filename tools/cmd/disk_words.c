// SPDX-License-Identifier: MIT
//
// Which disks a command works on, as its words say.

#include <strings.h>
#include <sys/stat.h>

#include "cmd.h"
#include "disk_words.h"

int disk_words_take(const char *command, int *argc, char **argv,
		    const char **files, size_t *ret_count)
{
	struct stat st;
	int kept = 1;

	*ret_count = 0;
	for (int i = 1; i < *argc; i++) {
		const char *word = argv[i];

		if (!strcasecmp(word, "--disk") || !strcasecmp(word, "/disk")) {
			if (++i == *argc)
				return cmd_misuse(command, "%s: which file?",
						  word);
			files[(*ret_count)++] = argv[i];
		} else if (!strncasecmp(word, "--disk=", 7)) {
			files[(*ret_count)++] = word + 7;
		} else if (!strncasecmp(word, "/disk:", 6)) {
			files[(*ret_count)++] = word + 6;
		} else {
			argv[kept++] = argv[i];
		}
	}
	*argc = kept;
	for (size_t i = 0; i < *ret_count; i++)
		if (!stat(files[i], &st) && S_ISDIR(st.st_mode))
			return cmd_misuse(command,
					  "%s: this is a folder; the file of a "
					  "disk is needed",
					  files[i]);
	return 0;
}

int disk_words_sector_size(const char *command, const char *value,
			   uint32_t *ret)
{
	uint64_t size = 0;

	if (value &&
	    (size_parse(value, NULL, &size) || (size != 512 && size != 4096)))
		return cmd_misuse(command, "%s: a sector has 512 or 4096 bytes",
				  value);
	*ret = (uint32_t)size;
	return 0;
}
