/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses: a set of those that occurred, each with its domain. */
#ifndef PERFCTR_ADDRESSES_H
#define PERFCTR_ADDRESSES_H

#include <stdbool.h>
#include <stdint.h>

struct addresses {
	unsigned int nr, room;
	struct address {
		uint64_t address;
		uint32_t domain;
		uint32_t index; /* 1 + the order in which it came; 0: free */
	} * slot;
};

/* Index of an address, new or known, from 0; `is_new` says which. */
unsigned int addresses_add(struct addresses *a, uint32_t domain,
			   uint64_t address, bool *is_new);
void addresses_free(struct addresses *a);

#endif /* PERFCTR_ADDRESSES_H */
