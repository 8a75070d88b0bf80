/* SPDX-License-Identifier: GPL-2.0-only */
/* Options: a command's arguments, taken one by one. */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include <getopt.h>

/* Takes one, whose argument is optarg: 0, or the exit status after saying why not. */
typedef int option_take(int option, void *options);
/* All there are; what comes behind them begins at optind. */
int options_parse(int argc, char **argv, const char *letters,
		  const struct option *list, option_take *take, void *options);

/* optarg as such a thing; 0, or the exit status after saying what it is not. */
int option_number(const char *what, unsigned long long least,
		  unsigned long long most, unsigned long long *number);
int option_seconds(double least, double *seconds);

#endif /* BASE_OPTIONS_H */
