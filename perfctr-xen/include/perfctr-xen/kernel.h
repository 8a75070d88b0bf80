/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the module perfctr_xen offers to other modules of its kernel.
 */
#ifndef PERFCTR_XEN_KERNEL_H
#define PERFCTR_XEN_KERNEL_H

#include <linux/types.h>

/*
 * The register of this virtual processor that rdpmc calls `index`, without a
 * trap; interrupts are off.  False: it has to be read by a trap, for the registers
 * are not the processor's at the moment (Xen has an overflow interrupt for it), or
 * the module was loaded with rdpmc=0.
 */
bool perfctr_xen_rdpmc(u32 index, u64 *raw);

#endif /* PERFCTR_XEN_KERNEL_H */
