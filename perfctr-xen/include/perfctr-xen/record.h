/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The record of a vCPU: one page of the guest's memory that only Xen writes.
 * The guest's kernel maps it read-only for programs.  With it a program that
 * may use rdpmc finds a counter's whole count without a system call:
 *
 *	sum + (loaded ? (rdpmc - start) modulo 2^width : 0)
 *
 * "sum" goes on through overflows of the register, through new values written
 * to it (by perf's sampling, say), through switches between vCPUs and moves to
 * another processor; it starts anew with XENPMU_perfctr_set.
 *
 * seq changes whenever the vCPU leaves or enters the guest's user mode or the
 * processor; it is odd while the record is written.  So a program that finds
 * the same even seq before and after has not left user mode in between, and
 * was on this vCPU for all of the time if it was so at some moment of it.
 *
 * Times are the processor's TSC, which a PV guest reads directly unless Xen
 * virtualizes it (tsc_mode).
 */
#ifndef PERFCTR_XEN_RECORD_H
#define PERFCTR_XEN_RECORD_H

#include "hypercall.h"

#define PERFCTR_RECORD_MAGIC	0x72746366u	/* "fctr" */

/* Everything in here is written by Xen and by nobody else. */
struct perfctr_record_counter {
	__u64 sum;
	__u64 start;
	__u64 control;	/* general: EVNTSEL as the guest sees it; fixed: its
			 * four bits of FIXED_CTR_CTRL */
	__u64 mask;	/* 2^width - 1; 0: there is no such counter */
};

struct perfctr_record {
	__u32 magic;
	__u32 version;		/* PERFCTR_VERSION */
	__u32 seq;
	__u32 loaded;		/* 1: rdpmc reads this vCPU's counts */
	__u32 features;		/* PERFCTR_*: enabled for this vCPU */
	__u32 vcpu;
	__u64 switches;		/* times that it was put on a processor */
	__u64 tsc_enabled;	/* when this record began */
	__u64 tsc_in;		/* when it was last put on a processor */
	__u64 tsc_away;		/* not on a processor, until tsc_in */
	__u64 tsc_xen;		/* in Xen between leaving and entering the guest,
				 * while on a processor; with PERFCTR_TIME */
	__u64 pad[8];		/* 0 */
	struct perfctr_record_counter counter[PERFCTR_MAX];
};

#define PERFCTR_RECORD_AT(field, offset) \
	_Static_assert(__builtin_offsetof(struct perfctr_record, field) == \
		       (offset), "place of " #field)

PERFCTR_RECORD_AT(seq, 8);
PERFCTR_RECORD_AT(loaded, 12);
PERFCTR_RECORD_AT(switches, 24);
PERFCTR_RECORD_AT(tsc_xen, 56);
PERFCTR_RECORD_AT(counter, 128);
PERFCTR_CHECK(perfctr_record_counter, 32);
PERFCTR_CHECK(perfctr_record, 128 + 32 * PERFCTR_MAX);

#endif /* PERFCTR_XEN_RECORD_H */
