// SPDX-License-Identifier: GPL-2.0-only
/*
 * rdpmc shows nothing of what others count on the same processor: a virtual
 * processor that counts nothing reads zeros.
 *
 *	others SECONDS
 */
#include <setjmp.h>
#include <signal.h>
#include <time.h>

#include "test.h"

/* PERF_METRICS: where a processor has it, rdpmc reads it, too. */
#define RDPMC_METRICS (1u << 29)

static sigjmp_buf refused;

static void on_segv(int signal)
{
	(void)signal;
	siglongjmp(refused, 1);
}

static uint64_t metrics(void)
{
	uint64_t value = 0;

	signal(SIGSEGV, on_segv);
	if (!sigsetjmp(refused, 1))
		value = perfctr_rdpmc(RDPMC_METRICS);
	signal(SIGSEGV, SIG_DFL);
	return value;
}

int main(int argc, char **argv)
{
	uint64_t seen = 0, switches;
	const volatile struct perfctr_record *record;
	unsigned int i;
	time_t end;

	if (argc != 2)
		return 2;
	device_open();
	test_alone(0);
	record = records[0];
	/* What it counted itself is still there until it is switched. */
	switches = record->switches;
	end = time(NULL) + 10;
	while (record->switches == switches)
		if (time(NULL) > end)
			skip("nobody else wants this processor");
	switches = record->switches;
	end = time(NULL) + atoi(argv[1]);
	while (time(NULL) < end && !seen) {
		for (i = 0; i < device_get.nr_general; i++)
			seen |= perfctr_rdpmc(i);
		for (i = 0; i < device_get.nr_fixed; i++)
			seen |= perfctr_rdpmc(PERFCTR_RDPMC_FIXED(i));
	}
	switches = record->switches - switches;
	check(!record->loaded, "this virtual processor counts nothing");
	check(switches > 10, "it was taken from the processor %" PRIu64 " times", switches);
	check(!seen, "all counters read as 0 (together 0x%" PRIx64 ")", seen);
	check(!metrics(), "so does PERF_METRICS, or it is not there");
	return test_failed;
}
