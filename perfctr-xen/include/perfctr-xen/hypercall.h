/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a patched Xen adds to HYPERVISOR_xenpmu_op, for 64-bit PV guests.
 *
 * "G" is the guest's kernel, "X" is Xen.  Each operation acts on the virtual
 * processor (vCPU) that makes it, once the guest has registered its page by
 * XENPMU_init.  Stock Xen answers EINVAL (or EOPNOTSUPP, with vpmu=off), and so
 * does a patched one without "perfctr" on its command line.
 *
 * This header compiles in Xen, in the Linux kernel and in a program.
 */
#ifndef PERFCTR_XEN_HYPERCALL_H
#define PERFCTR_XEN_HYPERCALL_H

#ifdef __XEN__
#include <xen/types.h>
#else
#include <linux/types.h>
#endif

#define PERFCTR_VERSION		1u

/* Far from upstream's numbers, which are below 8. */
#define XENPMU_perfctr_get	0x5650	/* struct perfctr_get */
#define XENPMU_perfctr_enable	0x5651	/* struct perfctr_enable */
#define XENPMU_perfctr_set	0x5652	/* struct perfctr_set */

/* Features; each is off until the vCPU enables it. */
#define PERFCTR_RDPMC	(1u << 0) /* rdpmc in the guest's user mode and kernel */
#define PERFCTR_MODES	(1u << 1) /* a counter's USR and OS bits mean the guest's
				   * user mode and kernel, not rings 3 and 0 */
#define PERFCTR_RECORD	(1u << 2) /* struct perfctr_record is kept up */
#define PERFCTR_TIME	(1u << 3) /* and so is its tsc_xen */

#define PERFCTR_MAX_GENERAL	8u
#define PERFCTR_MAX_FIXED	4u
#define PERFCTR_MAX		(PERFCTR_MAX_GENERAL + PERFCTR_MAX_FIXED)

/* Counters in arrays: general ones first, the fixed ones from here on. */
#define PERFCTR_FIXED(i)	(PERFCTR_MAX_GENERAL + (i))
/* And as rdpmc's argument. */
#define PERFCTR_RDPMC_FIXED(i)	((1u << 30) | (i))

/* All written by X. */
struct perfctr_get {
	__u32 version;		/* PERFCTR_VERSION */
	__u32 offered;		/* features that this domain may enable */
	__u32 enabled;		/* features that this vCPU has enabled */
	__u32 nr_general;
	__u32 nr_fixed;
	__u32 general_width;	/* bits of a counter */
	__u32 fixed_width;
	__u32 pad;		/* 0 */
};

/* All written by G. */
struct perfctr_enable {
	__u32 features;		/* exactly these from now on; 0: none */
	__u32 pad;		/* 0 */
	__u64 frame;		/* with PERFCTR_RECORD: guest frame of the page
				 * that the record is written to; G leaves the
				 * page alone until it has enabled a set of
				 * features without it */
};

/* What a counter counts: struct perfctr_counter, modes. */
#define PERFCTR_USER		(1u << 0)
#define PERFCTR_KERNEL		(1u << 1)
#define PERFCTR_XEN		(1u << 2) /* Xen at work while this vCPU is on the
					   * processor; alone, or with both others */
#define PERFCTR_COUNTS		(PERFCTR_USER | PERFCTR_KERNEL | PERFCTR_XEN)
#define PERFCTR_INTERRUPT	(1u << 8) /* VIRQ_XENPMU at overflow */
#define PERFCTR_KEEP		(1u << 9) /* leave the value and the record's sum */

/* What event may have set; a fixed counter's is 0. */
#define PERFCTR_EVENT_MASK	0xff84ffffu

struct perfctr_counter {
	__u64 value;		/* G: to begin with; X: what it had before */
	__u32 event;		/* G: general counters: event, unit mask, edge,
				 * inversion and threshold, as in EVNTSEL */
	__u32 modes;		/* G: with none of PERFCTR_COUNTS it stops */
};

/*
 * Reads and programs any number of counters at once; PERFCTR_MODES has to be
 * enabled.  Nothing is changed when one of them is refused (EINVAL), or when
 * the guest has not finished with an overflow interrupt (EBUSY).
 */
struct perfctr_set {
	__u32 general;		/* G: bit i: general counter i takes part */
	__u32 fixed;		/* G: likewise */
	struct perfctr_counter counter[PERFCTR_MAX];
};

#define PERFCTR_CHECK(type, size) \
	_Static_assert(sizeof(struct type) == (size), "size of " #type)

PERFCTR_CHECK(perfctr_get, 32);
PERFCTR_CHECK(perfctr_enable, 16);
PERFCTR_CHECK(perfctr_counter, 16);
PERFCTR_CHECK(perfctr_set, 200);

#endif /* PERFCTR_XEN_HYPERCALL_H */
