// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include "base/memory.h"
#include "local.h"
#include "sampler.h"
#include "tasks.h"

#define RING_PAGES 128 /* as many as anybody may have by default */

/* What each record that is no sample ends with, by sample_type. */
struct trailer {
	uint32_t pid, tid;
	uint64_t ns;
	uint32_t cpu, reserved;
};

struct perf_map { /* PERF_RECORD_MMAP */
	struct perf_event_header header;
	uint32_t pid, tid;
	uint64_t address, length, offset;
	char path[];
};

struct perf_lost { /* PERF_RECORD_LOST */
	struct perf_event_header header;
	uint64_t id, lost;
};

struct perf_sample { /* PERF_RECORD_SAMPLE */
	struct perf_event_header header;
	uint64_t ip;
	uint32_t pid, tid;
	uint64_t ns;
	uint32_t cpu, reserved;
	uint64_t period;
	uint64_t nr; /* with PERF_SAMPLE_CALLCHAIN, and what follows */
	uint64_t ips[];
};

/* ---- Counters ------------------------------------------------------------------- */

static int sampler_open(struct sampler *s, pid_t tid, int cpu)
{
	struct perf_event_attr more = {
		.sample_type = PERF_SAMPLE_IP | PERF_SAMPLE_TID |
			       PERF_SAMPLE_TIME | PERF_SAMPLE_CPU |
			       PERF_SAMPLE_PERIOD |
			       (s->chains ? PERF_SAMPLE_CALLCHAIN : 0),
		.freq = !!s->pace.frequency,
		.sample_freq = s->pace.frequency ?: s->pace.period,
		.sample_id_all = 1,
		.disabled = 1,
		.enable_on_exec = s->on_exec,
		.inherit = 1,
		.mmap = 1,
		.comm = 1,
		.comm_exec = 1,
		.task = 1,
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC_RAW,
	};
	int fd = local_event(s->event, tid, cpu, &more), err;

	if (fd < 0)
		return fd;
	err = rings_add(&s->rings, fd, cpu, RING_PAGES);
	if (err) {
		close(fd);
		return err;
	}
	s->fd = xgrow(s->fd, s->nr, sizeof(*s->fd));
	s->fd[s->nr++] = fd;
	return 0;
}

int sampler_add_thread(struct sampler *s, pid_t tid)
{
	int cpu, err, nr = sysconf(_SC_NPROCESSORS_CONF);
	unsigned int before = s->nr;

	for (cpu = 0; cpu < nr; cpu++) {
		err = sampler_open(s, tid, cpu);
		if (err == -ENODEV && s->nr > before)
			continue; /* a processor that is off */
		if (err)
			return err;
	}
	return 0;
}

void sampler_enable(struct sampler *s)
{
	unsigned int i;

	for (i = 0; i < s->nr; i++)
		ioctl(s->fd[i], PERF_EVENT_IOC_ENABLE, 0);
}

/* ---- What was there before --------------------------------------------------- */

static void put_name(struct sampler *s, uint64_t ns, pid_t pid, pid_t tid,
		     bool exec, const char *name)
{
	struct file_comm comm = {
		.ns = ns, .pid = pid, .tid = tid, .exec = exec
	};

	file_put_text(s->out, FILE_COMM, &comm, sizeof(comm), name);
}

void sampler_name(struct sampler *s, pid_t pid, pid_t tid)
{
	struct tasks tasks = { 0 };

	tasks_look(&tasks, pid, tid);
	put_name(s, 0, pid, tid, false, tasks_name(&tasks, tid));
	tasks_free(&tasks);
}

static void put_maps(struct sampler *s, pid_t pid)
{
	struct file_map map = { .pid = pid, .tid = pid };
	char name[32], line[4300], path[4200], mode[8];
	uint64_t end;
	FILE *maps;

	snprintf(name, sizeof(name), "/proc/%d/maps", pid);
	maps = fopen(name, "re");
	while (maps && fgets(line, sizeof(line), maps)) {
		strcpy(path, "//anon");
		if (sscanf(line,
			   "%" SCNx64 "-%" SCNx64 " %7s %" SCNx64
			   " %*s %*s %4199[^\n]",
			   &map.address, &end, mode, &map.offset, path) < 4 ||
		    mode[2] != 'x')
			continue;
		map.length = end - map.address;
		file_put_text(s->out, FILE_MAP, &map, sizeof(map), path);
	}
	if (maps)
		fclose(maps);
}

