/* SPDX-License-Identifier: GPL-2.0-only */
/* Totals: what the whole domain did, event by event. */
#ifndef VSYSBACK_COUNTING_TOTALS_H
#define VSYSBACK_COUNTING_TOTALS_H

#include <virtuos/counters.h>

struct vsysback_device;
struct vsysback_gauge;
struct vsysback_total;

struct vsysback_total *vsysback_total_get(struct vsysback_device *dev,
					  const struct vsys_counter *counter);
void vsysback_total_put(struct vsysback_device *dev, struct vsysback_total *t);
void vsysback_totals_join(struct vsysback_gauge *g);
void vsysback_totals_leave(struct vsysback_gauge *g);
int vsysback_totals_read(struct vsys_totals *totals);

#endif /* VSYSBACK_COUNTING_TOTALS_H */
