// SPDX-License-Identifier: GPL-2.0-only
/* Channel: both rings of a process, and its doorbell. */
#include "back.h"

/* Nobody is waited for: the thread looks at everything all the time. */
static irqreturn_t hostile_channel_irq(int irq, void *data)
{
	xen_irq_lateeoi(irq, 0);
	return IRQ_HANDLED;
}

static int hostile_channel_map(struct hostile_back *b,
			       struct hostile_channel *ch,
			       const struct vsys_open *open)
{
	u32 refs[1 + VSYS_SLOTS_MAX / VSYS_SLOTS_PER_PAGE];
	u32 nr = open->nr_slots / VSYS_SLOTS_PER_PAGE;
	int err;

	if (!nr || nr >= ARRAY_SIZE(refs))
		return -EPROTO;
	ch->program.late = &b->late;
	ch->kernel.late = &b->late;
	ch->program.ch = ch;
	ch->kernel.ch = ch;
	ch->kernel.region = open->nr_slots;
	refs[0] = open->head_ref;
	memcpy(refs + 1, open->slot_refs, nr * sizeof(*refs));
	err = hostile_ring_map(b->xdev, &ch->program, refs, 1 + nr,
			       open->nr_slots);
	if (err)
		return err;
	refs[0] = open->kernel_head_ref;
	refs[1] = open->kernel_slot_ref;
	refs[2] = open->ready_ref;
	err = hostile_ring_map(b->xdev, &ch->kernel, refs,
			       open->ready_ref ? 3 : 2, VSYS_SLOTS_KERNEL);
	ch->ready = !err && open->ready_ref ?
			    ch->kernel.pages + 2 * VSYS_PAGE_SIZE : NULL;
	return err;
}

static void hostile_channel_unmap(struct hostile_back *b,
				  struct hostile_channel *ch)
{
	hostile_ring_unmap(b->xdev, &ch->kernel);
	hostile_ring_unmap(b->xdev, &ch->program);
}

static int hostile_channel_begin(struct hostile_back *b,
				 struct hostile_channel *ch,
				 const struct vsys_open *open)
{
	int err = hostile_channel_map(b, ch, open);

	if (err)
		return err;
	err = bind_interdomain_evtchn_to_irqhandler_lateeoi(
		b->xdev, open->event_channel, hostile_channel_irq, 0,
		"vsys-hostile", ch);
	if (err < 0)
		return err;
	ch->irq = err;
	ch->program.irq = err;
	ch->kernel.irq = err;
	ch->event_prod = 0;
	ch->next_fd = VSYS_FD_FIRST;
	return 0;
}

/* Its id, or an errno. */
s64 hostile_channel_open(struct hostile_back *b, const struct vsys_open *open)
{
	u32 id = 0;
	int err;

	while (id < HOSTILE_CHANNELS && b->channels[id].irq)
		id++;
	if (id == HOSTILE_CHANNELS)
		return -EUSERS;
	err = hostile_channel_begin(b, &b->channels[id], open);
	if (!err)
		return id;
	hostile_channel_unmap(b, &b->channels[id]);
	return err;
}

void hostile_channel_close(struct hostile_back *b, u64 id)
{
	struct hostile_channel *ch;

	if (id >= HOSTILE_CHANNELS || !b->channels[id].irq)
		return;
	ch = &b->channels[id];
	hostile_channel_unmap(b, ch);
	unbind_from_irqhandler(ch->irq, ch);
	ch->irq = 0;
}
