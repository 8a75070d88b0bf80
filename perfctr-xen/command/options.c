// SPDX-License-Identifier: GPL-2.0-only
#include "base/command.h"
#include "options.h"

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
		return say_usage("one event at a time");
	return 0;
}
