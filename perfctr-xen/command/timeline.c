// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"
#include "timeline.h"

static struct call *timeline_call(struct timeline *t,
				  const struct vsys_session_record *r)
{
	struct call *call;
	unsigned int i;

	for (i = 0; i < t->nr; i++) {
		call = &t->call[i];
		if (call->channel == r->channel &&
		    call->slot == r->record.slot &&
		    !strncmp(call->service, r->service, sizeof(call->service)))
			return call;
	}
	t->call = xgrow(t->call, t->nr, sizeof(*t->call));
	call = &t->call[t->nr++];
	memset(call, 0, sizeof(*call));
	memcpy(call->service, r->service, sizeof(call->service));
	call->service[sizeof(call->service) - 1] = 0;
	call->channel = r->channel;
	call->slot = r->record.slot;
	return call;
}

static uint64_t *timeline_done(struct timeline *t, uint32_t tid)
{
	unsigned int i;

	for (i = 0; i < t->nr_threads; i++)
		if (t->thread[i].tid == tid)
			return &t->thread[i].done;
	t->thread = xgrow(t->thread, t->nr_threads, sizeof(*t->thread));
	t->thread[t->nr_threads] = (struct timeline_thread){ .tid = tid };
	return &t->thread[t->nr_threads++].done;
}

static void call_claim(struct timeline *t, struct call *call,
		       const struct vsys_session_record *r)
{
	call->nr = r->record.nr;
	call->pid = r->tgid;
	call->tid = r->tid;
	call->claimed = r->record.tsc;
	call->before = *timeline_done(t, r->tid);
	call->begins[0] = r->record.tsc;
	call->nr_spans = 1;
	call->open = true;
}

static void call_span(struct call *call, uint64_t tsc)
{
	if (call->open && call->nr_spans < SPANS_MAX)
		call->begins[call->nr_spans++] = tsc;
}

static const struct call *call_done(struct timeline *t, struct call *call,
				    const struct vsys_session_record *r)
{
	if (!call->open) /* its beginning was lost, or before ours */
		return NULL;
	call->open = false;
	call->done = r->record.tsc;
	call->result = r->record.ip;
	*timeline_done(t, call->tid) = call->done;
	return call;
}

const struct call *timeline_add(struct timeline *t,
				const struct vsys_session_record *r)
{
	struct call *call;

	t->lost += r->record.lost;
	if (r->record.kind < VSYS_RECORD_CLAIM ||
	    r->record.kind > VSYS_RECORD_DONE)
		return NULL;
	call = timeline_call(t, r);
	switch (r->record.kind) {
	case VSYS_RECORD_CLAIM:
		call_claim(t, call, r);
		return NULL;
	case VSYS_RECORD_DONE:
		return call_done(t, call, r);
	default:
		/* An odd number of spans ends running, an even one blocked. */
		if (call->nr_spans % 2 == (r->record.kind == VSYS_RECORD_BLOCK))
			call_span(call, r->record.tsc);
		return NULL;
	}
}

uint64_t call_span_end(const struct call *call, unsigned int span)
{
	return span + 1 < call->nr_spans ? call->begins[span + 1] : call->done;
}

void timeline_free(struct timeline *t)
{
	free(t->call);
	free(t->thread);
}
