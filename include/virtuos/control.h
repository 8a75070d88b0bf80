/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Control channel: one per vsys device, between the two kernels.
 *
 * It is a channel (head and slots, see channel.h) with VSYS_CONTROL_SLOTS
 * slots in use and, in place of an arena, one message page per slot.  Its
 * pages are granted as control-ref-0 (head), control-ref-1 (slots) and
 * control-ref-2 … (message page of slot 0 …).  Its slots carry the requests
 * below in place of system calls; a request's answer may come late and out of
 * order.  The backend does not poll it: server is ASLEEP whenever it is idle.
 */
#ifndef VIRTUOS_CONTROL_H
#define VIRTUOS_CONTROL_H

#include "channel.h"

#define VSYS_CONTROL_SLOTS	14u
#define VSYS_CONTROL_PAGES	(2u + VSYS_CONTROL_SLOTS)

#define VSYS_GROUPS_MAX		512u
#define VSYS_COMM_MAX		16u

enum vsys_control_nr {
	/*
	 * Open a channel for a process.  Message: struct vsys_open.
	 * Result: the channel's id (>= 0) once its shadow serves it, or
	 * -EPROTO (layout, a reference), -EAGAIN (no shadow could be started),
	 * -EUSERS (VSYS_CHANNELS_MAX), -ENOSPC (no more mappings or event
	 * channels), -EINVAL (version), -ENOMEM.
	 */
	VSYS_CONTROL_OPEN = 1,
	/*
	 * args[0]: channel id.  The shadow ends; the answer comes when no page
	 * of the channel is mapped any more.
	 */
	VSYS_CONTROL_CLOSE = 2,
	/*
	 * args: channel id, slot.  Message: struct vsys_creds, new credentials
	 * for calls in that slot of the program's ring, or, with
	 * VSYS_CREDS_CHANNEL, for all that have none of their own.  args[2]:
	 * VSYS_CREDS_RESET: the slot has none of its own any more.  args[3]: a
	 * number that rises with each: one that comes too late is -ESTALE.
	 */
	VSYS_CONTROL_CREDS = 3,
	/*
	 * args: channel id, region, offset in the region (bytes, page
	 * aligned), number of pages (at most VSYS_ARENA_REFS_MAX).
	 * Message: __u32 grant references.  Asked again, after an answer that
	 * did not come in time, it is the same request as before.
	 */
	VSYS_CONTROL_ARENA = 4,
	/*
	 * args: channel id, descriptor, other channel id.  Gives the other
	 * channel's shadow a descriptor for the same open file.
	 * Result: the descriptor there.
	 */
	VSYS_CONTROL_SHARE = 5,
	/*
	 * With VSYS_FEATURE_COUNTERS; include/virtuos/counters.h.
	 *
	 * COUNT: args[0]: channel id.  Message: struct vsys_count.  Counts the
	 * channel's calls from now on, or, with no counters, no longer: then the
	 * answer comes when its pages are not mapped any more.  -EINVAL,
	 * -EOPNOTSUPP or -ENOENT (an event that there is not), -ENOSPC, -ENOMEM.
	 * TOTALS: message: struct vsys_totals, both ways.  -EINVAL, -ENOENT
	 * (nobody counts that event).
	 * SYMBOL: message: struct vsys_symbol, both ways.  -ENXIO.
	 */
	VSYS_CONTROL_COUNT = 6,
	VSYS_CONTROL_TOTALS = 7,
	VSYS_CONTROL_SYMBOL = 8,
	/*
	 * args[0]: channel id.  B serves the program's ring no more (its server
	 * becomes DEAD); the kernel's goes on.
	 */
	VSYS_CONTROL_RETIRE = 9,
};

/* Of CREDS, for both ends of it: the kernels', and front.h's. */
#define VSYS_CREDS_CHANNEL	(~0u)		/* in place of a slot */
#define VSYS_CREDS_RESET	(1u << 0)

#define VSYS_CHANNELS_MAX	1024u
#define VSYS_ARENA_REFS_MAX	256u

/* Credentials as the frontend's kernel attests them, never as a program says. */
struct vsys_creds {
	__u32 uid, gid, euid, egid, suid, sgid, fsuid, fsgid;
	__u32 umask;
	__u32 nr_groups;		/* at most VSYS_GROUPS_MAX */
	__u64 cap_effective;		/* B masks them with what it allows */
	__u64 cap_permitted;
	__u64 rlimit_nofile;
	__u64 rlimit_fsize;		/* bytes; ~0: no limit */
	__u32 groups[VSYS_GROUPS_MAX];
};

struct vsys_open {
	__u32 version;			/* VSYS_VERSION */
	__u32 nr_slots;			/* multiple of 64, SLOTS_MIN … SLOTS_MAX */
	__u64 arena_base;		/* multiple of VSYS_SLOT_ARENA_MAX */
	__u32 head_ref;			/* the program's ring */
	__u32 slot_refs[VSYS_SLOTS_MAX / VSYS_SLOTS_PER_PAGE];
	__u32 kernel_head_ref;		/* the kernel's */
	__u32 kernel_slot_ref;
	__u32 event_channel;		/* port, unbound, for B to bind */
	__u32 pid;			/* the client process, for people */
	__u8  comm[VSYS_COMM_MAX];	/* its name, for people */
	struct vsys_creds creds;
	/* With VSYS_FEATURE_READY: */
	__u32 ready_ref;		/* struct vsys_readiness */
	__u32 reserved0;
};

_Static_assert(sizeof(struct vsys_creds) == 2120, "creds");
_Static_assert(offsetof(struct vsys_creds, cap_effective) == 40, "caps");
_Static_assert(offsetof(struct vsys_creds, groups) == 72, "groups");
_Static_assert(offsetof(struct vsys_open, arena_base) == 8, "arena_base");
_Static_assert(offsetof(struct vsys_open, slot_refs) == 20, "slot_refs");
_Static_assert(offsetof(struct vsys_open, kernel_head_ref) == 80, "kernel_head_ref");
_Static_assert(offsetof(struct vsys_open, event_channel) == 88, "event_channel");
_Static_assert(offsetof(struct vsys_open, comm) == 96, "comm");
_Static_assert(offsetof(struct vsys_open, creds) == 112, "creds");
_Static_assert(offsetof(struct vsys_open, ready_ref) == 2232, "ready_ref");
_Static_assert(sizeof(struct vsys_open) <= VSYS_PAGE_SIZE, "one message page");

#endif /* VIRTUOS_CONTROL_H */
