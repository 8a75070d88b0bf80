/* SPDX-License-Identifier: GPL-2.0-only */
/* Showing results: as tables, as JSON, as comma-separated values. */
#ifndef PERFCTR_SHOW_H
#define PERFCTR_SHOW_H

#include <stdio.h>
#include "result.h"

/* Several runs of the same, of which the first says what rows there are. */
struct runs {
	unsigned int nr;
	struct result **run;
	const char *title;	 /* the command */
	const char *no_services; /* why there are none; NULL: there are */
};

/* A cell over all runs. */
struct spread {
	struct figure mean;
	double deviation;
};

struct spread runs_figure(const struct runs *runs, const struct row *row,
			  unsigned int domain, unsigned int event);
struct spread runs_sum(const struct runs *runs, const struct row *row,
		       unsigned int event);
/* Parts of a service domain's total. */
enum part { PART_CALLS, PART_POLLING, PART_REST, PART_TOTAL };
struct spread runs_part(const struct runs *runs, unsigned int domain,
			enum part part, unsigned int event);
/* Calls in one domain, or in all: DOMAINS_MAX. */
struct spread runs_calls(const struct runs *runs, const struct row *row,
			 unsigned int domain);
double runs_seconds(const struct runs *runs, double *deviation);

void show_tables(FILE *out, const struct runs *runs);
bool show_json(FILE *out, const struct runs *runs);
void show_csv(FILE *out, const struct runs *runs);

#endif /* PERFCTR_SHOW_H */
