// SPDX-License-Identifier: GPL-2.0-only
/* Results for programs; perfctr-xen(1) describes the members. */
#include <json.h>
#include <math.h>
#include <string.h>
#include "show.h"

typedef struct json_object json;

static void add(json *object, const char *key, json *value)
{
	json_object_object_add(object, key, value);
}

static json *text(const char *value)
{
	return value ? json_object_new_string(value) : NULL;
}

/* Whole when it is, so that counts are exact. */
static json *number(double value)
{
	char digits[48];

	if (isnan(value))
		return NULL;
	if (value == floor(value) && fabs(value) < 9e15)
		return json_object_new_int64(value);
	snprintf(digits, sizeof(digits), "%.3f", value);
	return json_object_new_double_s(value, digits);
}

static json *spread_json(const struct runs *runs, struct spread s)
{
	json *object;

	if (isnan(s.mean.value))
		return NULL; /* not known */
	object = json_object_new_object();
	add(object, "value", number(s.mean.value));
	add(object, "counted", number(s.mean.share));
	if (runs->nr > 1)
		add(object, "deviation", number(s.deviation));
	return object;
}

static json *row_json(const struct runs *runs, const struct row *row)
{
	const struct result *r = runs->run[0];
	json *object = json_object_new_object(), *events, *cells, *calls;
	unsigned int d, e;

	if (row->kind == ROW_THREAD) {
		add(object, "pid", number(row->pid));
		add(object, "tid", number(row->tid));
	}
	if (row->kind != ROW_WHOLE)
		add(object, "name", text(row->name));
	if (row->kind == ROW_CALL)
		add(object, "nr", number(row->nr));
	events = json_object_new_object();
	for (e = 0; e < r->events->nr; e++) {
		cells = json_object_new_object();
		for (d = 0; d < r->nr_domains; d++)
			add(cells,
			    d == USER_DOMAIN ? "user" : r->domain[d].name,
			    spread_json(runs, runs_figure(runs, row, d, e)));
		add(cells, "sum", spread_json(runs, runs_sum(runs, row, e)));
		add(events, r->events->event[e].name, cells);
	}
	add(object, "events", events);
	calls = json_object_new_object();
	for (d = 1; d < r->nr_domains; d++)
		add(calls, r->domain[d].name,
		    number(runs_calls(runs, row, d).mean.value));
	add(calls, "sum",
	    number(runs_calls(runs, row, DOMAINS_MAX).mean.value));
	add(object, "calls", calls);
	return object;
}

static json *domain_json(const struct runs *runs, unsigned int d)
{
	static const char *const parts[] = {
		[PART_CALLS] = "calls",
		[PART_POLLING] = "polling",
		[PART_REST] = "rest",
		[PART_TOTAL] = "total",
	};
	const struct result *r = runs->run[0];
	json *object = json_object_new_object(), *events, *cells;
	unsigned int e, part;

	add(object, "name", text(r->domain[d].name));
	add(object, "used", json_object_new_boolean(r->domain[d].served));
	add(object, "lost", json_object_new_boolean(r->domain[d].lost));
	add(object, "refused",
	    r->domain[d].refused ? text(refused_why(r->domain[d].refused)) : NULL);
	events = json_object_new_object();
	for (e = 0; e < r->events->nr; e++) {
		cells = json_object_new_object();
		for (part = PART_CALLS; part <= PART_TOTAL; part++)
			add(cells, parts[part],
			    spread_json(runs, runs_part(runs, d, part, e)));
		add(events, r->events->event[e].name, cells);
	}
	add(object, "events", events);
	return object;
}

static json *rows_json(const struct runs *runs, enum row_kind kind)
{
	const struct result *r = runs->run[0];
	json *rows = json_object_new_array();
	unsigned int i;

	for (i = 0; i < r->nr_rows; i++)
		if (r->row[i]->kind == kind)
			json_object_array_add(rows, row_json(runs, r->row[i]));
	return rows;
}

bool show_json(FILE *out, const struct runs *runs)
{
	const struct result *r = runs->run[0];
	json *object = json_object_new_object(), *domains;
	double deviation, seconds = runs_seconds(runs, &deviation);
	unsigned int d;

	add(object, "command", text(runs->title));
	add(object, "runs", number(runs->nr));
	add(object, "seconds", number(seconds));
	add(object, "no_services", text(runs->no_services));
	add(object, "whole", row_json(runs, r->row[0]));
	add(object, "threads", rows_json(runs, ROW_THREAD));
	add(object, "by_call", rows_json(runs, ROW_CALL));
	domains = json_object_new_array();
	for (d = 1; d < r->nr_domains; d++)
		json_object_array_add(domains, domain_json(runs, d));
	add(object, "services", domains);
	fprintf(out, "%s\n",
		json_object_to_json_string_ext(
			object, JSON_C_TO_STRING_PRETTY |
					JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
	return !ferror(out);
}
