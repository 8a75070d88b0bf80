/* SPDX-License-Identifier: GPL-2.0-only */
/* Mappings: pages that a frontend granted, in a row of addresses. */
#ifndef VSYSBACK_MAP_H
#define VSYSBACK_MAP_H

#include <xen/grant_table.h>
#include <xen/interface/xen.h>

/* Granted pages that this kernel has mapped in a row. */
#define VSYSBACK_MAP_PAGES	16u

struct vsysback_mapping {
	void *address;
	unsigned int nr;
	grant_handle_t handles[VSYSBACK_MAP_PAGES];
};

int vsysback_map(struct vsysback_mapping *m, domid_t frontend,
		 const grant_ref_t *refs, unsigned int nr);
void vsysback_unmap(struct vsysback_mapping *m);

#endif /* VSYSBACK_MAP_H */
