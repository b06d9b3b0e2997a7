// SPDX-License-Identifier: MIT

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "dism.h"
#include "records.h"

int dism_format_parse(const char *value, bool *is_table)
{
	*is_table = value && !strcasecmp(value, "Table");
	if (!value || *is_table || !strcasecmp(value, "List"))
		return 0;
	return cmd_misuse(dism_name(), "/Format:%s: must be List or Table",
			  value);
}

int dism_records_add(struct dism_records *r, const char *const *texts,
		     struct err *err)
{
	for (size_t i = 0; i < r->columns; i++) {
		if (mem_grow((void **)&r->fields, r->count, &r->room,
			     sizeof(*r->fields)))
			return err_nomem(err);
		r->fields[r->count] = mem_strdup(texts[i]);
		if (!r->fields[r->count])
			return err_nomem(err);
		r->count++;
	}
	return 0;
}

static void print_list(const struct dism_records *r)
{
	for (size_t i = 0; i < r->count; i++) {
		printf("%s : %s\n", r->labels[i % r->columns], r->fields[i]);
		if ((i + 1) % r->columns == 0)
			putchar('\n');
	}
}

// --- As a table --------------------------------------------------------------

// How many characters a text has: bytes that begin one.
static size_t width_of(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

static void measure(const struct dism_records *r, size_t *widths)
{
	for (size_t i = 0; i < r->columns; i++)
		widths[i] = width_of(r->labels[i]);
	for (size_t i = 0; i < r->count; i++) {
		size_t *width = &widths[i % r->columns];
		size_t n = width_of(r->fields[i]);

		*width = n > *width ? n : *width;
	}
}

// Prints a row, or with NULL a rule.
static void print_row(const struct dism_records *r, const size_t *widths,
		      const char *const *texts)
{
	for (size_t i = 0; i < r->columns; i++) {
		const char *text = texts ? texts[i] : "";

		fputs(text, stdout);
		for (size_t n = width_of(text); n < widths[i]; n++)
			putchar(texts ? ' ' : '-');
		fputs(i + 1 < r->columns ? " | " : "\n", stdout);
	}
}

static void print_table(const struct dism_records *r)
{
	size_t widths[DISM_MAX_COLUMNS];

	measure(r, widths);
	print_row(r, widths, NULL);
	print_row(r, widths, r->labels);
	print_row(r, widths, NULL);
	for (size_t i = 0; i < r->count; i += r->columns)
		print_row(r, widths, (const char *const *)r->fields + i);
	putchar('\n');
}

void dism_records_print(const struct dism_records *r)
{
	if (r->is_table)
		print_table(r);
	else
		print_list(r);
}

void dism_records_done(struct dism_records *r)
{
	for (size_t i = 0; i < r->count; i++)
		mem_free(r->fields[i]);
	mem_free(r->fields);
}
