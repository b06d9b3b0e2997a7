// SPDX-License-Identifier: MIT
//
// Keys as terminals send them.

#include "term.h"
#include "test.h"

#define F(n) (TERM_KEY_F1 + (n) - 1)

static const struct {
	const char *bytes;
	enum term_key_code code;
	uint32_t character;
	unsigned modifiers;
} cases[] = {
	{"a", TERM_KEY_CHARACTER, 'a', 0},
	{"é", TERM_KEY_CHARACTER, 0xe9, 0},
	{"\r", TERM_KEY_ENTER, 0, 0},
	{"\n", TERM_KEY_ENTER, 0, 0},
	{"\t", TERM_KEY_TAB, 0, 0},
	{"\b", TERM_KEY_BACKSPACE, 0, 0},
	{"\177", TERM_KEY_BACKSPACE, 0, 0},
	{"\003", TERM_KEY_CHARACTER, 'c', TERM_CTRL},
	{"\x1f", TERM_KEY_CHARACTER, '_', TERM_CTRL},
	{"\033", TERM_KEY_ESCAPE, 0, 0},
	{"\033a", TERM_KEY_CHARACTER, 'a', TERM_ALT},
	{"\033é", TERM_KEY_CHARACTER, 0xe9, TERM_ALT},
	{"\033\r", TERM_KEY_ENTER, 0, TERM_ALT},
	{"\033[", TERM_KEY_CHARACTER, '[', TERM_ALT},
	{"\033O", TERM_KEY_CHARACTER, 'O', TERM_ALT},
	// VT100: both modes of the arrows, PF1 to PF4, the keypad
	{"\033[A", TERM_KEY_UP, 0, 0},
	{"\033OB", TERM_KEY_DOWN, 0, 0},
	{"\033[C", TERM_KEY_RIGHT, 0, 0},
	{"\033OD", TERM_KEY_LEFT, 0, 0},
	{"\033OP", F(1), 0, 0},
	{"\033OS", F(4), 0, 0},
	{"\033OM", TERM_KEY_ENTER, 0, 0},
	{"\033Op", TERM_KEY_CHARACTER, '0', 0},
	{"\033Oy", TERM_KEY_CHARACTER, '9', 0},
	{"\033Om", TERM_KEY_CHARACTER, '-', 0},
	// VT220
	{"\033[1~", TERM_KEY_HOME, 0, 0},
	{"\033[2~", TERM_KEY_INSERT, 0, 0},
	{"\033[3~", TERM_KEY_DELETE, 0, 0},
	{"\033[4~", TERM_KEY_END, 0, 0},
	{"\033[5~", TERM_KEY_PAGE_UP, 0, 0},
	{"\033[6~", TERM_KEY_PAGE_DOWN, 0, 0},
	{"\033[17~", F(6), 0, 0},
	{"\033[24~", F(12), 0, 0},
	{"\033[34~", F(20), 0, 0},
	{"\x9b"
	 "A",
	 TERM_KEY_UP, 0, 0},
	{"\x8f"
	 "P",
	 F(1), 0, 0},
	// the Linux console
	{"\033[[A", F(1), 0, 0},
	{"\033[[E", F(5), 0, 0},
	// xterm, screen, tmux
	{"\033[H", TERM_KEY_HOME, 0, 0},
	{"\033OF", TERM_KEY_END, 0, 0},
	{"\033[1;5C", TERM_KEY_RIGHT, 0, TERM_CTRL},
	{"\033[1;2A", TERM_KEY_UP, 0, TERM_SHIFT},
	{"\033[3;3~", TERM_KEY_DELETE, 0, TERM_ALT},
	{"\033[1;6P", F(1), 0, TERM_SHIFT | TERM_CTRL},
	{"\033[1;5R", F(3), 0, TERM_CTRL},
	{"\033O5Q", F(2), 0, TERM_CTRL},
	{"\033[Z", TERM_KEY_TAB, 0, TERM_SHIFT},
	{"\033[97;5u", TERM_KEY_CHARACTER, 'a', TERM_CTRL},
	{"\033[27;5u", TERM_KEY_ESCAPE, 0, TERM_CTRL},
	{"\033[200~", TERM_KEY_PASTE, 0, 0},
	{"\033[201~", TERM_KEY_PASTE_END, 0, 0},
	// rxvt
	{"\033[7~", TERM_KEY_HOME, 0, 0},
	{"\033[8~", TERM_KEY_END, 0, 0},
	{"\033[11~", F(1), 0, 0},
	{"\033[a", TERM_KEY_UP, 0, TERM_SHIFT},
	{"\033Oa", TERM_KEY_UP, 0, TERM_CTRL},
	{"\033[3$", TERM_KEY_DELETE, 0, TERM_SHIFT},
	{"\033[3^", TERM_KEY_DELETE, 0, TERM_CTRL},
	{"\033[3@", TERM_KEY_DELETE, 0, TERM_SHIFT | TERM_CTRL},
	{"\033\033[A", TERM_KEY_UP, 0, TERM_ALT},
	// answers, and what is no key
	{"\033[24;80R", TERM_KEY_PLACE, 0, 0},
	{"\033[?1;2c", TERM_KEY_NONE, 0, 0},
	{"\033[I", TERM_KEY_NONE, 0, 0},
	{"\033[999999999999~", TERM_KEY_NONE, 0, 0},
	{"\033[99~", TERM_KEY_NONE, 0, 0},
	{"\xff", TERM_KEY_NONE, 0, 0},
	{"\xe2\x94", TERM_KEY_NONE, 0, 0},
	{"\033[1;", TERM_KEY_NONE, 0, 0},
};

