/* SPDX-License-Identifier: GPL-2.0-only */
/* Watch: one worker polls, for its own channel and for others. */
#ifndef BACK_WATCH_H
#define BACK_WATCH_H

#include <linux/types.h>

struct back_worker;

enum back_watch_turn {
	BACK_WATCH_ON,		/* poll on */
	BACK_WATCH_GIVEN,	/* another has the watch now, for it has a call */
	BACK_WATCH_OVER,	/* nobody polls from now on */
};

void back_watch_init(void);
void back_watch_exit(void);
bool back_watch_take(struct back_worker *w);
void back_watch_pass(struct back_worker *w);
enum back_watch_turn back_watch_turn(struct back_worker *w);
void back_watch_worked(struct back_worker *w);
void back_watch_rang(void);
bool back_watch_park(struct back_worker *w);
void back_watch_leave(struct back_worker *w);

#endif /* BACK_WATCH_H */
