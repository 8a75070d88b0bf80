/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * /dev/perfctr-xen, which the module perfctr_xen offers in a PV guest on a
 * patched Xen.
 *
 * mmap(), shared, of the device opened read-only, at offset N * 4096: the record
 * of virtual processor N, struct perfctr_record.  What is in it is of everybody's
 * programs on that processor, so it takes the rights to open the device, which
 * are root's.
 */
#ifndef PERFCTR_XEN_DEVICE_H
#define PERFCTR_XEN_DEVICE_H

#include "hypercall.h"

#ifdef __KERNEL__
#include <linux/ioctl.h>
#else
#include <sys/ioctl.h>
#endif

#define PERFCTR_DEVICE		"/dev/perfctr-xen"

/*
 * Anybody may see whether the module is there, and Xen tells user mode from
 * kernel, by this file; and by its first letter, Y or N, whether programs may use
 * rdpmc.
 */
#define PERFCTR_MAY_RDPMC	"/sys/module/perfctr_xen/parameters/rdpmc"

/* Written by the program: cpu, set; by the module: set, as Xen returns it. */
struct perfctr_program {
	__u32 cpu;		/* on which of the virtual processors */
	__u32 pad;		/* 0 */
	struct perfctr_set set;
};

PERFCTR_CHECK(perfctr_program, 208);

/* What Xen offers and this guest has enabled. */
#define PERFCTR_IOC_GET		_IOR('V', 0x50, struct perfctr_get)
/*
 * XENPMU_perfctr_set on a virtual processor, for those who may administrate
 * (CAP_SYS_ADMIN): it takes no notice of perf's use of the same counters.
 */
#define PERFCTR_IOC_SET		_IOWR('V', 0x51, struct perfctr_program)

#endif /* PERFCTR_XEN_DEVICE_H */
