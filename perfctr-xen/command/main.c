// SPDX-License-Identifier: GPL-2.0-only
/*
 * perfctr-xen: what programs cost, in this domain and in the service domains
 * that execute their calls.
 */
#include <stdio.h>
#include <string.h>
#include "command.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments;
	const char *what;
} commands[] = {
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
};

#define NR_COMMANDS (sizeof(commands) / sizeof(*commands))

static void usage(FILE *out)
{
	size_t i;

	fputs("usage: perfctr-xen COMMAND …\n\n", out);
	for (i = 0; i < NR_COMMANDS; i++)
		fprintf(out, "  %s %s\n        %s\n", commands[i].name,
			commands[i].arguments, commands[i].what);
	fputs("\nperfctr-xen(1) tells more.  Exit status: that of the program that is run, or\n"
	      "1 failed, 2 usage, 126 and 127 the program cannot be executed.\n",
	      out);
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc < 2) {
		usage(stderr);
		return COMMAND_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
	    !strcmp(argv[1], "help")) {
		usage(stdout);
		return COMMAND_OK;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("perfctr-xen " VIRTUOS_VERSION);
		return COMMAND_OK;
	}
	for (i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(argv[1], commands[i].name))
			break;
	if (i < NR_COMMANDS) {
		argv[1] = argv[0]; /* in getopt's messages */
		return commands[i].run(argc - 1, argv + 1);
	}
	say("there is no command \"%s\" (see perfctr-xen --help)", argv[1]);
	return COMMAND_USAGE;
}
