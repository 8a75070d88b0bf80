// SPDX-License-Identifier: GPL-2.0-only
/* Counts of known code, compared with what must come out. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include "bodies.h"
#include "perf.h"

typedef void body(int fd, uint64_t n, void *p);

extern body body_nothing, body_straight, body_loop, body_calls, body_indirect,
	body_alternating, body_nested, body_stos, body_movs, body_norep,
	body_scas, body_pages, body_syscalls, body_undefined, body_segfault,
	body_split;
extern uint32_t body_rdpmc(uint32_t index);
extern void skip_two(int), return_from_signal(void);

enum memory { NONE, FRESH, TOUCHED, SPLIT };

struct piece {
	const char *name;
	body *body;
	enum memory memory;
	uint64_t n;
	uint64_t instructions;	/* without those of the end */
	uint64_t branches;	/* likewise */
	uint64_t rounds;	/* cycles beyond instructions */
};

#define N 1000003
#define BYTES 300007
#define PAGES 2003
#define CALLS 200000
#define FAULTS 2000

static const struct piece pieces[] = {
	{ "nothing", body_nothing, NONE, 0, 0, 0, 0 },
	{ "straight", body_straight, NONE, 0, 1000, 0, 0 },
	{ "loop", body_loop, NONE, N, 2ull * N, N, 0 },
	{ "calls", body_calls, NONE, N, 4ull * N + 1, 3ull * N + 1, 0 },
	{ "indirect", body_indirect, NONE, N, 4ull * N + 1, 2ull * N, 0 },
	{ "alternating", body_alternating, NONE, N, 4ull * N, 2ull * N, 0 },
	{ "nested", body_nested, NONE, N, 23ull * N, 11ull * N, 0 },
	{ "rep-stos", body_stos, TOUCHED, BYTES, 4, 0, BYTES },
	{ "rep-stos-faults", body_stos, FRESH, BYTES, 4, 0, BYTES },
	{ "rep-movs", body_movs, TOUCHED, BYTES, 4, 0, BYTES },
	{ "rep-movs-faults", body_movs, FRESH, BYTES, 4, 0, BYTES },
	{ "rep-nothing", body_norep, FRESH, N, 6ull * N + 2, N, 0 },
	{ "repne-scas", body_scas, TOUCHED, BYTES, 4, 0, BYTES },
	{ "page-faults", body_pages, FRESH, PAGES, 4ull * PAGES, PAGES, 0 },
	{ "system-calls", body_syscalls, NONE, CALLS, 4ull * CALLS, 2ull * CALLS, 0 },
	{ "undefined", body_undefined, NONE, FAULTS, 7ull * FAULTS, 3ull * FAULTS, 0 },
	{ "segfaults", body_segfault, NONE, FAULTS, 8ull * FAULTS, 3ull * FAULTS, 0 },
	{ "split-lock", body_split, SPLIT, FAULTS, 3ull * FAULTS, FAULTS, 0 },
};

static int failed;

static void judge_within(const char *what, const char *name, uint64_t is,
			 uint64_t want, uint64_t most)
{
	int right = is >= want && is <= most;

	printf("%s count-%s-%s: %llu of %llu\n", right ? "PASS" : "FAIL",
	       what, name, (unsigned long long)is, (unsigned long long)want);
	failed |= !right;
}

static void judge(const char *what, const char *name, uint64_t is, uint64_t want)
{
	judge_within(what, name, is, want, want);
}

#define ROOM (16ul << 20)

static void *memory_get(enum memory kind)
{
	char *p = MAP_FAILED;

	if (kind == NONE)
		return NULL;
	p = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	if (kind != FRESH)
		memset(p, 0, ROOM);
	return kind == SPLIT ? p + 4094 : p;
}

static uint64_t count(const struct piece *piece, uint64_t event)
{
	char *p = memory_get(piece->memory);
	int fd = perf_open(event, 0);
	uint64_t value;

	if (fd < 0) {
		perror("perf_event_open");
		exit(1);
	}
	piece->body(fd, piece->n, p);
	value = perf_read(fd);
	close(fd);
	if (p)
		munmap((void *)((uintptr_t)p & ~4095ul), ROOM);
	return value;
}

