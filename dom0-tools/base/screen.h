/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Screen: on a terminal each text takes the place of the one before, and is cut
 * off where the terminal ends; elsewhere they follow each other.
 */
#ifndef BASE_SCREEN_H
#define BASE_SCREEN_H

#include <stdbool.h>

/* plain: they follow each other on a terminal as well. */
void screen_open(bool plain);
/* Takes over the text; heads: which of its lines are the heads of columns. */
void screen_show(char *text, int heads);
/* false: no more, by `q' or by SIGINT, SIGTERM or the terminal's end. */
bool screen_wait(double seconds);
void screen_close(void);

#endif /* BASE_SCREEN_H */
