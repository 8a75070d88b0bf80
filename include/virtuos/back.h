/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * /dev/vsysback: what vsysback offers vsysd and its shadows.
 *
 * vsysd keeps a few processes waiting in ACCEPT, each on an open file of its
 * own.  The one that ACCEPT returns to is from then on the shadow of that
 * client: it maps the arena as MANAGE asks, starts workers that call SERVE
 * (which does not return while the channel lives), and ends when MANAGE says
 * EXIT.  Closing the file, however it happens, ends the channel.
 */
#ifndef VIRTUOS_BACK_H
#define VIRTUOS_BACK_H

#include <linux/ioctl.h>
#include "control.h"

#define VSYS_BACK_PATH		"/dev/vsysback"

struct vsys_back_accept {
	__u32 frontend;		/* the user domain's id */
	__u32 channel;		/* the channel's id */
	__u32 pid;		/* the client process there */
	__u32 uid;		/* its user, as attested */
	__u64 arena_base;
	__u64 arena_size;	/* bytes of address space to reserve there */
	char comm[VSYS_COMM_MAX];
};

/* What a shadow's manager thread is asked for. */
enum vsys_back_request {
	VSYS_BACK_EXIT = 0,	/* the client is gone: end */
	VSYS_BACK_WORKER = 1,	/* start another thread that calls SERVE */
	VSYS_BACK_ARENA = 2,	/* map granted pages, answer with the next MANAGE */
};

struct vsys_back_manage {
	__s32 result;		/* in: of the last request, 0 or -errno */
	__u32 request;		/* out: enum vsys_back_request */
	__u32 domid;		/* out, ARENA: who granted */
	__u32 nr_refs;
	__u64 address;		/* out, ARENA: where */
	__u32 refs[VSYS_ARENA_REFS_MAX];
};

struct vsys_back_serve {
	__u64 scratch;		/* in: address of VSYS_SCRATCH_SIZE private bytes */
};
/* Room for a copied msghdr, its iovecs and its control data. */
#define VSYS_SCRATCH_SIZE	4608u

/*
 * ACCEPT	blocks until a client wants a shadow; EINTR
 * SERVE	lends the calling thread as a worker; 0 when the channel ended
 * MANAGE	blocks until there is a request
 */
#define VSYS_BACK_IOC_ACCEPT	_IOR('W', 1, struct vsys_back_accept)
#define VSYS_BACK_IOC_SERVE	_IOW('W', 2, struct vsys_back_serve)
#define VSYS_BACK_IOC_MANAGE	_IOWR('W', 3, struct vsys_back_manage)

#endif /* VIRTUOS_BACK_H */
