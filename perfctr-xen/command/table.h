/* SPDX-License-Identifier: GPL-2.0-only */
/* Table: lines of text in columns as wide as they have to be. */
#ifndef PERFCTR_TABLE_H
#define PERFCTR_TABLE_H

#include <stdio.h>

struct table {
	unsigned int columns;
	unsigned int nr;
	char **cell;
};

void table_init(struct table *t, unsigned int columns);
/* The next cell, from left to right, or with NULL an empty one. */
void table_add(struct table *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The first column to the left, the others to the right; and forgets it. */
void table_print(struct table *t, FILE *out);

/* 1234567 as 1,234,567. */
const char *thousands(double value, char text[static 48]);

#endif /* PERFCTR_TABLE_H */
