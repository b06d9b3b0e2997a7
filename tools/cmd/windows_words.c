// SPDX-License-Identifier: MIT
//
// How Windows' commands begin what they say when they fail, and with which exit
// status they end: scripts look for both. Our own line follows, with the object
// and the exact reason.
//
// The system's sentences and their numbers: Microsoft, "System Error Codes".
// DISM's form, reg's "ERROR:", and the sentences of bcdboot and bcdedit: as in
// Microsoft's articles on these commands and in published logs of theirs. reg's
// exit status: "reg compare", Remarks; chkdsk's: "chkdsk", "Understanding exit
// codes".

#include <stdio.h>
#include <string.h>

#include "cmd.h"

struct sentence {
	int code; // errno
	unsigned number;
	const char *text;
};

static const struct sentence sentences[] = {
	{ENOENT, 2, "The system cannot find the file specified."},
	{ENOTDIR, 3, "The system cannot find the path specified."},
	{EACCES, 5, "Access is denied."},
	{EPERM, 5, "Access is denied."},
	{ENOMEM, 8,
	 "Not enough memory resources are available to process this command."},
	{EROFS, 19, "The media is write protected."},
	{EBUSY, 32,
	 "The process cannot access the file because it is being used by "
	 "another process."},
	{ENOTSUP, 50, "The request is not supported."},
	{EMLINK, 50, "The request is not supported."},
	{EISDIR, 5, "Access is denied."}, // for a folder, as Windows
	{ENOTBLK, 5, "Access is denied."},
	{EINVAL, 87, "The parameter is incorrect."},
	{ENOSPC, 112, "There is not enough space on the disk."},
	{ENOTEMPTY, 145, "The directory is not empty."},
	{EEXIST, 183, "Cannot create a file when that file already exists."},
	{ENAMETOOLONG, 206, "The filename or extension is too long."},
	{ESTALE, 1006,
	 "The volume for a file has been externally altered so that the opened "
	 "file is no longer valid."},
	{ENODATA, 1168, "Element not found."},
	{EIO, 1117,
	 "The request could not be performed because of an I/O device error."},
	{ECANCELED, 1223, "The operation was canceled by the user."},
	{0, 13, "The data is invalid."}, // corrupt, and all others
};

static const struct sentence *find_sentence(int code)
{
	const struct sentence *s = sentences;

	while (s->code && s->code != -code)
		s++;
	return s;
}

// Here these are of the kernel's drivers, and of a hive without its logs.
static const struct sentence sentences_of_dism[] = {
	{ENODEV, 50, "The request is not supported."},
	{ENODATA, 1009, "The configuration registry database is corrupt."},
};

static const struct sentence *find_sentence_of_dism(int code)
{
	for (size_t i = 0; i < 2; i++)
		if (sentences_of_dism[i].code == -code)
			return &sentences_of_dism[i];
	return find_sentence(code);
}

static int begin_dism(int code)
{
	const struct sentence *s = find_sentence_of_dism(code);

	fprintf(stderr, "\nError: %u\n\n%s\n\n", s->number, s->text);
	return s->number < 256 ? (int)s->number : CMD_FAILED;
}

static int begin_imagex(int code)
{
	const struct sentence *s = find_sentence_of_dism(code);

	fprintf(stderr, "\n%s\n\n", s->text);
	return s->number < 256 ? (int)s->number : CMD_FAILED;
}

static int begin_reg(int code)
{
	if (code == -ENOENT)
		fputs("ERROR: The system was unable to find the specified "
		      "registry key or value.\n",
		      stderr);
	else
		fprintf(stderr, "ERROR: %s\n", find_sentence(code)->text);
	return CMD_FAILED;
}

static int misuse_reg(void)
{
	fputs("ERROR: Invalid syntax.\n", stderr);
	return 1;
}

static int misuse_dism(void)
{
	return begin_dism(-EINVAL);
}

static int begin_bcdboot(int code)
{
	fputs("Failure when attempting to copy boot files.\n", stderr);
	return CMD_FAILED;
}

// 3: not able to check.
static int begin_chkdsk(int code)
{
	return 3;
}

static int misuse_chkdsk(void)
{
	return 3;
}

static const struct manner {
	const char *command;
	int (*failure)(int code);
	int (*misuse)(void); // or NULL
} manners[] = {
	{"dism", begin_dism, misuse_dism},
	{"imagex", begin_imagex, NULL},
	{"reg", begin_reg, misuse_reg},
	{"bcdboot", begin_bcdboot, NULL},
	{"chkdsk", begin_chkdsk, misuse_chkdsk},
};

static const struct manner *manner_of(const char *command)
{
	for (size_t i = 0; i < sizeof(manners) / sizeof(manners[0]); i++)
		if (!strcmp(manners[i].command, command))
			return &manners[i];
	return NULL;
}

int cmd_begin_failure(const char *command, int code)
{
	const struct manner *m = manner_of(command);

	return m ? m->failure(code) : CMD_FAILED;
}

int cmd_begin_misuse(const char *command)
{
	const struct manner *m = manner_of(command);

	return m && m->misuse ? m->misuse() : CMD_MISUSE;
}

void cmd_say_windows(const char *sentence, int code)
{
	fprintf(stderr, "%s\n%s\n", sentence, find_sentence(code)->text);
}
