/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading: what a worker's events say. */
#ifndef BACK_COUNTING_READING_H
#define BACK_COUNTING_READING_H

#include <virtuos/counters.h>

struct back_gauge;

/* What the counters said, or what they counted between two readings. */
struct back_reading {
	u64 enabled;
	u64 value[VSYS_COUNTERS_MAX];
	u64 running[VSYS_COUNTERS_MAX];
};

void back_reading_begin(struct back_gauge *g);
void back_reading_end(struct back_gauge *g);
void back_reading_take(struct back_gauge *g, struct back_reading *since);
bool back_reading_since(const struct vsys_counter *counter, u64 now, u64 last,
			u64 *since);
void back_reading_polling(struct back_gauge *g, u32 i, u64 *value,
			  u64 *running);

#endif /* BACK_COUNTING_READING_H */
