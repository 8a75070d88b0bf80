/* SPDX-License-Identifier: GPL-2.0-only */
/* Command: what the first argument of a program chooses. */
#ifndef BASE_COMMAND_H
#define BASE_COMMAND_H

#include "base/say.h"

struct command {
	const char *name;
	/* Gets what follows its name, from argv[1] on; the exit status. */
	int (*run)(int argc, char **argv);
	const char *arguments;
	const char *what;
};

/*
 * The program: runs the one that is named, of a list that an empty one ends.
 * more: what --help tells behind the list.
 */
int command_main(const struct command *commands, const char *more, int argc,
		 char **argv);

/* A mistake in the arguments: how the command is used; COMMAND_USAGE. */
int command_usage(void);
/* The same, after a message that tells the mistake. */
int say_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif /* BASE_COMMAND_H */
