// SPDX-License-Identifier: GPL-2.0-only
/* An end's "stats" node: words key=value. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "stats.h"

static const char *const stat_names[NR_STATS] = {
	[STAT_MS] = "ms",
	[STAT_CHANNELS] = "channels",
	[STAT_CHANNELS_MAX] = "channels_max",
	[STAT_CALLS] = "calls",
	[STAT_ERRORS] = "errors",
	[STAT_SLEEPS] = "sleeps",
	[STAT_BELLS] = "bells",
	[STAT_WORKERS] = "workers",
	[STAT_WORKERS_MAX] = "workers_max",
	[STAT_PAGES] = "pages",
	[STAT_PAGES_MAX] = "pages_max",
	[STAT_FILES] = "files",
	[STAT_FILES_MAX] = "files_max",
};

const char *stat_name(enum stat stat)
{
	return stat_names[stat];
}

/* Decimal digits up to a space or the end, and nothing else. */
static bool stat_number(const char *text, uint64_t *number)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*number = strtoull(text, &end, 10);
	return !errno && (*end == ' ' || !*end);
}

/* One word; the first of its key counts. */
static void stats_word(const char *word, struct stats *stats)
{
	size_t len = strcspn(word, "= ");
	enum stat i;

	if (word[len] != '=')
		return;
	for (i = 0; i < NR_STATS; i++)
		if (strlen(stat_names[i]) == len &&
		    !memcmp(stat_names[i], word, len) && !stats->known[i])
			stats->known[i] =
				stat_number(word + len + 1, &stats->value[i]);
}

void stats_parse(const char *text, struct stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	if (!text)
		return;
	stats->present = true;
	while (*text) {
		stats_word(text, stats);
		text += strcspn(text, " ");
		text += strspn(text, " ");
	}
}

void limit_add(struct limit *limit, const struct stats *stats, enum stat used)
{
	enum stat allowed = used + 1;

	if (stats->known[used]) {
		limit->used_known = true;
		if (__builtin_add_overflow(limit->used, stats->value[used],
					   &limit->used))
			limit->used = UINT64_MAX;
	}
	if (stats->known[allowed]) {
		limit->allowed_known = true;
		limit->allowed = stats->value[allowed];
	}
}

bool limit_near(const struct limit *limit)
{
	return limit->used_known && limit->allowed_known &&
	       limit->used >= limit->allowed - limit->allowed / 10;
}
