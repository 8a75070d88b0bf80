// SPDX-License-Identifier: GPL-2.0-only
/*
 * Results for spreadsheets, a figure on each line:
 *
 *	of	whole, thread, call, or service: a part of a service domain's total
 *	name	of the thread, the call, the part (calls, polling, rest, total)
 *	pid,tid	of a thread
 *	domain	user, a service domain's name, or sum
 *	event	its name, or calls
 *	value	empty: not known
 *	counted	the part of the time that it was counted
 *	deviation	standard deviation over the runs
 */
#include <math.h>
#include "show.h"

static void csv_text(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputs("\",", out);
}

static void csv_line(FILE *out, const char *of, const char *name,
		     const struct row *row, const char *domain,
		     const char *event, struct spread s)
{
	fprintf(out, "%s,", of);
	csv_text(out, name);
	if (row->kind == ROW_THREAD)
		fprintf(out, "%d,%d,", row->pid, row->tid);
	else
		fputs(",,", out);
	csv_text(out, domain);
	csv_text(out, event);
	if (isnan(s.mean.value))
		fputs(",,\n", out);
	else
		fprintf(out, "%.15g,%.4g,%.6g\n", s.mean.value, s.mean.share,
			s.deviation);
}

static void csv_row(FILE *out, const struct runs *runs, const struct row *row)
{
	static const char *const kinds[] = {
		[ROW_WHOLE] = "whole",
		[ROW_THREAD] = "thread",
		[ROW_CALL] = "call",
	};
	const char *of = kinds[row->kind];
	const struct result *r = runs->run[0];
	unsigned int d, e;

	for (e = 0; e < r->events->nr; e++) {
		const char *event = r->events->event[e].name;

		for (d = 0; d < r->nr_domains; d++)
			csv_line(out, of, row->name, row,
				 d == USER_DOMAIN ? "user" : r->domain[d].name,
				 event, runs_figure(runs, row, d, e));
		csv_line(out, of, row->name, row, "sum", event,
			 runs_sum(runs, row, e));
	}
	for (d = 1; d < r->nr_domains; d++)
		csv_line(out, of, row->name, row, r->domain[d].name, "calls",
			 runs_calls(runs, row, d));
}

void show_csv(FILE *out, const struct runs *runs)
{
	static const char *const parts[] = {
		[PART_CALLS] = "calls",
		[PART_POLLING] = "polling",
		[PART_REST] = "rest",
		[PART_TOTAL] = "total",
	};
	const struct result *r = runs->run[0];
	unsigned int i, d, e, part;

	fputs("of,name,pid,tid,domain,event,value,counted,deviation\n", out);
	for (i = 0; i < r->nr_rows; i++)
		csv_row(out, runs, r->row[i]);
	for (d = 1; d < r->nr_domains; d++)
		for (e = 0; e < r->events->nr; e++)
			for (part = PART_CALLS; part <= PART_TOTAL; part++)
				csv_line(out, "service", parts[part], r->row[0],
					 r->domain[d].name,
					 r->events->event[e].name,
					 runs_part(runs, d, part, e));
}
