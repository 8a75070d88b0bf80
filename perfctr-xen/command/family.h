/* SPDX-License-Identifier: GPL-2.0-only */
/* Family: some threads and those that they make, told as they come and go. */
#ifndef PERFCTR_FAMILY_H
#define PERFCTR_FAMILY_H

#include <poll.h>
#include <stdbool.h>
#include "ring.h"
#include "tasks.h"

struct family {
	struct rings rings;
	/* Where it tells, to be waited for. */
	unsigned int nr;
	struct pollfd *poll;
	struct tasks tasks; /* their names */
	/* Who they are told to; NULL: nobody. */
	void (*born)(pid_t pid, pid_t tid, void *arg);
	void (*ended)(pid_t tid, void *arg);
	void *arg;
};

/* A thread, and with `children` what it makes; 0 or -errno. */
int family_add(struct family *f, pid_t pid, pid_t tid, bool children);
/* Tells what there is; false: all have ended. */
bool family_drain(struct family *f);
void family_close(struct family *f);

#endif /* PERFCTR_FAMILY_H */
