// SPDX-License-Identifier: MIT
//
// reg: keys and values of registry hives in files.

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "../hive_logs.h"
#include "places.h"

static const char usage[] =
	"usage: reg query KEY [/v NAME | /ve] [/s] [/t TYPE] [/z] [/se SEPARATOR]\n"
	"                     [/f TEXT [/k | /d | /v] [/c] [/e]] [/reg:32 | /reg:64]\n"
	"       reg add KEY [/v NAME | /ve] [/t TYPE] [/s SEPARATOR] [/d DATA] [/f]\n"
	"       reg delete KEY [/v NAME | /ve | /va] [/f]\n"
	"       reg copy KEY1 KEY2 [/s] [/f]\n"
	"       reg compare KEY1 KEY2 [/v NAME | /ve] [/oa | /od | /os | /on] [/s]\n"
	"       reg export KEY FILE [/y] [/as PATH]\n"
	"       reg import FILE KEY [/as PATH] [/part]\n"
	"\n"
	"Shows and changes keys of registry hives. KEY is a hive's file and a path in\n"
	"it: C/Windows/System32/config/SYSTEM\\Select, or one in a volume of a disk:\n"
	"disk.img@3:\\Windows\\System32\\config\\SYSTEM\\CurrentControlSet\\Services.\n"
	"With /reg:32 a key of a SOFTWARE hive is the one that 32-bit programs see.\n"
	"CurrentControlSet is the control set that Select\\Current names. A hive that\n"
	"was not closed is completed from the logs beside it; --ignore-logs reads it\n"
	"(query, compare, export) as it is without them: old, perhaps half written.\n"
	"\n"
	"query  /s all keys below; /v NAME or /ve one value; /t TYPE values of a type;\n"
	"       /z types with their numbers; /f TEXT search, in key names (/k) or data\n"
	"       (/d) or value names (/v) alone, with case (/c), whole words (/e)\n"
	"add    TYPE is REG_SZ (the default), REG_EXPAND_SZ, REG_MULTI_SZ (strings divided\n"
	"       by \\0, or by SEPARATOR, one character), REG_DWORD, REG_QWORD, REG_BINARY,\n"
	"       REG_NONE; without /v or /ve the unnamed value is set\n"
	"/f     do not ask before something is replaced or deleted; /y for a FILE\n"
	"compare ends with 0 for equal keys, 2 for others; /oa shows all, /od what\n"
	"       differs, /os what is the same, /on nothing\n"
	"export, import   FILE is a .reg file. /as PATH is what KEY is called in it;\n"
	"       by default the hive's own place, told by its name: SYSTEM is\n"
	"       HKEY_LOCAL_MACHINE\\SYSTEM, NTUSER.DAT is HKEY_CURRENT_USER. A file that\n"
	"       names keys of other hives too is refused; with /part what is KEY's is\n"
	"       imported, and the rest is listed. At a line that cannot be read nothing\n"
	"       is imported at all\n";

COMMAND(reg, "reg", "show and change registry hives", usage);

char *reg_real_path(const struct hive *hive, const char *path)
{
	static const char current[] = "CurrentControlSet";
	const size_t len = sizeof(current) - 1;
	struct hive_key *key;
	uint32_t number;
	char *real;

	if (strncasecmp(path, current, len) ||
	    (path[len] && path[len] != '\\') ||
	    !hive_key_find(hive->root, current, &key, NULL) ||
	    hive_key_find(hive->root, "Select", &key, NULL) ||
	    hive_value_get_u32(key, "Current", &number, NULL) || number > 999)
		return mem_strdup(path);
	real = mem_alloc(strlen(path) + 1);
	// ControlSet001 is shorter than CurrentControlSet
	if (real)
		snprintf(real, strlen(path) + 1, "ControlSet%03u%s", number,
			 path + len);
	return real;
}

// Loads what leads to a path. *ret_found tells whether the key is there.
static int load_part(const struct hive_bytes *b, const char *path, bool all,
		     struct reg_key *k, bool *ret_found, struct err *err)
{
	struct hive_key *key;
	int r;

