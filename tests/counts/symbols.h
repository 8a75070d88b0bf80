/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions of an ELF file, and a number for each. */
#ifndef COUNTS_SYMBOLS_H
#define COUNTS_SYMBOLS_H

#include <stdint.h>

struct symbol {
	const char *name;
	uint64_t start, end;	/* from the object's base on */
	long count;
};

struct symbols {
	struct symbol *list;
	int n;
	long others;		/* in none of them: what the linker made */
	int printed;
};

void symbols_read(struct symbols *symbols, const char *file);
void symbols_clear(struct symbols *symbols);
void symbols_count(struct symbols *symbols, uint64_t at);
/* Those that have a count, the largest first. */
void symbols_print(struct symbols *symbols);

#endif /* COUNTS_SYMBOLS_H */
