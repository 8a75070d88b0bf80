/* SPDX-License-Identifier: GPL-2.0-only */
/* Text that others wrote, and numbers that others chose, for people. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Make text fit to be shown, in place, and return it: whatever is no printable
 * letter in UTF-8 becomes '?', so that no terminal acts on it, and JSON and SVG
 * remain that.  NULL stays NULL.
 */
char *text_clean(char *text);
/* Cut text behind its last whole letter in max bytes, and return it. */
char *text_cut(char *text, size_t max);

/* Columns of a terminal that text takes. */
int text_width(const char *text);
/* Bytes of as much of the beginning of text as fits into so many columns. */
size_t text_fitting(const char *text, int width);

/* Lines that it has, also if the last one is not ended. */
size_t text_lines(const char *text);

/* The number, rounded when it has more digits than a column of this width. */
const char *text_number(uint64_t number, size_t width, char text[static 24]);
/* 1234567 as 1,234,567. */
const char *text_thousands(double value, char text[static 48]);

#endif /* BASE_TEXT_H */
