// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include "command.h"

/* The number of a letter in UTF-8, of its n bytes. */
static uint32_t number(const unsigned char *text, size_t n)
{
	uint32_t letter = n == 1 ? *text : *text & (0x7f >> n);
	size_t i;

	for (i = 1; i < n; i++)
		letter = letter << 6 | (text[i] & 0x3f);
	return letter;
}

/*
 * Is it one to show?  No control characters, of which there are some above 0x7f as
 * well, none that turn the direction of what follows, and none that Unicode has
 * not.  first: of the letters that take as many bytes.
 */
static bool shown(uint32_t letter, uint32_t first)
{
	return letter >= first && letter >= ' ' &&
	       !(letter >= 0x7f && letter <= 0x9f) &&
	       !(letter >= 0x200e && letter <= 0x200f) &&
	       !(letter >= 0x2028 && letter <= 0x202e) &&
	       !(letter >= 0x2066 && letter <= 0x2069) &&
	       !(letter >= 0xd800 && letter <= 0xdfff) &&
	       (letter & 0xfffe) != 0xfffe && letter <= 0x10ffff;
}

/* Bytes of the letter at text, as UTF-8 has it; 0: it is none, or none to show. */
static size_t letter(const unsigned char *text)
{
	static const uint32_t first[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n, i;

	n = *text < 0x80 ? 1 :
	    *text >= 0xc0 && *text <= 0xdf ? 2 :
	    *text >= 0xe0 && *text <= 0xef ? 3 :
	    *text >= 0xf0 && *text <= 0xf7 ? 4 : 0;
	for (i = 1; i < n; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	return n && shown(number(text, n), first[n]) ? n : 0;
}

void text_clean(char *text)
{
	size_t n;

	for (; *text; text += n ? n : 1) {
		n = letter((unsigned char *)text);
		if (!n)
			*text = '?';
	}
}
