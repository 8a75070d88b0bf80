// SPDX-License-Identifier: GPL-2.0-only
/* Results for people. */
#include <errno.h>
#include <math.h>
#include <string.h>
#include "base/table.h"
#include "base/text.h"
#include "local.h"
#include "show.h"
#include "xen.h"

#define CELL 96

static const char *spread_text(const struct runs *runs, const struct spread *s,
			       bool is_time, char text[static CELL])
{
	char number[48];
	int n;

	if (isnan(s->mean.value)) {
		strcpy(text, "-");
		return text;
	}
	if (is_time)
		n = snprintf(text, CELL, "%.3f", s->mean.value / 1e6);
	else
		n = snprintf(text, CELL, "%s",
			     text_thousands(s->mean.value, number));
	if (s->mean.share < 0.995)
		n += snprintf(text + n, CELL - n, " (%.0f%%)",
			      s->mean.share * 100);
	if (runs->nr > 1)
		snprintf(text + n, CELL - n, " ± %.1f%%",
			 s->mean.value ?
				 100 * s->deviation / fabs(s->mean.value) :
				 0.0);
	return text;
}

static void add_spread(struct table *t, const struct runs *runs,
		       struct spread s, bool is_time)
{
	char text[CELL];

	table_add(t, "%s", spread_text(runs, &s, is_time, text));
}

static void add_event_name(struct table *t, const struct event *event)
{
	table_add(t, "  %s%s", event->name, event_is_time(event) ? ", ms" : "");
}

/* Events × domains. */
static void add_whole(struct table *t, const struct runs *runs)
{
	const struct result *r = runs->run[0];
	const struct row *row = r->row[0];
	unsigned int d, e;

	for (e = 0; e < r->events->nr; e++) {
		bool is_time = event_is_time(&r->events->event[e]);

		add_event_name(t, &r->events->event[e]);
		for (d = 0; d < r->nr_domains; d++)
			add_spread(t, runs, runs_figure(runs, row, d, e),
				   is_time);
		add_spread(t, runs, runs_sum(runs, row, e), is_time);
	}
	table_add(t, "  calls");
	for (d = 0; d < r->nr_domains; d++)
		if (d == USER_DOMAIN)
			table_add(t, "-");
		else
			add_spread(t, runs, runs_calls(runs, row, d), false);
	add_spread(t, runs, runs_calls(runs, row, DOMAINS_MAX), false);
}

static void add_heads(struct table *t, const struct runs *runs,
		      const char *title, unsigned int first)
{
	const struct result *r = runs->run[0];
	unsigned int d;

	table_add(t, "%s", title);
	for (d = first; d < r->nr_domains; d++)
		table_add(t, "%s", r->domain[d].name);
}

static void show_whole(FILE *out, const struct runs *runs)
{
	const struct result *r = runs->run[0];
	struct table t;

	table_init(&t, r->nr_domains + 2, "lr");
	add_heads(&t, runs, "", 0);
	table_add(&t, "sum");
	add_whole(&t, runs);
	table_print(&t, out);
}

/* A line for each domain in which it cost anything. */
static void add_row_lines(struct table *t, const struct runs *runs,
			  const struct row *row, const char *name)
{
	const struct result *r = runs->run[0];
	unsigned int d, e;

	for (d = 0; d < r->nr_domains; d++) {
		if (!row->cost[d].known)
			continue;
		table_add(t, "%s", name);
		table_add(t, "%s", r->domain[d].name);
		if (d == USER_DOMAIN)
			table_add(t, "-");
		else
			add_spread(t, runs, runs_calls(runs, row, d), false);
		for (e = 0; e < r->events->nr; e++)
			add_spread(t, runs, runs_figure(runs, row, d, e),
				   event_is_time(&r->events->event[e]));
		name = "";
	}
}

