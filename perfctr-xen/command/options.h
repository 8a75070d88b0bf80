/* SPDX-License-Identifier: GPL-2.0-only */
/* Options: a command's arguments, taken one by one. */
#ifndef PERFCTR_OPTIONS_H
#define PERFCTR_OPTIONS_H

#include <getopt.h>
#include <sys/types.h>
#include "events.h"

/* Takes one, whose argument is optarg: 0, or the exit status after saying why not. */
typedef int option_take(int option, void *options);
/* All there are; what comes behind them begins at optind. */
int options_parse(int argc, char **argv, const char *letters,
		  const struct option *list, option_take *take, void *options);

/* optarg as such a thing; 0, or the exit status after saying what it is not. */
int option_number(const char *what, unsigned long long least,
		  unsigned long long most, unsigned long long *number);
int option_seconds(double *seconds);
int option_pid(pid_t *pid);
/* One event and no more. */
int option_event(struct events *events);

#endif /* PERFCTR_OPTIONS_H */
