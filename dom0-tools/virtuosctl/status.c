// SPDX-License-Identifier: GPL-2.0-only
/* virtuosctl status: who serves whom, and how busily. */
#include <stdio.h>
#include <unistd.h>
#include "base/command.h"
#include "base/seconds.h"
#include "base/options.h"
#include "commands.h"
#include "snapshot.h"
#include "store.h"

struct status_options {
	bool json;
	bool watch;
	bool limits;
	double interval;
};

static int status_option(int option, void *arg)
{
	struct status_options *o = arg;

	switch (option) {
	case 'j':
		o->json = true;
		return 0;
	case 'w':
		o->watch = true;
		return 0;
	case 'l':
		o->limits = true;
		return 0;
	}
	return option_seconds(0, &o->interval);
}

static int status_parse(int argc, char **argv, struct status_options *o)
{
	static const struct option list[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "watch", no_argument, NULL, 'w' },
		{ "limits", no_argument, NULL, 'l' },
		{ "interval", required_argument, NULL, 'i' },
		{ 0 },
	};
	int status = options_parse(argc, argv, "", list, status_option, o);

	if (status)
		return status;
	if (argc != optind)
		return say_usage("status: takes no domain");
	/* One sample shows them. */
	if (o->limits && !o->watch && !o->json)
		o->interval = 0;
	/* Without an interval a watch would do nothing but watch. */
	if (o->watch && o->interval < 0.1)
		o->interval = 0.1;
	return COMMAND_OK;
}

static int status_once(struct ctl *ctl, const struct status_options *options)
{
	struct snapshot snapshot;
	int status = COMMAND_OK;

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
	return fflush(stdout) ? COMMAND_FAILED : status;
}

int cmd_status(int argc, char **argv)
{
	/* Ends write once a second; a little more makes two samples differ. */
	struct status_options o = { .interval = 1.2 };
	struct ctl ctl;
	int status = status_parse(argc, argv, &o);

	if (status)
		return status;
	status = store_open(&ctl);
	do
		status = status ?: status_once(&ctl, &o);
	while (o.watch && !status);
	store_close(&ctl);
	return status;
}
