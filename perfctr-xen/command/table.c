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
	char *text;
	int n;

	va_start(args, fmt);
	n = vasprintf(&text, fmt, args);
	va_end(args);
	t->cell = xgrow(t->cell, t->nr, sizeof(*t->cell));
	t->cell[t->nr++] = n < 0 ? xprintf("?") : text;
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

void table_print(struct table *t, FILE *out)
{
	int *width = xalloc(NULL, t->columns * sizeof(*width)), pad;
	unsigned int i, column;

	for (i = 0; i < t->columns; i++)
		width[i] = column_width(t, i);
	for (i = 0; i < t->nr; i++) {
		column = i % t->columns;
		pad = width[column] - text_width(t->cell[i]);
		if (!column)
			fprintf(out, "%s%*s", t->cell[i], pad, "");
		else
			fprintf(out, "  %*s%s", pad, "", t->cell[i]);
		if (column == t->columns - 1)
			fputc('\n', out);
		free(t->cell[i]);
	}
	free(t->cell);
	free(width);
	table_init(t, t->columns);
}

const char *thousands(double value, char text[static 48])
{
	char digits[32];
	int n, i, out = 0;

	n = snprintf(digits, sizeof(digits), "%.0f", fabs(value));
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
