/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * /dev/vsys: what vsysfront offers the programs of a user domain.
 *
 * One open file is one channel of the process that opened it (close-on-exec,
 * not inherited by fork: a child opens its own).  After VSYS_IOC_OPEN the
 * file is mapped at three offsets; every mapping is MAP_SHARED, PROT_READ |
 * PROT_WRITE, and none is copied by fork:
 *
 *	VSYS_MAP_RING	head and slots, 1 + nr_slots / 64 pages
 *	VSYS_MAP_LOCAL	struct vsys_local, not shared with the service domain
 *	VSYS_MAP_ARENA	nr_slots * VSYS_SLOT_ARENA_MAX bytes, at arena_base
 *			(MAP_FIXED_NOREPLACE); a byte that has not been granted
 *			faults with SIGBUS
 */
#ifndef VIRTUOS_FRONT_H
#define VIRTUOS_FRONT_H

#include <linux/ioctl.h>
#include "control.h"

#define VSYS_FRONT_PATH		"/dev/vsys"

#define VSYS_MAP_RING		0x00000000ull
#define VSYS_MAP_LOCAL		0x10000000ull
#define VSYS_MAP_ARENA		0x100000000ull

/* One page between vsysfront and the program alone. */
struct vsys_local {
	/*
	 * Counts, for this process, every close of a descriptor that is a
	 * placeholder of this channel's service, whoever asked for it.
	 * Written by vsysfront.
	 */
	__u64 closes;
	/*
	 * 1: the process has taken record locks (F_SETLK) at this service, so
	 * each of its closes of a file there has to drop those on that file.
	 * Written by both.
	 */
	__u32 locks;
	/*
	 * 0: nobody counts this process's calls here.  Otherwise a number that no
	 * other COUNT has had: a thread that knows its account for another number,
	 * or none, asks anew (VSYS_IOC_ACCOUNT).  Written by vsysfront.
	 */
	__u32 counting;
	__u8  pad[48];
	/*
	 * Calls made through each slot, for statistics; written by the thread
	 * that owns the slot (without atomics), read by vsysfront.
	 */
	__u32 calls[VSYS_SLOTS_MAX];
};

_Static_assert(offsetof(struct vsys_local, calls) == 64, "calls");
_Static_assert(sizeof(struct vsys_local) <= VSYS_PAGE_SIZE, "one page");

struct vsys_front_open {
	/* in: the service: its name ("network"), or empty to go by class */
	char service[VSYS_SERVICE_NAME_MAX];
	/* in: with an empty name, a VSYS_CLASS_ bit; out: what it serves */
	__u32 class;
	__u32 nr_slots;		/* in: 0 for the default; out: what it got */
	__u64 arena_base;	/* in: 0, or a wish; out: where to map it */
	/* out: VSYS_SANDBOX_… that the administrator lets keep their channels */
	__u32 sandboxes;
	__u32 features;		/* out: VSYS_FEATURE_… that both ends have */
};
_Static_assert(sizeof(struct vsys_front_open) == 40, "open");

/*
 * What keeps a process from having a channel, unless the administrator lets it
 * (vsysfront's parameter "sandboxed"): the fast path would lead around it.
 */
#define VSYS_SANDBOX_SECCOMP	(1u << 0)	/* a filter, or strict mode */
#define VSYS_SANDBOX_ROOT	(1u << 1)	/* another root or mount namespace: for storage */
#define VSYS_SANDBOX_NETWORK	(1u << 2)	/* another network namespace: for network */
#define VSYS_SANDBOX_LSM	(1u << 3)	/* Landlock or the like: no names in its root */
#define VSYS_SANDBOXES		((1u << 4) - 1)

struct vsys_front_wait {
	__u32 slot;
	__u32 flags;		/* VSYS_WAIT_… */
};
/* A signal ends the wait with EINTR even when its handler has SA_RESTART. */
#define VSYS_WAIT_NORESTART	(1u << 0)

