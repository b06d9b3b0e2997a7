// SPDX-License-Identifier: MIT
//
// Keys from what terminals send: control characters and UTF-8, and sequences in
// the forms of ECMA-48, section 5.4, with what xterm ("XTerm Control Sequences"),
// DEC's VT220, the Linux console (console_codes(4)) and rxvt mean by them. No
// sequence means two different keys but one, see place_or_f3.

#include <string.h>

#include "term.h"

enum {
	ESC = 0x1b,
	DELETE = 0x7f,
	C1_SS3 = 0x8f, // of terminals that send eight bits
	C1_CSI = 0x9b,
	MAX_PARAMS = 3,
	MAX_PARAM = 0x10ffff, // larger numbers mean nothing
};

static size_t take(struct term_key *key, enum term_key_code code, size_t n)
{
	key->code = code;
	return n;
}

static size_t take_character(struct term_key *key, uint32_t c, size_t n)
{
	key->character = c;
	return take(key, TERM_KEY_CHARACTER, n);
}

// What a byte below a blank, or DEL, is.
static void set_control(struct term_key *key, uint8_t c)
{
	switch (c) {
	case '\r':
	case '\n':
		key->code = TERM_KEY_ENTER;
		return;
	case '\t':
		key->code = TERM_KEY_TAB;
		return;
	case '\b':
	case DELETE:
		key->code = TERM_KEY_BACKSPACE;
		return;
	}
	key->code = TERM_KEY_CHARACTER;
	key->modifiers |= TERM_CTRL;
	key->character = c ? (c | 0x40u) : ' ';
	if (key->character >= 'A' && key->character <= 'Z')
		key->character |= 0x20;
}

static size_t decode_plain(const uint8_t *b, size_t n, bool is_end,
			   struct term_key *key)
{
	uint32_t c = 0xfffd;
	size_t len;

	if (b[0] < ' ' || b[0] == DELETE) {
		set_control(key, b[0]);
		return 1;
	}
	len = term_utf8_decode(b, n, &c);
	if (!len && !is_end)
		return 0;
	len = len ? len : 1;
	if (c == 0xfffd && len == 1)
		return take(key, TERM_KEY_NONE, 1);
	return take_character(key, c, len);
}

// --- Sequences ---------------------------------------------------------------

// The final letters that mean a key, after CSI and SS3 alike.
static enum term_key_code of_letter(uint8_t c)
{
	switch (c) {
	case 'A':
		return TERM_KEY_UP;
	case 'B':
		return TERM_KEY_DOWN;
	case 'C':
		return TERM_KEY_RIGHT;
	case 'D':
		return TERM_KEY_LEFT;
	case 'F':
		return TERM_KEY_END;
	case 'H':
		return TERM_KEY_HOME;
	case 'M':
		return TERM_KEY_ENTER;
	}
	return c >= 'P' && c <= 'S' ? TERM_KEY_F1 + (c - 'P') : TERM_KEY_NONE;
}

// The numbers before '~': those of the VT220, and rxvt's.
static enum term_key_code of_number(uint32_t n)
{
	static const uint8_t keys[35] = {
		[1] = TERM_KEY_HOME,    [2] = TERM_KEY_INSERT,
		[3] = TERM_KEY_DELETE,  [4] = TERM_KEY_END,
		[5] = TERM_KEY_PAGE_UP, [6] = TERM_KEY_PAGE_DOWN,
		[7] = TERM_KEY_HOME,    [8] = TERM_KEY_END,
		[11] = TERM_KEY_F1,     [12] = TERM_KEY_F2,
		[13] = TERM_KEY_F3,     [14] = TERM_KEY_F4,
		[15] = TERM_KEY_F5,     [17] = TERM_KEY_F6,
		[18] = TERM_KEY_F7,     [19] = TERM_KEY_F8,
		[20] = TERM_KEY_F9,     [21] = TERM_KEY_F10,
		[23] = TERM_KEY_F11,    [24] = TERM_KEY_F12,
		[25] = TERM_KEY_F13,    [26] = TERM_KEY_F14,
		[28] = TERM_KEY_F15,    [29] = TERM_KEY_F16,
		[31] = TERM_KEY_F17,    [32] = TERM_KEY_F18,
		[33] = TERM_KEY_F19,    [34] = TERM_KEY_F20,
	};

