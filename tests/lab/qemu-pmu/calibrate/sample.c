// SPDX-License-Identifier: GPL-2.0-only
/*
 * Overflow interrupts: where each of them comes, compared with where it must.
 *
 * The counter starts with the first instruction of a body, and each overflow
 * comes behind a whole number of periods; so the interrupted address is that of
 * the instruction whose number, from 0, is a multiple of the period.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include "bodies.h"
#include "perf.h"

typedef void body(int fd, uint64_t n, void *p);

extern body body_sampled, body_sampled_call, body_sampled_branch;
extern char sampled_loop[], sampled_last[], sampled_call_loop[],
	sampled_call_last[], sampled_branch[], sampled_branch_end[];

struct stream {
	const char *name;
	body *body;
	uint64_t event, period, rounds;
	uint64_t length;			/* events in a round */
	uint64_t (*address)(uint64_t number);	/* in a round, 0: the kernel's */
	bool call;				/* rounds make system calls */
};

static int failed;

static uint64_t loop_address(uint64_t i)
{
	return i == SAMPLED_LOOP - 1 ? (uint64_t)sampled_last : (uint64_t)sampled_loop + i;
}

/* mov, syscall, nop, nop, dec, jnz: 5, 2, 1, 1, 3 and 2 bytes */
static uint64_t call_address(uint64_t i)
{
	static const uint64_t offset[6] = { 0, 5, 0, 8, 9, 12 };

	return i == 2 ? 0 : (uint64_t)sampled_call_loop + offset[i];
}

/* Behind the branch with number i - 1 comes its target. */
static uint64_t branch_address(uint64_t i)
{
	return (uint64_t)sampled_branch + 2 * i;
}

static const struct stream streams[] = {
	{ "instructions", body_sampled, EVENT(INSTRUCTIONS), 10007, 100003,
	  SAMPLED_LOOP, loop_address, false },
	{ "cycles", body_sampled, EVENT(CPU_CYCLES), 9973, 100003,
	  SAMPLED_LOOP, loop_address, false },
	{ "often", body_sampled, EVENT(INSTRUCTIONS), 101, 1009,
	  SAMPLED_LOOP, loop_address, false },
	{ "system-calls", body_sampled_call, EVENT(INSTRUCTIONS), 997, 20011,
	  6, call_address, true },
	{ "branches", body_sampled_branch, EVENT(BRANCH_INSTRUCTIONS), 1009, 100003,
	  5, branch_address, false },
};

#define PAGE 4096ul
#define RING_PAGES 256ul

struct sample {
	struct perf_event_header header;
	uint64_t address;
};

static bool kernel_address(uint64_t address)
{
	return (int64_t)address < 0;
}

/* The samples in the ring, one by one; returns how many were wrong. */
static unsigned check(const struct stream *s, struct perf_event_mmap_page *ring,
		      uint64_t *samples)
{
	char *data = (char *)ring + PAGE;
	uint64_t at = 0, head = __atomic_load_n(&ring->data_head, __ATOMIC_ACQUIRE);
	unsigned wrong = 0;

	for (*samples = 0; at < head; ) {
		struct sample *sample = (struct sample *)(data + at);
		uint64_t want;

		at += sample->header.size;
		if (sample->header.type != PERF_RECORD_SAMPLE) {
			printf("%s: a record of type %u\n", s->name, sample->header.type);
			wrong++;
			continue;
		}
		++*samples;
		want = s->address(*samples * s->period % s->length);
		if (want ? sample->address == want : kernel_address(sample->address))
			continue;
		if (wrong++ < 5)
			printf("%s: sample %llu at %llx, want %llx\n", s->name,
			       (unsigned long long)*samples,
			       (unsigned long long)sample->address,
			       (unsigned long long)want);
	}
	return wrong;
}

static void sample(const struct stream *s)
{
	int fd = perf_open(s->event, s->period);
	struct perf_event_mmap_page *ring;
	uint64_t samples, want = s->rounds * s->length / s->period;
	unsigned wrong;

	ring = mmap(NULL, (1 + RING_PAGES) * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd < 0 || ring == MAP_FAILED) {
		perror("perf_event_open or mmap");
		exit(1);
	}
	s->body(fd, s->rounds, NULL);
	wrong = check(s, ring, &samples);
	printf("%s sample-%s: %llu samples of %llu, %u elsewhere\n",
	       !wrong && samples == want ? "PASS" : "FAIL", s->name,
	       (unsigned long long)samples, (unsigned long long)want, wrong);
	failed |= wrong || samples != want;
	munmap(ring, (1 + RING_PAGES) * PAGE);
	close(fd);
}

/*
 * A counter that is taken off for another thread and put back comes with at
 * least 32 events until the next overflow on a Nehalem, says Linux: too many
 * when fewer are left.  So no thread may come between.
 */
static void run_alone(void)
{
	struct sched_param highest = { .sched_priority = 99 };

	if (sched_setscheduler(0, SCHED_FIFO, &highest)) {
		perror("sched_setscheduler");
		exit(1);
	}
}

int main(void)
{
	size_t i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	run_alone();
	for (i = 0; i < sizeof(streams) / sizeof(streams[0]); i++)
		sample(&streams[i]);
	return failed;
}