static void show_rows(FILE *out, const struct runs *runs, enum row_kind kind)
{
	const struct result *r = runs->run[0];
	bool any = false;
	struct table t;
	char name[64];
	unsigned int i;

	table_init(&t, 3 + r->events->nr, "lr");
	table_add(&t, kind == ROW_THREAD ? "Threads" : "Calls");
	table_add(&t, "%s", "");
	table_add(&t, "calls");
	for (i = 0; i < r->events->nr; i++)
		table_add(&t, "%s%s", r->events->event[i].name,
			  event_is_time(&r->events->event[i]) ? ", ms" : "");
	for (i = 0; i < r->nr_rows; i++) {
		const struct row *row = r->row[i];

		if (row->kind != kind)
			continue;
		if (kind == ROW_THREAD && row->tid)
			snprintf(name, sizeof(name), "  %s %d/%d", row->name,
				 row->pid, row->tid);
		else
			snprintf(name, sizeof(name), "  %s", row->name);
		add_row_lines(&t, runs, row, name);
		any = true;
	}
	if (any) {
		fputc('\n', out);
		table_print(&t, out);
	} else {
		table_free(&t);
	}
}

/* What the service domains did besides, so that nothing is left over. */
static void show_parts(FILE *out, const struct runs *runs)
{
	static const char *const names[] = {
		[PART_CALLS] = "    the calls above",
		[PART_POLLING] = "    not attributed: polling",
		[PART_REST] = "    not attributed: the rest",
		[PART_TOTAL] = "    all of the domain",
	};
	const struct result *r = runs->run[0];
	struct table t;
	unsigned int d, e, part;

	if (r->nr_domains == 1)
		return;
	table_init(&t, r->nr_domains, "lr");
	add_heads(&t, runs, "Service domains as a whole", 1);
	for (e = 0; e < r->events->nr; e++) {
		add_event_name(&t, &r->events->event[e]);
		for (d = 1; d < r->nr_domains; d++)
			table_add(&t, "%s", "");
		for (part = PART_CALLS; part <= PART_TOTAL; part++) {
			table_add(&t, "%s", names[part]);
			for (d = 1; d < r->nr_domains; d++)
				add_spread(&t, runs,
					   runs_part(runs, d, part, e),
					   event_is_time(&r->events->event[e]));
		}
	}
	fputc('\n', out);
	table_print(&t, out);
}

static void note_domain(FILE *out, const struct domain *d)
{
	if (d->refused)
		fprintf(out,
			"\n%s does not count these events: %s (`perfctr-xen list' shows what there is).\n",
			d->name, refused_why(d->refused));
	else if (d->totals_error > 0)
		fprintf(out, "\nAll of %s is not known: %s.\n", d->name,
			strerror(d->totals_error));
	if (d->lost)
		fprintf(out,
			"\n%s went away: what it counted after its last completed call is lost.\n",
			d->name);
}

/* Is there an event of the processor in one mode alone? */
static bool names_modes(const struct events *events)
{
	unsigned int i;

	for (i = 0; i < events->nr; i++)
		if (events->event[i].attr.type != PERF_TYPE_SOFTWARE &&
		    (events->event[i].attr.exclude_user ||
		     events->event[i].attr.exclude_kernel))
			return true;
	return false;
}

static void show_notes(FILE *out, const struct runs *runs)
{
	const struct result *r = runs->run[0];
	unsigned int i, d;

	for (i = 0; i < r->events->nr; i++)
		if (r->no_counter[i])
			fprintf(out, "\n%s: %s.\n", r->events->event[i].name,
				local_why(-ENOENT));
	if (xen_road() == XEN_PV_STOCK && names_modes(r->events))
		fprintf(out,
			"\nIn PV domains on stock Xen, :u counts programs and kernel, and :k counts Xen.\n");
	if (runs->no_services)
		fprintf(out, "\nService domains are not counted: %s.\n",
			runs->no_services);
	else if (r->nr_domains == 1)
		fprintf(out, "\nNo service domain took part.\n");
	for (i = 0; i < runs->nr; i++)
		for (d = 1; d < runs->run[i]->nr_domains; d++)
			note_domain(out, &runs->run[i]->domain[d]);
}

void show_tables(FILE *out, const struct runs *runs)
{
	double deviation, seconds = runs_seconds(runs, &deviation);

	fprintf(out, "%s: %.3f s", runs->title, seconds);
	if (runs->nr > 1)
		fprintf(out, " ± %.1f%%, %u runs",
			seconds > 0 ? 100 * deviation / seconds : 0, runs->nr);
	fputs("\n\n", out);
	show_whole(out, runs);
	show_rows(out, runs, ROW_CALL);
	show_rows(out, runs, ROW_THREAD);
	show_parts(out, runs);
	show_notes(out, runs);
}