	if (n == 200)
		return TERM_KEY_PASTE;
	if (n == 201)
		return TERM_KEY_PASTE_END;
	return n < sizeof(keys) ? keys[n] : TERM_KEY_NONE;
}

// xterm's second parameter: one more than the sum of 1, 2 and 4.
static unsigned modifiers_of(uint32_t n)
{
	return n >= 2 && n <= 8 ? n - 1 : 0;
}

// Both "here is the cursor" and F3 with a modifier end in R; the place is asked
// for where it is not in the first row.
static void place_or_f3(struct term_key *key, const uint32_t *params)
{
	if (params[0] == 1 && modifiers_of(params[1])) {
		key->code = TERM_KEY_F3;
		return;
	}
	key->code = TERM_KEY_PLACE;
	key->modifiers = 0;
	key->row = params[0];
	key->column = params[1];
}

// A key's character and its modifiers ("CSI u").
static void set_character(struct term_key *key, uint32_t c)
{
	if (c == ESC) {
		key->code = TERM_KEY_ESCAPE;
	} else if (c < ' ' || c == DELETE) {
		set_control(key, (uint8_t)c);
	} else if (c < 0xd800 || c >= 0xe000) {
		key->code = TERM_KEY_CHARACTER;
		key->character = c;
	}
}

// rxvt's own: a letter for Shift or Ctrl at the end of what others end with '~'.
static unsigned rxvt_modifier(uint8_t c)
{
	switch (c) {
	case '$':
		return TERM_SHIFT;
	case '^':
		return TERM_CTRL;
	case '@':
		return TERM_SHIFT | TERM_CTRL;
	}
	return 0;
}

static void set_sequence(struct term_key *key, const uint32_t *params,
			 size_t count, uint8_t final)
{
	key->modifiers |= modifiers_of(params[1]);
	if (final == '~' || rxvt_modifier(final)) {
		key->code = of_number(params[0]);
		key->modifiers |= rxvt_modifier(final);
	} else if (final == 'Z') {
		key->code = TERM_KEY_TAB;
		key->modifiers |= TERM_SHIFT;
	} else if (final == 'u' && count) {
		set_character(key, params[0]);
	} else if (final == 'R' && count == 2) {
		place_or_f3(key, params);
	} else if (final >= 'a' && final <= 'd') {
		key->code = of_letter(final & 0xdf);
		key->modifiers |= TERM_SHIFT;
	} else if (final != 'M') { // CSI M is a mouse's
		key->code = of_letter(final);
	}
}

// Reads "12;5" and what ends it; *ret_known: it can be a key's. Returns false when
// the end is not there.
static bool read_params(const uint8_t *b, size_t n, uint32_t params[MAX_PARAMS],
			size_t *ret_count, size_t *ret_len, bool *ret_known)
{
	bool is_open = false, is_known = true;
	size_t i, count = 0;

	for (i = 0; i < n && b[i] >= ' ' && b[i] < '@' && b[i] != '$'; i++) {
		bool is_digit = b[i] >= '0' && b[i] <= '9';

		if (!is_digit && b[i] != ';') {
			is_known = false;
			continue;
		}
		if (!is_open && count < MAX_PARAMS)
			count++;
		is_open = is_digit;
		if (is_digit && params[count - 1] <= MAX_PARAM)
			params[count - 1] = params[count - 1] * 10 +
					    (b[i] - '0');
	}
	if (i == n)
		return false;
	// a control is not of a sequence: something was lost
	*ret_known = is_known && b[i] >= ' ';
	*ret_len = b[i] >= ' ' ? i + 1 : i;
	*ret_count = count;
	return true;
}

