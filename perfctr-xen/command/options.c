// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include "command.h"
#include "options.h"

int options_parse(int argc, char **argv, const char *letters,
		  const struct option *list, option_take *take, void *options)
{
	int option, status;

	while ((option = getopt_long(argc, argv, letters, list, NULL)) != -1) {
		status = option == '?' ? say_exit(COMMAND_USAGE,
						  "see perfctr-xen --help") :
					 take(option, options);
		if (status)
			return status;
	}
	return 0;
}

int option_number(const char *what, unsigned long long least,
		  unsigned long long most, unsigned long long *number)
{
	char *end;

	errno = 0;
	*number = strtoull(optarg, &end, 10);
	if (*optarg >= '0' && *optarg <= '9' && !*end && !errno &&
	    *number >= least && *number <= most)
		return 0;
	if (most == ~0ull)
		return say_exit(COMMAND_USAGE,
				"\"%s\" is no %s (at least %llu)", optarg, what,
				least);
	return say_exit(COMMAND_USAGE, "\"%s\" is no %s (%llu to %llu)", optarg,
			what, least, most);
}

int option_seconds(double *seconds)
{
	char *end;

	*seconds = strtod(optarg, &end);
	if (end != optarg && !*end && *seconds >= 0.01 && *seconds <= 86400)
		return 0;
	return say_exit(COMMAND_USAGE,
			"\"%s\" is no number of seconds (0.01 to 86400)",
			optarg);
}

int option_pid(pid_t *pid)
{
	unsigned long long number;
	int status = option_number("number of a process or thread", 1,
				   INT32_MAX, &number);

	*pid = number;
	return status;
}

int option_event(struct events *events)
{
	if (!events_parse(events, optarg))
		return COMMAND_USAGE;
	if (events->nr > 1)
		return say_exit(COMMAND_USAGE, "one event at a time");
	return 0;
}
