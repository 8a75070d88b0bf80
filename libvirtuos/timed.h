/* SPDX-License-Identifier: MIT */
/*
 * Sockets with a time-out (SO_RCVTIMEO, SO_SNDTIMEO): calls on them are not
 * restarted after a signal, whatever SA_RESTART says (signal(7)).  fd is the
 * remote descriptor.
 */
#ifndef VIRTUOS_TIMED_H
#define VIRTUOS_TIMED_H

#include "core.h"

bool virtuos_timed_get(struct virtuos_channel *ch, uint64_t fd);
void virtuos_timed_set(struct virtuos_channel *ch, uint64_t fd, bool timed);
/* A setsockopt() succeeded: was it a time-out? */
void virtuos_timed_note(struct virtuos_channel *ch, const uint64_t args[6]);

#endif /* VIRTUOS_TIMED_H */
