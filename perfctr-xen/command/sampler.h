/* SPDX-License-Identifier: GPL-2.0-only */
/* Sampler: samples of threads in this domain, by perf_event, into a file. */
#ifndef PERFCTR_SAMPLER_H
#define PERFCTR_SAMPLER_H

#include <stdbool.h>
#include <sys/types.h>
#include "addresses.h"
#include "events.h"
#include "file.h"
#include "pace.h"
#include "ring.h"

struct sampler {
	const struct event *event;
	struct pace pace;
	bool chains; /* whole call chains, not only addresses */
	bool on_exec;
	struct file_writer *out;
	struct addresses *kernel; /* those seen, for their symbols */
	uint64_t lost;
	unsigned int nr;
	int *fd;
	struct rings rings;
};

/* A thread and what it makes; 0, or -errno. */
int sampler_add_thread(struct sampler *s, pid_t tid);
/* A process that runs, with its threads, maps and names; 0, or -errno. */
int sampler_add_process(struct sampler *s, pid_t pid);
/* Writes the name that a thread has now. */
void sampler_name(struct sampler *s, pid_t pid, pid_t tid);
void sampler_enable(struct sampler *s);
/* Writes what there is. */
void sampler_drain(struct sampler *s);
void sampler_close(struct sampler *s);

#endif /* PERFCTR_SAMPLER_H */
