// SPDX-License-Identifier: GPL-2.0-only
/* Entries: more pages than are mapped at a time, full of them. */
#include "entries.h"

int back_entries_map(struct back_entries *e, domid_t frontend,
		     const grant_ref_t *refs, unsigned int nr)
{
	unsigned int at, step;
	int err;

	e->nr_chunks = 0;
	for (at = 0; at < nr; at += step) {
		step = min(nr - at, BACK_MAP_PAGES);
		err = back_map(&e->chunks[e->nr_chunks], frontend, refs + at,
			       step);
		if (err) {
			back_entries_unmap(e);
			return err;
		}
		e->nr_chunks++;
	}
	return 0;
}

void back_entries_unmap(struct back_entries *e)
{
	while (e->nr_chunks)
		back_unmap(&e->chunks[--e->nr_chunks]);
}
