// SPDX-License-Identifier: GPL-2.0-only
/*
 * Overflow interrupts: as many samples of user mode as there were periods, all
 * of them in the loop, and the count goes on exactly over all of them.
 */
#include "test.h"

/* A prime: samples are not in step with the loop. */
enum { PERIOD = 100003, ROUNDS = 10000000, PAGES = 16 };

struct sample_record {
	struct perf_event_header header;
	uint64_t ip;
};

extern char loop_begin[], loop_end[];

__attribute__((noinline))
static void sampled_loop(uint64_t rounds)
{
	__asm__ volatile(".globl loop_begin, loop_end\n"
			 "loop_begin: dec %0; jnz loop_begin; loop_end:"
			 : "+r"(rounds) : : "cc");
}

int main(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_HW_INSTRUCTIONS,
		.sample_period = PERIOD,
		.sample_type = PERF_SAMPLE_IP,
		.disabled = 1,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};
	struct perf_event_mmap_page *page;
	struct sample_record *record;
	uint64_t at, samples = 0, inside = 0, lost = 0, expected, count;
	char *data;
	int fd;

	fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
	if (fd < 0 && (errno == ENOENT || errno == EOPNOTSUPP))
		skip("perf_event does not sample here");
	if (fd < 0)
		die("perf_event_open");
	page = mmap(NULL, (1 + PAGES) * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		die("mmap of samples");

	ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
	sampled_loop(ROUNDS);
	ioctl(fd, PERF_EVENT_IOC_DISABLE, 0);

	data = (char *)page + 4096;
	for (at = 0; at < page->data_head; at += record->header.size) {
		record = (struct sample_record *)(data + at % (PAGES * 4096));
		if (record->header.type != PERF_RECORD_SAMPLE) {
			lost++;
			continue;
		}
		samples++;
		if (record->ip >= (uintptr_t)loop_begin && record->ip <= (uintptr_t)loop_end)
			inside++;
	}
	count = event_read(fd);
	expected = count / PERIOD;
	printf("     %" PRIu64 " instructions, %" PRIu64 " samples, %" PRIu64 " in the loop, %" PRIu64 " other records\n",
	       count, samples, inside, lost);
	check(count >= ROUNDS * LOOP_INSNS && count < ROUNDS * LOOP_INSNS + 100,
	      "the count is right");
	check(samples == expected, "%" PRIu64 " samples", expected);
	check(inside + 1 >= samples, "they are in the loop");
	check(lost == 0, "none was lost");
	return test_failed;
}
