// SPDX-License-Identifier: GPL-2.0-only
/* vsysd's options, and what it does once. */
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "vsysd.h"

#define SPARES_DEFAULT 3

/* Behind those of one letter. */
#define LIMIT_FIRST 256

static const struct {
	const char *option, *standard, *what;
} limits[VSYSD_NR_LIMITS] = {
	[VSYSD_MEMORY_DOMAIN] = { "memory-domain", "75%",
				  "memory of a user domain's clients" },
	[VSYSD_MEMORY_USER] = { "memory-user", "50%",
				"memory of one of its users' clients" },
	[VSYSD_TASKS_DOMAIN] = { "tasks-domain", "75%",
				 "threads of a user domain's clients" },
	[VSYSD_TASKS_USER] = { "tasks-user", "50%",
			       "threads of one of its users' clients" },
};

static void usage(FILE *to)
{
	int i;

	fprintf(to,
		"usage: vsysd [OPTION…]\n"
		"  --root DIR              what clients see as / (default /export)\n"
		"  --spares N              processes kept ready for new clients, 1 to %d\n"
		"                          (default %d)\n",
		VSYSD_SPARES_MAX, SPARES_DEFAULT);
	for (i = 0; i < VSYSD_NR_LIMITS; i++)
		fprintf(to, "  --%-13s LIMIT   %s (default %s)\n",
			limits[i].option, limits[i].what, limits[i].standard);
	fprintf(to,
		"A limit is N%% of what the service domain has, a number\n"
		"(of bytes with K, M or G), or \"max\".\n");
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
	struct option options[3 + VSYSD_NR_LIMITS + 1] = {
		{ "root", required_argument, NULL, 'r' },
		{ "spares", required_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
	};
	int c, i;

	for (i = 0; i < VSYSD_NR_LIMITS; i++) {
		options[3 + i] = (struct option){ limits[i].option,
						  required_argument, NULL,
						  LIMIT_FIRST + i };
		if (vsysd_cgroup_limit(i, limits[i].standard))
			vsysd_cgroup_limit(i, "max");
	}
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		i = c - LIMIT_FIRST;
		if (c == 'r') {
			to->root = optarg;
		} else if (c == 'n') {
			to->spares = spares(optarg);
		} else if (c == 'h') {
			usage(stdout);
			exit(0);
		} else if (i < 0) {
			usage(stderr);
			exit(2);
		} else if (vsysd_cgroup_limit(i, optarg)) {
			errx(2, "--%s takes 1%% to 100%%, a number, or max",
			     limits[i].option);
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
	options.grouped = !vsysd_cgroup_start();
	vsysd_rights_reduce();
	vsysd_keeper_run(&options);
}
