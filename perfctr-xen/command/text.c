// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include "command.h"

/* Bytes of the letter at text, as UTF-8 has it; 0: it is none, or none to show. */
static size_t letter(const unsigned char *text)
{
	size_t n, i;

	if (*text < 0x80)
		return *text >= ' ' && *text != 0x7f;
	n = *text >= 0xc2 && *text <= 0xdf ? 2 :
	    *text >= 0xe0 && *text <= 0xef ? 3 :
	    *text >= 0xf0 && *text <= 0xf4 ? 4 : 0;
	for (i = 1; i < n; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	return n;
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
