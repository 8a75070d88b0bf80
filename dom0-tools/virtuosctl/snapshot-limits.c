// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is used of what is allowed, for people.  A user domain's own limits are
 * of all its devices together; a service domain allows so much to each device.
 */
#include <stdio.h>
#include "base/table.h"
#include "base/text.h"
#include "snapshot.h"

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

/* number: of a device, or -1. */
static void add_limits(struct table *t, const struct snapshot *snapshot,
		       unsigned int user, const char *service, long number,
		       const struct limits *limits)
{
	char text[64];
	unsigned int i;

	table_add(t, "%s", snapshot_user(snapshot, user));
	table_add(t, "%u", user);
	table_add(t, "%s", service);
	table_add(t, number < 0 ? "-" : "%ld", number);
	for (i = 0; i < NR_LIMITS; i++)
		table_add(t, "%s", limit_text(&limits->limit[i], text));
}

/* The user domain's own first, then those of each of its devices. */
static void add_user(struct table *t, const struct snapshot *snapshot,
		     unsigned int user)
{
	struct limits own = limits_user(snapshot, user);
	unsigned int i;

	add_limits(t, snapshot, user, "(its own)", -1, &own);
	for (i = 0; i < snapshot->nr_devices; i++) {
		const struct device *device = &snapshot->devices[i].device;
		struct limits limits = limits_device(&snapshot->devices[i]);

		if (device->user == user)
			add_limits(t, snapshot, user, device->service,
				   device->number, &limits);
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

void snapshot_print_limits(const struct snapshot *snapshot, FILE *out)
{
	struct table t;
	unsigned int i;

	table_init(&t, 4 + NR_LIMITS, "lrlr");
	table_add_words(&t, "USER,ID,SERVICE,DEV,CHANNELS,WORKERS,PAGES,FILES");
	for (i = 0; i < snapshot->nr_devices; i++)
		if (limits_first(snapshot, i))
			add_user(&t, snapshot,
				 snapshot->devices[i].device.user);
	table_print(&t, out);
	if (snapshot_near(snapshot))
		fputs("\n! 90 % or more of what is allowed is used\n", out);
}
