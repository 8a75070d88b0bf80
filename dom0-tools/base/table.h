/* SPDX-License-Identifier: GPL-2.0-only */
/* Table: lines of text in columns as wide as they have to be. */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stdio.h>

struct table {
	unsigned int columns;
	const char *sides;
	int *width; /* of each column */
	unsigned int nr;
	char **cell;
};

/*
 * sides: 'l' or 'r' for each column, the side that its cells are at; the last one
 * for those that follow as well.
 */
void table_init(struct table *t, unsigned int columns, const char *sides);
/* The next cell, from left to right. */
void table_add(struct table *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* A cell for each of the words, which commas separate. */
void table_add_words(struct table *t, const char *words);
/* All of it; and forgets it. */
void table_print(struct table *t, FILE *out);
/* One line of it, which stays until it is freed. */
void table_print_line(const struct table *t, unsigned int line, FILE *out);
void table_free(struct table *t);

#endif /* BASE_TABLE_H */
