// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include "base/command.h"
#include "base/options.h"

#define SECONDS_MOST 86400

int options_parse(int argc, char **argv, const char *letters,
		  const struct option *list, option_take *take, void *options)
{
	int option, status;

	while ((option = getopt_long(argc, argv, letters, list, NULL)) != -1) {
		status =
			option == '?' ? command_usage() : take(option, options);
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
		return say_usage("\"%s\" is no %s (at least %llu)", optarg,
				 what, least);
	return say_usage("\"%s\" is no %s (%llu to %llu)", optarg, what, least,
			 most);
}

int option_seconds(double least, double *seconds)
{
	char *end;

	*seconds = strtod(optarg, &end);
	if (end != optarg && !*end && *seconds >= least &&
	    *seconds <= SECONDS_MOST)
		return 0;
	return say_usage("\"%s\" is no number of seconds (%g to %d)", optarg,
			 least, SECONDS_MOST);
}
