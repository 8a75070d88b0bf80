/* SPDX-License-Identifier: GPL-2.0-only */
/* Table: lines of text in columns as wide as they have to be. */
#ifndef PERFCTR_TABLE_H
#define PERFCTR_TABLE_H

#include <stdbool.h>
#include <stdio.h>

struct table {
	unsigned int columns;
	bool left; /* texts from the third column on: to the left */
	unsigned int nr;
	char **cell;
};

void table_init(struct table *t, unsigned int columns);
/* The next cell, from left to right, or with NULL an empty one. */
void table_add(struct table *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The first column to the left, the others to the right; and forgets it. */
void table_print(struct table *t, FILE *out);
/* One line of it, which stays until it is freed. */
void table_print_line(const struct table *t, unsigned int line, FILE *out);
void table_free(struct table *t);

/* 1234567 as 1,234,567. */
const char *thousands(double value, char text[static 48]);

#endif /* PERFCTR_TABLE_H */
