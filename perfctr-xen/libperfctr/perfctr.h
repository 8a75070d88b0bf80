/* SPDX-License-Identifier: MIT */
/*
 * libperfctr: a thread counts its own events, and reads the counts without a
 * system call where the machine allows it.
 *
 *	struct perfctr *p = perfctr_open("instructions:u,branches:u", &error);
 *	uint64_t n[2];
 *
 *	perfctr_start(p);
 *	...
 *	perfctr_read(p, n);	now, without stopping
 *	perfctr_stop(p);
 *	perfctr_close(p);
 *
 * The events of one perfctr count together or not at all.  It belongs to the
 * thread that opened it.  Where rdpmc is not allowed (a PV guest on stock Xen)
 * a read is a system call; the values are the same.  What its calls cost in
 * service domains is perfctr-remote.h.
 */
#ifndef PERFCTR_H
#define PERFCTR_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define PERFCTR_EVENTS_MAX 16

/* The names of events; NULL behind the last. */
const char *perfctr_event(unsigned int index);

struct perfctr;

/*
 * Events, separated by commas: instructions, cycles, ref-cycles, branches,
 * branch-misses, cache-references, cache-misses, the others of event.c, or rN
 * (hexadecimal, as the processor takes it: unit mask and event in the lowest two
 * bytes), each with :u (user mode), :k (kernel) or neither (both).
 * NULL on failure; then *error, unless error is NULL, says why, in words that
 * stay valid until the thread's next call.
 */
struct perfctr *perfctr_open(const char *events, const char **error);
void perfctr_close(struct perfctr *perfctr);

int perfctr_count(const struct perfctr *perfctr);	/* how many events */

/* 0, or -1 with errno. */
int perfctr_start(struct perfctr *perfctr);
int perfctr_stop(struct perfctr *perfctr);

/*
 * The counts since the perfctr was opened, of the time that it was started, in
 * the order in which the events were named.  0, or -1 with errno: EAGAIN, the
 * events could not all be counted (others hold the counters).
 */
int perfctr_read(struct perfctr *perfctr, uint64_t *counts);

/*
 * May programs use rdpmc here, where perf_event says so?  In a PV guest it says so
 * and they may not, unless Xen was asked (perfctr_xen.ko).
 */
int perfctr_rdpmc_allowed(void);

/* "rdpmc" or "read": how perfctr_read() gets at them. */
const char *perfctr_how(const struct perfctr *perfctr);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif /* PERFCTR_H */
