// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"
#include "base/table.h"
#include "base/text.h"

void table_init(struct table *t, unsigned int columns, const char *sides)
{
	*t = (struct table){ .columns = columns, .sides = sides };
	t->width = xalloc(NULL, columns * sizeof(*t->width));
	memset(t->width, 0, columns * sizeof(*t->width));
}

void table_add(struct table *t, const char *fmt, ...)
{
	int *width = &t->width[t->nr % t->columns], wanted;
	va_list args;
	char *text;

	va_start(args, fmt);
	text = xvprintf(fmt, args);
	va_end(args);
	wanted = text_width(text);
	if (*width < wanted)
		*width = wanted;
	t->cell = xgrow(t->cell, t->nr, sizeof(*t->cell));
	t->cell[t->nr++] = text;
}

void table_add_words(struct table *t, const char *words)
{
	size_t n;

	for (; words; words = words[n] ? words + n + 1 : NULL) {
		n = strcspn(words, ",");
		table_add(t, "%.*s", (int)n, words);
	}
}

static char table_side(const struct table *t, unsigned int column)
{
	size_t last = strlen(t->sides) - 1;

	return t->sides[column < last ? column : last];
}

static void print_cell(const struct table *t, unsigned int i, FILE *out)
{
	unsigned int column = i % t->columns;
	int pad = t->width[column] - text_width(t->cell[i]);
	bool last = column == t->columns - 1;

	if (column)
		fputs("  ", out);
	if (table_side(t, column) == 'r')
		fprintf(out, "%*s%s", pad, "", t->cell[i]);
	else
		fprintf(out, "%s%*s", t->cell[i], last ? 0 : pad, "");
	if (last)
		fputc('\n', out);
}

void table_print_line(const struct table *t, unsigned int line, FILE *out)
{
	unsigned int i;

	for (i = 0; i < t->columns; i++)
		print_cell(t, line * t->columns + i, out);
}

void table_print(struct table *t, FILE *out)
{
	unsigned int i;

	for (i = 0; i < t->nr; i++)
		print_cell(t, i, out);
	table_free(t);
}

void table_free(struct table *t)
{
	unsigned int i;

	for (i = 0; i < t->nr; i++)
		free(t->cell[i]);
	free(t->cell);
	free(t->width);
	*t = (struct table){ 0 };
}
