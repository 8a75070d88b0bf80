// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters in a Xen domain.  In a PV domain the kernel runs where programs do
 * as far as the processor can tell, so a count of user mode holds some of the
 * kernel's work besides: it must lie between what the code has and a little
 * more.
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include "perf.h"

typedef void body(int fd, uint64_t n, void *p);

extern body body_loop, body_nothing;

#define N 50000000ull
#define PERIOD 1000003ull
#define PAGES 64ul
#define PAGE 4096ul

static int failed;

static void judge(const char *name, uint64_t is, uint64_t least, uint64_t most)
{
	bool right = is >= least && is <= most;

	printf("%s domain-%s: %llu, from %llu to %llu\n", right ? "PASS" : "FAIL", name,
	       (unsigned long long)is, (unsigned long long)least, (unsigned long long)most);
	failed |= !right;
}

static int counter(uint64_t event, uint64_t period)
{
	int fd = perf_open(event, period);

	if (fd < 0) {
		perror("perf_event_open");
		exit(1);
	}
	return fd;
}

/* n events, and at most a fifth more. */
static void count(const char *name, uint64_t event, uint64_t n)
{
	int fd = counter(event, 0);

	body_loop(fd, N, NULL);
	judge(name, perf_read(fd), n, n + n / 5);
	close(fd);
}

static uint64_t samples_within(struct perf_event_mmap_page *ring, uint64_t from, uint64_t to)
{
	char *data = (char *)ring + PAGE;
	uint64_t at = 0, head = __atomic_load_n(&ring->data_head, __ATOMIC_ACQUIRE), n = 0;

	while (at < head) {
		struct {
			struct perf_event_header header;
			uint64_t address;
		} *sample = (void *)(data + at);

		at += sample->header.size;
		n += sample->header.type == PERF_RECORD_SAMPLE &&
		     sample->address >= from && sample->address < to;
	}
	return n;
}

/* Overflow interrupts come through Xen, and tell where they came. */
static void sample(void)
{
	int fd = counter(EVENT(INSTRUCTIONS), PERIOD);
	struct perf_event_mmap_page *ring;
	uint64_t want = 2 * N / PERIOD;

	ring = mmap(NULL, (1 + PAGES) * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (ring == MAP_FAILED) {
		perror("mmap of samples");
		exit(1);
	}
	body_loop(fd, N, NULL);
	judge("samples", samples_within(ring, (uint64_t)body_loop, (uint64_t)body_loop + 64),
	      want * 4 / 5, want + 1);
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	count("instructions", EVENT(INSTRUCTIONS), 2 * N);
	count("cycles", EVENT(CPU_CYCLES), 2 * N);
	count("branches", EVENT(BRANCH_INSTRUCTIONS), N);
	sample();
	return failed;
}
