// SPDX-License-Identifier: MIT
//
// The answer file: an INI text against the table of its keys.

#include <ctype.h>
#include <string.h>

#include "address.h"
#include "answer_priv.h"

#define ANSWER_MAX_SIZE (1u << 20) // nobody writes a longer one by hand

uint64_t answer_given(const struct answer_parser *p, const char *section,
		      const char *name)
{
	for (size_t i = 0; answer_keys[i].name; i++)
		if (!strcmp(answer_keys[i].section, section) &&
		    !strcmp(answer_keys[i].name, name))
			return p->given[i];
	return 0;
}

static int set_key(struct answer_parser *p, const char *name, const char *value)
{
	for (size_t i = 0; answer_keys[i].name; i++) {
		const struct answer_key *key = &answer_keys[i];
		char *base = key->of_system ? (char *)p->system
					    : (char *)p->answer;

		if (strcmp(key->section, p->section) || strcmp(key->name, name))
			continue;
		// Of two the wrong one might count.
		if (p->given[i])
			return err_bad_text(p->err, p->name, p->line,
					    "%s is given on line %llu already",
					    name,
					    (unsigned long long)p->given[i]);
		p->given[i] = p->line;
		return key->set(p, key, value, base + key->offset);
	}
	// Mostly a key that is misspelt: ignored, the disk would be made
	// otherwise than was asked.
	return err_bad_text(p->err, p->name, p->line,
			    "there is no key \"%s\" in [%s]", name, p->section);
}

// Ends the section of a system, whose keys may then be given for another.
static int leave_section(struct answer_parser *p)
{
	int r = p->system ? answer_check_system(p) : 0;

	p->system = NULL;
	for (size_t i = 0; answer_keys[i].name; i++)
		if (answer_keys[i].of_system)
			p->given[i] = 0;
	return r;
}

static int begin_system(struct answer_parser *p)
{
	struct answer *a = p->answer;

	if (a->system_count == ANSWER_MAX_SYSTEMS)
		return err_bad_text(p->err, p->name, p->line,
				    "there are more than %u systems",
				    ANSWER_MAX_SYSTEMS);
	p->system = mem_alloc(sizeof(*p->system));
	if (!p->system)
		return err_nomem(p->err);
	a->systems[a->system_count++] = p->system;
	p->system->line = p->line;
	p->system->on_partition = !strcmp(p->section, "partition");
	p->system->menu = ANSWER_MENU_AUTO;
	return 0;
}

