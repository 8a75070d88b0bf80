/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Death: what a program hears of a call whose service domain is gone
 * (docs/protocol.md, section 8).  libvirtuos and vsysfront say the same, for
 * they ask here.
 */
#ifndef VIRTUOS_DEATH_H
#define VIRTUOS_DEATH_H

#include "calls.h"

#ifdef __KERNEL__
#include <linux/errno.h>
#else
#include <errno.h>
#endif

/*
 * -errno.  on_socket: argument 0 is a socket's descriptor.  nr may be no row's
 * number; it is not checked for speculation.
 */
static inline int vsys_death_errno(__u32 nr, int on_socket)
{
	const struct vsys_call_info *info;

	if (nr >= VSYS_NR_SYSCALLS)
		return -EIO;
	info = &vsys_calls[nr];
	if (VSYS_RESULT_KIND(info->result) == VSYS_RESULT_SOCKET)
		return -ENETDOWN;
	return on_socket && (info->flags & VSYS_CALL_MOVES) ? -ECONNRESET :
							      -EIO;
}

#endif /* VIRTUOS_DEATH_H */
