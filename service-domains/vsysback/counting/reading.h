/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading: what a worker's events say. */
#ifndef VSYSBACK_COUNTING_READING_H
#define VSYSBACK_COUNTING_READING_H

#include <virtuos/counters.h>

struct vsysback_gauge;

/* What the counters said, or what they counted between two readings. */
struct vsysback_reading {
	u64 enabled;
	u64 value[VSYS_COUNTERS_MAX];
	u64 running[VSYS_COUNTERS_MAX];
};

void vsysback_reading_begin(struct vsysback_gauge *g);
void vsysback_reading_end(struct vsysback_gauge *g);
void vsysback_reading_take(struct vsysback_gauge *g,
			   struct vsysback_reading *since);
bool vsysback_reading_since(const struct vsys_counter *counter, u64 now,
			    u64 last, u64 *since);
void vsysback_reading_polling(struct vsysback_gauge *g, u32 i, u64 *value,
			      u64 *running);

#endif /* VSYSBACK_COUNTING_READING_H */