	hive_free(k->hive);
	k->hive = NULL;
	r = hive_load_part(b->data, b->size, b->logs, path, all, &k->hive, err);
	if (!r)
		*ret_found = !hive_key_find(k->hive->root, path, &key, NULL);
	return r;
}

// Finds the path that is asked for: of 32-bit programs those of SOFTWARE lie
// below a key of their own. *ret is new memory.
static int view_path(const struct reg_key *k, const char *view, char **ret,
		     struct err *err)
{
	static const char own[] = "WOW6432Node";
	const char *path = hive_file_key(k->file);
	size_t size = sizeof(own) + 1 + strlen(path);
	bool is_32 = view && !strcmp(view, "32");

	if (view && !is_32 && strcmp(view, "64"))
		return err_set(err, -EINVAL, view, ERR_NOWHERE,
			       "/reg takes 32 or 64");
	if (is_32 && !strcasecmp(hive_file_name(k->file), "SOFTWARE") &&
	    strncasecmp(path, own, sizeof(own) - 1)) {
		*ret = mem_alloc(size);
		if (*ret)
			snprintf(*ret, size, "%s%s%s", own, *path ? "\\" : "",
				 path);
	} else {
		*ret = mem_strdup(path);
	}
	return *ret ? 0 : err_nomem(err);
}

// Looks for a path that was not found behind the links on the way to it.
static int look_behind_links(struct reg_key *k, const struct hive_bytes *b,
			     bool all, bool *ret_found, struct err *err)
{
	const struct hive_key *link;
	struct hive_key *key;
	char *part, *next;
	size_t len;
	int r = 0;

	for (unsigned i = 0; !r && !*ret_found && i < REG_MAX_LINKS; i++) {
		if (!reg_find_link(k->hive, k->path, &len))
			return 0;
		part = mem_strdup(k->path);
		if (!part)
			return err_nomem(err);
		part[len] = 0;
		r = load_part(b, part, false, k, ret_found, err);
		*ret_found = false;
		link = r || hive_key_find(k->hive->root, part, &key, NULL)
			       ? NULL
			       : key;
		mem_free(part);
		if (!link)
			return r;
		r = reg_follow_link(k, link, k->path + len + 1, &next, err);
		if (r)
			return r;
		mem_free(k->path);
		k->path = next;
		r = load_part(b, k->path, all, k, ret_found, err);
	}
	return r;
}

// Loads the key for looking at it: the path is tried as it stands first.
static int load_to_look(struct reg_key *k, const char *path, bool all,
			struct err *err)
{
	struct hive_bytes b;
	bool found = false;
	int r = hive_file_read(k->file, &b, err);

	if (r)
		return r;
	if (b.is_stale)
		hive_logs_warn("reg", hive_file_name(k->file));
	r = load_part(&b, path, all, k, &found, err);
	if (!r && !found) {
		r = load_part(&b, "Select", false, k, &found, err);
		if (!r) {
			k->path = reg_real_path(k->hive, path);
			r = k->path ? load_part(&b, k->path, all, k, &found,
						err)
				    : err_nomem(err);
		}
		if (!r && !found)
			r = look_behind_links(k, &b, all, &found, err);
	} else if (!r) {
		k->path = mem_strdup(path);
		r = k->path ? 0 : err_nomem(err);
	}
	if (r)
		hive_logs_advise(b.data, b.size, err);
	hive_bytes_done(&b);
	return r;
}

static int load_to_change(struct reg_key *k, const char *path, struct err *err)
{
	int r = hive_file_load(k->file, &k->hive, err);

	if (r)
		return r;
	k->hive->now = filetime_now();
	k->path = reg_real_path(k->hive, path);
	return k->path ? reg_follow_links(k, &k->path, err) : err_nomem(err);
}

// Says how a hive is named here, to who means a running Windows'.
static int no_hive(const char *text, int r, struct err *err)
{
	if (r == -ENOENT &&
	    (!strncasecmp(text, "HKLM\\", 5) ||
	     !strncasecmp(text, "HKEY_", 5) || !strncasecmp(text, "HKU\\", 4) ||
	     !strncasecmp(text, "HKCU\\", 5))) {
		*err = (struct err){0};
		return err_set(
			err, r, text, ERR_NOWHERE,
			"no Windows is running here: begin with the "
			"hive's file, such as "
			"disk.img@3:\\Windows\\System32\\config\\SYSTEM");
	}
	return r;
}

