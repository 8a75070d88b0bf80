/* SPDX-License-Identifier: GPL-2.0-only */
/* Xen: which kind of domain this is, and what its counters mean. */
#ifndef PERFCTR_XEN_H
#define PERFCTR_XEN_H

#include <stdbool.h>

enum xen_road {
	XEN_NONE,	/* no Xen domain */
	XEN_PV_STOCK,	/* user mode and kernel are both in ring 3 */
	XEN_PV_PATCHED, /* Xen tells them apart */
	XEN_HVM,	/* the processor does: HVM and PVH */
};

enum xen_road xen_road(void);
/* On a patched Xen: may programs read counters by rdpmc? */
bool xen_rdpmc(void);
/* "PV", "PVH" or "HVM" */
const char *xen_guest_type(void);

#endif /* PERFCTR_XEN_H */
