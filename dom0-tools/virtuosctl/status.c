// SPDX-License-Identifier: GPL-2.0-only
/* virtuosctl status: who serves whom, and how busily. */
#include <stdio.h>
#include "base/command.h"
#include "base/options.h"
#include "base/screen.h"
#include "base/seconds.h"
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

static void status_print(const struct status_options *o,
			 const struct snapshot *snapshot, FILE *out)
{
	if (o->json)
		snapshot_print_json(snapshot, !o->watch, out);
	else if (o->limits)
		snapshot_print_limits(snapshot, out);
	else
		snapshot_print_table(snapshot, out);
}

/* Two samples, unless there is nothing that makes calls. */
static int status_once(struct ctl *ctl, const struct status_options *o)
{
	struct snapshot old, snapshot;

	snapshot_take(ctl, &snapshot);
	if (o->interval > 0 && snapshot.nr_devices) {
		old = snapshot;
		sleep_seconds(o->interval);
		snapshot_take(ctl, &snapshot);
		snapshot_rates(&snapshot, &old);
		snapshot_free(&old);
	}
	status_print(o, &snapshot, stdout);
	snapshot_free(&snapshot);
	return fflush(stdout) ? COMMAND_FAILED : COMMAND_OK;
}

static bool status_show(const struct status_options *o,
			const struct snapshot *snapshot)
{
	char *text = NULL;
	size_t size;
	FILE *out;

	if (o->json) { /* a line each */
		status_print(o, snapshot, stdout);
		return !fflush(stdout);
	}
	out = open_memstream(&text, &size);
	if (!out)
		return false;
	status_print(o, snapshot, out);
	fclose(out);
	screen_show(text, 0, true);
	return !ferror(stdout);
}

/* Each sample with its rates since the one before. */
static int status_watch(struct ctl *ctl, const struct status_options *o)
{
	struct snapshot old, snapshot;
	bool good = true;

	snapshot_take(ctl, &old);
	screen_open(o->json);
	while (good && screen_wait(o->interval)) {
		snapshot_take(ctl, &snapshot);
		snapshot_rates(&snapshot, &old);
		snapshot_free(&old);
		old = snapshot;
		good = status_show(o, &snapshot);
	}
	screen_close();
	snapshot_free(&old);
	return good ? COMMAND_OK : COMMAND_FAILED;
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
	if (!status)
		status = o.watch ? status_watch(&ctl, &o) :
				   status_once(&ctl, &o);
	store_close(&ctl);
	return status;
}
