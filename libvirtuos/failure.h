/* SPDX-License-Identifier: MIT */
/*
 * What a program hears of a call that was not made, or not answered: its
 * service is dead, or there is too little of something, here or there.
 */
#ifndef VIRTUOS_FAILURE_H
#define VIRTUOS_FAILURE_H

#include "core.h"

/* No channel: for want of something, and not of the service? */
bool virtuos_failure_lacking(long err);
/*
 * The service is dead: -errno.  on_socket: argument 0 is a socket's descriptor.
 */
long virtuos_failure_dead(uint32_t nr, bool on_socket);
/*
 * There is no channel, for err, and nothing has been done: -errno.  -ENOSYS:
 * the service is given up.
 */
long virtuos_failure_unopened(int service, bool on_socket, uint32_t nr,
			      long err);

#endif /* VIRTUOS_FAILURE_H */
