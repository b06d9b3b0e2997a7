// SPDX-License-Identifier: MIT
//
// The answer file's keys, and how the value of each is read.

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "answer_priv.h"
#include "bcdboot.h"

#define MAX_TIMEOUT     999999u
#define MAX_TITLE       60 // letters of a menu's entry that fit on any screen
#define MAX_DESCRIPTION 200

static int bad(struct answer_parser *p, const char *key, const char *value,
	       const char *wanted)
{
	return err_bad_text(p->err, p->name, p->line, "%s = %s: must be %s",
			    key, value, wanted);
}

static int set_size(struct answer_parser *p, const struct answer_key *key,
		    const char *value, void *place)
{
	uint64_t *size = place;

	if (size_parse(value, NULL, size) || !*size)
		return bad(p, key->name, value,
			   "a size: digits, then K, M, G or T");
	return 0;
}

static int set_range(struct answer_parser *p, const struct answer_key *key,
		     const char *value, void *place)
{
	struct disk_rule *rule = place;
	const char *s = value;
	int r = 0;

	if (strncmp(s, "..", 2))
		r = size_parse(s, &s, &rule->size_min);
	if (!r && !*s)
		rule->size_max = rule->size_min;
	else if (!r && !strncmp(s, "..", 2) && s[2])
		r = size_parse(s + 2, NULL, &rule->size_max);
	else if (!r && strcmp(s, ".."))
		r = -EINVAL;
	if (r || rule->size_min > rule->size_max)
		return bad(p, key->name, value,
			   "like 8G, 4G..16G, 4G.. or ..2T");
	return 0;
}

static int set_text(struct answer_parser *p, const struct answer_key *key,
		    const char *value, void *place)
{
	char **text = place;
	char *copy;

	if (!*value)
		return bad(p, key->name, value, "given a value");
	copy = mem_strdup(value);
	if (!copy)
		return err_nomem(p->err);
	mem_free(*text);
	*text = copy;
	return 0;
}

