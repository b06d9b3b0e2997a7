// SPDX-License-Identifier: MIT
//
// Which devices of an INF file are for one Windows: [Manufacturer] and what it
// leads to ("INF Manufacturer Section", "Combining Platform Extensions with
// Operating System Versions" of Microsoft's driver documentation).

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "inf.h"

// Windows knows builds in decorations from this one on.
#define FIRST_BUILD_AWARE 14310

// A decoration: NT[arch][.major[.minor[.product[.suites[.build]]]]].
struct decoration {
	bool has_arch, has_version;
	enum inf_arch arch;
	unsigned numbers[5]; // 0: not given
};

enum { MAJOR, MINOR, PRODUCT, SUITES, BUILD };

// Reads the numbers behind the architecture; any may be empty.
static bool read_numbers(const char *p, struct decoration *d)
{
	for (size_t i = 0; *p; i++) {
		char *end = NULL;

		if (*p++ != '.' || i == 5)
			return false;
		if (*p == '.' || !*p)
			continue;
		if (*p < '0' || *p > '9')
			return false;
		d->numbers[i] = (unsigned)strtoul(p, &end, 0);
		d->has_version |= i <= MINOR;
		p = end;
	}
	return true;
}

static bool read_decoration(const char *text, struct decoration *ret)
{
	size_t n;
	char arch[8];

	*ret = (struct decoration){0};
	if (!*text)
		return true;
	if (strncasecmp(text, "NT", 2))
		return false;
	text += 2;
	n = strcspn(text, ".");
	if (n >= sizeof(arch))
		return false;
	memcpy(arch, text, n);
	arch[n] = 0;
	ret->has_arch = n;
	// IA-64 is one that nothing is for any more.
	if (n && !inf_arch_find(arch, &ret->arch)) {
		ret->arch = INF_ARCHES;
		if (strcasecmp(arch, "ia64"))
			return false;
	}
	return read_numbers(text + n, ret);
}

static bool fits(const struct decoration *d, const struct inf_target *t)
{
	const unsigned *n = d->numbers;

	if (d->has_arch ? d->arch != t->arch : t->arch != INF_X86)
		return false;
	if (n[BUILD] && t->build < FIRST_BUILD_AWARE)
		return false;
	if (d->has_version && (n[MAJOR] > t->major ||
			       (n[MAJOR] == t->major && n[MINOR] > t->minor)))
		return false;
	if (n[BUILD] && n[MAJOR] == t->major && n[MINOR] == t->minor &&
	    n[BUILD] > t->build)
		return false;
	return (!n[PRODUCT] || n[PRODUCT] == t->product) &&
	       (n[SUITES] & t->suites) == n[SUITES];
}

// Tells whether a is closer than b, of two that fit.
static bool is_closer(const struct decoration *a, const struct decoration *b)
{
	static const unsigned order[] = {MAJOR, MINOR, BUILD, PRODUCT, SUITES};

	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
		unsigned x = a->numbers[order[i]], y = b->numbers[order[i]];

		if (x != y)
			return x > y;
	}
	return a->has_arch && !b->has_arch;
}

// --- One line of [Manufacturer] ----------------------------------------------

// Writes the name of the section that the line leads to for the target, or "".
static int choose(const struct inf_line *line, const struct inf_target *target,
		  char name[INF_MAX_NAME + 1], struct err *err)
{
	const char *base = inf_field(line, 0), *best = NULL;
	struct decoration of_best, d;

	// Without a decoration it is for x86.
	if (read_decoration("", &d) && fits(&d, target)) {
		best = "";
		of_best = d;
	}
	for (size_t i = 1; i < line->count; i++) {
		if (!read_decoration(line->fields[i], &d))
			return err_bad_text(err, "INF file", line->line,
					    "%s is no kind of Windows",
					    line->fields[i]);
		if (fits(&d, target) && (!best || is_closer(&d, &of_best))) {
			best = line->fields[i];
			of_best = d;
		}
	}
	*name = 0;
	if (best && (size_t)snprintf(name, INF_MAX_NAME + 1, "%s%s%s", base,
				     *best ? "." : "", best) > INF_MAX_NAME)
		return err_bad_text(err, "INF file", line->line,
				    "the name %s.%s is too long", base, best);
	return 0;
}

struct walk {
	const struct inf *inf;
	uint16_t language;
	inf_model_fn *fn;
	void *ctx;
};

static int give_model(const struct walk *w, const struct inf_line *line,
		      struct inf_model *model, struct err *err)
{
	const char *raw = line->key ? line->key : "";
	char *text;
	int r = inf_expand(w->inf, w->language, raw, &text, err);

	if (r)
		return r;
	model->raw_description = raw;
	model->description = text;
	model->install = inf_field(line, 0);
	model->ids = line->count ? line->fields + 1 : NULL;
	model->id_count = line->count ? line->count - 1 : 0;
	model->line = line->line;
	r = w->fn(w->ctx, model, err);
	mem_free(text);
	return r;
}

static int give_section(const struct walk *w, const struct inf_line *maker,
			const struct inf_section *models, struct err *err)
{
	// "%Maker% = Models", or "Maker" alone, whose section is called so.
	const char *raw = maker->key ? maker->key : inf_field(maker, 0);
	struct inf_model model = {.raw_manufacturer = raw, .models = models};
	char *text;
	int r = inf_expand(w->inf, w->language, raw, &text, err);

	if (r)
		return r;
	model.manufacturer = text;
	for (size_t i = 0; !r && i < models->count; i++)
		r = give_model(w, &models->lines[i], &model, err);
	mem_free(text);
	return r;
}

int inf_models(const struct inf *inf, uint16_t language,
	       const struct inf_target *target, inf_model_fn *fn, void *ctx,
	       struct err *err)
{
	const struct inf_section *makers = inf_find(inf, "Manufacturer");
	const struct walk w = {inf, language, fn, ctx};
	char name[INF_MAX_NAME + 1];
	int r = 0;

	for (size_t i = 0; !r && makers && i < makers->count; i++) {
		const struct inf_section *models;

		r = choose(&makers->lines[i], target, name, err);
		models = r || !*name ? NULL : inf_find(inf, name);
		if (models)
			r = give_section(&w, &makers->lines[i], models, err);
	}
	return r;
}

const struct inf_section *inf_find_install(const struct inf *inf,
					   const char *name, enum inf_arch arch)
{
	char full[INF_MAX_NAME + sizeof(".NTamd64")];
	const struct inf_section *section;

	if (strlen(name) > INF_MAX_NAME)
		return NULL;
	snprintf(full, sizeof(full), "%s.NT%s", name, inf_arch_name(arch));
	section = inf_find(inf, full);
	if (!section) {
		snprintf(full, sizeof(full), "%s.NT", name);
		section = inf_find(inf, full);
	}
	return section ? section : inf_find(inf, name);
}
