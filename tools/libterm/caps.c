// SPDX-License-Identifier: MIT
//
// What a terminal can, by its name and the environment's settings: those of POSIX
// for the locale, and NO_COLOR (no-color.org).

#include <string.h>
#include <strings.h>

#include "term.h"

// By how their names begin.
static const struct kind {
	const char *name;
	bool has_colour, has_other_screen, is_utf8;
} kinds[] = {
	{"linux", true, false, true},  {"xterm", true, true, false},
	{"screen", true, true, false}, {"tmux", true, true, false},
	{"rxvt", true, true, false},   {"vte", true, true, false},
	{"gnome", true, true, false},  {"konsole", true, true, false},
	{"putty", true, true, false},  {"alacritty", true, true, false},
	{"kitty", true, true, false},  {"foot", true, true, false},
	{"st", true, true, false},     {"cygwin", true, false, false},
	{"ansi", true, false, false},
};

// VT100, VT102, VT220, and all that is not known: the least.
static const struct kind least = {"", false, false, false};

static const struct kind *kind_of(const char *term)
{
	for (size_t i = 0; term && i < sizeof(kinds) / sizeof(*kinds); i++) {
		size_t len = strlen(kinds[i].name);

		// a name ends, or has a variant behind it: "st", not "stv52"
		if (!strncmp(term, kinds[i].name, len) &&
		    (!term[len] || strchr("-.+", term[len])))
			return &kinds[i];
	}
	return &least;
}

static bool is_set(const char *s)
{
	return s && *s;
}

// The name of a locale or character set that is UTF-8's.
static bool names_utf8(const char *s)
{
	return strcasestr(s, "utf-8") || strcasestr(s, "utf8");
}

struct term_caps term_caps_find(const struct term_setting *s)
{
	const struct kind *kind = kind_of(s->term);
	const char *const by_rank[] = {s->charset, s->lc_all, s->lc_ctype,
				       s->lang};
	struct term_caps caps = {
		.is_utf8 = kind->is_utf8,
		.has_colour = kind->has_colour && !is_set(s->no_color),
		.has_other_screen = kind->has_other_screen,
	};

	for (size_t i = 0; i < sizeof(by_rank) / sizeof(*by_rank); i++) {
		if (is_set(by_rank[i])) {
			caps.is_utf8 = names_utf8(by_rank[i]);
			break;
		}
	}
	return caps;
}