int reg_open(const char *text, enum reg_use use, const char *view, bool no_logs,
	     struct reg_key *ret, struct err *err)
{
	unsigned flags = HIVE_FILE_KEY |
			 (use == REG_CHANGE ? HIVE_FILE_WRITE : 0) |
			 (no_logs ? HIVE_FILE_NO_LOGS : 0);
	struct reg_key k = {NULL, NULL, NULL, NULL};
	char *path = NULL;
	size_t len = strlen(text);
	int r;

	if (len > 1 && text[len - 1] == '\\')
		len--;
	if (len > 1 && text[len - 1] == '\\')
		return err_set(err, -EINVAL, text, ERR_NOWHERE,
			       "a key's path ends with one backslash at most");
	k.name = mem_strdup(text);
	if (!k.name)
		return err_nomem(err);
	k.name[len] = 0;
	r = hive_file_open(k.name, flags, &k.file, err);
	r = no_hive(text, r, err);
	if (!r)
		r = view_path(&k, view, &path, err);
	if (!r)
		r = use == REG_CHANGE
			    ? load_to_change(&k, path, err)
			    : load_to_look(&k, path, use == REG_TREE, err);
	mem_free(path);
	if (r)
		reg_close(&k);
	else
		*ret = k;
	return r;
}

void reg_close(struct reg_key *k)
{
	hive_free(k->hive);
	hive_file_close(k->file);
	mem_free(k->path);
	mem_free(k->name);
}

int reg_find(const struct reg_key *k, struct hive_key **ret, struct err *err)
{
	int r = hive_key_find(k->hive->root, k->path, ret, err);

	return r == -ENOENT ? err_set(err, r, k->name, ERR_NOWHERE,
				      "there is no such key")
			    : r;
}

int reg_save(struct reg_key *k, struct err *err)
{
	k->hive->sequence++;
	return hive_file_save(k->file, k->hive, err);
}

int reg_no_value(const struct reg_key *k, const char *name, struct err *err)
{
	return err_set(err, -ENOENT, k->name, ERR_NOWHERE,
		       "the key has no value \"%s\"",
		       *name ? name : "(Default)");
}

bool reg_ask(const char *fmt, ...)
{
	char answer[32];
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	fputs(" (Yes/No)? ", stdout);
	fflush(stdout);
	if (fgets(answer, sizeof(answer), stdin) &&
	    (*answer == 'y' || *answer == 'Y'))
		return true;
	puts("\nThe operation was canceled by the user.");
	return false;
}

void reg_done(void)
{
	puts("The operation completed successfully.");
}

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} operations[] = {
	{"query", reg_query},     {"add", reg_add},
	{"delete", reg_delete},   {"copy", reg_copy},
	{"compare", reg_compare}, {"export", reg_export},
	{"import", reg_import},
};

// What a running Windows does with hives, and why it is not needed.
static bool is_for_running(const char *word)
{
	static const char *const words[] = {"load", "unload", "save", "restore",
					    "flags"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcasecmp(words[i], word))
			return true;
	return false;
}

static int cmd_reg(int argc, char **argv)
{
	char name[] = "reg";
	const char *word = argv[1];

	char text[CMD_SIMILAR_TEXT];
	struct cmd_similar s;

	if (argc < 2)
		return cmd_misuse("reg", "name an operation, such as query");
	cmd_similar_begin(&s, word);
	argv[1] = name; // who speaks, to the operation
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		if (!strcasecmp(operations[i].name, word))
			return operations[i].run(argc - 1, argv + 1);
		else
			cmd_similar_add(&s, operations[i].name);
	if (is_for_running(word))
		return cmd_misuse("reg",
				  "%s: not needed here: KEY begins with "
				  "the hive's file, which can be copied",
				  word);
	return cmd_misuse("reg", "%s: there is no such operation%s", word,
			  cmd_similar_end(&s, text));
}
