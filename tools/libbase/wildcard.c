// SPDX-License-Identifier: MIT
//
// Patterns of file names with * and ?, as programs of Windows match them: what
// FindFirstFile makes of a pattern ("Wildcards in Windows", J. Kuhne, Microsoft
// 2017), and what the file system then does with it (FsRtlIsNameInExpression in
// Microsoft's driver documentation). The rules keep patterns of 8.3 names
// alive:
// *.* is every name, *. one without a dot, and ? may stand for nothing where a
// name's part ends.

#include <string.h>

#include "base.h"

enum kind {
	ONE_UNIT, // itself, without regard to case
	ANY,      // *: whatever follows
	DOS_STAR, // * before a dot: whatever follows but for the name's last
		  // dot
	DOS_MARK, // ?: a unit that is no dot; nothing at a dot and at the end
	DOS_DOT,  // a dot before * or ?: a dot, or nothing at the end
};

struct part {
	enum kind kind;
	uint16_t unit;
};

// More parts than a name has units match no name.
#define MAX_PARTS 512u

struct matching {
	struct part parts[MAX_PARTS];
	size_t count;
	// Which parts may come next: [count] is that none is left.
	bool now[MAX_PARTS + 1], next[MAX_PARTS + 1];
};

static bool is_mark(const le16 *pattern, size_t n, size_t i)
{
	return i < n &&
	       (get_le16(pattern[i]) == '*' || get_le16(pattern[i]) == '?');
}

static struct part read_part(const le16 *pattern, size_t n, size_t i)
{
	uint16_t unit = get_le16(pattern[i]);

	switch (unit) {
	case '*':
		return (struct part){
			i + 1 < n && get_le16(pattern[i + 1]) == '.' ? DOS_STAR
								     : ANY,
			0};
	case '?':
		return (struct part){DOS_MARK, 0};
	case '.':
		if (is_mark(pattern, n, i + 1))
			return (struct part){DOS_DOT, 0};
		break;
	}
	return (struct part){ONE_UNIT, utf16_upcase(unit)};
}

// Returns false for a pattern that is too long to match anything.
static bool read_pattern(const le16 *pattern, size_t n, struct matching *m)
{
	m->count = 0;
	if (n == 3 && get_le16(pattern[0]) == '*' &&
	    get_le16(pattern[1]) == '.' && get_le16(pattern[2]) == '*')
		n = 1;
	if (n > MAX_PARTS)
		return false;
	for (size_t i = 0; i < n; i++)
		m->parts[m->count++] = read_part(pattern, n, i);
	// No name ends in a dot: one at the end of a pattern only shapes the *.
	if (n && get_le16(pattern[n - 1]) == '.')
		m->count--;
	return true;
}

// Adds what may come next when parts are passed over that need no unit.
// `at_dot` and `at_end`: where the name is.
static void pass_over(const struct matching *m, bool *parts, bool at_dot,
		      bool at_end)
{
	for (size_t i = 0; i < m->count; i++) {
		enum kind kind = m->parts[i].kind;
		bool may = kind == ANY || kind == DOS_STAR ||
			   (kind == DOS_MARK && (at_dot || at_end)) ||
			   (kind == DOS_DOT && at_end);

		if (parts[i] && may)
			parts[i + 1] = true;
	}
}

static void take_unit(struct matching *m, uint16_t unit, bool is_last_dot)
{
	memset(m->next, 0, sizeof(m->next));
	for (size_t i = 0; i < m->count; i++) {
		if (!m->now[i])
			continue;
		switch (m->parts[i].kind) {
		case ONE_UNIT:
			m->next[i + 1] |= m->parts[i].unit ==
					  utf16_upcase(unit);
			break;
		case ANY:
			m->next[i] = true;
			break;
		case DOS_STAR:
			m->next[i] |= !is_last_dot;
			break;
		case DOS_MARK:
			m->next[i + 1] |= unit != '.';
			break;
		case DOS_DOT:
			m->next[i + 1] |= unit == '.';
			break;
		}
	}
	memcpy(m->now, m->next, sizeof(m->now));
}

bool wildcard_is_pattern(const char *text)
{
	return strpbrk(text, "*?");
}

bool wildcard_match(const le16 *pattern, size_t pattern_n, const le16 *name,
		    size_t name_n)
{
	struct matching m = {0};
	size_t last_dot = name_n;

	if (!read_pattern(pattern, pattern_n, &m))
		return false;
	for (size_t i = 0; i < name_n; i++)
		if (get_le16(name[i]) == '.')
			last_dot = i;
	m.now[0] = true;
	for (size_t i = 0; i < name_n; i++) {
		uint16_t unit = get_le16(name[i]);

		pass_over(&m, m.now, unit == '.', false);
		take_unit(&m, unit, i == last_dot);
	}
	pass_over(&m, m.now, false, true);
	return name_n && m.now[m.count];
}
