/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Channel: the memory that one process shares with one service domain.
 *
 *	program's ring	head (1 page, struct vsys_head) and slots (nr_slots / 64
 *			pages of struct vsys_slot)
 *	kernel's ring	the same with 64 slots, for F's kernel alone: no program
 *			has it mapped
 *	readiness	with VSYS_FEATURE_READY: one page, for F's kernel alone
 *	arena		call data; a region of VSYS_SLOT_ARENA_MAX bytes of
 *			address space for each slot, granted on demand: first
 *			those of the program's slots, then the kernel's
 *
 * "F" is the frontend (user domain), "B" the backend (service domain).  All of
 * it can be written by both ends at any time; the writer named here is who is
 * meant to.  A reader copies a field once and checks what it copied.
 * All fields are little-endian.
 */
#ifndef VIRTUOS_CHANNEL_H
#define VIRTUOS_CHANNEL_H

#include "vsys.h"

#define VSYS_HEAD_MAGIC		0x73797376u	/* "vsys" */

#define VSYS_SLOTS_PER_PAGE	64u
#define VSYS_SLOTS_MIN		64u
#define VSYS_SLOTS_MAX		960u
#define VSYS_SLOTS_DEFAULT	256u
/*
 * Of the kernel's ring: calls through a placeholder, close, and what F's
 * kernel does on its own.
 */
#define VSYS_SLOTS_KERNEL	64u
#define VSYS_REGIONS_MAX	(VSYS_SLOTS_MAX + VSYS_SLOTS_KERNEL)

/*
 * Arena: region i is the addresses [base + i * MAX, base + (i + 1) * MAX).
 * The program's slot s has region s, the kernel's slot k region nr_slots + k.
 * Of a region the first INITIAL bytes are granted when the slot is first used,
 * more when a call needs more.
 */
#define VSYS_SLOT_ARENA_MAX	(1u << 20)
#define VSYS_SLOT_ARENA_INITIAL	(1u << 16)

/*
 * Where an arena may lie, so that both ends can map it at the same address:
 * a range that neither Linux's mmap, a PIE program, nor a sanitizer's shadow
 * uses on x86-64.
 */
#define VSYS_ARENA_LOW		0x2a0000000000ull
#define VSYS_ARENA_HIGH		0x2b0000000000ull

/* vsys_head.server */
enum vsys_server_state {
	VSYS_SERVER_ASLEEP = 0,	/* nobody polls: ring the doorbell */
	VSYS_SERVER_AWAKE = 1,	/* a worker polls, or will before it sleeps */
	VSYS_SERVER_DEAD = 2,	/* the shadow is gone: no call will be answered */
};

#define VSYS_PENDING_WORDS	16u
#define VSYS_EVENTS		512u		/* a power of two */
/* An event that is not a cookie: beside it, the region of an answered slot. */
#define VSYS_EVENT_ANSWER	(1u << 31)

#define VSYS_MADE		256u		/* words, by slot */
#define VSYS_MADE_FD_MAX	(1u << 20)	/* a descriptor in one of them */

struct vsys_head {
	/* 0: written by F before the page is granted, constant from then on */
	__u32 magic;
	__u32 version;
	__u32 nr_slots;
	__u32 reserved0;
	__u64 arena_base;
	__u8  pad0[40];

	/* 64: written by B */
	__u32 server;		/* enum vsys_server_state */
	__u32 reserved1;
	__u64 heartbeat;	/* the kernel's ring: counts up, once a second */
	__u8  pad1[48];

	/* 128: bit s of word s / 64 set by F (slot s submitted), cleared by B */
	__u64 pending[VSYS_PENDING_WORDS];

	/* 256: event ring, free-running indices; in the kernel's ring alone */
	__u32 event_prod;	/* B */
	__u32 event_overflow;	/* B sets to 1, F clears: events were lost */
	__u8  pad2[56];
	/* 320 */
	__u32 event_cons;	/* F */
	__u8  pad3[60];

	/*
	 * 384: what calls of the program's ring made, see ring.h; in the
	 * kernel's ring alone
	 */
	__u32 made[VSYS_MADE];	/* B; F clears */
	__u8  pad4[640];
	/*
	 * 2048: B writes events[prod % VSYS_EVENTS]: the cookie of VSYS_NR_POLL,
	 * or VSYS_EVENT_ANSWER and a region
	 */
	__u32 events[VSYS_EVENTS];
};

_Static_assert(VSYS_SLOTS_MAX <= VSYS_PENDING_WORDS * 64, "a bit for each slot");
_Static_assert(sizeof(struct vsys_head) == VSYS_PAGE_SIZE, "head is one page");
_Static_assert(offsetof(struct vsys_head, server) == 64, "server");
_Static_assert(offsetof(struct vsys_head, heartbeat) == 72, "heartbeat");
_Static_assert(offsetof(struct vsys_head, pending) == 128, "pending");
_Static_assert(offsetof(struct vsys_head, event_prod) == 256, "event_prod");
_Static_assert(offsetof(struct vsys_head, event_overflow) == 260, "event_overflow");
_Static_assert(offsetof(struct vsys_head, event_cons) == 320, "event_cons");
_Static_assert(offsetof(struct vsys_head, made) == 384, "made");
_Static_assert(offsetof(struct vsys_head, events) == 2048, "events");

/*
 * A slot's life:
 *
 *	FREE --F: fill, publish--> SUBMITTED --B: result--> DONE --F--> FREE
 *
 * F may add WAITING to SUBMITTED (compare and swap); B exchanges the whole
 * word for DONE and rings when the old one had WAITING; with
 * VSYS_FEATURE_ANSWERS it says before that which slot it was, on the event ring.
 */
enum vsys_slot_state {
	VSYS_SLOT_FREE = 0,
	VSYS_SLOT_SUBMITTED = 1,
	VSYS_SLOT_DONE = 2,
	VSYS_SLOT_WAITING = 0x100,	/* a bit beside SUBMITTED */
};

struct vsys_slot {
	__u32 state;		/* F and B, see above */
	__u32 nr;		/* F: number (calls.h) and account (counters.h) */
	__u64 args[6];		/* F: in the order of the system call */
	__s64 ret;		/* B: result, or -errno */
};

_Static_assert(sizeof(struct vsys_slot) == 64, "a slot is one cache line");
_Static_assert(offsetof(struct vsys_slot, nr) == 4, "nr");
_Static_assert(offsetof(struct vsys_slot, args) == 8, "args");
_Static_assert(offsetof(struct vsys_slot, ret) == 56, "ret");

/*
 * What descriptors are ready for, by descriptor modulo VSYS_READY: B says it
 * and F reads it, instead of asking (VSYS_NR_POLL).  A word:
 *
 *	0-13	the events that hold, EPOLLIN to EPOLLRDHUP
 *	14	ARMED: F wants to be told of the next change; F sets, B clears
 *	15	VALID: the other bits say something
 *	16-31	descriptor / VSYS_READY: whose word it is
 *
 * Operations, and why no change is lost: ring.h.
 */
#define VSYS_READY		1024u		/* words */
#define VSYS_READY_FD_MAX	(VSYS_READY << 16)
#define VSYS_READY_MASK		0x3fffu
#define VSYS_READY_ARMED	(1u << 14)
#define VSYS_READY_VALID	(1u << 15)

struct vsys_readiness {
	__u32 words[VSYS_READY];
};

_Static_assert(sizeof(struct vsys_readiness) == VSYS_PAGE_SIZE, "one page");

#endif /* VIRTUOS_CHANNEL_H */
