/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vsys-hostile-front: a user domain's end of a vsys device that breaks the
 * protocol on purpose, to see what the service domain makes of it.
 *
 * The device is bound to it by hand (tests/xen/kernels.py).  It shakes hands as
 * vsysfront does, and then plays, one at a time, what is written to the device's
 * file "play"; the file "said" has what came of the last one.  Everything is
 * asked and waited for in the context of that write: there is no state but what
 * is named here.
 *
 * "F" is this end, "B" the service domain's.
 */
#ifndef HOSTILE_FRONT_H
#define HOSTILE_FRONT_H

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/prandom.h>
#include <linux/slab.h>
#include <xen/xenbus.h>
#include <xen/events.h>
#include <xen/grant_table.h>

#include <virtuos/calls.h>
#include <virtuos/control.h>
#include <virtuos/counters.h>
#include <virtuos/ring.h>

/*
 * Seconds for an answer, or a state: more than B may take (15 for a shadow, 30
 * for the end of all), even with the kernel that has KASAN and lockdep.
 */
#define HOSTILE_PATIENCE	60
/* No answer: neither a result nor an errno, so that no check lets it pass. */
#define HOSTILE_NONE		S64_MIN

/* All control slots, as a bit set. */
#define HOSTILE_ALL		((1u << VSYS_CONTROL_SLOTS) - 1)

/* ---- page.c: what B may map, and ring ---------------------------------- */

struct hostile_page {
	void *address;
	grant_ref_t ref;
};

struct hostile_bell {
	evtchn_port_t port;
	int irq;			/* 0: none */
	atomic_t rung;			/* by B */
};

int hostile_page_make(struct hostile_page *page, domid_t service);
bool hostile_page_end(struct hostile_page *page);
int hostile_bell_make(struct hostile_bell *bell, struct xenbus_device *xdev);
void hostile_bell_end(struct hostile_bell *bell);

/* ---- device.c: the xenbus device --------------------------------------- */

struct hostile_front {
	struct xenbus_device *xdev;
	domid_t service;
	u32 features;
	bool connected;
	struct hostile_page control[VSYS_CONTROL_PAGES];
	struct vsys_ring ring;		/* of control */
	struct hostile_bell bell;
	/*
	 * The pages of every region, and the first of them by itself: Xen maps
	 * one page no more than some hundred times.
	 */
	struct hostile_page arena, more[VSYS_ARENA_REFS_MAX - 1];
	struct hostile_channel *left;	/* by "repeat", for "settle" */

	struct mutex playing;		/* all above and below */
	u32 argument;			/* of the play */
	unsigned int failures;
	size_t said;
	char text[PAGE_SIZE - 64];
};

int hostile_device_connect(struct hostile_front *f);
int hostile_device_publish(struct hostile_front *f);
void hostile_device_reset(struct hostile_front *f);
bool hostile_device_await(struct hostile_front *f, enum xenbus_state state);

/* ---- play.c: the plays by name, and what is said of them --------------- */

extern const struct attribute_group hostile_play_group;

__printf(2, 3) void hostile_say(struct hostile_front *f, const char *format, ...);
__printf(2, 3) void hostile_fail(struct hostile_front *f, const char *format, ...);
void hostile_refused(struct hostile_front *f, const char *what, s64 ret);
void hostile_answered(struct hostile_front *f, const char *what, s64 ret);
void hostile_wanted(struct hostile_front *f, const char *what, s64 ret, s64 want);
bool hostile_over(unsigned long end);

static inline unsigned long hostile_end(unsigned int seconds)
{
	return jiffies + seconds * HZ;
}

/* ---- control.c: requests ----------------------------------------------- */

void *hostile_message(struct hostile_front *f, u32 slot);
void hostile_fill(struct hostile_front *f, u32 slot, u32 nr, u64 a, u64 b, u64 c,
		  u64 d);
