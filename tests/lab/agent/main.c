// SPDX-License-Identifier: GPL-2.0-only
/* lab-agent: carries commands between the host and the lab's domains. */
#include "agent.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The first process of a domain when all is started: reap what ends. */
static int reap_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	for (;;)
		if (wait(NULL) < 0)
			sleep(1);
}

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} roles[] = {
	{ "client", client_main },
	{ "reap", reap_main },
#ifdef LAB_VCHAN
	{ "serve", serve_main },
	{ "port", port_main },
	{ "wait", wait_main },
#endif
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(roles) / sizeof(roles[0]); i++)
		if (!strcmp(argv[1], roles[i].name))
			return roles[i].run(argc - 1, argv + 1);
	fputs("usage: lab-agent client|serve|port|wait|reap …\n", stderr);
	return 125;
}
