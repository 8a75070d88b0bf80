/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Reading a counter of the virtual processor that one runs on, with neither a
 * system call nor a trap.  The caller has mapped the records of all of them
 * (perfctr-xen/device.h).
 *
 * What is read is the virtual processor's count: all its threads together.
 */
#ifndef PERFCTR_XEN_READ_H
#define PERFCTR_XEN_READ_H

#include "record.h"

static inline __u64 perfctr_rdpmc(__u32 index)
{
	__u32 low, high;

	__asm__ volatile("rdpmc" : "=a"(low), "=d"(high) : "c"(index));
	return (__u64)high << 32 | low;
}

static inline __u64 perfctr_rdtsc(void)
{
	__u32 low, high;

	__asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (__u64)high << 32 | low;
}

/* The number of the virtual processor, as Linux has put it into the GDT. */
static inline __u32 perfctr_cpu(void)
{
	__u32 limit;

	__asm__ volatile("lsl %1, %0" : "=r"(limit) : "r"(15 * 8 + 3));
	return limit & 0xfff;
}

/*
 * Begins a group of reads: the record, and its seq for perfctr_read_again().
 * seq first, then the processor's number: a thread that was moved in between
 * left user mode, and the old processor's seq shows it.
 */
static inline const volatile struct perfctr_record *
perfctr_read_begin(const volatile struct perfctr_record *const records[],
		   __u32 *seq)
{
	const volatile struct perfctr_record *record;
	__u32 cpu;

	do {
		cpu = perfctr_cpu();
		record = records[cpu];
		*seq = record->seq;
		__asm__ volatile("" : : : "memory");
	} while ((*seq & 1) || perfctr_cpu() != cpu);
	return record;
}

/* Whether what was read since then does not belong together. */
static inline int perfctr_read_again(const volatile struct perfctr_record *record,
				     __u32 seq)
{
	__asm__ volatile("" : : : "memory");
	return record->seq != seq;
}

/* nr: general counter nr, or PERFCTR_FIXED(n) */
static inline __u64 perfctr_read_count(const volatile struct perfctr_record *record,
				 unsigned int nr)
{
	const volatile struct perfctr_record_counter *counter =
		&record->counter[nr];
	__u64 sum = counter->sum;

	if (record->loaded)
		sum += (perfctr_rdpmc(nr < PERFCTR_MAX_GENERAL ? nr :
				      PERFCTR_RDPMC_FIXED(nr - PERFCTR_MAX_GENERAL)) -
			counter->start) & counter->mask;
	return sum;
}

/*
 * TSC cycles that the guest itself has had on this virtual processor since the
 * record began: neither Xen's nor those of others.
 */
static inline __u64 perfctr_read_guest_time(const volatile struct perfctr_record *record)
{
	return perfctr_rdtsc() - record->tsc_enabled - record->tsc_away -
	       record->tsc_xen;
}

#endif /* PERFCTR_XEN_READ_H */