void hostile_submit(struct hostile_front *f, u32 slots);
void hostile_ring_bell(struct hostile_front *f);
bool hostile_free(struct hostile_front *f, u32 slot);
s64 hostile_answer(struct hostile_front *f, u32 slot);
s64 hostile_ask(struct hostile_front *f, u32 slot, u32 nr, u64 a, u64 b, u64 c,
		u64 d);
s64 hostile_insist(struct hostile_front *f, u32 slot, unsigned int times);
void hostile_quiet(struct hostile_front *f);
void hostile_creds(struct vsys_creds *creds);
void hostile_refs(struct hostile_front *f, u32 slot);
void hostile_count(struct hostile_front *f, u32 slot);

/* ---- channel.c --------------------------------------------------------- */

/* Two heads, a page of slots each, and readiness. */
#define HOSTILE_CHANNEL_PAGES	5

struct hostile_channel {
	struct hostile_front *f;
	struct hostile_page pages[HOSTILE_CHANNEL_PAGES];
	struct vsys_ring program, kernel;
	struct hostile_bell bell;
	s64 id;				/* < 0: not open */
};

struct hostile_channel *hostile_channel_make(struct hostile_front *f);
void hostile_channel_describe(struct hostile_channel *ch, u32 slot);
s64 hostile_channel_open(struct hostile_channel *ch, u32 slot);
struct hostile_channel *hostile_channel_new(struct hostile_front *f);
void hostile_channel_close(struct hostile_channel *ch);
void hostile_channel_drop(struct hostile_channel *ch, bool unmapped);
void hostile_channel_submit(struct hostile_channel *ch, struct vsys_ring *ring,
			    u32 slot, u32 nr, const u64 args[6]);
s64 hostile_channel_answer(struct hostile_channel *ch, struct vsys_ring *ring,
			   u32 slot);
s64 hostile_channel_call(struct hostile_channel *ch, struct vsys_ring *ring,
			 u32 nr, u64 a, u64 b, u64 c);
s64 hostile_channel_nop(struct hostile_channel *ch, struct vsys_ring *ring);
void hostile_channel_sane(struct hostile_front *f);

/* ---- The plays: one file for each kind --------------------------------- */

void hostile_play_open(struct hostile_front *f);
void hostile_play_twins(struct hostile_front *f);
void hostile_play_flood(struct hostile_front *f);
void hostile_play_ids(struct hostile_front *f);
void hostile_play_ending(struct hostile_front *f);
void hostile_play_close(struct hostile_front *f);
void hostile_play_retire(struct hostile_front *f);
void hostile_play_slots(struct hostile_front *f);
void hostile_play_numbers(struct hostile_front *f);
void hostile_play_twice(struct hostile_front *f);
void hostile_play_repeat(struct hostile_front *f);
void hostile_play_settle(struct hostile_front *f);
void hostile_play_unserved(struct hostile_front *f);
void hostile_play_overlap(struct hostile_front *f);
void hostile_play_count(struct hostile_front *f);
void hostile_play_creds(struct hostile_front *f);
void hostile_play_random(struct hostile_front *f);
void hostile_play_scribble(struct hostile_front *f);
void hostile_play_storm(struct hostile_front *f);
void hostile_play_calls(struct hostile_front *f);
void hostile_play_states(struct hostile_front *f);
void hostile_play_nodes(struct hostile_front *f);
void hostile_play_hurry(struct hostile_front *f);

/* ---- A field of a message, and what to put there ----------------------- */

struct hostile_field {
	const char *what;
	size_t offset, bytes;
	u64 value;
	bool fits;			/* it may be granted */
};

#define HOSTILE_FIELD(type, field, value, fits) \
	{ #field " " #value, offsetof(type, field), sizeof_field(type, field), \
	  value, fits }

void hostile_field_put(struct hostile_front *f, u32 slot,
		       const struct hostile_field *field);

/* ---- random.c ---------------------------------------------------------- */

extern struct rnd_state hostile_random;		/* playing held */

void hostile_random_begin(void);
u64 hostile_random_value(void);

static inline u32 hostile_random_below(u32 limit)
{
	return prandom_u32_state(&hostile_random) % limit;
}

#endif /* HOSTILE_FRONT_H */