// Goes into a loader's configuration, where other characters have a meaning.
static int set_options(struct answer_parser *p, const struct answer_key *key,
		       const char *value, void *place)
{
	if (value[strspn(value, "abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				"0123456789 ._:=,/@+-")])
		return bad(p, key->name, value,
			   "words of letters, digits and ._:=,/@+-");
	return set_text(p, key, value, place);
}

static bool has_control(const char *s)
{
	while (*s && !iscntrl((unsigned char)*s))
		s++;
	return *s;
}

static int set_label(struct answer_parser *p, const struct answer_key *key,
		     const char *value, void *place)
{
	le16 *units;
	size_t n;
	int r = utf16_from_utf8(value, &units, &n);

	if (r == -ENOMEM)
		return err_nomem(p->err);
	if (!r)
		mem_free(units);
	if (r || n > 32 || has_control(value))
		return bad(p, key->name, value, "at most 32 letters");
	return set_text(p, key, value, place);
}

// Windows opens no file or folder whose name ends with a dot or a blank.
static bool has_bad_end(const char *path)
{
	size_t n = strlen(path);

	return strstr(path, ".\\") || strstr(path, " \\") ||
	       (n && strchr(". ", path[n - 1]));
}

static int set_vhd_path(struct answer_parser *p, const struct answer_key *key,
			const char *value, void *place)
{
	size_t n = strlen(value);

	if (value[0] != '\\' || strchr(value, '/') || strstr(value, "\\\\") ||
	    strstr(value, "\\.") || n < 6 || n > 200 || value[n - 1] == '\\' ||
	    strpbrk(value, ":*?\"<>|") || has_control(value) ||
	    has_bad_end(value))
		return bad(p, key->name, value,
			   "a path like \\vhd\\windows.vhd");
	return set_text(p, key, value, place);
}

static int set_bool(struct answer_parser *p, const struct answer_key *key,
		    const char *value, void *place)
{
	bool yes = !strcmp(value, "yes");

	if (!yes && strcmp(value, "no"))
		return bad(p, key->name, value, "yes or no");
	*(bool *)place = yes;
	return 0;
}

static int set_guid(struct answer_parser *p, const struct answer_key *key,
		    const char *value, void *place)
{
	if (guid_parse(value, place))
		return bad(p, key->name, value,
			   "a GUID, 8-4-4-4-12 hexadecimal digits");
	p->answer->has_seed = true;
	return 0;
}

static int set_timeout(struct answer_parser *p, const struct answer_key *key,
		       const char *value, void *place)
{
	uint32_t *timeout = place;
	char *end;
	unsigned long seconds = strtoul(value, &end, 10);

	if (!isdigit((unsigned char)*value) || *end || seconds > MAX_TIMEOUT)
		return bad(p, key->name, value, "a number of seconds");
	*timeout = (uint32_t)seconds;
	return 0;
}

// A word of the key's list becomes its number.
static int set_word(struct answer_parser *p, const struct answer_key *key,
		    const char *value, void *place)
{
	for (int i = 0; key->words[i]; i++) {
		if (!strcmp(value, key->words[i])) {
			*(int *)place = i;
			return 0;
		}
	}
	return bad(p, key->name, value, key->wanted);
}

static int set_bus(struct answer_parser *p, const struct answer_key *key,
		   const char *value, void *place)
{
	int unused;
	int r = set_word(p, key, value, &unused);

	return r ? r : set_text(p, key, value, place);
}

// "no" leaves it out, "yes" gives it our name. The text goes into a loader's
// configuration in single quotes.
static int set_environment(struct answer_parser *p,
			   const struct answer_key *key, const char *value,
			   void *place)
{
	char **text = place;

	if (!strcmp(value, "no")) {
		mem_free(*text);
		*text = NULL;
		return 0;
	}
	if (strchr(value, '\'') || has_control(value) ||
	    strlen(value) > MAX_TITLE)
		return bad(p, key->name, value,
			   "yes, no, or a title of at most 60 letters without "
			   "\"'\"");
	return set_text(p, key, strcmp(value, "yes") ? value : "Slipway",
			place);
}

static int set_title(struct answer_parser *p, const struct answer_key *key,
		     const char *value, void *place)
{
	if (has_control(value) || strlen(value) > MAX_DESCRIPTION)
		return bad(p, key->name, value,
			   "a line of at most 200 letters");
	return set_text(p, key, value, place);
}

static int set_locale(struct answer_parser *p, const struct answer_key *key,
		      const char *value, void *place)
{
	if (!bcdboot_is_locale(value))
		return bad(p, key->name, value, "a language such as en-US");
	return set_text(p, key, value, place);
}

static int set_default(struct answer_parser *p, const struct answer_key *key,
		       const char *value, void *place)
{
	p->answer->default_line = p->line;
	return set_text(p, key, value, place);
}

// As in build/keyboards, which says what they are.
#define KEYBOARDS                                                              \
	"bg br cz de de-ch dk dvorak ee es fi fr fr-be fr-ca fr-ch gr hr hu "  \
	"is it jp la-latin1 lt lv nl no pl pt ro rs ru se si sk tr ua uk us "  \
	"us-intl"

static bool is_word_of(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (; *list; list += strcspn(list, " "), list += *list == ' ')
		if (strcspn(list, " ") == n && !strncmp(list, word, n))
			return n;
	return false;
}

static int set_keyboard(struct answer_parser *p, const struct answer_key *key,
			const char *value, void *place)
{
	if (!is_word_of(KEYBOARDS, value))
		return err_bad_text(p->err, p->name, p->line,
				    "%s = %s: must be one of " KEYBOARDS,
				    key->name, value);
	return set_text(p, key, value, place);
}

#define AT(field)        offsetof(struct answer, field)
#define OF_SYSTEM(field) offsetof(struct answer_system, field)

static const char *const layouts[] = {"gpt", "mbr", NULL};
static const char *const formats[] = {"fat32", "ntfs", NULL};
static const char *const types[] = {"fixed", "dynamic", NULL};
static const char *const answers[] = {"no", "yes", NULL};
static const char *const compacts[] = {
	"no", "yes", "xpress4k", "xpress8k", "xpress16k", "lzx", NULL};
static const char *const systems[] = {"windows", "linux", NULL};
static const char *const actions[] = {"shell", "restart", "poweroff", NULL};
static const char *const buses[] = {"nvme",   "sata", "scsi", "usb",
				    "virtio", "mmc",  NULL};

const struct answer_key answer_keys[] = {
	{"disk", "size", set_range, AT(rule), NULL, NULL, false, false},
	{"disk", "serial", set_text, AT(rule.serial), NULL, NULL, false, false},
	{"disk", "model", set_text, AT(rule.model), NULL, NULL, false, false},
	{"disk", "bus", set_bus, AT(rule.bus), buses,
	 "nvme, sata, scsi, usb, virtio or mmc", false, false},
	{"disk", "path", set_text, AT(rule.path), NULL, NULL, false, false},
	{"disk", "wipe", set_bool, AT(wipe), NULL, NULL, false, false},
	{"disk", "again", set_bool, AT(again), NULL, NULL, false, false},
	{"disk", "layout", set_word, AT(layout), layouts, "gpt or mbr", false,
	 false},
	{"disk", "other-machine", set_bool, AT(other_machine), NULL, NULL,
	 false, false},
	{"disk", "efi-size", set_size, AT(system_size), NULL, NULL, false,
	 false},
	{"disk", "system-size", set_size, AT(system_size), NULL, NULL, false,
	 false},
	{"disk", "system-format", set_word, AT(system_format), formats,
	 "fat32 or ntfs", false, false},
	{"disk", "msr-size", set_size, AT(msr_size), NULL, NULL, false, false},
	{"disk", "label", set_label, AT(data_label), NULL, NULL, false, false},
	{"disk", "seed", set_guid, AT(seed), NULL, NULL, false, false},

	{"image", "file", set_text, AT(image_file), NULL, NULL, false, false},
	{"image", "index", set_text, AT(image), NULL, NULL, false, false},
	{"image", "verify", set_bool, AT(verify), NULL, NULL, false, false},
	{"image", "compact", set_word, AT(compact), compacts,
	 "no, yes, xpress4k, xpress8k, xpress16k or lzx", false, false},

	{"network", "username", set_text, AT(logon.user), NULL, NULL, false,
	 false},
	{"network", "domain", set_text, AT(logon.domain), NULL, NULL, false,
	 false},
	{"network", "password", set_text, AT(logon.password), NULL, NULL, false,
	 false},

	{"vhd", "path", set_vhd_path, OF_SYSTEM(path), NULL, NULL, true, true},
	{"vhd", "size", set_size, OF_SYSTEM(size), NULL, NULL, false, true},
	{"vhd", "type", set_word, OF_SYSTEM(type), types, "fixed or dynamic",
	 false, true},
	{"vhd", "parent", set_vhd_path, OF_SYSTEM(parent_path), NULL, NULL,
	 false, true},
	{"vhd", "label", set_label, OF_SYSTEM(label), NULL, NULL, false, true},
	{"vhd", "image", set_text, OF_SYSTEM(image_file), NULL, NULL, false,
	 true},
	{"vhd", "index", set_text, OF_SYSTEM(image), NULL, NULL, false, true},
	{"vhd", "description", set_title, OF_SYSTEM(description), NULL, NULL,
	 false, true},
	{"vhd", "menu", set_word, OF_SYSTEM(menu), answers, "yes or no", false,
	 true},

	{"partition", "size", set_size, OF_SYSTEM(size), NULL, NULL, false,
	 true},
	{"partition", "label", set_label, OF_SYSTEM(label), NULL, NULL, false,
	 true},
	{"partition", "image", set_text, OF_SYSTEM(image_file), NULL, NULL,
	 false, true},
	{"partition", "index", set_text, OF_SYSTEM(image), NULL, NULL, false,
	 true},
	{"partition", "description", set_title, OF_SYSTEM(description), NULL,
	 NULL, false, true},
	{"partition", "menu", set_word, OF_SYSTEM(menu), answers, "yes or no",
	 false, true},

	{"boot", "system", set_word, AT(system), systems, "windows or linux",
	 true, false},
	{"boot", "description", set_title, AT(description), NULL, NULL, false,
	 false},
	{"boot", "locale", set_locale, AT(locale), NULL, NULL, false, false},
	{"boot", "timeout", set_timeout, AT(timeout), NULL, NULL, false, false},
	{"boot", "default", set_default, AT(default_entry), NULL, NULL, false,
	 false},
	{"boot", "environment", set_environment, AT(environment), NULL, NULL,
	 false, false},
	{"boot", "options", set_options, AT(options), NULL, NULL, false, false},

	{"environment", "keyboard", set_keyboard, AT(keyboard), NULL, NULL,
	 false, false},

	{"finish", "action", set_word, AT(finish), actions,
	 "restart, poweroff or shell", false, false},
	{NULL, NULL, NULL, 0, NULL, NULL, false, false},
};

_Static_assert(sizeof(answer_keys) / sizeof(answer_keys[0]) <= ANSWER_MAX_KEYS,
	       "room for a line number each");
