/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages: "PROGRAM: …" on standard error. */
#ifndef BASE_SAY_H
#define BASE_SAY_H

/* Exit statuses of every command; a program has more of its own. */
enum command_exit {
	COMMAND_OK = 0,
	COMMAND_FAILED = 1, /* the thing could not be done */
	COMMAND_USAGE = 2,  /* wrong arguments */
};

void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same, and the exit status that goes with it. */
int say_exit(int status, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* BASE_SAY_H */
