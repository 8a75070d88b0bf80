// SPDX-License-Identifier: GPL-2.0-only
/* Text that others wrote, and numbers that others chose, for people. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "text.h"

/* Controls, and what would turn the direction of the text around it. */
static bool text_hidden(uint32_t letter)
{
	static const struct {
		uint32_t first, last;
	} hidden[] = {
		{ 0x00, 0x1f },	      { 0x7f, 0x9f },	  { 0x61c, 0x61c },
		{ 0x200b, 0x200f },   { 0x2028, 0x202e }, { 0x2060, 0x206f },
		{ 0xd800, 0xdfff },   { 0xfeff, 0xfeff }, { 0xfff9, 0xfffb },
		{ 0xe0000, 0xe007f },
	};
	size_t i;

	for (i = 0; i < sizeof(hidden) / sizeof(*hidden); i++)
		if (letter >= hidden[i].first && letter <= hidden[i].last)
			return true;
	return false;
}

/* Bytes of the letter at text, or 0: it is none, or none to show. */
static size_t text_letter(const char *text)
{
	/* The least letter that needs so many bytes: there is one way only. */
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = *text;
	uint32_t letter;
	size_t n, i;

	n = first < 0x80	   ? 1 :
	    (first & 0xe0) == 0xc0 ? 2 :
	    (first & 0xf0) == 0xe0 ? 3 :
	    (first & 0xf8) == 0xf0 ? 4 :
				     0;
	if (!n)
		return 0;
	letter = n == 1 ? first : first & (0x7f >> n);
	for (i = 1; i < n; i++) {
		/* A zero, which ends the text, is none that continues it. */
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		letter = letter << 6 | (text[i] & 0x3f);
	}
	return letter < least[n] || letter > 0x10ffff || text_hidden(letter) ?
		       0 :
		       n;
}

char *text_clean(char *text, size_t max)
{
	size_t at = 0, n;

	if (!text)
		return NULL;
	while (text[at]) {
		n = text_letter(text + at);
		if (!n) {
			text[at] = '?';
			n = 1;
		}
		if (n > max - at) {
			text[at] = '\0';
			break;
		}
		at += n;
	}
	return text;
}

const char *text_number(uint64_t number, size_t width, char text[static 24])
{
	snprintf(text, 24, "%" PRIu64, number);
	if (strlen(text) > width)
		snprintf(text, 24, "%.0e", (double)number);
	return text;
}
