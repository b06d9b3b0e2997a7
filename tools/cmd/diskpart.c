// SPDX-License-Identifier: MIT
//
// diskpart: partitions disks by the language of the command of that name
// (libdiskpart), from a script or at a prompt. Exit status: DiskPart's.

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "address.h"
#include "cmd.h"
#include "disk_words.h"
#include "diskpart.h"

#define MAX_SCRIPT (1u << 20) // bytes; the longest that people write have 1 %

static const char usage[] =
	"usage: diskpart [/s SCRIPT] [/t SECONDS] [--disk FILE]... [--sector-size N]\n"
	"\n"
	"Runs the commands of SCRIPT, or those that are typed or come by standard\n"
	"input, in the language of Windows' DiskPart: select disk 0, clean, convert\n"
	"gpt, create partition efi size=100, format quick fs=fat32, assign letter=S,\n"
	"and so on; `help` lists them, `help create partition primary` tells of one.\n"
	"\n"
	"The disks are those of this machine, or with --disk files that hold disks:\n"
	"the first is disk 0. A disk in use and the start medium are not written to.\n"
	"Letters and attached virtual disks stay until the machine ends, for every\n"
	"command (subst).\n"
	"\n"
	"  /s SCRIPT        run a script: it stops at the first command that fails,\n"
	"                   unless that has noerr\n"
	"  /t SECONDS       wait before that\n"
	"  --disk FILE      a disk image, a virtual disk, any address of a disk\n"
	"  --sector-size N  512 or 4096, for image files without a partition table\n"
	"\n"
	"Exit status: 0 done, 1 no memory or stopped, 2 a command was not understood,\n"
	"3 the script could not be opened, 4 a command failed, 5 what it was to work on\n"
	"is not selected or not there.\n";

COMMAND(diskpart, "diskpart",
	"partition disks, by DiskPart's scripts or by hand", usage);

static void write_out(void *ctx, const char *text)
{
	fputs(text, stdout);
	if (ctx)
		fflush(stdout);
}

// --- A script ----------------------------------------------------------------

static int read_script(const char *path, void **ret, size_t *ret_size,
		       struct err *err)
{
	struct disk *file;
	void *bytes = NULL;
	size_t size;
	int r = address_open_file(path, NULL, &file, err);

	if (r)
		return r;
	size = (size_t)file->size;
	if (file->size > MAX_SCRIPT)
		r = err_set(err, -EFBIG, path, ERR_NOWHERE,
			    "a script has at most %u bytes", MAX_SCRIPT);
	if (!r && !(bytes = mem_alloc(size)))
		r = err_nomem(err);
	if (!r && size)
		r = disk_read(file, 0, bytes, size, err);
	disk_close(file);
	if (r) {
		mem_free(bytes);
		return r;
	}
	*ret = bytes;
	*ret_size = size;
	return 0;
}

static int run_script(struct diskpart *d, const char *path)
{
	struct err err = {0};
	void *bytes;
	size_t size;
	int status;

	if (read_script(path, &bytes, &size, &err)) {
		cmd_fail("diskpart", path, &err);
		return DISKPART_NO_FILE;
	}
	diskpart_greet(d);
	status = (int)diskpart_run_script(d, bytes, size);
	mem_free(bytes);
	return status;
}

// --- A prompt ----------------------------------------------------------------

static void prompt(void)
{
	fputs("\nDISKPART> ", stdout);
	fflush(stdout);
}

// A failure ends nothing here, as on Windows; who gave the lines by a pipe learns of
// the first one from the exit status.
static int run_prompt(struct diskpart *d, FILE *in)
{
	bool is_person = isatty(STDIN_FILENO);
	char *line = NULL;
	size_t capacity = 0;
	int status = 0, first = 0;

	diskpart_greet(d);
	for (prompt();
	     !diskpart_has_left(d) && getline(&line, &capacity, in) > 0;) {
		status = (int)diskpart_run_line(d, line);
		if (status && !first && !diskpart_may_fail(d))
			first = status;
		if (!diskpart_has_left(d))
			prompt();
	}
	if (!diskpart_has_left(d))
		putchar('\n');
	free(line);
	return is_person ? 0 : first;
}

