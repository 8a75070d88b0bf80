/* SPDX-License-Identifier: GPL-2.0-only */
/* Totals: what the whole domain did, event by event. */
#ifndef BACK_COUNTING_TOTALS_H
#define BACK_COUNTING_TOTALS_H

#include <virtuos/counters.h>

struct back_device;
struct back_gauge;
struct back_total;

struct back_total *back_total_get(struct back_device *dev,
				  const struct vsys_counter *counter);
void back_total_put(struct back_device *dev, struct back_total *t);
void back_totals_join(struct back_gauge *g);
void back_totals_leave(struct back_gauge *g);
int back_totals_read(struct vsys_totals *totals);

#endif /* BACK_COUNTING_TOTALS_H */
