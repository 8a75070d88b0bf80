// SPDX-License-Identifier: GPL-2.0-only
/* Cells over several runs. */
#include <math.h>
#include "show.h"

static struct spread spread_of(const struct series *s, double share)
{
	return (struct spread){
		.mean = { s->n ? s->mean : NAN, share },
		.deviation = series_deviation(s),
	};
}

static void series_figure(struct series *s, double *share, struct figure f)
{
	if (isnan(f.value))
		return;
	series_add(s, f.value);
	*share = fmin(*share, f.share);
}

/* One domain's cell, or with DOMAINS_MAX the sum's. */
static struct spread runs_cell(const struct runs *runs, const struct row *row,
			       unsigned int domain, unsigned int event)
{
	struct series s = { 0 };
	double share = 1;
	const struct row *same;
	unsigned int i;

	for (i = 0; i < runs->nr; i++) {
		const struct result *r = runs->run[i];

		same = result_find(r, row);
		if (same)
			series_figure(
				&s, &share,
				domain == DOMAINS_MAX ?
					result_sum(r, same, event) :
					result_figure(r, same, domain, event));
	}
	return spread_of(&s, share);
}

struct spread runs_figure(const struct runs *runs, const struct row *row,
			  unsigned int domain, unsigned int event)
{
	return runs_cell(runs, row, domain, event);
}

struct spread runs_sum(const struct runs *runs, const struct row *row,
		       unsigned int event)
{
	return runs_cell(runs, row, DOMAINS_MAX, event);
}

static struct figure part_figure(const struct result *r, unsigned int domain,
				 enum part part, unsigned int event)
{
	const struct domain *d = &r->domain[domain];

	if (part == PART_CALLS)
		return result_figure(r, r->row[0], domain, event);
	if (d->totals_error)
		return (struct figure){ NAN, 1 };
	if (part == PART_POLLING)
		return measure_figure(&d->polling[event]);
	if (part == PART_TOTAL)
		return measure_figure(&d->total[event]);
	return result_rest(r, domain, event);
}

struct spread runs_part(const struct runs *runs, unsigned int domain,
			enum part part, unsigned int event)
{
	struct series s = { 0 };
	double share = 1;
	unsigned int i;

	for (i = 0; i < runs->nr; i++)
		series_figure(&s, &share,
			      part_figure(runs->run[i], domain, part, event));
	return spread_of(&s, share);
}

struct spread runs_calls(const struct runs *runs, const struct row *row,
			 unsigned int domain)
{
	struct series s = { 0 };
	const struct row *same;
	unsigned int i;

	for (i = 0; i < runs->nr; i++) {
		same = result_find(runs->run[i], row);
		if (!same)
			continue;
		if (domain == DOMAINS_MAX)
			series_add(&s, row_calls(same));
		else if (same->cost[domain].known)
			series_add(&s, same->cost[domain].calls);
	}
	return spread_of(&s, 1);
}

double runs_seconds(const struct runs *runs, double *deviation)
{
	struct series s = { 0 };
	unsigned int i;

	for (i = 0; i < runs->nr; i++)
		series_add(&s, runs->run[i]->seconds);
	*deviation = series_deviation(&s);
	return s.mean;
}
