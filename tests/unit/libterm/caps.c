// SPDX-License-Identifier: MIT
//
// What terminals can, by their names and the environment.

#include "term.h"
#include "test.h"

int main(void)
{
	static const struct {
		struct term_setting setting;
		bool is_utf8, has_colour, has_other_screen;
	} cases[] = {
		{{.term = "linux"}, true, true, false},
		{{.term = "linux", .lang = "C"}, false, true, false},
		{{.term = "linux", .lang = ""}, true, true, false},
		{{.term = "vt100"}, false, false, false},
		{{.term = "vt100", .lang = "de_DE.UTF-8"}, true, false, false},
		{{.term = "vt102"}, false, false, false},
		{{.term = "vt220"}, false, false, false},
		{{0}, false, false, false},
		{{.term = "dumb"}, false, false, false},
		{{.term = "xterm-256color", .lang = "en_US.utf8"},
		 true,
		 true,
		 true},
		{{.term = "xterm", .lang = "C"}, false, true, true},
		{{.term = "xterm", .lang = "C.UTF-8", .lc_all = "POSIX"},
		 false,
		 true,
		 true},
		{{.term = "xterm", .lang = "C", .lc_ctype = "C.UTF-8"},
		 true,
		 true,
		 true},
		{{.term = "screen.xterm-256color"}, false, true, true},
		{{.term = "tmux-256color", .lang = "C.UTF-8", .no_color = "1"},
		 true,
		 false,
		 true},
		{{.term = "linux", .no_color = ""}, true, true, false},
		{{.term = "linux", .charset = "ascii", .lang = "C.UTF-8"},
		 false,
		 true,
		 false},
		{{.term = "vt100", .charset = "UTF-8", .lang = "C"},
		 true,
		 false,
		 false},
		{{.term = "st-256color"}, false, true, true},
		{{.term = "stv52"}, false, false, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct term_caps caps = term_caps_find(&cases[i].setting);

		check_eq(caps.is_utf8, cases[i].is_utf8);
		check_eq(caps.has_colour, cases[i].has_colour);
		check_eq(caps.has_other_screen, cases[i].has_other_screen);
	}
	return 0;
}
