// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include "base/text.h"

/* ---- Letters ---------------------------------------------------------------- */

/* The letter at text, and how many bytes it has; 0: it is none. */
static size_t text_letter(const char *text, uint32_t *letter)
{
	/* The least letter that needs so many bytes: there is one way only. */
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = *text;
	size_t n, i;

	n = first < 0x80	   ? 1 :
	    (first & 0xe0) == 0xc0 ? 2 :
	    (first & 0xf0) == 0xe0 ? 3 :
	    (first & 0xf8) == 0xf0 ? 4 :
				     0;
	if (!n)
		return 0;
	*letter = n == 1 ? first : first & (0x7f >> n);
	for (i = 1; i < n; i++) {
		/* A zero, which ends the text, is none that continues it. */
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		*letter = *letter << 6 | (text[i] & 0x3f);
	}
	return *letter < least[n] || *letter > 0x10ffff ? 0 : n;
}

/*
 * Controls, what would turn the direction of the text around it, what cannot be
 * seen, and what Unicode has not, at the end of each plane as well.
 */
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
	return (letter & 0xfffe) == 0xfffe;
}

char *text_clean(char *text)
{
	uint32_t letter;
	size_t at, n;

	for (at = 0; text && text[at]; at += n) {
		n = text_letter(text + at, &letter);
		if (!n || text_hidden(letter)) {
			text[at] = '?';
			n = 1;
		}
	}
	return text;
}

char *text_cut(char *text, size_t max)
{
	if (!text || strlen(text) <= max)
		return text;
	while (max && (text[max] & 0xc0) == 0x80)
		max--;
	text[max] = '\0';
	return text;
}

/* ---- Width ------------------------------------------------------------------ */

/* Columns of the letter at text, and its bytes. */
static int letter_width(const char *text, size_t *bytes)
{
	uint32_t letter;
	int width = -1;

	*bytes = text_letter(text, &letter);
	if (*bytes)
		width = wcwidth(letter);
	else
		*bytes = 1;
	/* Where the locale does not know it. */
	return width < 0 ? 1 : width;
}

int text_width(const char *text)
{
	int width = 0;
	size_t n;

	for (; *text; text += n)
		width += letter_width(text, &n);
	return width;
}

size_t text_fitting(const char *text, int width)
{
	size_t at, n;

	for (at = 0; text[at]; at += n) {
		width -= letter_width(text + at, &n);
		if (width < 0)
			break;
	}
	return at;
}

size_t text_lines(const char *text)
{
	size_t lines;

	for (lines = 0; *text; lines++) {
		text = strchrnul(text, '\n');
		text += *text == '\n';
	}
	return lines;
}

/* ---- Numbers ---------------------------------------------------------------- */

const char *text_number(uint64_t number, size_t width, char text[static 24])
{
	snprintf(text, 24, "%" PRIu64, number);
	if (strlen(text) > width)
		snprintf(text, 24, "%.0e", (double)number);
	return text;
}

const char *text_thousands(double value, char text[static 48])
{
	char digits[32];
	int n, i, out = 0;

	n = snprintf(digits, sizeof(digits), "%.0f", fabs(value));
	if (n >= (int)sizeof(digits)) { /* a service domain may say anything */
		snprintf(text, 48, "%.3g", value);
		return text;
	}
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
