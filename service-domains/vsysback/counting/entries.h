/* SPDX-License-Identifier: GPL-2.0-only */
/* Entries: granted pages full of accounts or of records, of 256 bytes both. */
#ifndef BACK_COUNTING_ENTRIES_H
#define BACK_COUNTING_ENTRIES_H

#include <virtuos/counters.h>

#include "../map.h"

#define BACK_ENTRY_BYTES 256u
#define BACK_CHUNK_ENTRIES (BACK_MAP_PAGES * VSYS_PAGE_SIZE / BACK_ENTRY_BYTES)

struct back_entries {
	unsigned int nr_chunks;
	struct back_mapping chunks[VSYS_COUNT_PAGES / BACK_MAP_PAGES];
};

int back_entries_map(struct back_entries *e, domid_t frontend,
		     const grant_ref_t *refs, unsigned int nr);
void back_entries_unmap(struct back_entries *e);

static inline void *back_entry(const struct back_entries *e, u32 i)
{
	return e->chunks[i / BACK_CHUNK_ENTRIES].address +
	       i % BACK_CHUNK_ENTRIES * BACK_ENTRY_BYTES;
}

#endif /* BACK_COUNTING_ENTRIES_H */
