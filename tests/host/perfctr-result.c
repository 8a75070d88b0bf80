// SPDX-License-Identifier: GPL-2.0-only
/*
 * What:	perfctr-xen/command/measure.c, result.c, runs.c, events.c, and
 *		libperfctr's names of events.
 * Why:		what a table shows has to add up, also when counters were shared.
 * How:		accounts as a service domain could write them, and sums by hand.
 */
#include <math.h>

#include "base/text.h"
#include "perfctr-xen/command/events.h"
#include "perfctr-xen/command/result.h"
#include "perfctr-xen/command/show.h"
#include "test.h"

static int near(double a, double b)
{
	return fabs(a - b) <= 1e-9 * fmax(1, fabs(b));
}

static void names(void)
{
	struct events e = { 0 };

	CHECK(events_parse(
		&e, "instructions:u,r4108,task-clock,dTLB-load-misses:k"));
	CHECK_EQ(e.nr, 4);
	CHECK(e.event[0].attr.exclude_kernel && !e.event[0].attr.exclude_user);
	CHECK(e.event[1].attr.type == PERF_TYPE_RAW &&
	      e.event[1].attr.config == 0x4108);
	CHECK(event_is_time(&e.event[2]) && !event_is_time(&e.event[3]));
	CHECK_EQ(event_counter(&e.event[3], 5).flags, VSYS_COUNTER_NO_USER);
	CHECK_EQ(event_counter(&e.event[3], 5).period, 5);
	CHECK(!events_parse(&e, "instructoins"));
	CHECK(!events_parse(&e, "cycles,,cycles"));
	CHECK(!events_parse(&e, "r123456789"));
	CHECK(!events_parse(&e, "r12g"));
	while (e.nr < VSYS_COUNTERS_MAX)
		CHECK(events_parse(&e, "cycles"));
	CHECK(!events_parse(&e, "cycles"));
}

static void scaling(void)
{
	struct figure f = measure_figure(&(struct measure){ 250, 1000, 250 });

	CHECK(near(f.value, 1000) && near(f.share, 0.25));
	f = measure_figure(&(struct measure){ 7, 0, 0 });
	CHECK(near(f.value, 7) && near(f.share, 1));
	f = measure_figure(&(struct measure){ 0, 1000, 0 });
	CHECK(isnan(f.value) && near(f.share, 0));
	f = figure_add(f, measure_figure(&(struct measure){ 5, 10, 10 }));
	CHECK(near(f.value, 5));
}

static void deviation(void)
{
	static const double x[] = { 2, 4, 4, 4, 5, 5, 7, 9 };
	struct series s = { 0 };
	unsigned int i;

	CHECK(near(series_deviation(&s), 0));
	for (i = 0; i < 8; i++)
		series_add(&s, x[i]);
	CHECK(near(s.mean, 5));
	CHECK(near(series_deviation(&s), sqrt(32.0 / 7)));
}

static void account(struct result *r, const char *service, pid_t tid,
		    uint32_t flags, uint64_t value, uint64_t running)
{
	struct vsys_account_entry entry = {
		.tgid = 10,
		.tid = tid,
		.flags = flags,
		.nr = 1,
		.account = { .calls = 3, .enabled = 100 },
	};

	snprintf(entry.service, sizeof(entry.service), "%s", service);
	entry.account.value[0] = value;
	entry.account.running[0] = running;
	if (flags & VSYS_ENTRY_REFUSED)
		entry.error = -EOPNOTSUPP;
	result_account(r, &entry);
}

static struct result *filled(const struct events *e)
{
	struct result *r = result_new(e);
	struct cost *user = &r->row[0]->cost[USER_DOMAIN];

	user->known = true;
	user->event[0] = (struct measure){ 1000, 50, 50 };
	account(r, "network", 11, 0, 40, 100);
	account(r, "network", 12, VSYS_ENTRY_LOST, 30, 50); /* that is 60 */
	account(r, "network", 0, VSYS_ENTRY_OTHER, 1, 100);
	account(r, "network", 0, VSYS_ENTRY_CALL, 71, 100);
	account(r, "storage", 11, VSYS_ENTRY_CLOSED, 5, 100);
	account(r, "refuses", 11, VSYS_ENTRY_REFUSED, 0, 0);
	return r;
}

static void accounts(void)
{
	struct events e = { 0 };
	struct row thread = { .kind = ROW_THREAD, .pid = 10, .tid = 12 };
	struct row call = { .kind = ROW_CALL, .nr = 1 };
	struct result *r;
	double sum, parts;

	CHECK(events_parse(&e, "instructions"));
	r = filled(&e);
	CHECK_EQ(r->nr_domains, 4);
	CHECK_EQ(r->row[0]->cost[1].calls, 9);
	CHECK_EQ(r->row[0]->cost[2].calls, 3);
	CHECK(r->domain[1].lost && !r->domain[2].lost);
	CHECK_EQ(r->domain[3].refused, EOPNOTSUPP);
	CHECK(isnan(result_figure(r, r->row[0], 3, 0).value));
	CHECK(near(result_figure(r, result_find(r, &thread), 1, 0).value, 60));
	CHECK(!strcmp(result_find(r, &call)->name, "write"));
	/* 71 in 250 of 300 */
	CHECK(near(result_figure(r, r->row[0], 1, 0).value, 71 * 300.0 / 250));
	sum = result_sum(r, r->row[0], 0).value;
	CHECK(near(sum, 1000 + 71 * 300.0 / 250 + 5));
	CHECK(near(result_sum(r, r->row[0], 0).share, 250.0 / 300));

	r->domain[1].totals_error = 0;
	r->domain[1].total[0] = (struct measure){ 500, 900, 900 };
	r->domain[1].polling[0] = (struct measure){ 100, 900, 900 };
	parts = result_rest(r, 1, 0).value + 100 +
		result_figure(r, r->row[0], 1, 0).value;
	CHECK(near(parts, 500));
	result_free(r);
}

static void several_runs(void)
{
	struct events e = { 0 };
	struct result *r[2];
	struct runs runs = { .nr = 2, .run = r, .title = "" };
	struct spread s;

	CHECK(events_parse(&e, "instructions"));
	r[0] = filled(&e);
	r[1] = filled(&e);
	r[1]->row[0]->cost[USER_DOMAIN].event[0].value = 2000;
	s = runs_figure(&runs, r[0]->row[0], USER_DOMAIN, 0);
	CHECK(near(s.mean.value, 1500));
	CHECK(near(s.deviation, sqrt(500000)));
	s = runs_calls(&runs, r[0]->row[0], 1);
	CHECK(near(s.mean.value, 9) && near(s.deviation, 0));
	result_free(r[0]);
	result_free(r[1]);
}

/* The widest figure that a service domain can make us compute. */
static void figures(void)
{
	struct figure f = measure_figure(&(struct measure){ ~0ull, ~0ull, 1 });
	char text[48];

	CHECK(!strcmp(text_thousands(f.value, text), "3.4e+38"));
}

int main(void)
{
	names();
	scaling();
	deviation();
	accounts();
	several_runs();
	figures();
	return test_exit();
}
