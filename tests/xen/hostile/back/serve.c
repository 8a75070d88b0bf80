// SPDX-License-Identifier: GPL-2.0-only
/* The thread that answers, honestly but for what the mode makes of it. */
#include "back.h"
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/poll.h>

/* ---- What an honest one would say -------------------------------------- */

static s64 hostile_serve_request(struct hostile_back *b, u32 slot,
				 const struct vsys_call *call)
{
	void *message = b->control.pages + (2 + slot) * VSYS_PAGE_SIZE;
	struct vsys_open *open;
	s64 ret;

	switch (call->nr) {
	case VSYS_CONTROL_OPEN:
		open = kmemdup(message, sizeof(*open), GFP_KERNEL);
		ret = open ? hostile_channel_open(b, open) : -ENOMEM;
		kfree(open);
		return ret;
	case VSYS_CONTROL_CLOSE:
		hostile_channel_close(b, call->args[0]);
		return 0;
	case VSYS_CONTROL_SHARE:
		return call->args[1];
	default:
		return 0;	/* ARENA and COUNT, too: it needs no memory */
	}
}

/* A world in which every call succeeds at once and does nothing. */
static s64 hostile_serve_call(struct hostile_channel *ch,
			      const struct vsys_call *call)
{
	switch (call->nr) {
	case VSYS_NR_socket:
	case VSYS_NR_accept4:
	case VSYS_NR_openat:
		return ch->next_fd++;
	case VSYS_NR_POLL:
		return POLLIN | POLLOUT;
	case VSYS_NR_sendto:
	case VSYS_NR_write:
		return call->args[2];
	default:
		return 0;
	}
}

/* ---- Answers, now or later --------------------------------------------- */

static void hostile_serve_reply(struct hostile_back *b,
				struct hostile_ring *ring, u32 slot, s64 ret,
				u32 ms)
{
	struct hostile_late *late = &b->late;

	if (!ms) {
		hostile_ring_answer(ring, slot, ret);
	} else if (ms != ~0u && late->nr < HOSTILE_LATE) {
		late->answers[late->nr].ring = ring;
		late->answers[late->nr].slot = slot;
		late->answers[late->nr].ret = ret;
		late->answers[late->nr].due = jiffies + msecs_to_jiffies(ms);
		late->nr++;
	}
}

static void hostile_serve_late(struct hostile_late *late)
{
	u32 i, kept = 0;

	for (i = 0; i < late->nr; i++) {
		if (!late->answers[i].ring)
			continue;
		if (time_before(jiffies, late->answers[i].due))
			late->answers[kept++] = late->answers[i];
		else
			hostile_ring_answer(late->answers[i].ring,
					    late->answers[i].slot,
					    late->answers[i].ret);
	}
	late->nr = kept;
}

/* All that is submitted on a ring; ch is NULL for the control channel's. */
static bool hostile_serve_ring(struct hostile_back *b,
			       struct hostile_ring *ring,
			       struct hostile_channel *ch,
			       const struct hostile_mode *mode)
{
	struct vsys_call call;
	bool any = false;
	int slot;
	s64 ret;

	while (ring->pages &&
	       (slot = vsys_ring_claim(&ring->ring, &ring->cursor)) >= 0) {
		if (slot >= ring->nr_used ||
		    !vsys_ring_take(&ring->ring, slot, &call))
			continue;
		any = true;
		ret = ch ? hostile_serve_call(ch, &call) :
			   hostile_serve_request(b, slot, &call);
		/* There would be no channel to play with. */
		if (mode->answer && (ch || call.nr != VSYS_CONTROL_OPEN))
			ret = mode->answer(b, ret);
		hostile_serve_reply(b, ring, slot, ret,
				    ch ? mode->call_ms : mode->request_ms);
	}
	return any;
}

static bool hostile_serve_all(struct hostile_back *b,
			      const struct hostile_mode *mode)
{
	bool any = hostile_serve_ring(b, &b->control, NULL, mode);
	struct hostile_channel *ch;
	u32 i;

	for (i = 0; i < HOSTILE_CHANNELS; i++) {
		ch = &b->channels[i];
		if (!ch->irq)
			continue;
		any |= hostile_serve_ring(b, &ch->program, ch, mode);
		any |= hostile_serve_ring(b, &ch->kernel, ch, mode);
	}
	hostile_serve_late(&b->late);
	return any;
}

static void hostile_serve_step(struct hostile_back *b,
			       const struct hostile_mode *mode)
{
	u32 i;

	for (i = 0; mode->step && i < HOSTILE_CHANNELS; i++)
		if (b->channels[i].irq)
			mode->step(b, &b->channels[i]);
}

int hostile_serve(void *back)
{
	struct hostile_back *b = back;
	const struct hostile_mode *mode;
	unsigned long stepped = jiffies;
	u32 i;

	while (!kthread_should_stop()) {
		mode = hostile_mode_now();
		if (!hostile_serve_all(b, mode) && !mode->storm)
			usleep_range(50, 100);
		if (mode->storm || time_after(jiffies, stepped)) {
			hostile_serve_step(b, mode);
			stepped = jiffies;
		}
		cond_resched();
	}
	for (i = 0; i < HOSTILE_CHANNELS; i++)
		hostile_channel_close(b, i);
	return 0;
}