struct vsys_front_call {
	__u32 slot;		/* in: filled, not yet submitted */
	__u32 flags;		/* in: VSYS_WAIT_…, O_CLOEXEC, O_NONBLOCK */
	/*
	 * These two are written once the call has been submitted, and not before.
	 * The descriptor in the shadow; or the error, when it is the service
	 * domain's own; otherwise no negative number
	 */
	__s32 remote_fd;
	__u32 mode;		/* out: file type bits of st_mode */
};

struct vsys_front_arena {
	__u32 slot;
	__u32 bytes;		/* in: wanted from the region's start; out: granted */
};

struct vsys_front_creds {
	__u32 slot;		/* or VSYS_CREDS_CHANNEL (control.h) */
	__u32 flags;		/* VSYS_CREDS_RESET */
};

struct vsys_front_account {
	__u32 counting;		/* out: as in struct vsys_local; 0: nobody counts */
	__u32 account;		/* out: of the calling thread, for vsys_nr_pack() */
};

struct vsys_front_fd {
	__s32 fd;		/* in: a descriptor of this process */
	__s32 remote_fd;	/* out, VSYS_IOC_ATTACH */
	char service[VSYS_SERVICE_NAME_MAX]; /* out: empty, fd is no placeholder */
	__u32 dead;		/* out: 1 when its service domain is gone */
	__u32 mode;		/* out: st_mode file type bits of the placeholder */
};

/*
 * All return 0 or more, or -1 with errno.  ENODEV: the service domain is gone
 * (close this file, open a new one later).  EACCES: the process is in a sandbox
 * that has no channels (VSYS_SANDBOX_…); if it had one, nobody serves that any
 * more, and its placeholders go on through the kernel.  EINTR: see
 * VSYS_WAIT_NORESTART.
 *
 * OPEN		ENOENT no such service, ENODEV not connected, EPROTO the two
 *		ends' versions or features do not fit, ECONNREFUSED the service
 *		domain gave the device up before it was connected, ENOSPC out of
 *		grants, mappings or event channels (a line in the kernel log
 *		says which limit to raise), EUSERS all channels are in use,
 *		EDQUOT the user's share of them is, ENOMEM (as ARENA), EAGAIN
 *		it starts no shadow, EBUSY opened already, ETIMEDOUT
 * DOORBELL	the submitter found server == ASLEEP
 * WAIT		until the slot is DONE; EBUSY: another thread waits for it
 * CALL		submits the slot, waits, and, when the result is a descriptor,
 *		installs a placeholder: the result is a local descriptor (the
 *		lowest free one, reserved before the call is made: EMFILE comes
 *		before anything happens).  A remote error is returned as -1
 *		with that errno.  Interrupted by a signal: the remote call is
 *		cancelled; restarted or EINTR as Linux would.
 *		Attests the calling thread's credentials first, when they are
 *		not those that the slot has.
 * ARENA	grants memory to a slot's region; ENOMEM (RLIMIT_MEMLOCK, or the
 *		user's share), ENOSPC
 * CREDS	attests the calling thread's credentials anew, for a slot or for
 *		all that have none of their own
 * FD		says whether a descriptor is a placeholder, and whose
 * ATTACH	fd is a placeholder of this channel's service: make its open
 *		file known to this process's shadow; idempotent
 * ACCOUNT	to whose account the calling thread's calls on this channel go
 */
#define VSYS_IOC_OPEN		_IOWR('V', 1, struct vsys_front_open)
#define VSYS_IOC_DOORBELL	_IO('V', 2)
#define VSYS_IOC_WAIT		_IOW('V', 3, struct vsys_front_wait)
#define VSYS_IOC_CALL		_IOWR('V', 4, struct vsys_front_call)
#define VSYS_IOC_ARENA		_IOWR('V', 5, struct vsys_front_arena)
#define VSYS_IOC_CREDS		_IOW('V', 6, struct vsys_front_creds)
#define VSYS_IOC_FD		_IOWR('V', 7, struct vsys_front_fd)
#define VSYS_IOC_ATTACH		_IOWR('V', 8, struct vsys_front_fd)
#define VSYS_IOC_ACCOUNT	_IOR('V', 9, struct vsys_front_account)

#endif /* VIRTUOS_FRONT_H */
