// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtuosctl: service domains and their attachment to user domains, from dom0.
 * A thin layer over xl, libxenctrl and xenstore that keeps no state of its own
 * but a few nodes below /virtuos (service.h).
 */
#include <stdio.h>
#include <string.h>
#include <virtuos/class.h>
#include "ctl.h"
#include "store.h"

static const struct command {
	const char *name;
	int (*run)(struct ctl *ctl, int argc, char **argv);
	const char *arguments;
	const char *what;
} commands[] = {
	{ "create", cmd_create, "[--config FILE] [--class CLASS] NAME",
	  "start a service domain from its xl configuration" },
	{ "attach", cmd_attach,
	  "[--class CLASS] [--timeout S | --no-wait] USERDOM SERVICEDOM",
	  "let a user domain use a service domain" },
	{ "detach", cmd_detach, "[--timeout S] USERDOM SERVICEDOM",
	  "take a service domain away from a user domain" },
	{ "status", cmd_status, "[--limits | --json] [--watch] [--interval S]",
	  "domains, devices, channels, calls, limits" },
	{ "kill", cmd_kill, "NAME",
	  "end a service domain at once, as a crash would" },
	{ "restart", cmd_restart, "[--timeout S] NAME",
	  "a fresh one in its place, attached as the old one was" },
};

#define NR_COMMANDS (sizeof(commands) / sizeof(*commands))

static void usage(FILE *out)
{
	size_t i;

	fputs("usage: virtuosctl COMMAND …\n\n", out);
	for (i = 0; i < NR_COMMANDS; i++)
		fprintf(out, "  %s %s\n        %s\n", commands[i].name,
			commands[i].arguments, commands[i].what);
	fputs("\nDomains are given by name or number; dom0 may be a user domain.\n"
	      "CLASS is " VSYS_CLASS_CHOICE ".  Exit status: 0 done, 1 failed,\n"
	      "2 usage, 3 no such domain or configuration, 4 time limit, 5 versions\n"
	      "or features differ, 6 no Xen (not root, not dom0, no xenstored).\n",
	      out);
}

static int run(const struct command *command, int argc, char **argv)
{
	struct ctl ctl = { 0 };
	int status;

	argv[0] = (char *)"virtuosctl"; /* in getopt's messages */
	status = command->run(&ctl, argc, argv);
	store_close(&ctl);
	if (status == CTL_USAGE)
		fprintf(stderr, "usage: virtuosctl %s %s\n", command->name,
			command->arguments);
	return status;
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc < 2) {
		usage(stderr);
		return CTL_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
	    !strcmp(argv[1], "help")) {
		usage(stdout);
		return CTL_OK;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("virtuosctl " VIRTUOS_VERSION);
		return CTL_OK;
	}
	for (i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(argv[1], commands[i].name))
			return run(&commands[i], argc - 1, argv + 1);
	report("there is no command \"%s\" (see virtuosctl --help)", argv[1]);
	return CTL_USAGE;
}
