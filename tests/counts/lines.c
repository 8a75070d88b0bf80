// SPDX-License-Identifier: GPL-2.0-only
/* A model of two caches: see lines.h. */
#include "lines.h"

#include <string.h>

enum state { INVALID, SHARED, MODIFIED };

static uint8_t states[LINES][2];
struct lines lines;

void lines_clear(void)
{
	memset(states, INVALID, sizeof(states));
	lines = (struct lines){ 0 };
}

static void line_read(uint8_t *mine, uint8_t *other)
{
	if (*mine != INVALID)
		return;
	*mine = SHARED;
	if (*other == INVALID)
		return;
	lines.transfers++;
	*other = SHARED;
}

static void line_write(uint8_t *mine, uint8_t *other)
{
	if (*mine == INVALID && *other != INVALID)
		lines.transfers++;
	if (*mine == SHARED && *other != INVALID)
		lines.upgrades++;
	*mine = MODIFIED;
	*other = INVALID;
}

void lines_access(enum side side, uint32_t line, bool writes)
{
	uint8_t *mine = &states[line][side], *other = &states[line][!side];

	if (writes)
		line_write(mine, other);
	else
		line_read(mine, other);
}
