// SPDX-License-Identifier: GPL-2.0-only
/* The snapshot for people. */
#include <inttypes.h>
#include <stdio.h>
#include "base/table.h"
#include "base/text.h"
#include "snapshot.h"

static const char *seconds_text(double seconds, char text[static 16])
{
	if (seconds < 0)
		snprintf(text, 16, "?");
	else if (seconds < 600)
		snprintf(text, 16, "%.0f s", seconds);
	else if (seconds < 172800)
		snprintf(text, 16, "%.0f min", seconds / 60);
	else
		snprintf(text, 16, "%.0f d", seconds / 86400);
	return text;
}

static const char *count_text(const struct stats *stats, enum stat count,
			      size_t width, char text[static 24])
{
	if (!stats->known[count])
		return "-";
	return text_number(stats->value[count], width, text);
}

static const char *rate_text(double rate, char text[static 24])
{
	if (rate < 0)
		return "-";
	/* Two samples of a domain that lies may be as far apart as it likes. */
	snprintf(text, 24, rate < 999999 ? "%.1f" : "%.0e", rate);
	return text;
}

static void add_service(struct table *t, const struct service_view *view)
{
	const struct domain *domain = &view->domain;
	char uptime[16];

	table_add(t, "%s", view->name);
	table_add(t, view->running ? "%u" : "-", domain->id);
	table_add(t, "%s", view->running ? domain->state : "gone");
	table_add(t, "%s", view->class ? view->class : "?");
	table_add(t, view->running ? "%" PRIu64 " MiB" : "-",
		  domain->memory_kib / 1024);
	table_add(t, "%s",
		  view->running ? seconds_text(domain->uptime, uptime) : "-");
	table_add(t, "%s", *view->pci ? view->pci : "-");
}

static void print_services(const struct snapshot *snapshot, FILE *out)
{
	struct table t;
	unsigned int i;

	table_init(&t, 7, "lrllrrl");
	table_add_words(&t, "SERVICE,ID,STATE,CLASS,MEMORY,UPTIME,PCI DEVICES");
	for (i = 0; i < snapshot->nr_services; i++)
		add_service(&t, &snapshot->services[i]);
	table_print(&t, out);
}

static void add_device(struct table *t, const struct snapshot *snapshot,
		       const struct device_view *view)
{
	const struct device *device = &view->device;
	const struct stats *front = &view->front.stats;
	const struct stats *back = &view->back.stats;
	const char *state = device_state_name(view->front.state);
	char text[24];

	table_add(t, "%s", snapshot_user(snapshot, device->user));
	table_add(t, "%u", device->user);
	table_add(t, "%s", device->service);
	table_add(t, "%u", device->number);
	/* One word when the ends agree, as they do unless something happens. */
	if (view->front.state == view->back.state)
		table_add(t, "%s", state);
	else
		table_add(t, "%s/%s", state,
			  device_state_name(view->back.state));
	table_add(t, "%s", count_text(front, STAT_CHANNELS, 8, text));
	table_add(t, "%s", count_text(front, STAT_CALLS, 10, text));
	table_add(t, "%s", count_text(back, STAT_CALLS, 10, text));
	table_add(t, "%s", rate_text(view->rate, text));
	table_add(t, "%s", count_text(back, STAT_ERRORS, 7, text));
}

/* Below each device, what its ends have to say. */
static void print_devices(const struct snapshot *snapshot, FILE *out)
{
	struct table t;
	unsigned int i;

	table_init(&t, 10, "lrlrlr");
	table_add_words(
		&t,
		"USER,ID,SERVICE,DEV,STATE,CHANNELS,CALLS MADE,EXECUTED,CALLS/S,REFUSED");
	for (i = 0; i < snapshot->nr_devices; i++)
		add_device(&t, snapshot, &snapshot->devices[i]);
	table_print_line(&t, 0, out);
	for (i = 0; i < snapshot->nr_devices; i++) {
		const struct device_view *view = &snapshot->devices[i];

		table_print_line(&t, i + 1, out);
		if (view->front.error)
			fprintf(out, "  the user domain's end says: %s\n",
				view->front.error);
		if (view->back.error)
			fprintf(out, "  the service domain's end says: %s\n",
				view->back.error);
	}
	table_free(&t);
}

void snapshot_print_table(const struct snapshot *snapshot, FILE *out)
{
	if (!snapshot->nr_services) {
		fputs("no service domains: `virtuosctl create NAME' starts one\n",
		      out);
		return;
	}
	print_services(snapshot, out);
	if (!snapshot->nr_devices) {
		fputs("\nnothing is attached: `virtuosctl attach USERDOM SERVICEDOM'\n",
		      out);
		return;
	}
	fputc('\n', out);
	print_devices(snapshot, out);
	if (snapshot_near(snapshot))
		fputs("\nsomething is nearly used up: `virtuosctl status --limits'\n",
		      out);
}
