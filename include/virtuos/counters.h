/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Counters: what a process's calls cost in the service domain, counted there
 * and added up in pages of the user domain (VSYS_FEATURE_COUNTERS).
 *
 * "F" is the frontend (user domain), "B" the backend (service domain).  F asks
 * with VSYS_CONTROL_COUNT for counters on one channel and grants the pages:
 *
 *	accounts	nr_accounts of struct vsys_account, B adds to them
 *	records		a ring of struct vsys_record, if asked for; B appends
 *
 * The submitter of a call names an account beside the call's number
 * (vsys_slot.nr, VSYS_NR_ACCOUNT()); the worker that runs the call counts
 * itself, from the time it has the call to the time it has the result, without
 * the time that it was blocked, and adds the difference to that account before
 * it completes the slot.  So it does not matter which worker ran it.
 *
 * F trusts none of it: a count is a number to show, never an index or length.
 */
#ifndef VIRTUOS_COUNTERS_H
#define VIRTUOS_COUNTERS_H

#include "control.h"

/* ---- Which call is whose ------------------------------------------------ */

/*
 * vsys_slot.nr: the call's number in the low bits, the account above.  Without
 * VSYS_FEATURE_COUNTERS the account is 0.
 */
#define VSYS_NR_BITS		20u
#define VSYS_ACCOUNTS_MAX	1024u	/* of one channel */

static inline __u32 vsys_nr_pack(__u32 nr, __u32 account)
{
	return nr | account << VSYS_NR_BITS;
}

static inline __u32 vsys_nr_call(__u32 word)
{
	return word & ((1u << VSYS_NR_BITS) - 1);
}

static inline __u32 vsys_nr_account(__u32 word)
{
	return word >> VSYS_NR_BITS;
}

/*
 * Account 0 is of the threads that have none of their own: those beyond the
 * last account, and those that called before they were given one.
 */
#define VSYS_ACCOUNT_OTHER	0u

/* ---- What is counted ------------------------------------------------------ */

#define VSYS_COUNTERS_MAX	15u

/* vsys_counter.flags */
#define VSYS_COUNTER_NO_USER	(1u << 0)	/* perf_event_attr.exclude_user */
#define VSYS_COUNTER_NO_KERNEL	(1u << 1)	/* perf_event_attr.exclude_kernel */

/* A shorter period would be all of what the worker does. */
#define VSYS_PERIOD_MIN		1000u

/*
 * One event, as in struct perf_event_attr (linux/perf_event.h).  B takes
 * PERF_TYPE_HARDWARE, _HW_CACHE and _RAW (unit mask, event, edge, invert,
 * counter mask), and of _SOFTWARE task-clock, context switches and page faults.
 */
struct vsys_counter {
	__u32 type;
	__u32 flags;
	__u64 config;
	__u64 period;		/* 0: only counted; else a record every so many */
};

/*
 * All fields only grow while a COUNT lasts, by atomic additions of 64 bits each;
 * a reader that wants a consistent account reads it twice.
 */
struct vsys_account {
	__u64 calls;		/* completed calls that were counted */
	__u64 enabled;		/* ns that workers ran for them */
	__u64 value[VSYS_COUNTERS_MAX];
	/* ns of `enabled` in which that counter had a register (multiplexing) */
	__u64 running[VSYS_COUNTERS_MAX];
};

#define VSYS_ACCOUNTS_PER_PAGE	(VSYS_PAGE_SIZE / sizeof(struct vsys_account))

/* ---- Records: samples and time lines -------------------------------------- */

enum vsys_record_kind {
	VSYS_RECORD_SAMPLE = 1,	/* a counter with a period overflowed */
	/* With VSYS_COUNT_TRACE, a call's way through B: */
	VSYS_RECORD_CLAIM = 2,	/* a worker has the call */
	VSYS_RECORD_BLOCK = 3,	/* it blocks; another worker leads */
	VSYS_RECORD_WAKE = 4,	/* it runs again */
	VSYS_RECORD_DONE = 5,	/* it has the result; `ip` is that, or -errno */
};

#define VSYS_RECORD_IPS		26u

