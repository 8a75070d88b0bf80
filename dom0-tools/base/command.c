// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/command.h"
#include "base/memory.h"

static const struct command *chosen;

int command_usage(void)
{
	if (chosen)
		fprintf(stderr, "usage: %s %s%s%s\n",
			program_invocation_short_name, chosen->name,
			*chosen->arguments ? " " : "", chosen->arguments);
	return COMMAND_USAGE;
}

int say_usage(const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = xvprintf(fmt, args);
	va_end(args);
	say("%s", text);
	free(text);
	return command_usage();
}

static void program_usage(const struct command *commands, const char *more,
			  FILE *out)
{
	const struct command *c;

	fprintf(out, "usage: %s COMMAND …\n\n", program_invocation_short_name);
	for (c = commands; c->name; c++)
		fprintf(out, "  %s %s\n        %s\n", c->name, c->arguments,
			c->what);
	fprintf(out, "\n%s", more);
}

int command_main(const struct command *commands, const char *more, int argc,
		 char **argv)
{
	const struct command *c;

	/* What we show is UTF-8 everywhere, and letters as wide as it says. */
	setlocale(LC_CTYPE, "C.UTF-8");
	if (argc < 2) {
		program_usage(commands, more, stderr);
		return COMMAND_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
	    !strcmp(argv[1], "help")) {
		program_usage(commands, more, stdout);
		return COMMAND_OK;
	}
	if (!strcmp(argv[1], "--version")) {
		printf("%s " VIRTUOS_VERSION "\n",
		       program_invocation_short_name);
		return COMMAND_OK;
	}
	for (c = commands; c->name; c++)
		if (!strcmp(argv[1], c->name))
			break;
	if (!c->name)
		return say_exit(COMMAND_USAGE,
				"there is no command \"%s\" (see %s --help)",
				argv[1], program_invocation_short_name);
	chosen = c;
	argv[1] = program_invocation_short_name; /* in getopt's messages */
	return c->run(argc - 1, argv + 1);
}
