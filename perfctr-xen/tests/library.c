// SPDX-License-Identifier: GPL-2.0-only
/*
 * libperfctr: exact counts, by rdpmc or by system call, and its errors.
 *
 *	library rdpmc|read	how it has to get at the counts; read is for stock
 *				Xen, which counts a PV guest's kernel as user mode
 */
#include "../libperfctr/perfctr.h"
#include "test.h"

enum { ROUNDS = 100000, READS = 2000 };

static void unknown(const char *events, const char *says)
{
	const char *error;
	struct perfctr *p = perfctr_open(events, &error);

	check(!p && strstr(error, says), "\"%s\": %s", events, p ? "opened" : error);
	perfctr_close(p);
}

/* The instructions of a pair of reads with so many rounds in between. */
__attribute__((noinline))
static uint64_t between(struct perfctr *p, uint64_t rounds, int which)
{
	uint64_t before[2], after[2];

	if (perfctr_read(p, before))
		die("perfctr_read");
	loop(rounds);
	if (perfctr_read(p, after))
		die("perfctr_read");
	return after[which] - before[which];
}

/* Exactly, unless the kernel's own work between two reads is counted as well. */
static int near(uint64_t n, uint64_t expected, int mixed)
{
	uint64_t error = n > expected ? n - expected : expected - n;

	return mixed ? error < expected / 2 : error == 0;
}

int main(int argc, char **argv)
{
	const char *error;
	struct perfctr *p;
	uint64_t n[2], t0, t1, few, many;
	int i, mixed;

	if (argc != 2)
		return 2;
	mixed = !strcmp(argv[1], "read");
	unknown("instructions:u,walks", "unknown event \"walks\"");
	unknown("cycles:x", "unknown event");
	unknown("instructions:u,,", "unknown event \"\"");

	p = perfctr_open("instructions:u,branches:u", &error);
	if (!p)
		skip("%s", error);
	check(perfctr_count(p) == 2, "two events");
	check(!strcmp(perfctr_how(p), argv[1]), "read by %s", perfctr_how(p));
	check(!perfctr_read(p, n) && n[0] == 0, "nothing is counted before the start");
	if (perfctr_start(p))
		die("perfctr_start");
	between(p, 1, 0);
	few = between(p, 1, 0);
	many = between(p, ROUNDS + 1, 0);
	check(near(many - few, ROUNDS * LOOP_INSNS, mixed),
	      "%d instructions are seen as %" PRIu64, ROUNDS * LOOP_INSNS, many - few);
	few = between(p, 1, 1);
	many = between(p, ROUNDS + 1, 1);
	check(near(many - few, ROUNDS * LOOP_BRANCHES, mixed),
	      "%d branches are seen as %" PRIu64, ROUNDS * LOOP_BRANCHES, many - few);

	t0 = perfctr_rdtsc();
	for (i = 0; i < READS; i++)
		perfctr_read(p, n);
	t1 = perfctr_rdtsc();
	printf("     a read of two counters takes %" PRIu64 " cycles\n", (t1 - t0) / READS);

	if (perfctr_stop(p))
		die("perfctr_stop");
	perfctr_read(p, n);
	few = n[0];
	loop(ROUNDS);
	perfctr_read(p, n);
	check(n[0] == few, "nothing is counted after the stop");
	perfctr_close(p);
	return test_failed;
}
