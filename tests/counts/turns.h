/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines that go between program and service, from one of the program's marks to
 * the next.  Shared memory is taken away from both: each access faults, which
 * says where it is and whether it writes, and is then let through.
 *
 * The two take turns as two processors do that poll: the program goes on until
 * it has looked for its answer once in vain, the service until it has looked
 * for the next call once in vain.
 */
#ifndef COUNTS_TURNS_H
#define COUNTS_TURNS_H

#include "lines.h"
#include "traced.h"

/* Both have everything mapped, and the service is idle. */
void turns_begin(struct traced *program, struct traced *service);
struct lines turns_count(void);
/* The service's turn. */
void turns_serve(void);

#endif /* COUNTS_TURNS_H */
