// SPDX-License-Identifier: MIT
//
// The text of an INF file taken apart: "General Syntax Rules for INF Files" of
// Microsoft's driver documentation.

#include <string.h>
#include <strings.h>

#include "inf.h"

struct parser {
	struct inf *inf;
	struct inf_section *section;
	const char *p; // what is to be read
	char *out;     // where the next text goes, in inf->text
	unsigned line;
	char *joined; // one line with what it goes on with
	size_t lines; // of all sections
	struct err *err;
};

static int bad(const struct parser *s, const char *why)
{
	return err_bad_text(s->err, "INF file", s->line, "%s", why);
}

static int too_many(const struct parser *s, const char *what)
{
	return err_set(s->err, -EFBIG, "INF file", ERR_NOWHERE,
		       "it has too many %s", what);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\v' || c == '\f';
}

// --- Sections ----------------------------------------------------------------

static uint32_t hash_name(const char *name)
{
	uint32_t h = 2166136261u;

	for (; *name; name++) {
		char c = *name;

		if (c >= 'A' && c <= 'Z')
			c = (char)(c + ('a' - 'A'));
		h = (h ^ (uint8_t)c) * 16777619u;
	}
	return h;
}

// Finds the slot of a name: its section's, or the free one where it belongs.
static uint32_t *find_slot(const struct inf *inf, const char *name)
{
	size_t i = hash_name(name) & (inf->slot_count - 1);

	while (inf->slots[i] &&
	       strcasecmp(inf->sections[inf->slots[i] - 1].name, name))
		i = (i + 1) & (inf->slot_count - 1);
	return &inf->slots[i];
}

const struct inf_section *inf_find(const struct inf *inf, const char *name)
{
	uint32_t slot = *find_slot(inf, name);

	return slot ? &inf->sections[slot - 1] : NULL;
}