static int enter_section(struct answer_parser *p, const char *name)
{
	int r = leave_section(p);

	if (r)
		return r;
	for (size_t i = 0; answer_keys[i].name; i++) {
		if (strcmp(answer_keys[i].section, name))
			continue;
		p->section = answer_keys[i].section;
		return answer_keys[i].of_system ? begin_system(p) : 0;
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

// Cuts off a comment: ";" behind a blank, from the second letter on. A "#"
// there may be one as well, or belong to the value ("Windows #2"): nobody
// guesses.
static int cut_comment(struct answer_parser *p, char *s)
{
	for (size_t i = 1; *s && s[i]; i++) {
		if (!isspace((unsigned char)s[i - 1]))
			continue;
		if (s[i] == '#')
			return err_bad_text(
				p->err, p->name, p->line,
				"\"#\" behind a blank: put the value "
				"in double quotes, or begin the "
				"comment with \";\"");
		if (s[i] == ';') {
			s[i] = 0;
			break;
		}
	}
	return 0;
}

static bool is_comment(const char *s)
{
	return !*s || *s == ';' || *s == '#';
}

// Finds the value in what follows the "=": what is between quotes is taken as
// it is, else a comment and blanks at both ends are cut off.
static int parse_value(struct answer_parser *p, char *s, char **ret)
{
	char *start = s, *end;

	while (isspace((unsigned char)*start))
		start++;
	if (*start != '"') {
		int r = cut_comment(p, s);

		*ret = trim(s);
		return r;
	}
	end = strchr(start + 1, '"');
	if (!end)
		return err_bad_text(p->err, p->name, p->line,
				    "the value's closing quote is missing");
	if (!is_comment(trim(end + 1)))
		return err_bad_text(p->err, p->name, p->line,
				    "behind the value's closing quote only a "
				    "comment can stand");
	*end = 0;
	*ret = start + 1;
	return 0;
}

static int parse_section(struct answer_parser *p, char *line)
{
	char *end = strchr(line, ']');

	if (!end)
		return err_bad_text(p->err, p->name, p->line,
				    "the section's \"]\" is missing");
	if (!is_comment(trim(end + 1)))
		return err_bad_text(p->err, p->name, p->line,
				    "behind the section's \"]\" only a comment "
				    "can stand");
	*end = 0;
	return enter_section(p, trim(line + 1));
}

static int parse_line(struct answer_parser *p, char *line)
{
	char *equals, *value = NULL;
	int r;

	line = trim(line);
	if (is_comment(line))
		return 0;
	if (*line == '[')
		return parse_section(p, line);
	equals = strchr(line, '=');
	if (!equals)
		return err_bad_text(p->err, p->name, p->line,
				    "neither \"[section]\" nor \"key = "
				    "value\"");
	if (!p->section)
		return err_bad_text(p->err, p->name, p->line,
				    "a key before the first section");
	*equals = 0;
	r = parse_value(p, equals + 1, &value);
	return r ? r : set_key(p, trim(line), value);
}

static int parse_lines(struct answer_parser *p, char *text)
{
	char *line = text;

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
	return leave_section(p);
}

static int set_defaults(struct answer *a, const char *name)
{
	a->rule.size_max = UINT64_MAX;
	a->timeout = 30;
	a->name = mem_strdup(name);
	a->data_label = mem_strdup("Data");
	a->locale = mem_strdup("en-US");
	a->systems = mem_array(ANSWER_MAX_SYSTEMS, sizeof(*a->systems));
	return a->name && a->data_label && a->locale && a->systems ? 0
								   : -ENOMEM;
}

int answer_parse(const char *text, size_t size, const char *name,
		 enum answer_start start, struct answer **ret, struct err *err)
{
	struct answer_parser p = {.name = name, .start = start, .err = err};
	char *utf8 = NULL;
	int r;

	if (size > ANSWER_MAX_SIZE)
		return err_set(err, -EFBIG, name, ERR_NOWHERE,
			       "an answer file is at most 1 MiB long");
	r = answer_text(text, size, name, &utf8, err);
	if (r)
		return r;
	p.answer = mem_alloc(sizeof(*p.answer));
	if (!p.answer || set_defaults(p.answer, name))
		r = err_nomem(err);
	if (!r)
		// Of the bytes as they came: a disk is known again by it
		// (deployed.c).
		sha1_digest(text, size, p.answer->sha1);
	if (!r)
		r = parse_lines(&p, utf8);
	if (!r)
		r = answer_check_all(&p);
	mem_free(utf8);
	if (r) {
		answer_free(p.answer);
		return r;
	}
	*ret = p.answer;
	return 0;
}

int answer_read(const char *path, const char *origin, enum answer_start start,
		struct answer **ret, struct err *err)
{
	bool is_url = origin && net_is_name(origin);
	struct disk *file;
	void *text;
	int r = address_open_file(path, NULL, &file, err);

	if (r)
		return r;
	if (file->size > ANSWER_MAX_SIZE) {
		disk_close(file);
		return err_set(err, -EFBIG, path, ERR_NOWHERE,
			       "an answer file is at most 1 MiB long");
	}
	r = disk_read_all(file, &text, err);
	if (!r) {
		r = answer_parse(text, (size_t)file->size,
				 is_url ? origin : path, start, ret, err);
		mem_free(text);
	}
	disk_close(file);
	return r;
}

static void system_free(struct answer_system *s)
{
	mem_free(s->path);
	mem_free(s->parent_path);
	mem_free(s->label);
	mem_free(s->image_file);
	mem_free(s->image);
	mem_free(s->description);
	mem_free(s);
}

void answer_free(struct answer *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < a->system_count; i++)
		system_free(a->systems[i]);
	mem_free(a->systems);
	mem_free(a->name);
	mem_free(a->rule.serial);
	mem_free(a->rule.model);
	mem_free(a->rule.bus);
	mem_free(a->rule.path);
	mem_free(a->data_label);
	mem_free(a->image_file);
	mem_free(a->image);
	mem_free((void *)(uintptr_t)a->logon.user);
	mem_free((void *)(uintptr_t)a->logon.domain);
	mem_free((void *)(uintptr_t)a->logon.password);
	mem_free(a->description);
	mem_free(a->locale);
	mem_free(a->default_entry);
	mem_free(a->environment);
	mem_free(a->options);
	mem_free(a->keyboard);
	mem_free(a);
}
