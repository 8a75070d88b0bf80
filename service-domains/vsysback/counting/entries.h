/* SPDX-License-Identifier: GPL-2.0-only */
/* Entries: granted pages full of accounts or of records, of 256 bytes both. */
#ifndef VSYSBACK_COUNTING_ENTRIES_H
#define VSYSBACK_COUNTING_ENTRIES_H

#include <virtuos/counters.h>

#include "../map.h"

#define VSYSBACK_ENTRY_BYTES	256u
#define VSYSBACK_CHUNK_ENTRIES \
	(VSYSBACK_MAP_PAGES * VSYS_PAGE_SIZE / VSYSBACK_ENTRY_BYTES)

struct vsysback_entries {
	unsigned int nr_chunks;
	struct vsysback_mapping chunks[VSYS_COUNT_PAGES / VSYSBACK_MAP_PAGES];
};

int vsysback_entries_map(struct vsysback_entries *e, domid_t frontend,
			 const grant_ref_t *refs, unsigned int nr);
void vsysback_entries_unmap(struct vsysback_entries *e);

static inline void *vsysback_entry(const struct vsysback_entries *e, u32 i)
{
	return e->chunks[i / VSYSBACK_CHUNK_ENTRIES].address +
	       i % VSYSBACK_CHUNK_ENTRIES * VSYSBACK_ENTRY_BYTES;
}

#endif /* VSYSBACK_COUNTING_ENTRIES_H */
