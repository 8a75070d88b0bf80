/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Screen: on a terminal each text takes the place of the one before, and is cut
 * off where the terminal ends; elsewhere they follow each other.
 */
#ifndef PERFCTR_SCREEN_H
#define PERFCTR_SCREEN_H

#include <stdbool.h>

void screen_open(void);
/* Takes over the text; its second line are the heads of columns. */
void screen_show(char *text);
/* false: no more, by `q' or by SIGINT, SIGTERM or the terminal's end. */
bool screen_wait(double seconds);
void screen_close(void);

#endif /* PERFCTR_SCREEN_H */
