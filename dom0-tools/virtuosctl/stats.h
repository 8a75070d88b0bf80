/* SPDX-License-Identifier: GPL-2.0-only */
/* An end's "stats" node, docs/protocol.md section 9. */
#ifndef VIRTUOSCTL_STATS_H
#define VIRTUOSCTL_STATS_H

#include <stdbool.h>
#include <stdint.h>

/* A limit follows what it limits: limit_add() counts on it. */
enum stat {
	STAT_MS,
	STAT_CHANNELS,
	STAT_CHANNELS_MAX,
	STAT_CALLS,
	STAT_ERRORS,
	STAT_SLEEPS,
	STAT_BELLS,
	STAT_WORKERS,
	STAT_WORKERS_MAX,
	STAT_PAGES,
	STAT_PAGES_MAX,
	STAT_FILES,
	STAT_FILES_MAX,
	NR_STATS,
};

struct stats {
	bool present;
	bool known[NR_STATS]; /* an older end does not write all of them */
	uint64_t value[NR_STATS];
};

/* What is used of what is allowed. */
struct limit {
	bool used_known, allowed_known;
	uint64_t used, allowed;
};

const char *stat_name(enum stat stat);
/* Text that another domain wrote; NULL: there is none. */
void stats_parse(const char *text, struct stats *stats);
/*
 * The limit of STAT_CHANNELS, _WORKERS, _PAGES or _FILES, added to what the
 * limit holds so far: a user domain's are of all its devices together.
 */
void limit_add(struct limit *limit, const struct stats *stats, enum stat used);
/* At 90 % of it, or more. */
bool limit_near(const struct limit *limit);

#endif /* VIRTUOSCTL_STATS_H */