static void test_cases(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const uint8_t *bytes = (const void *)cases[i].bytes;
		size_t n = strlen(cases[i].bytes), len;
		struct term_key key = {0};

		len = term_key_decode(bytes, n, true, &key);
		if (key.code != cases[i].code || !len)
			fprintf(stderr, "case %zu\n", i);
		check_eq(key.code, cases[i].code);
		check_eq(key.character, cases[i].character);
		check_eq(key.modifiers, cases[i].modifiers);
		if (key.code != TERM_KEY_NONE)
			check_eq(len, n);
		// no beginning of it is another key while more may come
		for (size_t part = 1; part < n; part++) {
			key.code = TERM_KEY_RESIZE;
			len = term_key_decode(bytes, part, false, &key);
			check(!len || key.code == TERM_KEY_NONE);
			check((key.code == TERM_KEY_RESIZE) == !len);
		}
	}
}

// What one key leaves is the next one's.
static void test_sequence(void)
{
	static const char text[] = "\033\033a\033[Ab\033[\rc";
	static const enum term_key_code codes[] = {
		TERM_KEY_ESCAPE,    TERM_KEY_CHARACTER, TERM_KEY_UP,
		TERM_KEY_CHARACTER, TERM_KEY_NONE,      TERM_KEY_ENTER,
		TERM_KEY_CHARACTER};
	size_t at = 0, n = strlen(text);

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		struct term_key key = {0};
		size_t len = term_key_decode((const uint8_t *)text + at, n - at,
					     false, &key);

		check(len);
		check_eq(key.code, codes[i]);
		at += len;
	}
	check_eq(at, n);
}

static void test_place(void)
{
	struct term_key key;

	check(term_key_decode((const uint8_t *)"\033[50;132R", 9, false, &key));
	check_eq(key.row, 50);
	check_eq(key.column, 132);
}

// A sequence without end is cut.
static void test_long(void)
{
	uint8_t bytes[200];
	struct term_key key;

	memset(bytes, '1', sizeof(bytes));
	memcpy(bytes, "\033[", 2);
	check_eq(term_key_decode(bytes, 20, false, &key), 0);
	check_eq(term_key_decode(bytes, sizeof(bytes), false, &key),
		 TERM_MAX_KEY);
	check_eq(key.code, TERM_KEY_NONE);
}

int main(void)
{
	test_cases();
	test_sequence();
	test_place();
	test_long();
	return 0;
}
