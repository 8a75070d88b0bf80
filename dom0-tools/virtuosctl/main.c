// SPDX-License-Identifier: GPL-2.0-only
/*
 * virtuosctl: service domains and their attachment to user domains, from dom0.
 * A thin layer over xl, libxenctrl and xenstore that keeps no state of its own
 * but a few nodes below /virtuos (service.h).
 */
#include <virtuos/class.h>
#include "base/command.h"
#include "commands.h"

static const struct command commands[] = {
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
	{ 0 },
};

int main(int argc, char **argv)
{
	return command_main(
		commands,
		"Domains are given by name or number; dom0 may be a user domain.\n"
		"CLASS is " VSYS_CLASS_CHOICE
		".  Exit status: 0 done, 1 failed,\n"
		"2 usage, 3 no such domain or configuration, 4 time limit, 5 versions\n"
		"or features differ, 6 no Xen (not root, not dom0, no xenstored).\n",
		argc, argv);
}
