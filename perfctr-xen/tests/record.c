// SPDX-License-Identifier: GPL-2.0-only
/*
 * rdpmc in user mode, corrected by the record, gives exact counts while the
 * virtual processor is taken from its processor and given back, and while the
 * register gets new values; and the record tells where the time went.
 *
 *	record [--switched]  --switched: somebody else wants the processor too,
 *			     and it has to be seen that it was given
 */
#include "test.h"

#define INSTRUCTIONS 0x00c0u

enum { CPU = 0, SLICES = 400, ROUNDS = 500000 };

struct sample {
	uint64_t count, guest, tsc;
};

static struct sample sample(void)
{
	const volatile struct perfctr_record *record;
	struct sample s;
	uint32_t seq;

	do {
		record = perfctr_read_begin(records, &seq);
		s.count = perfctr_read_count(record, 0);
		s.guest = perfctr_read_guest_time(record);
		s.tsc = perfctr_rdtsc();
	} while (perfctr_read_again(record, seq));
	return s;
}

/* What the reads themselves cost differs when they have to be repeated. */
__attribute__((noinline))
static uint64_t slice(uint64_t rounds)
{
	struct sample before = sample(), after;

	loop(rounds);
	after = sample();
	return after.count - before.count;
}

static void start(uint64_t value, uint32_t more)
{
	struct perfctr_set set = { .general = 1 };

	set.counter[0] = (struct perfctr_counter){
		.event = INSTRUCTIONS, .modes = PERFCTR_USER | more, .value = value };
	if (device_set(CPU, &set))
		die("PERFCTR_IOC_SET");
}

int main(int argc, char **argv)
{
	int switched = argc > 1 && !strcmp(argv[1], "--switched");
	const volatile struct perfctr_record *record;
	uint64_t overhead, n, worst = 0, total = 0, switches, away, xen, top;
	struct sample a, b;
	unsigned int i;

	device_open();
	if ((device_get.enabled & (PERFCTR_RDPMC | PERFCTR_RECORD)) !=
	    (PERFCTR_RDPMC | PERFCTR_RECORD))
		skip("rdpmc and record are not enabled");
	test_alone(CPU);
	record = records[CPU];
	check(record->magic == PERFCTR_RECORD_MAGIC &&
	      record->version == PERFCTR_VERSION, "the record is one");

	start(0, 0);
	check(record->loaded && record->counter[0].sum == 0, "a new count begins at 0");
	for (overhead = slice(1), i = 0; i < 100; i++) {
		n = slice(1);
		if (n < overhead)
			overhead = n;
	}
	overhead -= LOOP_INSNS;
	check(overhead > 10 && overhead < 300, "a pair of reads takes %" PRIu64 " instructions", overhead);

	switches = record->switches;
	away = record->tsc_away;
	xen = record->tsc_xen;
	a = sample();
	for (i = 0; i < SLICES; i++) {
		n = slice(ROUNDS) - overhead - ROUNDS * LOOP_INSNS;
		total += n;
		if (n > worst)
			worst = n;
	}
	b = sample();
	switches = record->switches - switches;
	away = record->tsc_away - away;
	xen = record->tsc_xen - xen;
	printf("     %" PRIu64 " switches; of %" PRIu64 " cycles %" PRIu64 " away, %" PRIu64 " in Xen, %" PRIu64 " in the guest\n",
	       switches, b.tsc - a.tsc, away, xen, b.guest - a.guest);
	check(worst < 2 * overhead, "each of %d slices is exact but for repeated reads (worst: %" PRIu64 ")", SLICES, worst);
	check(total < SLICES * overhead / 10, "and few were repeated (%" PRIu64 " instructions in all)", total);
	if (switched)
		check(switches > 10 && away > (b.tsc - a.tsc) / 10, "the processor was given away");
	check(xen > 0 || !(device_get.enabled & PERFCTR_TIME), "Xen took some time");
	check(b.guest - a.guest < b.tsc - a.tsc, "the guest had the rest");

	/* The register wraps, and is loaded with the value it had: no event is lost. */
	top = record->counter[0].mask;
	start(top - ROUNDS, 0);
	n = slice(ROUNDS) - overhead - ROUNDS * LOOP_INSNS;
	check(n < 2 * overhead, "exact when the register wraps");
	n = sample().count;
	start(12345, PERFCTR_KEEP);
	check(sample().count - n < 10 * overhead, "a count that is kept goes on");
	start(0, 0);
	check(sample().count < 10 * overhead, "one that is not begins anew");

	memset(&a, 0, sizeof(a));
	device_set(CPU, &(struct perfctr_set){ .general = 1 });
	return test_failed;
}