// Twice as many slots, so that at least half of them are free.
static int grow_slots(struct inf *inf)
{
	size_t count = inf->slot_count ? inf->slot_count * 2 : 64;
	uint32_t *slots = mem_array(count, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	mem_free(inf->slots);
	inf->slots = slots;
	inf->slot_count = count;
	for (size_t i = 0; i < inf->count; i++)
		*find_slot(inf, inf->sections[i].name) = (uint32_t)i + 1;
	return 0;
}

static int begin_section(struct parser *s, const char *name)
{
	struct inf *inf = s->inf;
	uint32_t *slot;

	if (inf->count * 2 >= inf->slot_count && grow_slots(inf))
		return err_nomem(s->err);
	slot = find_slot(inf, name);
	if (!*slot) {
		if (inf->count == INF_MAX_SECTIONS)
			return too_many(s, "sections");
		if (mem_grow((void **)&inf->sections, inf->count,
			     &inf->capacity, sizeof(*inf->sections)))
			return err_nomem(s->err);
		inf->sections[inf->count++] =
			(struct inf_section){.name = name, .line = s->line};
		*slot = (uint32_t)inf->count;
	}
	s->section = &inf->sections[*slot - 1];
	return 0;
}

// --- One line ----------------------------------------------------------------

// Where a text in quotes, or a %token%, that begins at p ends: behind its last
// character. NULL: it is neither.
static const char *skip_whole(const char *p)
{
	const char *end;

	if (*p == '%') {
		end = strchr(p + 1, '%');
		return end ? end + 1 : NULL;
	}
	if (*p != '"')
		return NULL;
	for (p++; *p; p++)
		if (*p == '"' && *++p != '"')
			return p;
	return p;
}

// Where the first of `stops` outside of quotes and tokens is, or the end.
static const char *find_outside(const char *p, const char *stops)
{
	while (*p && !strchr(stops, *p)) {
		const char *end = skip_whole(p);

		p = end ? end : p + 1;
	}
	return p;
}

static bool is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

// Puts the text from p to `end` to the others, without blanks around it and without
// its quotes. Returns where it lies.
static const char *put_text(struct parser *s, const char *p, const char *end)
{
	char *start = s->out;
	bool is_quoted = false;

	while (p < end && is_blank(*p))
		p++;
	while (end > p && is_blank(end[-1]))
		end--;
	for (; p < end; p++) {
		if (*p != '"')
			*s->out++ = is_control(*p) ? ' ' : *p;
		else if (is_quoted && p + 1 < end && p[1] == '"')
			*s->out++ = *p++;
		else
			is_quoted = !is_quoted;
	}
	*s->out++ = 0;
	return start;
}

static int take_section(struct parser *s, const char *p)
{
	const char *end = find_outside(p, "]"), *name;

	if (!*end)
		return bad(s, "\"]\" is missing behind a section's name");
	name = put_text(s, p, end);
	if (!*name)
		return bad(s, "a section has no name");
	if (strlen(name) > INF_MAX_NAME)
		return bad(s, "a section's name is longer than 255 characters");
	return begin_section(s, name);
}

static int take_fields(struct parser *s, const char *p, struct inf_line *line)
{
	struct inf *inf = s->inf;

	line->first = inf->field_count;
	for (;; p++) {
		const char *end = find_outside(p, ",");

		if (inf->field_count == INF_MAX_FIELDS)
			return too_many(s, "fields");
		if (mem_grow((void **)&inf->fields, inf->field_count,
			     &inf->field_capacity, sizeof(*inf->fields)))
			return err_nomem(s->err);
		inf->fields[inf->field_count++] = put_text(s, p, end);
		p = end;
		if (!*p)
			break;
	}
	while (inf->field_count > line->first &&
	       !*inf->fields[inf->field_count - 1])
		inf->field_count--;
	line->count = inf->field_count - line->first;
	return 0;
}

static int take_line(struct parser *s, const char *p)
{
	struct inf_line line = {.line = s->line};
	struct inf_section *section = s->section;
	const char *equal = find_outside(p, "=,");
	int r;

	if (!section)
		return bad(s, "there is text before the first section");
	if (s->lines++ == INF_MAX_FIELDS)
		return too_many(s, "lines");
	if (*equal == '=') {
		line.key = put_text(s, p, equal);
		p = equal + 1;
	}
	r = take_fields(s, p, &line);
	if (r)
		return r;
	if (mem_grow((void **)&section->lines, section->count,
		     &section->capacity, sizeof(*section->lines)))
		return err_nomem(s->err);
	section->lines[section->count++] = line;
	return 0;
}

// --- Lines -------------------------------------------------------------------

// Tells whether a line ends in a "\\" that is no part of a text in quotes.
static bool ends_open(const char *line, size_t len)
{
	const char *p = line, *last = line + len - 1;

	if (!len || *last != '\\')
		return false;
	while (p < last) {
		const char *end = skip_whole(p);

		p = end ? end : p + 1;
	}
	return p == last;
}

// Takes the next line of the file into s->joined + len, without its comment and the
// blanks at its ends. Returns the length with it, over INF_MAX_LINE when it has no
// room; *goes_on: there is more of it in the line behind.
static size_t join(struct parser *s, size_t len, bool *goes_on)
{
	size_t n = strcspn(s->p, "\r\n"), blanks = strspn(s->p, " \t\v\f");
	char *line = s->joined + len;

	if (blanks > n)
		blanks = n;
	if (n - blanks > INF_MAX_LINE - len)
		return INF_MAX_LINE + 1;
	memcpy(line, s->p + blanks, n - blanks);
	line[n - blanks] = 0;
	s->p += n;
	s->p += *s->p == '\r';
	s->p += *s->p == '\n';
	n = (size_t)(find_outside(line, ";") - line);
	while (n && is_blank(line[n - 1]))
		n--;
	*goes_on = ends_open(line, n);
	n -= *goes_on;
	line[n] = 0;
	return len + n;
}

static int take_all(struct parser *s)
{
	unsigned next = 1;
	int r = 0;

	while (!r && *s->p) {
		bool goes_on = true;
		size_t len = 0;

		s->line = next;
		for (; goes_on && *s->p && len <= INF_MAX_LINE; next++)
			len = join(s, len, &goes_on);
		if (len > INF_MAX_LINE)
			r = bad(s, "the line is longer than 64 KiB");
		else if (*s->joined == '[')
			r = take_section(s, s->joined + 1);
		else if (*s->joined)
			r = take_line(s, s->joined);
	}
	return r;
}

// The array of fields has stopped moving.
static void set_fields(struct inf *inf)
{
	for (size_t i = 0; i < inf->count; i++)
		for (size_t k = 0; k < inf->sections[i].count; k++) {
			struct inf_line *line = &inf->sections[i].lines[k];

			line->fields = inf->fields + line->first;
		}
}

static int parse(struct inf *inf, const char *text, size_t size,
		 struct err *err)
{
	struct parser s = {.inf = inf, .p = text, .err = err};
	int r;

	// Each name and field has a NUL, for which the "]", "=", "," or end of
	// the line that it ends at makes room; the last line may have no end.
	inf->text = mem_alloc(size + 2);
	s.out = inf->text;
	s.joined = mem_alloc(INF_MAX_LINE + 1);
	r = inf->text && s.joined && !grow_slots(inf) ? take_all(&s)
						      : err_nomem(err);
	mem_free(s.joined);
	set_fields(inf);
	return r;
}

// Old editors end a text with Ctrl+Z. Cuts it off, and returns the length.
static size_t end_at_mark(char *text)
{
	size_t len = strcspn(text, "\x1a");

	text[len] = 0;
	return len;
}

int inf_read(const void *data, size_t size, struct inf **ret, struct err *err)
{
	struct inf *inf;
	char *text;
	int r;

	if (size > INF_MAX_SIZE)
		return err_set(err, -EFBIG, "INF file", ERR_NOWHERE,
			       "it is larger than 16 MiB");
	text = text_to_utf8(data, size);
	inf = mem_alloc(sizeof(*inf));
	if (!text || !inf)
		r = err_nomem(err);
	else
		r = parse(inf, text, end_at_mark(text), err);
	mem_free(text);
	if (r) {
		inf_free(inf);
		return r;
	}
	*ret = inf;
	return 0;
}

void inf_free(struct inf *inf)
{
	if (!inf)
		return;
	for (size_t i = 0; i < inf->count; i++)
		mem_free(inf->sections[i].lines);
	mem_free(inf->sections);
	mem_free(inf->slots);
	mem_free(inf->fields);
	mem_free(inf->text);
	mem_free(inf);
}

const struct inf_line *inf_find_line(const struct inf_section *section,
				     const char *key)
{
	for (size_t i = 0; section && i < section->count; i++) {
		const char *has = section->lines[i].key;

		if (has && !strcasecmp(has, key))
			return &section->lines[i];
	}
	return NULL;
}

const char *inf_field(const struct inf_line *line, size_t number)
{
	return line && number < line->count ? line->fields[number] : "";
}
