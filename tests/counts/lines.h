/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What two processors' caches do with the memory that they share: each line is,
 * for each of them, modified, shared or invalid (MSI: no third holds it, and
 * memory has it when neither does).
 *
 * transfer	a processor gets a line's data from the other
 * upgrade	it has the data, and takes the line from the other to write
 */
#ifndef COUNTS_LINES_H
#define COUNTS_LINES_H

#include <stdbool.h>
#include <stdint.h>

enum side { SIDE_PROGRAM, SIDE_SERVICE };

struct lines {
	long transfers, upgrades;
};

extern struct lines lines;

/* All lines are nobody's. */
void lines_clear(void);
/* line: a number of the caller's, below LINES. */
#define LINES (1u << 16)
void lines_access(enum side side, uint32_t line, bool writes);

#endif /* COUNTS_LINES_H */
