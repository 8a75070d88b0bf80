// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include "base/memory.h"
#include "addresses.h"

#define ROOM_FIRST 1024

/* Open addressing; at most half of the slots are taken, so there is a free one. */
static struct address *address_slot(const struct addresses *a, uint32_t domain,
				    uint64_t address)
{
	uint64_t hash =
		(address ^ (uint64_t)domain << 56) * 0x9e3779b97f4a7c15ull;
	unsigned int i = hash >> 32 & (a->room - 1);

	while (a->slot[i].index &&
	       (a->slot[i].address != address || a->slot[i].domain != domain))
		i = (i + 1) & (a->room - 1);
	return &a->slot[i];
}

static void addresses_grow(struct addresses *a)
{
	struct addresses old = *a;
	unsigned int i;

	a->room = old.room ? old.room * 2 : ROOM_FIRST;
	a->slot = xalloc(NULL, a->room * sizeof(*a->slot));
	memset(a->slot, 0, a->room * sizeof(*a->slot));
	for (i = 0; i < old.room; i++)
		if (old.slot[i].index)
			*address_slot(a, old.slot[i].domain,
				      old.slot[i].address) = old.slot[i];
	free(old.slot);
}

unsigned int addresses_add(struct addresses *a, uint32_t domain,
			   uint64_t address, bool *is_new)
{
	struct address *slot;

	if (a->nr * 2 >= a->room)
		addresses_grow(a);
	slot = address_slot(a, domain, address);
	*is_new = !slot->index;
	if (*is_new)
		*slot = (struct address){ address, domain, ++a->nr };
	return slot->index - 1;
}

void addresses_free(struct addresses *a)
{
	free(a->slot);
	*a = (struct addresses){ 0 };
}
