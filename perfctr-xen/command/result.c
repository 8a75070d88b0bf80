// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"
#include "base/text.h"
#include "callname.h"
#include "result.h"

static struct row *row_add(struct result *r, enum row_kind kind)
{
	struct row *row = xalloc(NULL, sizeof(*row));

	memset(row, 0, sizeof(*row));
	row->kind = kind;
	r->row = xgrow(r->row, r->nr_rows, sizeof(*r->row));
	r->row[r->nr_rows++] = row;
	return row;
}

struct result *result_new(const struct events *events)
{
	struct result *r = xalloc(NULL, sizeof(*r));

	memset(r, 0, sizeof(*r));
	r->events = events;
	result_domain(r, "user domain");
	row_add(r, ROW_WHOLE);
	return r;
}

void result_free(struct result *r)
{
	unsigned int i;

	for (i = 0; i < r->nr_rows; i++)
		free(r->row[i]);
	free(r->row);
	free(r);
}

unsigned int result_domain(struct result *r, const char *name)
{
	unsigned int i;

	/* A service could call itself what the user domain is called here. */
	for (i = r->nr_domains ? 1 : 0; i < r->nr_domains; i++)
		if (!strcmp(r->domain[i].name, name))
			return i;
	if (i == DOMAINS_MAX)
		return i;
	snprintf(r->domain[i].name, sizeof(r->domain[i].name), "%s", name);
	r->domain[i].totals_error = -1;
	return r->nr_domains++;
}

struct row *result_find(const struct result *r, const struct row *like)
{
	unsigned int i;

	for (i = 0; i < r->nr_rows; i++)
		if (r->row[i]->kind == like->kind &&
		    r->row[i]->pid == like->pid &&
		    r->row[i]->tid == like->tid && r->row[i]->nr == like->nr)
			return r->row[i];
	return NULL;
}

struct row *result_thread(struct result *r, pid_t pid, pid_t tid)
{
	struct row like = { .kind = ROW_THREAD, .pid = pid, .tid = tid };
	struct row *row = result_find(r, &like);

	if (!row) {
		row = row_add(r, ROW_THREAD);
		row->pid = pid;
		row->tid = tid;
	}
	return row;
}

struct row *result_call(struct result *r, uint32_t nr)
{
	struct row like = { .kind = ROW_CALL, .nr = nr };
	struct row *row = result_find(r, &like);

	if (!row) {
		row = row_add(r, ROW_CALL);
		row->nr = nr;
		call_name(nr, row->name, sizeof(row->name));
	}
	return row;
}

static void cost_account(struct cost *cost, const struct vsys_account *account,
			 unsigned int nr_events)
{
	unsigned int i;

	cost->known = true;
	cost->calls += account->calls;
	for (i = 0; i < nr_events; i++)
		measure_add(&cost->event[i],
			    &(struct measure){
				    .value = account->value[i],
				    .enabled = account->enabled,
				    .running = account->running[i],
			    });
}

static void account_name(struct row *row,
			 const struct vsys_account_entry *entry)
{
	if (row->tid)
		snprintf(row->name, sizeof(row->name), "%.*s",
			 (int)sizeof(entry->comm), entry->comm);
	else
		snprintf(row->name, sizeof(row->name), NOT_TOLD_APART);
	text_clean(row->name);
}

void result_account(struct result *r, const struct vsys_account_entry *entry)
{
	char service[VSYS_SERVICE_NAME_MAX];
	unsigned int d, nr = r->events->nr;
	struct row *row;

	snprintf(service, sizeof(service), "%.*s", (int)sizeof(service) - 1,
		 entry->service);
	d = result_domain(r, service);
	if (d == DOMAINS_MAX)
		return;
	r->domain[d].served |= !(entry->flags & VSYS_ENTRY_REFUSED);
	if (entry->flags & VSYS_ENTRY_LOST)
		r->domain[d].lost = true;
	if (entry->flags & VSYS_ENTRY_REFUSED) {
		r->domain[d].refused = -entry->error;
		return;
	}
	if (r->tid && (pid_t)entry->tid != r->tid)
		return;
	if (entry->flags & VSYS_ENTRY_CALL) {
		if (entry->account.calls)
			cost_account(&result_call(r, entry->nr)->cost[d],
				     &entry->account, nr);
		return;
	}
	cost_account(&r->row[0]->cost[d], &entry->account, nr);
	if (!entry->account.calls)
		return;
	row = result_thread(r, entry->tgid, entry->tid);
	cost_account(&row->cost[d], &entry->account, nr);
	if (!*row->name)
		account_name(row, entry);
}

const char *refused_why(int err)
{
	if (err == EDQUOT)
		return "this user domain has as much counted there as it may: 16 different events at a time, and counter_events of vsysback";
	if (err == ENOSPC)
		return "it has no room for more events or accounts";
	return strerror(err);
}

uint64_t row_calls(const struct row *row)
{
	uint64_t calls = 0;
	unsigned int d;

	for (d = 0; d < DOMAINS_MAX; d++)
		calls += row->cost[d].calls;
	return calls;
}

static int row_compare(const void *a, const void *b)
{
	const struct row *x = *(struct row *const *)a;
	const struct row *y = *(struct row *const *)b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	if (x->tid != y->tid)
		return x->tid < y->tid ? -1 : 1;
	if (row_calls(x) != row_calls(y))
		return row_calls(x) > row_calls(y) ? -1 : 1;
	return x->nr < y->nr ? -1 : x->nr > y->nr;
}

void result_sort(struct result *r)
{
	qsort(r->row, r->nr_rows, sizeof(*r->row), row_compare);
}

struct figure result_figure(const struct result *r, const struct row *row,
			    unsigned int domain, unsigned int event)
{
	if (!row->cost[domain].known ||
	    (domain == USER_DOMAIN && r->no_counter[event]))
		return (struct figure){ NAN, 1 };
	return measure_figure(&row->cost[domain].event[event]);
}

struct figure result_sum(const struct result *r, const struct row *row,
			 unsigned int event)
{
	struct figure sum = { NAN, 1 };
	unsigned int d;

	for (d = 0; d < r->nr_domains; d++)
		sum = figure_add(sum, result_figure(r, row, d, event));
	return sum;
}

struct figure result_rest(const struct result *r, unsigned int domain,
			  unsigned int event)
{
	const struct domain *d = &r->domain[domain];
	struct figure rest = measure_figure(&d->total[event]);

	rest = figure_subtract(rest, measure_figure(&d->polling[event]));
	return figure_subtract(rest,
			       result_figure(r, r->row[0], domain, event));
}
