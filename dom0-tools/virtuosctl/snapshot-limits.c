// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is used of what is allowed, for people.  A user domain's own limits are
 * of all its devices together; a service domain allows so much to each device.
 */
#include <stdio.h>
#include "base/text.h"
#include "snapshot.h"

#define LIMITS_ROW "%-15s %5s %-15s %3s %11s %13s %17s %13s\n"

/* In the order of the columns. */
static const enum stat limits_shown[] = { STAT_CHANNELS, STAT_WORKERS,
					  STAT_PAGES, STAT_FILES };

#define NR_LIMITS (sizeof(limits_shown) / sizeof(*limits_shown))

struct limits {
	struct limit limit[NR_LIMITS];
};

static void limits_add(struct limits *limits, const struct stats *stats)
{
	unsigned int i;

	for (i = 0; i < NR_LIMITS; i++)
		limit_add(&limits->limit[i], stats, limits_shown[i]);
}

static struct limits limits_user(const struct snapshot *snapshot,
				 unsigned int user)
{
	struct limits limits = { 0 };
	unsigned int i;

	for (i = 0; i < snapshot->nr_devices; i++)
		if (snapshot->devices[i].device.user == user)
			limits_add(&limits, &snapshot->devices[i].front.stats);
	return limits;
}

static struct limits limits_device(const struct device_view *view)
{
	struct limits limits = { 0 };

	limits_add(&limits, &view->back.stats);
	return limits;
}

static bool limits_near(const struct limits *limits)
{
	unsigned int i;

	for (i = 0; i < NR_LIMITS; i++)
		if (limit_near(&limits->limit[i]))
			return true;
	return false;
}

bool snapshot_near(const struct snapshot *snapshot)
{
	unsigned int i;

	for (i = 0; i < snapshot->nr_devices; i++) {
		struct limits own =
			limits_user(snapshot, snapshot->devices[i].device.user);
		struct limits device = limits_device(&snapshot->devices[i]);

		if (limits_near(&own) || limits_near(&device))
			return true;
	}
	return false;
}

/* USED/ALLOWED, with a mark when there is little left. */
static const char *limit_text(const struct limit *limit, char text[static 64])
{
	char used[24] = "-", allowed[24] = "-";

	if (!limit->used_known && !limit->allowed_known)
		return "-";
	if (limit->used_known)
		text_number(limit->used, 7, used);
	if (limit->allowed_known)
		text_number(limit->allowed, 7, allowed);
	snprintf(text, 64, "%s/%s%s", used, allowed,
		 limit_near(limit) ? "!" : "");
	return text;
}

static void limits_row(const struct snapshot *snapshot, unsigned int user,
		       const char *service, const char *number,
		       const struct limits *limits)
{
	char text[NR_LIMITS][64], id[16];
	const char *cell[NR_LIMITS];
	unsigned int i;

	for (i = 0; i < NR_LIMITS; i++)
		cell[i] = limit_text(&limits->limit[i], text[i]);
	snprintf(id, sizeof(id), "%u", user);
	printf(LIMITS_ROW, snapshot_user(snapshot, user), id, service, number,
	       cell[0], cell[1], cell[2], cell[3]);
}

/* The user domain's own first, then those of each of its devices. */
static void limits_rows(const struct snapshot *snapshot, unsigned int user)
{
	struct limits own = limits_user(snapshot, user);
	unsigned int i;

	limits_row(snapshot, user, "(its own)", "-", &own);
	for (i = 0; i < snapshot->nr_devices; i++) {
		const struct device *device = &snapshot->devices[i].device;
		struct limits limits = limits_device(&snapshot->devices[i]);
		char number[16];

		if (device->user != user)
			continue;
		snprintf(number, sizeof(number), "%u", device->number);
		limits_row(snapshot, user, device->service, number, &limits);
	}
}

static bool limits_first(const struct snapshot *snapshot, unsigned int device)
{
	unsigned int i;

	for (i = 0; i < device; i++)
		if (snapshot->devices[i].device.user ==
		    snapshot->devices[device].device.user)
			return false;
	return true;
}

void snapshot_print_limits(const struct snapshot *snapshot)
{
	unsigned int i;

	printf(LIMITS_ROW, "USER", "ID", "SERVICE", "DEV", "CHANNELS",
	       "WORKERS", "PAGES", "FILES");
	for (i = 0; i < snapshot->nr_devices; i++)
		if (limits_first(snapshot, i))
			limits_rows(snapshot, snapshot->devices[i].device.user);
	if (snapshot_near(snapshot))
		printf("\n! 90 %% or more of what is allowed is used\n");
}
