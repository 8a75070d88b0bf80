/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the module perfctr_xen offers to other modules of its kernel.
 */
#ifndef PERFCTR_XEN_KERNEL_H
#define PERFCTR_XEN_KERNEL_H

#include <linux/types.h>

/* May the next one be used?  That does not change while the module is there. */
bool perfctr_xen_may_rdpmc(void);

/*
 * The register of this virtual processor that rdpmc calls `index`, without a
 * trap; interrupts are off.  False: the registers are not the processor's at
 * the moment, for Xen has an overflow interrupt for it.
 */
bool perfctr_xen_rdpmc(u32 index, u64 *raw);

#endif /* PERFCTR_XEN_KERNEL_H */
