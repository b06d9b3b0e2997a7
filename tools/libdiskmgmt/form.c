// SPDX-License-Identifier: MIT
//
// Questions: texts that are typed, choices that are gone through.

#include <stdio.h>
#include <string.h>

#include "diskmgmt_priv.h"

static struct field *add(struct form *f, const char *label)
{
	size_t at = f->count < MAX_FIELDS ? f->count++ : MAX_FIELDS - 1;
	struct field *field = &f->fields[at];

	*field = (struct field){.label = label};
	return field;
}

struct field *diskmgmt_add_text(struct form *f, const char *label,
				const char *text)
{
	struct field *field = add(f, label);

	snprintf(field->text, sizeof(field->text), "%s", text);
	return field;
}

struct field *diskmgmt_add_number(struct form *f, const char *label)
{
	struct field *field = add(f, label);

	field->is_number = true;
	return field;
}

struct field *diskmgmt_add_choice(struct form *f, const char *label)
{
	return add(f, label);
}

void diskmgmt_add_option(struct field *field, const char *name)
{
	if (field->choice_count < MAX_CHOICES)
		field->choices[field->choice_count++] = name;
}

static const char *value_of(const struct field *field)
{
	return field->choice_count ? field->choices[field->choice]
				   : field->text;
}

const char *diskmgmt_value(const struct form *f, const char *label)
{
	for (size_t i = 0; i < f->count; i++)
		if (!strcmp(f->fields[i].label, label))
			return value_of(&f->fields[i]);
	return "";
}

// Takes the last character.
static void shorten(char *text)
{
	size_t len = strlen(text);

	while (len && (text[len - 1] & 0xc0) == 0x80)
		len--;
	text[len ? len - 1 : 0] = 0;
}

// A double quote ends a value in a script, so that none can hold it.
static bool may_hold(uint32_t c, bool is_number)
{
	if (is_number)
		return c >= '0' && c <= '9';
	return term_width(c) >= 0 && c != '"';
}

bool diskmgmt_edit(char *text, size_t size, bool is_number,
		   const struct term_key *key)
{
	size_t len = strlen(text), more;
	char one[5];

	if (key->code == TERM_KEY_BACKSPACE) {
		shorten(text);
		return true;
	}
	if (key->code != TERM_KEY_CHARACTER)
		return false;
	if (key->modifiers & TERM_CTRL) {
		if (key->character == 'u')
			text[0] = 0;
		return true;
	}
	more = term_utf8_put(key->character, one);
	// the longest number is that of the bytes of any disk
	if (may_hold(key->character, is_number) &&
	    len + more < (is_number ? 20 : size))
		memcpy(text + len, one, more + 1);
	return true;
}

static void go(struct form *f, bool is_back)
{
	f->at = (f->at + (is_back ? f->count - 1 : 1)) % f->count;
}

static void choose(struct field *field, bool is_back)
{
	size_t n = field->choice_count;

	field->choice = (field->choice + (is_back ? n - 1 : 1)) % n;
}

// A letter goes to the next choice that begins with it.
static void choose_letter(struct field *field, uint32_t c)
{
	size_t n = field->choice_count;

	for (size_t i = 1; i <= n; i++) {
		size_t at = (field->choice + i) % n;
		const char *name = field->choices[at];

		if (((unsigned char)name[0] | 0x20) == (c | 0x20)) {
			field->choice = at;
			return;
		}
	}
}

static bool press_choice(struct field *field, const struct term_key *key)
{
	if (key->code == TERM_KEY_LEFT || key->code == TERM_KEY_RIGHT)
		choose(field, key->code == TERM_KEY_LEFT);
	else if (key->code == TERM_KEY_CHARACTER && key->character == ' ')
		choose(field, false);
	else if (key->code == TERM_KEY_CHARACTER && !key->is_pasted)
		choose_letter(field, key->character);
	else
		return false;
	return true;
}

bool diskmgmt_form_press(struct form *f, const struct term_key *key)
{
	struct field *field = &f->fields[f->at];

	switch (key->code) {
	case TERM_KEY_UP:
		go(f, true);
		return true;
	case TERM_KEY_DOWN:
		go(f, false);
		return true;
	case TERM_KEY_TAB:
		go(f, key->modifiers & TERM_SHIFT);
		return true;
	default:
		break;
	}
	if (field->choice_count)
		return press_choice(field, key);
	return diskmgmt_edit(field->text, sizeof(field->text), field->is_number,
			     key);
}

// Of a text that is longer than its room the end is seen.
static const char *tail(const char *text, unsigned room)
{
	while (term_text_width(text) > room) {
		text++;
		while ((*text & 0xc0) == 0x80)
			text++;
	}
	return text;
}

enum { LABEL = 14 };

static void draw_field(const struct field *field, bool is_at,
		       struct term_screen *s, unsigned row, unsigned column,
		       unsigned columns)
{
	static const struct term_style under = {.attributes = TERM_UNDERLINE};
	unsigned room = columns > LABEL + 4 ? columns - LABEL - 4 : 1;
	unsigned most = field->is_number ? 12 : 32;
	unsigned at = column + 2 + LABEL, width = room < most ? room : most;
	char text[FIELD_TEXT + 8];

	term_put(s, row, column, 2, TERM_PLAIN, is_at ? "► " : "  ");
	term_put_padded(s, row, column + 2, LABEL, TERM_PLAIN, field->label);
	if (field->choice_count) {
		snprintf(text, sizeof(text), "◄ %s ►", value_of(field));
		at += term_put(s, row, at, room, TERM_PLAIN, text);
	} else {
		const char *end = tail(field->text, width - 1);

		term_put_padded(s, row, at, width, under, end);
		if (is_at) {
			s->has_cursor = true;
			s->cursor_row = row;
			s->cursor_column = at + (unsigned)term_text_width(end);
		}
		at += width;
	}
	if (field->hint && at + 2 < column + columns)
		term_put(s, row, at + 1, column + columns - at - 1, TERM_PLAIN,
			 field->hint);
}

void diskmgmt_draw_form(const struct form *f, struct term_screen *s,
			unsigned row, unsigned column, unsigned columns)
{
	for (size_t i = 0; i < f->count; i++)
		draw_field(&f->fields[i], i == f->at, s, row + (unsigned)i,
			   column, columns);
}
