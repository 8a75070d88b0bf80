/* SPDX-License-Identifier: GPL-2.0-only */
/* Text that others wrote, and numbers that others chose, for people. */
#ifndef VIRTUOSCTL_TEXT_H
#define VIRTUOSCTL_TEXT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Make text fit to be shown, in place, and return it: whatever is no printable
 * letter in UTF-8 becomes '?', so that no terminal acts on it and JSON remains
 * JSON; what is longer than max bytes is cut.  NULL stays NULL.
 */
char *text_clean(char *text, size_t max);

/* The number, rounded when it has more digits than a column of this width. */
const char *text_number(uint64_t number, size_t width, char text[static 24]);

#endif /* VIRTUOSCTL_TEXT_H */
