/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Screen: on a terminal each text takes the place of the one before, and is cut
 * off where the terminal ends; elsewhere they follow each other, and also on a
 * terminal that is unknown or cannot be drawn on.
 */
#ifndef BASE_SCREEN_H
#define BASE_SCREEN_H

#include <stdbool.h>

/*
 * plain: they follow each other on any terminal.  false: they do on this one, as
 * TERM names none that can be drawn on.
 */
bool screen_open(bool plain);
/*
 * Takes over the text; heads: which of its lines are the heads of columns.  all: no
 * line is worth less than others, so if not all fit, the last one says how many more
 * there are.
 */
void screen_show(char *text, int heads, bool all);
/*
 * false: no more, by `q' or by SIGINT, SIGTERM or the terminal's end.  A signal that
 * comes at another time, and finds nobody here within a second, ends the program;
 * SIGQUIT does at once.  The terminal is then as it was.
 */
bool screen_wait(double seconds);
void screen_close(void);

#endif /* BASE_SCREEN_H */