static void count_piece(const struct piece *piece)
{
	uint64_t instructions = piece->instructions + MEASURED_END;

	judge("instructions", piece->name, count(piece, EVENT(INSTRUCTIONS)), instructions);
	judge("cycles", piece->name, count(piece, EVENT(CPU_CYCLES)),
	      instructions + piece->rounds);
	judge("branches", piece->name, count(piece, EVENT(BRANCH_INSTRUCTIONS)),
	      piece->branches + 1);
}

/* The kernel's own handler would be code of unknown length. */
static void skip_on(int signal)
{
	struct {
		void (*handler)(int);
		unsigned long flags;
		void (*restorer)(void);
		uint64_t mask;
	} action = { skip_two, SA_SIGINFO | 0x04000000, return_from_signal, 0 };

	if (syscall(SYS_rt_sigaction, signal, &action, NULL, 8)) {
		perror("rt_sigaction");
		exit(1);
	}
}

/*
 * Predictions: a loop is missed once each time it ends, a branch that alternates
 * each second time, a return never.  The first run only teaches the predictor.
 */
static void count_misses(void)
{
	static const struct piece nested = { "nested", body_nested, NONE, 1000, 0, 0, 0 };
	static const struct piece calls = { "calls", body_calls, NONE, 1000, 0, 0, 0 };
	static const struct piece alternating = { "alternating", body_alternating, NONE, 10000, 0, 0, 0 };

	count(&nested, EVENT(BRANCH_MISSES));
	judge("misses", "nested", count(&nested, EVENT(BRANCH_MISSES)), 1000 + 1);
	count(&calls, EVENT(BRANCH_MISSES));
	judge("misses", "calls", count(&calls, EVENT(BRANCH_MISSES)), 1);
	count(&alternating, EVENT(BRANCH_MISSES));
	judge("misses", "alternating", count(&alternating, EVENT(BRANCH_MISSES)), 5000 + 1);
}

/*
 * Each fresh page is walked for once, after the kernel has put it there; the
 * stack and what an interrupt threw out add a few.
 */
static void count_walks(void)
{
	static const struct piece pages = { "pages", body_pages, FRESH, PAGES, 0, 0, 0 };

	judge_within("walks", "pages", count(&pages, RAW(0x010c)), PAGES, PAGES * 11 / 10);
}

static void count_rdpmc(void)
{
	int fd = perf_open(EVENT(INSTRUCTIONS), 0);
	struct perf_event_mmap_page *page;

	page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED) {
		perror("mmap of a counter");
		exit(1);
	}
	if (ioctl(fd, PERF_EVENT_IOC_ENABLE, 0))
		perror("PERF_EVENT_IOC_ENABLE");
	if (!page->cap_user_rdpmc || !page->index) {
		printf("FAIL count-rdpmc: the kernel does not offer it\n");
		failed = 1;
	} else {
		judge("instructions", "rdpmc", body_rdpmc(page->index - 1), MEASURED_RDPMC);
	}
	munmap(page, 4096);
	close(fd);
}

/* Two threads at once, on a processor each if there are two. */
static void *count_thread(void *arg)
{
	static const struct piece long_loop = { "loop", body_loop, NONE, 20 * N, 0, 0, 0 };
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((long)arg % sysconf(_SC_NPROCESSORS_ONLN), &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		return NULL;
	return (void *)count(&long_loop, EVENT(INSTRUCTIONS));
}

static void count_threads(void)
{
	pthread_t thread[2];
	void *value[2];
	long i;

	for (i = 0; i < 2; i++)
		if (pthread_create(&thread[i], NULL, count_thread, (void *)i))
			exit(1);
	for (i = 0; i < 2; i++)
		pthread_join(thread[i], &value[i]);
	judge("instructions", "first-thread", (uint64_t)value[0], 40ull * N + MEASURED_END);
	judge("instructions", "second-thread", (uint64_t)value[1], 40ull * N + MEASURED_END);
}

int main(void)
{
	size_t i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	skip_on(SIGILL);
	skip_on(SIGSEGV);
	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
		count_piece(&pieces[i]);
	count_misses();
	count_walks();
	count_rdpmc();
	count_threads();
	return failed;
}
