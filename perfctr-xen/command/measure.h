/* SPDX-License-Identifier: GPL-2.0-only */
/* Measure: one event's count, and of which part of the time it is. */
#ifndef PERFCTR_MEASURE_H
#define PERFCTR_MEASURE_H

#include <stdint.h>

struct measure {
	uint64_t value;
	uint64_t enabled; /* ns in which it was to be counted */
	uint64_t running; /* ns of those in which it had a register */
};

/* Of others, in other time. */
void measure_add(struct measure *to, const struct measure *m);
/* Takes off so much of the count as it is shown; never more than there is. */
void measure_less(struct measure *from, double shown);

/* A count as it is shown: what it would be if it had been counted all the time. */
struct figure {
	double value; /* NaN: not known */
	double share; /* the part of the time in which it was counted */
};

struct figure measure_figure(const struct measure *m);
/* Unknown ones add nothing. */
struct figure figure_add(struct figure a, struct figure b);
struct figure figure_subtract(struct figure a, struct figure b);

/* Repeated runs: mean and standard deviation by Welford's method. */
struct series {
	unsigned int n;
	double mean;
	double m2;
};

void series_add(struct series *s, double x);
double series_deviation(const struct series *s);

#endif /* PERFCTR_MEASURE_H */
