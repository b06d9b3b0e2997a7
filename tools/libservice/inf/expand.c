// SPDX-License-Identifier: MIT
//
// What %tokens% of an INF file stand for ("INF Strings Section" of Microsoft's driver
// documentation). Texts of [Strings] are not looked at for tokens themselves, so
// none can go on without end.

#include <stdio.h>
#include <string.h>

#include "inf.h"

// The primary language of an LCID, without its country.
#define PRIMARY_LANGUAGE 0x3ff

static const char *find_in(const struct inf *inf, const char *section,
			   const char *token)
{
	const struct inf_line *line =
		inf_find_line(inf_find(inf, section), token);

	return line ? inf_field(line, 0) : NULL;
}

static const char *find_token(const struct inf *inf, uint16_t language,
			      const char *token)
{
	const unsigned languages[] = {language, language & PRIMARY_LANGUAGE};
	char section[sizeof("Strings.0000")];
	const char *text = NULL;

	for (size_t i = 0; !text && i < 2; i++) {
		snprintf(section, sizeof(section), "Strings.%04x",
			 languages[i] & 0xffff);
		text = find_in(inf, section, token);
	}
	return text ? text : find_in(inf, "Strings", token);
}

// A text that grows, up to INF_MAX_EXPAND.
struct growing {
	char *text;
	size_t len, capacity;
};

static int put(struct growing *g, const char *text, size_t n, struct err *err)
{
	if (n > INF_MAX_EXPAND - g->len)
		return err_set(err, -EFBIG, "INF file", ERR_NOWHERE,
			       "a text with what its tokens stand for is "
			       "larger than 64 KiB");
	while (g->len + n >= g->capacity) {
		size_t capacity = g->capacity ? g->capacity * 2 : 128;
		char *bigger = mem_resize(g->text, capacity, 1);

		if (!bigger)
			return err_nomem(err);
		g->text = bigger;
		g->capacity = capacity;
	}
	memcpy(g->text + g->len, text, n);
	g->len += n;
	g->text[g->len] = 0;
	return 0;
}

// Puts what the token from p to `end` stands for, or it as it is.
static int put_token(struct growing *g, const struct inf *inf,
		     uint16_t language, const char *p, const char *end,
		     struct err *err)
{
	size_t n = (size_t)(end - p);
	char token[INF_MAX_NAME + 1];
	const char *text = NULL;

	if (!n)
		return put(g, "%", 1, err);
	if (n < sizeof(token)) {
		memcpy(token, p, n);
		token[n] = 0;
		text = find_token(inf, language, token);
	}
	return text ? put(g, text, strlen(text), err)
		    : put(g, p - 1, n + 2, err);
}

int inf_expand(const struct inf *inf, uint16_t language, const char *text,
	       char **ret, struct err *err)
{
	struct growing g = {NULL, 0, 0};
	int r = put(&g, "", 0, err);

	while (!r && *text) {
		size_t n = strcspn(text, "%");
		const char *end;

		r = put(&g, text, n, err);
		text += n;
		if (r || !*text)
			break;
		end = strchr(text + 1, '%');
		if (!end)
			end = text + strlen(text);
		r = *end ? put_token(&g, inf, language, text + 1, end, err)
			 : put(&g, text, (size_t)(end - text), err);
		text = *end ? end + 1 : end;
	}
	if (r) {
		mem_free(g.text);
		return r;
	}
	*ret = g.text;
	return 0;
}
