// SPDX-License-Identifier: MIT
//
// The answer file: an INI text against a table of its keys.

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "answer_priv.h"
#include "vdisk.h"

#define ANSWER_MAX_SIZE (1u << 20) // nobody writes a longer one by hand
#define MAX_TIMEOUT	999999u

struct parser {
	struct answer *answer;
	const char *name;
	uint64_t line;
	const char *section;
	uint64_t given[ANSWER_MAX_KEYS]; // line on which a key was given, or 0
	struct err *err;
};

static int bad(struct parser *p, const char *key, const char *value,
	       const char *wanted)
{
	return err_bad_text(p->err, p->name, p->line, "%s = %s: must be %s",
			    key, value, wanted);
}

static int set_size(struct parser *p, const struct answer_key *key,
		    const char *value, void *place)
{
	uint64_t *size = place;

	if (size_parse(value, NULL, size) || !*size)
		return bad(p, key->name, value,
			   "a size: digits, then K, M, G or T");
	return 0;
}

static int set_range(struct parser *p, const struct answer_key *key,
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

static int set_text(struct parser *p, const struct answer_key *key,
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
static int set_options(struct parser *p, const struct answer_key *key,
		       const char *value, void *place)
{
	if (value[strspn(value, "abcdefghijklmnopqrstuvwxyz"
				"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				"0123456789 ._:=,/@+-")])
		return bad(p, key->name, value,
			   "words of letters, digits and ._:=,/@+-");
	return set_text(p, key, value, place);
}

static int set_label(struct parser *p, const struct answer_key *key,
		     const char *value, void *place)
{
	le16 *units;
	size_t n;
	int r = utf16_from_utf8(value, &units, &n);

	if (r == -ENOMEM)
		return err_nomem(p->err);
	if (!r)
		mem_free(units);
	if (r || n > 32)
		return bad(p, key->name, value, "at most 32 letters");
	return set_text(p, key, value, place);
}

static bool has_control(const char *s)
{
	while (*s && !iscntrl((unsigned char)*s))
		s++;
	return *s;
}

static int set_vhd_path(struct parser *p, const struct answer_key *key,
			const char *value, void *place)
{
	size_t n = strlen(value);

	if (value[0] != '\\' || strchr(value, '/') || strstr(value, "\\\\") ||
	    strstr(value, "\\.") || n < 6 || n > 200 ||
	    value[n - 1] == '\\' || strpbrk(value, ":*?\"<>|") ||
	    has_control(value))
		return bad(p, key->name, value,
			   "a path like \\vhd\\windows.vhd");
	return set_text(p, key, value, place);
}

static int set_bool(struct parser *p, const struct answer_key *key,
		    const char *value, void *place)
{
	bool yes = !strcmp(value, "yes");

	if (!yes && strcmp(value, "no"))
		return bad(p, key->name, value, "yes or no");
	*(bool *)place = yes;
	return 0;
}

static int set_guid(struct parser *p, const struct answer_key *key,
		    const char *value, void *place)
{
	if (guid_parse(value, place))
		return bad(p, key->name, value,
			   "a GUID, 8-4-4-4-12 hexadecimal digits");
	p->answer->has_seed = true;
	return 0;
}

static int set_timeout(struct parser *p, const struct answer_key *key,
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
static int set_word(struct parser *p, const struct answer_key *key,
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

static int set_bus(struct parser *p, const struct answer_key *key,
		   const char *value, void *place)
{
	int unused;
	int r = set_word(p, key, value, &unused);

	return r ? r : set_text(p, key, value, place);
}

// A word that is checked and then says nothing more, as there is one choice.
static int set_only(struct parser *p, const struct answer_key *key,
		    const char *value, void *place)
{
	int unused;

	return set_word(p, key, value, &unused);
}

#define AT(field) offsetof(struct answer, field)

static const char *const layouts[] = {"gpt", NULL};
static const char *const types[] = {"fixed", NULL};
static const char *const systems[] = {"windows", "linux", NULL};
static const char *const actions[] = {"shell", "restart", "poweroff", NULL};
static const char *const buses[] = {"nvme",   "sata", "scsi", "usb",
				    "virtio", "mmc",  NULL};

static const struct answer_key keys[] = {
    {"disk", "size", set_range, AT(rule), NULL, NULL, false},
    {"disk", "serial", set_text, AT(rule.serial), NULL, NULL, false},
    {"disk", "model", set_text, AT(rule.model), NULL, NULL, false},
    {"disk", "bus", set_bus, AT(rule.bus), buses,
     "nvme, sata, scsi, usb, virtio or mmc", false},
    {"disk", "path", set_text, AT(rule.path), NULL, NULL, false},
    {"disk", "wipe", set_bool, AT(wipe), NULL, NULL, false},
    {"disk", "layout", set_only, 0, layouts, "gpt", false},
    {"disk", "efi-size", set_size, AT(efi_size), NULL, NULL, false},
    {"disk", "msr-size", set_size, AT(msr_size), NULL, NULL, false},
    {"disk", "label", set_label, AT(data_label), NULL, NULL, false},
    {"disk", "seed", set_guid, AT(seed), NULL, NULL, false},
    {"image", "file", set_text, AT(image_file), NULL, NULL, true},
    {"image", "index", set_text, AT(image), NULL, NULL, false},
    {"vhd", "path", set_vhd_path, AT(vhd_path), NULL, NULL, true},
    {"vhd", "size", set_size, AT(vhd_size), NULL, NULL, true},
    {"vhd", "type", set_only, 0, types, "fixed", false},
    {"vhd", "label", set_label, AT(vhd_label), NULL, NULL, false},
    {"boot", "system", set_word, AT(system), systems, "windows or linux", true},
    {"boot", "description", set_text, AT(description), NULL, NULL, false},
    {"boot", "locale", set_text, AT(locale), NULL, NULL, false},
    {"boot", "timeout", set_timeout, AT(timeout), NULL, NULL, false},
    {"boot", "options", set_options, AT(options), NULL, NULL, false},
    {"finish", "action", set_word, AT(finish), actions,
     "restart, poweroff or shell", false},
};

#define KEYS (sizeof(keys) / sizeof(keys[0]))
_Static_assert(KEYS <= ANSWER_MAX_KEYS, "room for a line number each");

static int set_key(struct parser *p, const char *name, const char *value)
{
	for (size_t i = 0; i < KEYS; i++) {
		const struct answer_key *key = &keys[i];

		if (strcmp(key->section, p->section) || strcmp(key->name, name))
			continue;
		if (p->given[i])
			return err_bad_text(p->err, p->name, p->line,
					    "%s is given on line %llu already",
					    name,
					    (unsigned long long)p->given[i]);
		p->given[i] = p->line;
		return key->set(p, key, value, (char *)p->answer + key->offset);
	}
	return err_bad_text(p->err, p->name, p->line,
			    "there is no key \"%s\" in [%s]", name, p->section);
}

static int enter_section(struct parser *p, const char *name)
{
	for (size_t i = 0; i < KEYS; i++) {
		if (!strcmp(keys[i].section, name)) {
			p->section = keys[i].section;
			return 0;
		}
	}
	return err_bad_text(p->err, p->name, p->line,
			    "there is no section [%s]", name);
}

// Cuts blanks off both ends, in place. Returns the first letter.
static char *trim(char *s)
{
	char *end = s + strlen(s);

	while (end > s && isspace((unsigned char)end[-1]))
		end--;
	*end = 0;
	while (isspace((unsigned char)*s))
		s++;
	return s;
}

static int parse_line(struct parser *p, char *line)
{
	char *equals;

	line = trim(line);
	if (!*line || *line == ';' || *line == '#')
		return 0;
	if (*line == '[') {
		size_t n = strlen(line);

		if (line[n - 1] != ']')
			return err_bad_text(p->err, p->name, p->line,
					    "the section's \"]\" is missing");
		line[n - 1] = 0;
		return enter_section(p, trim(line + 1));
	}
	equals = strchr(line, '=');
	if (!equals)
		return err_bad_text(p->err, p->name, p->line,
				    "neither \"[section]\" nor \"key = "
				    "value\"");
	if (!p->section)
		return err_bad_text(p->err, p->name, p->line,
				    "a key before the first section");
	*equals = 0;
	return set_key(p, trim(line), trim(equals + 1));
}

static int parse_lines(struct parser *p, char *text, size_t size)
{
	char *line = text;

	if (memchr(text, 0, size))
		return err_bad_text(p->err, p->name, 1,
				    "not a text file: it holds NUL characters");
	if (size >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) // a mark of UTF-8
		line += 3;
	while (line) {
		char *end = strchr(line, '\n');
		int r;

		if (end)
			*end = 0;
		p->line++;
		r = parse_line(p, line);
		if (r)
			return r;
		line = end ? end + 1 : NULL;
	}
	return 0;
}

// A partition consists of whole sectors, of 4096 bytes on some disks.
static int check_partitions(struct parser *p)
{
	if (p->answer->efi_size % 4096 || p->answer->msr_size % 4096)
		return err_bad_text(p->err, p->name, ERR_NOWHERE,
				    "[disk] efi-size and msr-size must be "
				    "multiples of 4K");
	return 0;
}

static int check_vhd(struct parser *p)
{
	const struct answer *a = p->answer;
	const char *why = NULL;

	if (a->vhd_size % 512)
		why = "size is not a multiple of 512 bytes";
	else if (a->vhd_size > VDISK_MAX_VHD_SIZE)
		why = "size is over 2040 GiB, the most that a VHD can have";
	// It goes into a loader's configuration, in single quotes.
	else if (a->system == BOOT_LINUX && strchr(a->vhd_path, '\''))
		why = "path holds a \"'\", which system = linux cannot have";
	return why ? err_bad_text(p->err, p->name, ERR_NOWHERE, "[vhd] %s", why)
		   : 0;
}

static int check_required(struct parser *p)
{
	const struct disk_rule *rule = &p->answer->rule;
	int r;

	for (size_t i = 0; i < KEYS; i++)
		if (keys[i].required && !p->given[i])
			return err_bad_text(p->err, p->name, ERR_NOWHERE,
					    "[%s] needs \"%s\"",
					    keys[i].section, keys[i].name);
	if (!rule->serial && !rule->model && !rule->bus && !rule->path &&
	    !rule->size_min && rule->size_max == UINT64_MAX)
		p->answer->has_rule = false;
	else
		p->answer->has_rule = true;
	r = check_partitions(p);
	return r ? r : check_vhd(p);
}

// A relative image path counts from the answer file's folder.
static int join_image(struct parser *p)
{
	const char *slash = strrchr(p->name, '/');
	size_t folder = slash ? (size_t)(slash - p->name) + 1 : 0;
	char *file = p->answer->image_file, *joined;

	for (char *c = file; *c; c++)
		if (*c == '\\')
			*c = '/';
	if (file[0] == '/' || !folder)
		return 0;
	joined = mem_alloc(folder + strlen(file) + 1);
	if (!joined)
		return err_nomem(p->err);
	memcpy(joined, p->name, folder);
	strcpy(joined + folder, file);
	mem_free(file);
	p->answer->image_file = joined;
	return 0;
}

static int set_defaults(struct answer *a, const char *name)
{
	a->rule.size_max = UINT64_MAX;
	a->efi_size = UINT64_C(260) << 20; // the least that 4Kn disks take
	a->msr_size = UINT64_C(16) << 20;
	a->timeout = 30;
	a->name = mem_strdup(name);
	a->data_label = mem_strdup("Data");
	a->vhd_label = mem_strdup("Windows");
	a->image = mem_strdup("1");
	a->locale = mem_strdup("en-US");
	return a->name && a->data_label && a->vhd_label && a->image && a->locale
		   ? 0
		   : -ENOMEM;
}

int answer_parse(const char *text, size_t size, const char *name,
		 struct answer **ret, struct err *err)
{
	struct parser p = {.name = name, .err = err};
	char *copy;
	int r;

	if (size > ANSWER_MAX_SIZE)
		return err_set(err, -EFBIG, name, ERR_NOWHERE,
			       "an answer file is at most 1 MiB long");
	copy = mem_alloc(size + 1);
	p.answer = mem_alloc(sizeof(*p.answer));
	if (!copy || !p.answer || set_defaults(p.answer, name)) {
		r = err_nomem(err);
	} else {
		memcpy(copy, text, size);
		r = parse_lines(&p, copy, size);
		if (!r)
			r = check_required(&p);
		if (!r)
			r = join_image(&p);
	}
	mem_free(copy);
	if (r) {
		answer_free(p.answer);
		return r;
	}
	*ret = p.answer;
	return 0;
}

int answer_read(const char *path, struct answer **ret, struct err *err)
{
	struct disk *file;
	char *text;
	int r = disk_open_file(path, DISK_READ_ONLY, &file, err);

	if (r)
		return r;
	if (file->size > ANSWER_MAX_SIZE) {
		disk_close(file);
		return err_set(err, -EFBIG, path, ERR_NOWHERE,
			       "an answer file is at most 1 MiB long");
	}
	text = mem_alloc((size_t)file->size);
	r = text ? disk_read(file, 0, text, (size_t)file->size, err)
		 : err_nomem(err);
	if (!r)
		r = answer_parse(text, (size_t)file->size, path, ret, err);
	mem_free(text);
	disk_close(file);
	return r;
}

void answer_free(struct answer *a)
{
	if (!a)
		return;
	mem_free(a->name);
	mem_free(a->rule.serial);
	mem_free(a->rule.model);
	mem_free(a->rule.bus);
	mem_free(a->rule.path);
	mem_free(a->data_label);
	mem_free(a->image_file);
	mem_free(a->image);
	mem_free(a->vhd_path);
	mem_free(a->vhd_label);
	mem_free(a->description);
	mem_free(a->locale);
	mem_free(a->options);
	mem_free(a);
}
