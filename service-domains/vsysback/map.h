/* SPDX-License-Identifier: GPL-2.0-only */
/* Mappings: pages that a frontend granted, in a row of addresses. */
#ifndef BACK_MAP_H
#define BACK_MAP_H

#include <xen/grant_table.h>
#include <xen/interface/xen.h>

/* Granted pages that this kernel has mapped in a row. */
#define BACK_MAP_PAGES	16u

struct back_mapping {
	void *address;
	unsigned int nr;
	grant_handle_t handles[BACK_MAP_PAGES];
};

int back_map(struct back_mapping *m, domid_t frontend, const grant_ref_t *refs,
	     unsigned int nr);
void back_unmap(struct back_mapping *m);

#endif /* BACK_MAP_H */
