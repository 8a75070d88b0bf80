/* SPDX-License-Identifier: GPL-2.0-only */
/* Time line: a call's way through a service domain, put together of records. */
#ifndef PERFCTR_TIMELINE_H
#define PERFCTR_TIMELINE_H

#include <stdbool.h>
#include <virtuos/front-counters.h>

#define SPANS_MAX 16u

struct call {
	char service[VSYS_SERVICE_NAME_MAX];
	uint32_t channel, slot, nr;
	uint32_t pid, tid;
	uint64_t claimed, done; /* TSC */
	int64_t result;
	bool open; /* claimed, and not done */
	/* It runs, is blocked, runs again … ; what is too much is the last one's. */
	unsigned int nr_spans;
	uint64_t begins[SPANS_MAX];
	/* TSC when the thread's last call was done; 0: it is its first. */
	uint64_t before;
};

struct timeline {
	unsigned int nr, nr_threads;
	struct call *call; /* one for each slot in use */
	struct timeline_thread {
		uint32_t tid;
		uint64_t done;
	} * thread;
	unsigned long long lost; /* records that there was no room for */
};

/* A record; the call that it completes, or NULL.  Valid until the next one. */
const struct call *timeline_add(struct timeline *t,
				const struct vsys_session_record *record);
/* When a span of a call ended. */
uint64_t call_span_end(const struct call *call, unsigned int span);
void timeline_free(struct timeline *t);

#endif /* PERFCTR_TIMELINE_H */
