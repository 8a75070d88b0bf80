// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a program's events come to, by perf_event: run natively and in a guest, it
 * tells by how much counting in the guest errs.  Static, user mode only.
 *
 * The work is always the same: sorting, walking memory out of order, system
 * calls, page faults.  One line of JSON for each event and mode: "a" counts,
 * "i" multiplies samples by their period.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NUMBERS = 100000, WALK = 1 << 22, CALLS = 3000, FAULTS = 1000,
       ROUNDS = 5, PAGES = 128 };

static const struct event {
	const char *name;
	uint32_t type;
	uint64_t config, period;
} events[] = {
	{ "instructions", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS, 50021 },
	{ "cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES, 50021 },
	{ "ref-cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_REF_CPU_CYCLES, 50021 },
	{ "branches", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_INSTRUCTIONS, 20011 },
	{ "branch-misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES, 1009 },
	{ "data TLB, loads", PERF_TYPE_RAW, 0x108, 101 },
	{ "data TLB, stores", PERF_TYPE_RAW, 0x10c, 101 },
};

/* ---- The work ------------------------------------------------------------------- */

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static void sift(uint32_t *v, uint32_t root, uint32_t n)
{
	uint32_t child, t;

	for (; (child = 2 * root + 1) < n; root = child) {
		child += child + 1 < n && v[child] < v[child + 1];
		if (v[root] >= v[child])
			return;
		t = v[root];
		v[root] = v[child];
		v[child] = t;
	}
}

static void sort(uint32_t *v, uint32_t n)
{
	uint32_t i, t;

	for (i = n / 2; i--;)
		sift(v, i, n);
	for (i = n; --i;) {
		t = v[0];
		v[0] = v[i];
		v[i] = t;
		sift(v, 0, i);
	}
}

static uint32_t work(uint32_t *numbers, char *memory)
{
	uint32_t seed = 1, sum = 0, i;

	for (i = 0; i < NUMBERS; i++)
		numbers[i] = next_random(&seed);
	sort(numbers, NUMBERS);
	for (i = 0; i < 4 * NUMBERS; i++)
		sum += memory[next_random(&seed) % WALK]++;
	for (i = 0; i < CALLS; i++)
		sum += syscall(SYS_getppid);
	for (i = 0; i < FAULTS; i++)
		memory[WALK + i * 4096] = i;
	return sum;
}

/* ---- Counting ------------------------------------------------------------------- */

static void die(const char *what)
{
	fprintf(stderr, "events: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* Samples in a ring that was never read, and is large enough. */
static uint64_t samples(const struct perf_event_mmap_page *ring)
{
	const char *data = (const char *)ring + 4096;
	const struct perf_event_header *header;
	uint64_t at, n = 0;

	for (at = 0; at < ring->data_head; at += header->size) {
		header = (const void *)(data + at);
		if (header->type != PERF_RECORD_SAMPLE) {
			errno = ENOSPC;
			die("samples were lost or throttled");
		}
		n++;
	}
	return n;
}

/* 0: there is no such event here. */
static int count(const struct event *e, int sampling, uint64_t *value)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr), .type = e->type, .config = e->config,
		.sample_period = sampling ? e->period : 0,
		.sample_type = PERF_SAMPLE_IP, .disabled = 1,
		.exclude_kernel = 1, .exclude_hv = 1,
	};
	int fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
	struct perf_event_mmap_page *ring = NULL;
	static uint32_t numbers[NUMBERS];
	size_t size = WALK + FAULTS * 4096;
	char *memory;

	if (fd < 0 && (errno == ENOENT || errno == EOPNOTSUPP))
		return 0;
	if (fd < 0)
		die("perf_event_open");
	if (sampling)
		ring = mmap(NULL, (1 + PAGES) * 4096, PROT_READ | PROT_WRITE,
			    MAP_SHARED, fd, 0);
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (ring == MAP_FAILED || memory == MAP_FAILED)
		die("mmap");
	memset(memory, 0, WALK);
	ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
	work(numbers, memory);
	ioctl(fd, PERF_EVENT_IOC_DISABLE, 0);
	if (ring)
		*value = samples(ring) * e->period;
	else if (read(fd, value, sizeof(*value)) != sizeof(*value))
		die("read");
	if (ring)
		munmap(ring, (1 + PAGES) * 4096);
	munmap(memory, size);
	close(fd);
	return 1;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void report(const struct event *e, int sampling)
{
	uint64_t value[ROUNDS];
	int i;

	for (i = 0; i < ROUNDS; i++)
		if (!count(e, sampling, &value[i]))
			return;
	qsort(value, ROUNDS, sizeof(*value), compare);
	printf("{\"event\": \"%s\", \"mode\": \"%s\", \"period\": %llu, \"least\": %llu, \"median\": %llu, \"most\": %llu}\n",
	       e->name, sampling ? "i" : "a",
	       sampling ? (unsigned long long)e->period : 0,
	       (unsigned long long)value[0],
	       (unsigned long long)value[ROUNDS / 2],
	       (unsigned long long)value[ROUNDS - 1]);
	fflush(stdout);
}

/* So that perf does not take its samples for too expensive. */
static void patient(void)
{
	int fd = open("/proc/sys/kernel/perf_cpu_time_max_percent", O_WRONLY);

	if (fd >= 0 && write(fd, "0", 1) != 1)
		die("perf_cpu_time_max_percent");
	close(fd);
}

int main(int argc, char **argv)
{
	uint32_t i;

	/* The same addresses each time. */
	if (argc == 1 && personality(ADDR_NO_RANDOMIZE) >= 0)
		execl("/proc/self/exe", argv[0], "again", NULL);
	patient();
	for (i = 0; i < sizeof(events) / sizeof(*events); i++) {
		report(&events[i], 0);
		report(&events[i], 1);
	}
	return 0;
}
