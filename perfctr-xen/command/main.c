// SPDX-License-Identifier: GPL-2.0-only
/*
 * perfctr-xen: what programs cost, in this domain and in the service domains
 * that execute their calls.
 */
#include "base/command.h"
#include "commands.h"

static const struct command commands[] = {
	{ "list", cmd_list, "",
	  "events that each domain here counts, and how" },
	{ "stat", cmd_stat,
	  "[-e EVENT,…] [-r N] [--per-thread] [--by-call] [--json | --csv] [-o FILE] COMMAND… | -p PID [COMMAND…] | -t TID [COMMAND…]",
	  "count" },
	{ "record", cmd_record,
	  "[-e EVENT] [-c PERIOD | -F HERTZ] [-g] [-o FILE] COMMAND… | -p PID [COMMAND…]",
	  "sample" },
	{ "report", cmd_report,
	  "[-i FILE] [--sort FIELD,…] [-g] [--folded | --script | --flamegraph FILE | --json]",
	  "what a recording shows" },
	{ "trace", cmd_trace, "[-n N] [-o FILE] COMMAND…",
	  "calls as they cross, with their times" },
	{ "top", cmd_top, "[-e EVENT] [-d SECONDS] [-n TIMES] [-p PID]… [-t]",
	  "what programs cost now" },
	{ 0 },
};

int main(int argc, char **argv)
{
	return command_main(
		commands,
		"perfctr-xen(1) tells more.  Exit status: that of the program that is run, or\n"
		"1 failed, 2 usage, 126 and 127 the program cannot be executed.\n",
		argc, argv);
}