// Behind CSI, which has `start` bytes.
static size_t decode_csi(const uint8_t *b, size_t n, size_t start, bool is_end,
			 struct term_key *key)
{
	uint32_t params[MAX_PARAMS] = {0};
	size_t count = 0, len;
	bool is_known;

	// the Linux console's F1 to F5
	if (n > start && b[start] == '[') {
		if (n == start + 1)
			return is_end ? take(key, TERM_KEY_NONE, n) : 0;
		if (b[start + 1] >= 'A' && b[start + 1] <= 'E')
			key->code = TERM_KEY_F1 + (b[start + 1] - 'A');
		return start + 2;
	}
	if (n > TERM_MAX_KEY)
		n = TERM_MAX_KEY;
	if (!read_params(b + start, n - start, params, &count, &len, &is_known))
		return is_end || n == TERM_MAX_KEY ? take(key, TERM_KEY_NONE, n)
						   : 0;
	if (is_known)
		set_sequence(key, params, count, b[start + len - 1]);
	return start + len;
}

// Behind SS3: a letter; older xterms put a modifier before it.
static size_t decode_ss3(const uint8_t *b, size_t n, size_t start, bool is_end,
			 struct term_key *key)
{
	size_t i = start;
	uint8_t c;

	if (i < n && b[i] >= '2' && b[i] <= '8')
		key->modifiers |= modifiers_of(b[i++] - '0');
	if (i == n)
		return is_end ? take(key, TERM_KEY_NONE, n) : 0;
	c = b[i];
	if (c < ' ')
		return take(key, TERM_KEY_NONE, i);
	if (c >= 'a' && c <= 'd') { // rxvt
		key->code = of_letter(c & 0xdf);
		key->modifiers |= TERM_CTRL;
	} else if (c >= 'j' && c <= 'y') { // the keypad: * + , - . / 0 ... 9
		take_character(key, c - 0x40u, 0);
	} else {
		key->code = of_letter(c);
	}
	return i + 1;
}

static size_t decode_escape(const uint8_t *b, size_t n, bool is_end,
			    struct term_key *key)
{
	size_t len;

	if (n == 1)
		return is_end ? take(key, TERM_KEY_ESCAPE, 1) : 0;
	if (b[1] == '[' && (n > 2 || !is_end))
		return n > 2 ? decode_csi(b, n, 2, is_end, key) : 0;
	if (b[1] == 'O' && (n > 2 || !is_end))
		return n > 2 ? decode_ss3(b, n, 2, is_end, key) : 0;
	// Alt with a key; Escape twice is Escape and what follows
	if (b[1] == ESC) {
		if (n == 2 && !is_end)
			return 0;
		if (n == 2 || (b[2] != '[' && b[2] != 'O'))
			return take(key, TERM_KEY_ESCAPE, 1);
		len = decode_escape(b + 1, n - 1, is_end, key);
	} else {
		len = decode_plain(b + 1, n - 1, is_end, key);
	}
	if (!len)
		return 0;
	key->modifiers |= TERM_ALT;
	return len + 1;
}

size_t term_key_decode(const uint8_t *bytes, size_t n, bool is_end,
		       struct term_key *ret)
{
	struct term_key key = {0};
	size_t len;

	if (!n)
		return 0;
	if (bytes[0] == ESC)
		len = decode_escape(bytes, n, is_end, &key);
	else if (bytes[0] == C1_CSI && n > 1)
		len = decode_csi(bytes, n, 1, is_end, &key);
	else if (bytes[0] == C1_SS3 && n > 1)
		len = decode_ss3(bytes, n, 1, is_end, &key);
	else if ((bytes[0] == C1_CSI || bytes[0] == C1_SS3) && !is_end)
		len = 0;
	else
		len = decode_plain(bytes, n, is_end, &key);
	if (len)
		*ret = key;
	return len;
}
