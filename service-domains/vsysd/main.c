// SPDX-License-Identifier: GPL-2.0-only
/* vsysd's options, and what it does once. */
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "vsysd.h"

#define SPARES_DEFAULT 3

static void usage(FILE *to)
{
	fprintf(to,
		"usage: vsysd [OPTION…]\n"
		"  --root DIR              what clients see as / (default /export)\n"
		"  --spares N              processes kept ready for new clients, 1 to %d\n"
		"                          (default %d)\n",
		VSYSD_SPARES_MAX, SPARES_DEFAULT);
}

static int spares(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (*end || n < 1 || n > VSYSD_SPARES_MAX)
		errx(2, "--spares takes a number from 1 to %d",
		     VSYSD_SPARES_MAX);
	return n;
}

static void parse(int argc, char **argv, struct vsysd_options *to)
{
	static const struct option options[] = {
		{ "root", required_argument, NULL, 'r' },
		{ "spares", required_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'r') {
			to->root = optarg;
		} else if (c == 'n') {
			to->spares = spares(optarg);
		} else if (c == 'h') {
			usage(stdout);
			exit(0);
		} else {
			usage(stderr);
			exit(2);
		}
	}
	if (optind < argc) {
		usage(stderr);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	struct vsysd_options options = {
		.root = "/export",
		.spares = SPARES_DEFAULT,
	};

	parse(argc, argv, &options);
	if (access(VSYS_BACK_PATH, F_OK))
		err(1, "%s: is vsysback.ko loaded?", VSYS_BACK_PATH);
	if (access(options.root, X_OK))
		err(1, "%s", options.root);
	vsysd_keeper_run(&options);
}
