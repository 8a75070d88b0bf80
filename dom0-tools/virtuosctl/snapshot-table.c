// SPDX-License-Identifier: GPL-2.0-only
/* The snapshot for people. */
#include <inttypes.h>
#include <stdio.h>
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

static void table_services(const struct snapshot *snapshot)
{
	char uptime[16], memory[24], id[16];
	unsigned int i;

	printf("%-15s %5s %-8s %-8s %10s %9s  %s\n", "SERVICE", "ID", "STATE",
	       "CLASS", "MEMORY", "UPTIME", "PCI DEVICES");
	for (i = 0; i < snapshot->nr_services; i++) {
		const struct service_view *s = &snapshot->services[i];

		snprintf(id, sizeof(id), s->running ? "%u" : "-", s->domain.id);
		snprintf(memory, sizeof(memory),
			 s->running ? "%" PRIu64 " MiB" : "-",
			 s->domain.memory_kib / 1024);
		printf("%-15s %5s %-8s %-8s %10s %9s  %s\n", s->name, id,
		       s->running ? s->domain.state : "gone",
		       s->class ? s->class : "?", memory,
		       s->running ? seconds_text(s->domain.uptime, uptime) :
				    "-",
		       *s->pci ? s->pci : "-");
	}
}

/* One word when the ends agree, which they do unless something happens. */
static void table_state(const struct device_view *view, char text[static 48])
{
	const char *front = device_state_name(view->front.state);
	const char *back = device_state_name(view->back.state);

	if (view->front.state == view->back.state)
		snprintf(text, 48, "%s", front);
	else
		snprintf(text, 48, "%s/%s", front, back);
}

#define DEVICE_ROW "%-13s %5s %-15s %3s %-12s %8s %10s %10s %8s %7s\n"

static void table_device(const struct snapshot *snapshot,
			 const struct device_view *view)
{
	const struct device *device = &view->device;
	const struct stats *front = &view->front.stats;
	const struct stats *back = &view->back.stats;
	char state[48], channels[24], made[24], run[24], rate[24], bad[24];
	char user[16], number[16];

	table_state(view, state);
	snprintf(user, sizeof(user), "%u", device->user);
	snprintf(number, sizeof(number), "%u", device->number);
	printf(DEVICE_ROW, snapshot_user(snapshot, device->user), user,
	       device->service, number, state,
	       count_text(front, STAT_CHANNELS, 8, channels),
	       count_text(front, STAT_CALLS, 10, made),
	       count_text(back, STAT_CALLS, 10, run),
	       rate_text(view->rate, rate),
	       count_text(back, STAT_ERRORS, 7, bad));
	if (view->front.error)
		printf("  the user domain's end says: %s\n", view->front.error);
	if (view->back.error)
		printf("  the service domain's end says: %s\n",
		       view->back.error);
}

void snapshot_print_table(const struct snapshot *snapshot)
{
	unsigned int i;

	if (!snapshot->nr_services) {
		printf("no service domains: `virtuosctl create NAME' starts one\n");
		return;
	}
	table_services(snapshot);
	if (!snapshot->nr_devices) {
		printf("\nnothing is attached: `virtuosctl attach USERDOM SERVICEDOM'\n");
		return;
	}
	printf("\n" DEVICE_ROW, "USER", "ID", "SERVICE", "DEV", "STATE",
	       "CHANNELS", "CALLS MADE", "EXECUTED", "CALLS/S", "REFUSED");
	for (i = 0; i < snapshot->nr_devices; i++)
		table_device(snapshot, &snapshot->devices[i]);
	if (snapshot_near(snapshot))
		printf("\nsomething is nearly used up: `virtuosctl status --limits'\n");
}
