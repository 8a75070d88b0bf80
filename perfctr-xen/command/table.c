// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "command.h"
#include "table.h"

void table_init(struct table *t, unsigned int columns)
{
	memset(t, 0, sizeof(*t));
	t->columns = columns;
}

void table_add(struct table *t, const char *fmt, ...)
{
	va_list args;

	t->cell = xgrow(t->cell, t->nr, sizeof(*t->cell));
	va_start(args, fmt);
	t->cell[t->nr++] = xvprintf(fmt, args);
	va_end(args);
}

/* Letters, not bytes, of UTF-8. */
static int text_width(const char *text)
{
	int width = 0;

	for (; *text; text++)
		width += (*text & 0xc0) != 0x80;
	return width;
}

static int column_width(const struct table *t, unsigned int column)
{
	int width = 0, w;
	unsigned int i;

	for (i = column; i < t->nr; i += t->columns) {
		w = text_width(t->cell[i]);
		if (w > width)
			width = w;
	}
	return width;
}

static void print_cell(const struct table *t, unsigned int i, int width,
		       FILE *out)
{
	unsigned int column = i % t->columns;
	int pad = width - text_width(t->cell[i]);
	bool last = column == t->columns - 1;

	if (column)
		fputs("  ", out);
	if (!column || (t->left && column > 1))
		fprintf(out, "%s%*s", t->cell[i], last ? 0 : pad, "");
	else
		fprintf(out, "%*s%s", pad, "", t->cell[i]);
	if (last)
		fputc('\n', out);
}

void table_print_line(const struct table *t, unsigned int line, FILE *out)
{
	unsigned int i;

	for (i = 0; i < t->columns; i++)
		print_cell(t, line * t->columns + i, column_width(t, i), out);
}

void table_print(struct table *t, FILE *out)
{
	int *width = xalloc(NULL, t->columns * sizeof(*width));
	unsigned int i;

	for (i = 0; i < t->columns; i++)
		width[i] = column_width(t, i);
	for (i = 0; i < t->nr; i++)
		print_cell(t, i, width[i % t->columns], out);
	free(width);
	table_free(t);
}

void table_free(struct table *t)
{
	unsigned int i;

	for (i = 0; i < t->nr; i++)
		free(t->cell[i]);
	free(t->cell);
	t->cell = NULL;
	t->nr = 0;
}

const char *thousands(double value, char text[static 48])
{
	char digits[32];
	int n, i, out = 0;

	n = snprintf(digits, sizeof(digits), "%.0f", fabs(value));
	if (n >= (int)sizeof(digits)) { /* a service domain may say anything */
		snprintf(text, 48, "%.3g", value);
		return text;
	}
	if (value <= -0.5)
		text[out++] = '-';
	for (i = 0; i < n && out < 46; i++) {
		if (i && (n - i) % 3 == 0)
			text[out++] = ',';
		text[out++] = digits[i];
	}
	text[out] = 0;
	return text;
}