// A file is read whole, since it may be UTF-16, and a line at a time then.
static int run_input(struct diskpart *d)
{
	struct err err = {0};
	struct stat st;
	char *bytes, *text = NULL;
	size_t size;
	FILE *in;
	int r, status;

	if (fstat(STDIN_FILENO, &st) || !S_ISREG(st.st_mode) || !st.st_size)
		return run_prompt(d, stdin);
	if (st.st_size > MAX_SCRIPT) {
		err_set(&err, -EFBIG, "standard input", ERR_NOWHERE,
			"a script has at most %u bytes", MAX_SCRIPT);
		cmd_fail("diskpart", "standard input", &err);
		return DISKPART_NO_FILE;
	}
	bytes = mem_alloc((size_t)st.st_size);
	size = bytes ? fread(bytes, 1, (size_t)st.st_size, stdin) : 0;
	r = bytes ? diskpart_read_script(bytes, size, &text, &err) : -ENOMEM;
	if (r == -EBADMSG)
		cmd_fail("diskpart", NULL, &err);
	in = text && *text ? fmemopen(text, strlen(text), "r") : NULL;
	status = in              ? run_prompt(d, in)
		 : text          ? 0
		 : r == -EBADMSG ? DISKPART_MISUSE
				 : DISKPART_FATAL;
	if (in)
		fclose(in);
	mem_free(text);
	mem_free(bytes);
	return status;
}

// --- The command -------------------------------------------------------------

static void computer_name(char name[HOST_NAME_MAX + 1])
{
	if (gethostname(name, HOST_NAME_MAX))
		strcpy(name, "localhost");
	name[HOST_NAME_MAX] = 0;
	for (; *name; name++)
		*name = (char)toupper((unsigned char)*name);
}

static int run(const struct storage_source *source, const char *script)
{
	char computer[HOST_NAME_MAX + 1];
	bool is_terminal = isatty(STDOUT_FILENO);
	const struct diskpart_options how = {.write = write_out,
					     .ctx = is_terminal ? stdout : NULL,
					     .version = cmd_version,
					     .computer = computer,
					     .is_terminal = is_terminal};
	struct storage *s = NULL;
	struct diskpart *d;
	struct err err = {0};
	int status;

	computer_name(computer);
	if (storage_open(&storage_effects, source, &s, &err) ||
	    diskpart_open(s, &how, &d, &err)) {
		storage_close(s);
		cmd_fail("diskpart", NULL, &err);
		return DISKPART_FAILED;
	}
	status = script ? run_script(d, script) : run_input(d);
	diskpart_close(d);
	storage_close(s);
	return status;
}

enum { SCRIPT, WAIT, SECTOR_SIZE };

static int read_switches(int argc, char **argv, struct cmd_switch *s,
			 uint64_t *ret_wait, uint32_t *ret_sector_size)
{
	int count;

	if (cmd_switches(argc, argv, s, &count))
		return CMD_MISUSE;
	if (count)
		return cmd_misuse("diskpart",
				  "%s%snot understood; commands are in a "
				  "script, /s SCRIPT, or are typed",
				  argv[1], err_colon(argv[1]));
	if (s[WAIT].value && (size_parse(s[WAIT].value, NULL, ret_wait) ||
			      *ret_wait > 24 * 60 * 60))
		return cmd_misuse("diskpart", "/t: %s: not seconds of a day",
				  s[WAIT].value);
	return disk_words_sector_size("diskpart", s[SECTOR_SIZE].value,
				      ret_sector_size);
}

static int cmd_diskpart(int argc, char **argv)
{
	struct cmd_switch s[] = {
		[SCRIPT] = {.name = "s", .has_value = true},
		[WAIT] = {.name = "t", .has_value = true},
		[SECTOR_SIZE] = {.name = "sector-size", .has_value = true},
		{0}};
	const char **files = mem_array((size_t)argc, sizeof(*files));
	struct storage_source source = {.files = files};
	uint64_t seconds = 0;
	int status;

	if (!files)
		return DISKPART_FATAL;
	status = disk_words_take("diskpart", &argc, argv, files,
				 &source.file_count);
	if (!status)
		status = read_switches(argc, argv, s, &seconds,
				       &source.sector_size);
	if (!status) {
		source.root = source.file_count ? NULL : "";
		sleep((unsigned)seconds);
		status = run(&source, s[SCRIPT].value);
	}
	mem_free(files);
	return status;
}
