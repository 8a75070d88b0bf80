// SPDX-License-Identifier: GPL-2.0-only
/* COUNT with every field at its limits and beyond, again and again. */
#include "front.h"

#define FIELD(field, value, fits) \
	HOSTILE_FIELD(struct vsys_count, field, value, fits)

static const struct hostile_field hostile_count_fields[] = {
	FIELD(nr_counters, 0, true),
	FIELD(nr_counters, VSYS_COUNTERS_MAX, true),
	FIELD(nr_counters, VSYS_COUNTERS_MAX + 1, false),
	FIELD(nr_counters, ~0u, false),
	FIELD(flags, VSYS_COUNT_TRACE, true),
	FIELD(flags, VSYS_COUNT_BY_CALL, false), /* wants more pages */
	FIELD(flags, 4, false),
	FIELD(flags, ~0u, false),
	FIELD(nr_threads, 0, false),
	FIELD(nr_threads, 1, true),
	FIELD(nr_threads, 17, false),
	FIELD(nr_threads, VSYS_ACCOUNTS_MAX, false),
	FIELD(nr_threads, VSYS_ACCOUNTS_MAX + 1, false),
	FIELD(nr_threads, 1u << 28, false),
	FIELD(nr_threads, ~0u, false),
	FIELD(nr_account_pages, 0, false),
	FIELD(nr_account_pages, VSYS_COUNT_PAGES, true),
	FIELD(nr_account_pages, VSYS_COUNT_PAGES + 1, false),
	FIELD(nr_account_pages, ~0u, false),
	FIELD(nr_ring_pages, 0, true),
	FIELD(nr_ring_pages, 1, false),
	FIELD(nr_ring_pages, 4, false),
	FIELD(nr_ring_pages, VSYS_COUNT_RING_PAGES, true),
	FIELD(nr_ring_pages, VSYS_COUNT_RING_PAGES + 1, false),
	FIELD(nr_ring_pages, 129, false),
	FIELD(nr_ring_pages, ~0u, false),
	FIELD(counters[0].type, 2, false), /* tracepoint */
	FIELD(counters[0].type, 5, false), /* breakpoint */
	FIELD(counters[0].type, 6, false), /* of a driver */
	FIELD(counters[0].type, ~0u, false),
	FIELD(counters[0].flags, 3, false),
	FIELD(counters[0].flags, 4, false),
	FIELD(counters[0].flags, ~0u, false),
	FIELD(counters[0].config, 1000, false),
	FIELD(counters[0].config, ~0ull, false),
	FIELD(counters[0].period, 1, false),
	FIELD(counters[0].period, VSYS_PERIOD_MIN - 1, false),
	FIELD(counters[0].period, 1ull << 63, false),
	FIELD(counters[0].period, ~0ull, false),
	FIELD(account_refs[0], ~0u, false),
	FIELD(ring_refs[0], ~0u, false),
	FIELD(ring_refs[1], 0x7fffffff, false),
};

static void hostile_count_one(struct hostile_front *f,
			      struct hostile_channel *ch,
			      const struct hostile_field *field)
{
	s64 ret;

	hostile_count(f, 0);
	hostile_field_put(f, 0, field);
	ret = hostile_ask(f, 0, VSYS_CONTROL_COUNT, ch->id, 0, 0, 0);
	if (field->fits)
		hostile_answered(f, field->what, ret);
	else
		hostile_refused(f, field->what, ret);
	/* What is in force meanwhile is used. */
	hostile_wanted(f, "NOP while counting",
		       hostile_channel_nop(ch, &ch->program), 0);
}

/* The ring of records: B appends by indices that are ours to spoil. */
static void hostile_count_ring(struct hostile_front *f,
			       struct hostile_channel *ch)
{
	struct vsys_records *index = f->arena.address;
	struct vsys_count *count = hostile_message(f, 0);
	u32 i;

	hostile_count(f, 0);
	count->flags = VSYS_COUNT_TRACE;
	hostile_wanted(f, "COUNT with records",
		       hostile_ask(f, 0, VSYS_CONTROL_COUNT, ch->id, 0, 0, 0),
		       0);
	for (i = 0; i < 2000 && !f->failures; i++) {
		WRITE_ONCE(index->prod, hostile_random_value());
		WRITE_ONCE(index->cons, hostile_random_value());
		hostile_wanted(f, "NOP while records are spoiled",
			       hostile_channel_call(
				       ch, &ch->program,
				       vsys_nr_pack(VSYS_NR_NOP, i % 1024), 0,
				       0, 0),
			       0);
	}
}

static void hostile_count_others(struct hostile_front *f)
{
	struct vsys_totals *totals = hostile_message(f, 0);

	memset(totals, 0xff, sizeof(*totals));
	hostile_refused(f, "TOTALS of ones",
			hostile_ask(f, 0, VSYS_CONTROL_TOTALS, 0, 0, 0, 0));
	memset(totals, 0, sizeof(*totals));
	totals->nr_counters = VSYS_COUNTERS_MAX + 1;
	hostile_refused(f, "TOTALS of 16",
			hostile_ask(f, 0, VSYS_CONTROL_TOTALS, 0, 0, 0, 0));
	memset(hostile_message(f, 0), 0xff, sizeof(struct vsys_symbol));
	hostile_answered(f, "SYMBOL of ones",
			 hostile_ask(f, 0, VSYS_CONTROL_SYMBOL, 0, 0, 0, 0));
}

void hostile_play_count(struct hostile_front *f)
{
	struct hostile_channel *ch;
	u32 i;

	if (!(f->features & VSYS_FEATURE_COUNTERS)) {
		hostile_say(f, "count: the service domain offers no counters");
		return;
	}
	ch = hostile_channel_new(f);
	if (!ch)
		return;
	hostile_random_begin();
	for (i = 0; i < ARRAY_SIZE(hostile_count_fields); i++)
		hostile_count_one(f, ch, &hostile_count_fields[i]);
	hostile_count_ring(f, ch);
	hostile_count_others(f);
	/* It ends with a count in force: the last one's pages go with it. */
	hostile_channel_close(ch);
	memset(f->arena.address, 0, PAGE_SIZE);
	hostile_channel_sane(f);
}
