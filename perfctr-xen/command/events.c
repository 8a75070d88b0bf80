// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>
#include "base/say.h"
#include "../libperfctr/event.h"
#include "events.h"

#define NEAR_MAX 3

static unsigned int least(unsigned int a, unsigned int b, unsigned int c)
{
	a = a < b ? a : b;
	return a < c ? a : c;
}

/* How many letters have to be put in, taken out or changed (Levenshtein). */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[64], up, left, i, j, nb = strlen(b);

	if (nb >= sizeof(row) / sizeof(*row))
		return ~0u;
	for (j = 0; j <= nb; j++)
		row[j] = j;
	for (i = 1; a[i - 1]; i++) {
		up = row[0];
		row[0] = i;
		for (j = 1; j <= nb; j++) {
			left = up + (a[i - 1] != b[j - 1]);
			up = row[j];
			row[j] = least(left, row[j] + 1, row[j - 1] + 1);
		}
	}
	return row[nb];
}

/* The known name that is most like it; NULL: none is. */
static const char *nearest(const char *name)
{
	const char *known, *best = NULL;
	unsigned int i, d, best_d = NEAR_MAX + 1;

	for (i = 0; (known = event_known(i)); i++) {
		d = distance(name, known);
		if (strlen(name) >= 3 && !strncmp(known, name, strlen(name)))
			d = 1;
		if (d < best_d) {
			best_d = d;
			best = known;
		}
	}
	return best;
}

static bool unknown(const char *name)
{
	char stem[sizeof(((struct event *)0)->name)];
	const char *known;

	snprintf(stem, sizeof(stem), "%.*s", (int)strcspn(name, ":"), name);
	known = nearest(stem);
	if (known)
		say("there is no event \"%s\"; did you mean %s? (`perfctr-xen list' names all)",
		    name, known);
	else
		say("there is no event \"%s\" (`perfctr-xen list' names those there are)",
		    name);
	return false;
}

static bool events_add(struct events *events, const char *name)
{
	struct event *event = &events->event[events->nr];

	if (events->nr == VSYS_COUNTERS_MAX) {
		say("too many events: at most %u at a time", VSYS_COUNTERS_MAX);
		return false;
	}
	if (strlen(name) >= sizeof(event->name) ||
	    event_parse(name, strlen(name), &event->attr))
		return unknown(name);
	strcpy(event->name, name);
	events->nr++;
	return true;
}

bool events_parse(struct events *events, const char *list)
{
	char name[256];
	const char *end;

	for (;; list = end + 1) {
		end = strchrnul(list, ',');
		snprintf(name, sizeof(name), "%.*s", (int)(end - list), list);
		if (!events_add(events, name))
			return false;
		if (!*end)
			return true;
	}
}

bool event_is_time(const struct event *event)
{
	return event->attr.type == PERF_TYPE_SOFTWARE &&
	       event->attr.config == PERF_COUNT_SW_TASK_CLOCK;
}

struct vsys_counter event_counter(const struct event *event, uint64_t period)
{
	struct vsys_counter counter = {
		.type = event->attr.type,
		.config = event->attr.config,
		.period = period,
	};

	if (event->attr.exclude_user)
		counter.flags |= VSYS_COUNTER_NO_USER;
	if (event->attr.exclude_kernel)
		counter.flags |= VSYS_COUNTER_NO_KERNEL;
	return counter;
}
