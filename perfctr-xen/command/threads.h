/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads: a count of its own for each in this domain.
 *
 * An inherited counter says what all of a family counted, never which of them;
 * so each thread that is made is given counters of its own besides, as soon as
 * it is reported.  What it did until then is in the whole alone.
 */
#ifndef PERFCTR_THREADS_H
#define PERFCTR_THREADS_H

#include "family.h"
#include "local.h"
#include "result.h"

struct threads {
	const struct local *whole;
	struct result *result; /* into which threads that end are put */
	struct family *family;
	unsigned int nr;
	struct thread {
		pid_t pid, tid;
		int fd[VSYS_COUNTERS_MAX]; /* by event; -1: not counted */
	} * thread;
};

void threads_init(struct threads *t, const struct local *whole,
		  struct family *family, struct result *result);
/* One that is there at first, counted like the whole; 0 or -errno. */
int threads_add(struct threads *t, pid_t pid, pid_t tid);
void threads_enable(struct threads *t);
/* What each of them counted so far, into the result. */
void threads_result(struct threads *t);
/* What of the whole none of them did, into a row of that process. */
void threads_rest(struct threads *t, pid_t pid);
void threads_close(struct threads *t);

#endif /* PERFCTR_THREADS_H */