struct vsys_record {
	__u64 tsc;		/* B's, read as it happened */
	__u32 kind;
	__u32 account;		/* of the call, or OTHER: between calls */
	__u32 nr;		/* of the call, or ~0: between calls */
	__u16 slot;		/* of the call, by its region's number */
	__u16 counter;		/* SAMPLE: index of the counter */
	__u32 cpu;		/* B's virtual processor */
	__u32 tid;		/* B's worker */
	__u32 nr_ips;		/* SAMPLE: addresses that follow, innermost first */
	__u32 lost;		/* records that had no room, since the last one */
	__u64 ip;
	__u64 ips[VSYS_RECORD_IPS];
};

/*
 * The ring of records: a page with the indices, then pages of records.  The
 * indices run freely and are used modulo nr_records, a power of two.
 */
struct vsys_records {
	__u32 prod;		/* B */
	__u8  pad0[60];
	__u32 cons;		/* F */
	__u8  pad1[60];
};

#define VSYS_RECORDS_PER_PAGE	(VSYS_PAGE_SIZE / sizeof(struct vsys_record))

/* ---- Requests -------------------------------------------------------------- */

/* vsys_count.flags */
#define VSYS_COUNT_BY_CALL	(1u << 0)
#define VSYS_COUNT_TRACE	(1u << 1)

/*
 * With VSYS_COUNT_BY_CALL the accounts from nr_threads on are per call number
 * (account nr_threads + nr), and B adds each call to its thread's and to its
 * number's.  The protocol's own calls count as number VSYS_NR_SYSCALLS.
 */
#define VSYS_COUNT_PAGES	128u	/* of accounts */
#define VSYS_COUNT_RING_PAGES	65u	/* of records, the indices' page included */

/* Message of VSYS_CONTROL_COUNT. */
struct vsys_count {
	__u32 nr_counters;	/* 0: count no longer */
	__u32 flags;		/* VSYS_COUNT_… */
	__u32 nr_threads;	/* accounts of threads, at most VSYS_ACCOUNTS_MAX */
	__u32 nr_account_pages;
	__u32 nr_ring_pages;	/* 0, or 1 + a power of two */
	__u32 reserved;
	struct vsys_counter counters[VSYS_COUNTERS_MAX];
	__u32 account_refs[VSYS_COUNT_PAGES];
	__u32 ring_refs[VSYS_COUNT_RING_PAGES];
};

/*
 * Message of VSYS_CONTROL_TOTALS; F fills counters, B the rest.  What all of B
 * did since the first COUNT that is still in force with that event, whoever it
 * was for: totals - accounts = interrupts, idle polling, B's own programs.
 */
struct vsys_totals {
	__u32 nr_counters;
	__u32 nr_cpus;		/* B's virtual processors */
	struct vsys_counter counters[VSYS_COUNTERS_MAX];
	__u64 enabled;		/* ns, of all processors together */
	__u64 value[VSYS_COUNTERS_MAX];
	__u64 running[VSYS_COUNTERS_MAX];
	/*
	 * Of `value`, what workers counted outside calls: polling and hand-overs.
	 */
	__u64 polling[VSYS_COUNTERS_MAX];
	__u64 polling_running[VSYS_COUNTERS_MAX];
};

#define VSYS_SYMBOL_MAX		128u

/* Message of VSYS_CONTROL_SYMBOL: the kernel symbol at an address of B. */
struct vsys_symbol {
	__u64 address;		/* F */
	__u64 offset;		/* B: from the symbol's start */
	__u8  name[VSYS_SYMBOL_MAX];	/* B; "symbol [module]"; F ends it with 0 */
};

_Static_assert(sizeof(struct vsys_counter) == 24, "counter");
_Static_assert(sizeof(struct vsys_account) == 256, "16 accounts a page");
_Static_assert(offsetof(struct vsys_account, value) == 16, "value");
_Static_assert(offsetof(struct vsys_account, running) == 136, "running");
_Static_assert(sizeof(struct vsys_record) == 256, "16 records a page");
_Static_assert(offsetof(struct vsys_record, ip) == 40, "ip");
_Static_assert(offsetof(struct vsys_records, cons) == 64, "cons");
_Static_assert(sizeof(struct vsys_count) <= VSYS_PAGE_SIZE, "one message page");
_Static_assert(sizeof(struct vsys_totals) <= VSYS_PAGE_SIZE, "one message page");
_Static_assert(sizeof(struct vsys_symbol) <= VSYS_PAGE_SIZE, "one message page");

#endif /* VIRTUOS_COUNTERS_H */