static int add_thread(pid_t pid, pid_t tid, void *arg)
{
	struct sampler *s = arg;
	int err = sampler_add_thread(s, tid);

	if (!err)
		sampler_name(s, pid, tid);
	return err == -ESRCH ? 0 : err; /* it has just ended */
}

int sampler_add_process(struct sampler *s, pid_t pid)
{
	int err = tasks_each(pid, add_thread, s);

	if (!err)
		put_maps(s, pid);
	return err;
}

/* ---- Records ------------------------------------------------------------------- */

/*
 * The chain as the file has it: the kernel's addresses, then the program's,
 * without perf's marks between them.
 */
static unsigned int sample_chain(const struct perf_sample *p, uint64_t *chain,
				 uint32_t *nr_kernel)
{
	unsigned int nr = 0;
	bool kernel = false;
	uint64_t i;

	for (i = 0; i < p->nr && nr < FILE_ADDRESSES_MAX; i++) {
		if (p->ips[i] >= PERF_CONTEXT_MAX) {
			kernel = p->ips[i] == PERF_CONTEXT_KERNEL;
			continue;
		}
		chain[nr++] = p->ips[i];
		*nr_kernel += kernel;
	}
	return nr;
}

static void use_sample(struct sampler *s, const struct perf_sample *p)
{
	uint64_t chain[FILE_ADDRESSES_MAX];
	struct file_sample sample = {
		.time = p->ns,
		.period = p->period ?: 1,
		.pid = p->pid,
		.tid = p->tid,
		.cpu = p->cpu,
		.call = FILE_NO_CALL,
	};
	bool is_new;
	unsigned int i;

	if (s->chains)
		sample.nr = sample_chain(p, chain, &sample.nr_kernel);
	if (!sample.nr) {
		chain[0] = p->ip;
		sample.nr = 1;
		sample.nr_kernel =
			(p->header.misc & PERF_RECORD_MISC_CPUMODE_MASK) ==
			PERF_RECORD_MISC_KERNEL;
	}
	for (i = 0; i < sample.nr_kernel; i++)
		addresses_add(s->kernel, 0, chain[i], &is_new);
	file_put(s->out, FILE_SAMPLE, &sample, sizeof(sample), chain,
		 sample.nr * sizeof(*chain));
}

static void use_map(struct sampler *s, const struct perf_map *p, uint64_t ns)
{
	struct file_map map = {
		.ns = ns,
		.pid = p->pid,
		.tid = p->tid,
		.address = p->address,
		.length = p->length,
		.offset = p->offset,
	};

	file_put_text(s->out, FILE_MAP, &map, sizeof(map), p->path);
}

static void use_fork(struct sampler *s, const struct task_record *p)
{
	struct file_fork fork = {
		.ns = p->ns,
		.pid = p->pid,
		.tid = p->tid,
		.ppid = p->ppid,
		.ptid = p->ptid,
	};

	file_put(s->out, FILE_FORK, &fork, sizeof(fork), NULL, 0);
}

static void sampler_use(const struct perf_event_header *header, void *arg)
{
	const void *record = header;
	const struct comm_record *comm = record;
	const struct perf_lost *lost = record;
	struct sampler *s = arg;
	struct trailer trailer;

	/* Not aligned to more than 8 bytes, and behind all else. */
	memcpy(&trailer, (const char *)record + header->size - sizeof(trailer),
	       sizeof(trailer));
	switch (header->type) {
	case PERF_RECORD_SAMPLE:
		use_sample(s, record);
		break;
	case PERF_RECORD_MMAP:
		use_map(s, record, trailer.ns);
		break;
	case PERF_RECORD_COMM:
		put_name(s, trailer.ns, comm->pid, comm->tid,
			 header->misc & PERF_RECORD_MISC_COMM_EXEC, comm->name);
		break;
	case PERF_RECORD_FORK:
		use_fork(s, record);
		break;
	case PERF_RECORD_LOST:
		s->lost += lost->lost;
		break;
	}
}

void sampler_drain(struct sampler *s)
{
	rings_drain(&s->rings, sampler_use, s);
}

void sampler_close(struct sampler *s)
{
	unsigned int i;

	rings_close(&s->rings);
	for (i = 0; i < s->nr; i++)
		close(s->fd[i]);
	free(s->fd);
}
