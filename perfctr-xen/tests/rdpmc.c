// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program reads its own counter with rdpmc, by the page that perf_event
 * offers: the same as on bare Linux.
 *
 *	rdpmc [--stock]	  --stock: Xen refuses, with a signal
 */
#include <setjmp.h>
#include <signal.h>

#include "test.h"

enum { ROUNDS = 1000000 };

static sigjmp_buf refused;

static void on_segv(int signal)
{
	(void)signal;
	siglongjmp(refused, 1);
}

static uint64_t page_read(volatile struct perf_event_mmap_page *page)
{
	uint64_t count;
	uint32_t seq;
	int64_t pmc;

	do {
		seq = page->lock;
		__asm__ volatile("" : : : "memory");
		count = page->offset;
		if (page->index) {
			pmc = perfctr_rdpmc(page->index - 1);
			pmc = (int64_t)((uint64_t)pmc << (64 - page->pmc_width)) >>
			      (64 - page->pmc_width);
			count += pmc;
		}
		__asm__ volatile("" : : : "memory");
	} while (page->lock != seq);
	return count;
}

/* All but the rounds is the same each time. */
__attribute__((noinline))
static uint64_t between(volatile struct perf_event_mmap_page *page, uint64_t rounds)
{
	uint64_t before = page_read(page);

	loop(rounds);
	return page_read(page) - before;
}

int main(int argc, char **argv)
{
	int stock = argc > 1 && !strcmp(argv[1], "--stock");
	struct perf_event_mmap_page *page;
	uint64_t few, many, kernel, t0, t1, t2;
	int fd, i;

	fd = event_open(PERF_COUNT_HW_INSTRUCTIONS, 1, 0, -1);
	page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		die("mmap of an event");
	ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
	signal(SIGSEGV, on_segv);
	if (sigsetjmp(refused, 1)) {
		check(stock, "rdpmc is refused");
		return test_failed;
	}
	page_read(page);
	check(!stock, "rdpmc is allowed");
	check(page->cap_user_rdpmc, "perf_event says so");

	few = between(page, 1);
	many = between(page, ROUNDS + 1);
	check(many - few == ROUNDS * LOOP_INSNS, "%d instructions are seen as %" PRIu64,
	      ROUNDS * LOOP_INSNS, many - few);
	many = page_read(page);
	kernel = event_read(fd);
	check(kernel > many && kernel - many < 10000, "read() tells the same");

	t0 = perfctr_rdtsc();
	for (i = 0; i < 1000; i++)
		page_read(page);
	t1 = perfctr_rdtsc();
	for (i = 0; i < 1000; i++)
		event_read(fd);
	t2 = perfctr_rdtsc();
	printf("     a read takes %" PRIu64 " cycles, by system call %" PRIu64 "\n",
	       (t1 - t0) / 1000, (t2 - t1) / 1000);
	check((t2 - t1) > 10 * (t1 - t0), "a system call takes 10 times as long");
	return test_failed;
}
