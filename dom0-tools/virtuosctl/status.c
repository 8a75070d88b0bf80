// SPDX-License-Identifier: GPL-2.0-only
/* virtuosctl status: who serves whom, and how busily. */
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>
#include "snapshot.h"
#include "store.h"

struct status_options {
	bool json;
	bool watch;
	bool limits;
	double interval;
};

static int status_parse(int argc, char **argv, struct status_options *options)
{
	static const struct option list[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "watch", no_argument, NULL, 'w' },
		{ "limits", no_argument, NULL, 'l' },
		{ "interval", required_argument, NULL, 'i' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", list, NULL)) != -1) {
		if (option == 'j')
			options->json = true;
		else if (option == 'w')
			options->watch = true;
		else if (option == 'l')
			options->limits = true;
		else if (option != 'i')
			return CTL_USAGE;
		else if (!parse_seconds(optarg, &options->interval))
			return report_exit(
				CTL_USAGE,
				"status: \"%s\" is no number of seconds",
				optarg);
	}
	if (argc != optind)
		return report_exit(CTL_USAGE, "status: takes no domain");
	/* One sample shows them. */
	if (options->limits && !options->watch && !options->json)
		options->interval = 0;
	/* Without an interval a watch would do nothing but watch. */
	if (options->watch && options->interval < 0.1)
		options->interval = 0.1;
	return CTL_OK;
}

static int status_once(struct ctl *ctl, const struct status_options *options)
{
	struct snapshot snapshot;
	int status = CTL_OK;

	snapshot_take(ctl, options->interval, &snapshot);
	if (options->watch && !options->json && isatty(STDOUT_FILENO))
		fputs("\033[H\033[J", stdout);
	if (options->json)
		status = snapshot_print_json(&snapshot, !options->watch);
	else if (options->limits)
		snapshot_print_limits(&snapshot);
	else
		snapshot_print_table(&snapshot);
	/* With nothing attached there was no interval to wait for. */
	if (options->watch && !snapshot.nr_devices)
		sleep_seconds(options->interval);
	snapshot_free(&snapshot);
	return fflush(stdout) ? CTL_FAILED : status;
}

int cmd_status(struct ctl *ctl, int argc, char **argv)
{
	/* Ends write once a second; a little more makes two samples differ. */
	struct status_options options = { .interval = 1.2 };
	int status = status_parse(argc, argv, &options);

	if (!status)
		status = store_open(ctl);
	if (status)
		return status;
	do
		status = status_once(ctl, &options);
	while (options.watch && !status);
	return status;
}
